//! Faults of answers, seen from the socket and from an ordinary client.

use billwire_sandbox::{FaultMoment, Faults, HttpFault, HttpFaultKind, RequestFault};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::http::{Answer, Api, REGULAR_1, REGULAR_2};
use crate::socket::Conversation;

/// A sandbox with a bill that a good card would pay.
async fn payable() -> (Api, String) {
    let api = Api::start().await;
    let client = api.client("payer").await;
    api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    (api, bill)
}

fn set(api: &Api, fault: HttpFault) {
    api.sandbox.set_faults(Faults::new().with_http(fault)).expect("a fault");
}

fn pay(bill: &str) -> Value {
    json!({ "billId": bill })
}

async fn search(api: &Api) -> Answer {
    api.post("/company/search", json!({ "query": "Regular Company 1" })).await
}

#[tokio::test]
async fn cut_before_the_effect_leaves_nothing_behind() {
    let (api, bill) = payable().await;
    set(&api, HttpFault::cut("schedulePayment"));
    let seen = Conversation::until_closed(&api, "POST", "/payment/schedule", &pay(&bill).to_string()).await;
    assert!(seen.is_empty(), "{}", seen.head);
    api.advance("PT1H").await;
    assert!(api.sandbox.ledger().is_empty());
    assert!(!api.event_types().contains(&"bill.payment.scheduled".to_owned()));
    let record = api.sandbox.requests().pop().expect("logged");
    assert_eq!((record.status, record.operation.as_deref()), (None, Some("schedulePayment")));
    let fault = record.fault.expect("a fault");
    assert_eq!((fault.kind, fault.when), (HttpFaultKind::Cut, FaultMoment::BeforeEffect));
    assert_eq!(fault.handled, None);
    // Once is once.
    api.pay_now(&bill).await;
    assert_eq!(api.sandbox.ledger().len(), 1);
}

#[tokio::test]
async fn applied_then_cut_moves_the_money_exactly_once() {
    let (api, bill) = payable().await;
    set(&api, HttpFault::cut("schedulePayment").after_effect());
    let seen = Conversation::until_closed(&api, "POST", "/payment/schedule", &pay(&bill).to_string()).await;
    assert!(seen.is_empty(), "{}", seen.head);
    api.advance("PT1H").await;
    assert_eq!(api.sandbox.ledger().len(), 1);
    assert_eq!(api.bill_status(&bill).await, "paid");
    let record = api.sandbox.requests().into_iter().rev().find(|record| record.fault.is_some());
    let RequestFault { kind, when, handled, .. } =
        record.as_ref().and_then(|record| record.fault).expect("a fault");
    assert_eq!((kind, when, handled), (HttpFaultKind::Cut, FaultMoment::AfterEffect, Some(200)));
    assert_eq!(record.expect("logged").status, None, "the client saw none");
}

#[tokio::test]
async fn an_ordinary_client_gets_an_error_and_can_go_on() {
    let (api, bill) = payable().await;
    set(&api, HttpFault::cut("*").after_effect());
    let client = Client::builder(TokioExecutor::new()).build_http();
    let request = |path: &str| {
        Request::get(format!("{}{path}", api.sandbox.urls().q2))
            .header("authorization", format!("Bearer {}", api.sandbox.api_key()))
            .body(Full::new(Bytes::new()))
            .expect("a request")
    };
    let path = format!("/bill/{bill}");
    client.request(request(&path)).await.expect_err("no answer");
    let answer = client.request(request(&path)).await.expect("the next one is answered");
    assert_eq!(answer.status(), 200);
    // A connection that was kept is closed as well, and the request is not sent again.
    answer.into_body().collect().await.expect("a body");
    set(&api, HttpFault::cut("*"));
    let before = api.sandbox.requests().len();
    client.request(request(&path)).await.expect_err("no answer");
    assert_eq!(api.sandbox.requests().len(), before + 1);
}

#[tokio::test]
async fn truncated_promises_more_than_it_sends() {
    let (api, bill) = payable().await;
    set(&api, HttpFault::truncated("schedulePayment"));
    let seen = Conversation::until_closed(&api, "POST", "/payment/schedule", &pay(&bill).to_string()).await;
    assert!(seen.head.starts_with("HTTP/1.1 200 OK\r\n"), "{}", seen.head);
    let promised: usize = seen.header("content-length").expect("a length").parse().expect("a number");
    assert_eq!(seen.body.len(), promised / 2);
    assert_eq!(seen.body, &br#"{"success":true}"#[..promised / 2]);
    assert!(seen.header("request-id").is_some());
    api.advance("PT1H").await;
    assert_eq!(api.sandbox.ledger().len(), 1, "it was applied");

    set(&api, HttpFault::truncated("getBill"));
    let client = Client::builder(TokioExecutor::new()).build_http();
    let request = Request::get(format!("{}/bill/{bill}", api.sandbox.urls().q2))
        .header("authorization", format!("Bearer {}", api.sandbox.api_key()))
        .body(Full::<Bytes>::default())
        .expect("a request");
    let answer = client.request(request).await.expect("a head");
    assert_eq!(answer.status(), 200);
    answer.into_body().collect().await.expect_err("the body breaks off");
    assert_eq!(api.sandbox.requests().pop().expect("logged").status, Some(200));
}

#[tokio::test]
async fn an_error_answer_has_the_documented_body_and_no_effect() {
    let (api, bill) = payable().await;
    for status in [400, 401, 402, 403, 404, 409, 413, 418, 422, 429, 500, 502, 503, 504, 599] {
        set(&api, HttpFault::status("schedulePayment", status));
        let answer = api.post("/payment/schedule", pay(&bill)).await;
        assert!(answer.headers.contains_key("request-id"));
        assert_eq!(answer.headers["content-type"], "application/json; charset=utf-8");
        assert_eq!(answer.body.as_object().map(serde_json::Map::len), Some(3));
        answer.refused(status, "told to answer with an error");
    }
    api.advance("PT1H").await;
    assert!(api.sandbox.ledger().is_empty());
    set(&api, HttpFault::status("schedulePayment", 503).with_message("Come back later."));
    api.post("/payment/schedule", pay(&bill)).await.refused(503, "Come back later.");
}

#[tokio::test]
async fn applied_then_five_hundred() {
    let (api, bill) = payable().await;
    set(&api, HttpFault::status("schedulePayment", 500).after_effect());
    let answer = api.post("/payment/schedule", pay(&bill)).await;
    assert!(answer.headers.contains_key("request-id"));
    answer.refused(500, "told");
    api.advance("PT1H").await;
    assert_eq!(api.sandbox.ledger().len(), 1);
    let faulted = api.sandbox.requests().into_iter().find(|record| record.fault.is_some()).expect("logged");
    assert_eq!((faulted.status, faulted.fault.expect("a fault").handled), (Some(500), Some(200)));
    // What the service refuses by itself is not applied by a fault.
    set(&api, HttpFault::status("schedulePayment", 500).after_effect());
    api.post("/payment/schedule", json!({})).await.refused(500, "told");
    let record = api.sandbox.requests().pop().expect("logged");
    assert_eq!(record.fault.expect("a fault").handled, Some(400));
    assert_eq!(record.error.as_deref(), Some("Please provide a billId."));
}

#[tokio::test]
async fn retry_after_comes_in_both_forms_on_the_virtual_clock() {
    let api = Api::start().await;
    set(&api, HttpFault::status("*", 429).with_retry_after_seconds(30));
    let answer = search(&api).await;
    assert_eq!(answer.headers["retry-after"], "30");
    answer.refused(429, "told");
    set(&api, HttpFault::status("*", 503).with_retry_after_date(90));
    api.advance("P1D").await;
    let answer = search(&api).await;
    assert_eq!(answer.headers["retry-after"], "Tue, 03 Mar 2026 12:01:30 GMT");
    answer.refused(503, "told");
    assert!(!search(&api).await.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn bodies_that_are_no_answer() {
    let api = Api::start().await;
    let real = search(&api).await.ok();

    set(&api, HttpFault::html("searchCompanies"));
    let answer = search(&api).await;
    assert_eq!(
        (answer.status, &answer.headers["content-type"]),
        (200, &"text/html; charset=utf-8".parse().expect("one"))
    );
    assert!(answer.body.as_str().expect("no JSON").starts_with("<!DOCTYPE html>"));

    let path = "/company/categories";
    let whole = raw(&api, path).await;
    set(&api, HttpFault::invalid_json("listCategories"));
    let half = raw(&api, path).await;
    assert_eq!(half, whole.slice(..whole.len() / 2), "as if it were all");

    set(&api, HttpFault::invalid_utf8("listCategories"));
    let spoiled = raw(&api, path).await;
    assert_eq!(spoiled.len(), whole.len() + 2);
    std::str::from_utf8(&spoiled).expect_err("no text");

    set(&api, HttpFault::empty("searchCompanies"));
    let answer = search(&api).await;
    assert_eq!((answer.status, &answer.body), (200, &json!("")));
    assert_eq!(answer.headers["content-length"], "0");

    set(&api, HttpFault::content_type("searchCompanies", "text/plain"));
    let answer = search(&api).await;
    assert_eq!(answer.headers["content-type"], "text/plain");
    assert_eq!(answer.ok(), real);

    set(&api, HttpFault::unknown_members("searchCompanies"));
    let answer = search(&api).await.ok();
    let company = &answer["data"][0];
    assert_eq!(company["name"], real["data"][0]["name"]);
    for object in [&answer, company] {
        assert_eq!(object["sandboxUnknownMember"]["nested"][3], json!({ "deeper": true }));
    }
    assert_eq!(search(&api).await.ok(), real, "and then it is over");
}

async fn raw(api: &Api, path: &str) -> Bytes {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let request = Request::get(format!("{}{path}", api.sandbox.urls().q2))
        .header("authorization", format!("Bearer {}", api.sandbox.api_key()))
        .body(Full::<Bytes>::default())
        .expect("a request");
    client.request(request).await.expect("an answer").into_body().collect().await.expect("a body").to_bytes()
}

#[tokio::test]
async fn a_page_of_a_proxy_may_mean_that_nothing_happened() {
    let (api, bill) = payable().await;
    for fault in
        [HttpFaultKind::Html, HttpFaultKind::InvalidJson, HttpFaultKind::InvalidUtf8, HttpFaultKind::Empty]
    {
        set(&api, HttpFault::new(fault, "schedulePayment").before_effect());
        let answer = api.post("/payment/schedule", pay(&bill)).await;
        assert_eq!(answer.status, 200);
        assert!(answer.body.is_string(), "{fault:?}: {}", answer.body);
        assert!(answer.headers.contains_key("request-id"));
    }
    api.advance("PT1H").await;
    assert!(api.sandbox.ledger().is_empty());
    set(&api, HttpFault::html("schedulePayment"));
    api.post("/payment/schedule", pay(&bill)).await;
    api.advance("PT1H").await;
    assert_eq!(api.sandbox.ledger().len(), 1);
}

#[tokio::test]
async fn a_one_time_token_survives_what_strikes_before_the_effect() {
    let api = Api::start().await;
    let token = api.token(json!({ "identifier": "browser", "nonce": true })).await;
    let path = format!("/company/{REGULAR_2}");
    set(&api, HttpFault::status("getCompany", 503));
    api.request_as(&token, "GET", &path, None).await.refused(503, "told");
    set(&api, HttpFault::status("getCompany", 503).after_effect());
    api.request_as(&token, "GET", &path, None).await.refused(503, "told");
    api.request_as(&token, "GET", &path, None).await.refused(401, "");
}

#[tokio::test]
async fn faults_count_what_they_concern() {
    let api = Api::start().await;
    let faults = Faults::new()
        .with_http(HttpFault::status("searchCompanies", 500).skip(1).times(2))
        .with_http(HttpFault::status("*", 503).skip(4).of_api("q2"))
        .with_http(HttpFault::status("getCompany", 404).always());
    api.sandbox.set_faults(faults).expect("faults");
    let mut seen = Vec::new();
    for _ in 0..6 {
        seen.push(search(&api).await.status);
    }
    assert_eq!(seen, [200, 500, 500, 200, 503, 200]);
    for _ in 0..3 {
        api.get(&format!("/company/{REGULAR_1}")).await.refused(404, "told");
    }
    api.get("/nowhere").await.refused(404, "no route");
    let report = api.sandbox.faults();
    let counts: Vec<_> = report.http.iter().map(|fault| (fault.matched(), fault.used())).collect();
    assert_eq!(counts, [(6, 2), (10, 1), (3, 3)]);
    let shown = api.control("GET", "/faults", None).await.ok();
    assert_eq!(
        shown["http"][0],
        json!({
            "kind": "status", "operation": "searchCompanies", "when": "before-effect", "status": 500,
            "skip": 1, "times": 2, "matched": 6, "used": 2,
        })
    );
    assert_eq!((&shown["webhooks"], &shown["held"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn the_control_api_sets_shows_and_removes_them() {
    let (api, bill) = payable().await;
    let given = json!({ "http": [
        { "kind": "cut", "operation": "schedulePayment", "when": "after-effect" },
        { "kind": "status", "operation": "*", "status": 429, "retryAfter": { "date": 5 }, "times": 0, "api": "q2" },
    ] });
    let shown = api.control("PUT", "/faults", Some(given)).await.ok();
    assert_eq!(shown["http"][0]["used"], json!(0));
    assert_eq!(shown["http"][1]["retryAfter"], json!({ "date": 5 }));
    let seen = Conversation::until_closed(&api, "POST", "/payment/schedule", &pay(&bill).to_string()).await;
    assert!(seen.is_empty());
    search(&api).await.refused(429, "told");
    let requests = api.control("GET", "/requests", None).await.ok();
    let requests = requests["data"].as_array().expect("data");
    let last = &requests[requests.len() - 2..];
    assert_eq!(last[0]["fault"], json!({ "kind": "cut", "when": "after-effect", "handled": 200 }));
    assert_eq!(last[0].get("status"), None);
    assert_eq!((&last[1]["status"], &last[1]["fault"]["kind"]), (&json!(429), &json!("status")));
    let shown = api.control("GET", "/faults", None).await.ok();
    // What is shown can be given back, and goes on counting.
    let again = json!({ "http": shown["http"], "webhooks": shown["webhooks"] });
    assert_eq!(api.control("PUT", "/faults", Some(again)).await.ok(), shown);
    search(&api).await.refused(429, "told");
    let none = api.control("DELETE", "/faults", None).await.ok();
    assert_eq!(none, json!({ "http": [], "webhooks": [], "held": [] }));
    search(&api).await.ok();
}

#[tokio::test]
async fn what_could_never_apply_is_refused() {
    let api = Api::start().await;
    for (fault, says) in [
        (json!({ "kind": "cut" }), "operation"),
        (json!({ "kind": "melt", "operation": "*" }), "melt"),
        (json!({ "kind": "cut", "operation": "payNow" }), "http[0].operation: \"payNow\" is not known"),
        (json!({ "kind": "cut", "operation": "*", "api": "q3" }), "no API \"q3\""),
        (json!({ "kind": "cut", "operation": "*", "whenn": "x" }), "unknown field `whenn`"),
        (json!({ "kind": "cut", "operation": "*", "status": 500 }), "belong to the kind \"status\""),
        (json!({ "kind": "cut", "operation": "*", "for": "PT1S" }), "belongs to the kind \"delay\""),
        (json!({ "kind": "cut", "operation": "*", "contentType": "x" }), "\"content-type\""),
        (json!({ "kind": "status", "operation": "*" }), "400 to 599"),
        (json!({ "kind": "status", "operation": "*", "status": 200 }), "400 to 599"),
        (json!({ "kind": "status", "operation": "*", "status": 600 }), "400 to 599"),
        (json!({ "kind": "delay", "operation": "*" }), "ISO 8601"),
        (json!({ "kind": "delay", "operation": "*", "for": "soon" }), "ISO 8601"),
        (json!({ "kind": "delay", "operation": "*", "for": "PT0S" }), "no time at all"),
        (json!({ "kind": "delay", "operation": "*", "for": "-PT5S" }), "no time at all"),
        (json!({ "kind": "content-type", "operation": "*", "contentType": "a\nb" }), "header"),
        (json!({ "kind": "truncated", "operation": "*", "when": "before-effect" }), "after-effect"),
    ] {
        api.control("PUT", "/faults", Some(json!({ "http": [fault] }))).await.refused(400, says);
    }
    for (fault, says) in [
        (json!({ "kind": "tamper", "eventType": "bill.lost" }), "webhooks[0].eventType: \"bill.lost\""),
        (json!({ "kind": "cut", "eventType": "*" }), "cut"),
        (json!({ "kind": "delay", "eventType": "*" }), "ISO 8601"),
        (json!({ "kind": "drop", "eventType": "*", "for": "PT1S" }), "belongs to the kind \"delay\""),
    ] {
        api.control("PUT", "/faults", Some(json!({ "webhooks": [fault] }))).await.refused(400, says);
    }
    api.control("PUT", "/faults", Some(json!({ "htp": [] }))).await.refused(400, "unknown field `htp`");
    api.control("POST", "/faults", None).await.refused(405, "GET, PUT, DELETE");
    assert!(api.sandbox.faults().http.is_empty(), "nothing of a refused list holds");
}

#[tokio::test]
async fn faults_are_part_of_the_state_and_end_with_a_reset() {
    let api = Api::start().await;
    set(&api, HttpFault::status("searchCompanies", 503).times(2));
    search(&api).await.refused(503, "told");
    let state = api.sandbox.state().expect("a state");
    search(&api).await.refused(503, "told");
    search(&api).await.ok();
    api.sandbox.restore(&state).await.expect("restored");
    assert_eq!(api.sandbox.faults().http[0].used(), 1);
    search(&api).await.refused(503, "told");
    search(&api).await.ok();
    let other = Api::start().await;
    other.sandbox.restore(&state).await.expect("restored elsewhere");
    search(&other).await.refused(503, "told");
    other.sandbox.restore(&state).await.expect("restored again");
    other.sandbox.reset(None).await.expect("reset");
    assert!(other.sandbox.faults().http.is_empty());
    search(&other).await.ok();
}

#[tokio::test]
async fn a_body_that_breaks_off_gets_the_documented_error_too() {
    let api = Api::start().await;
    let seen = Conversation::broken_body(&api, "/client").await;
    assert!(seen.head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{}", seen.head);
    assert!(seen.header("request-id").is_some());
    let body: Value = serde_json::from_slice(&seen.body).expect("JSON");
    assert_eq!((&body["statusCode"], &body["error"]), (&json!(400), &json!("Bad Request")));
    assert_eq!(body["message"], "The body ended before it was complete.");
}

#[tokio::test]
async fn every_kind_has_one_name() {
    for kind in HttpFaultKind::ALL {
        assert_eq!(serde_json::to_value(kind).expect("JSON"), json!(kind.as_str()));
    }
    for kind in billwire_sandbox::WebhookFaultKind::ALL {
        assert_eq!(serde_json::to_value(kind).expect("JSON"), json!(kind.as_str()));
    }
}
