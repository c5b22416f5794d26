//! The control API over HTTP: its answers, and its refusals.

use billwire_sandbox::{Sandbox, WebhookConfiguration};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};

use crate::http::{Api, REGULAR_1};

#[tokio::test]
async fn the_console_lists_everything_for_a_person() {
    let api = Api::start().await;
    let request = Request::get(&api.sandbox.urls().console).body(Full::new(Bytes::new())).expect("a request");
    let page = api.send(request).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    let page = page.body.as_str().expect("text").to_owned();
    for expected in
        [&api.sandbox.urls().q2, "MFA Company 2", "/control/events/{id}/redeliver", api.sandbox.api_key()]
    {
        assert!(page.contains(expected), "{expected}");
    }
}

#[tokio::test]
async fn info_says_all_that_is_needed() {
    let api = Api::start().await;
    let info = api.control("GET", "/info", None).await.ok();
    assert_eq!(info["urls"]["q2"], json!(api.sandbox.urls().q2));
    assert_eq!(info["credentials"]["q2ApiKeys"], json!(["dc220490-e6ee-11e5-8a94-e7385a8d929e"]));
    assert_eq!(info["credentials"]["q2PartnerId"], "55942f330cfcfd6c4ed529d9");
    assert_eq!(info["companies"].as_array().map(Vec::len), Some(7));
    assert_eq!(info["companies"][0]["id"], REGULAR_1);
    assert_eq!((&info["seed"], &info["clockMode"]), (&json!(1), &json!("frozen")));
    assert!(!info.to_string().contains("PRIVATE KEY"));
}

#[tokio::test]
async fn the_clock_moves_forward_only_and_reports() {
    let api = Api::start().await;
    let client = api.client("clock").await;
    api.auth(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    let reading = api.control("GET", "/clock", None).await.ok();
    assert_eq!(
        reading,
        json!({ "now": "2026-03-02T12:00:00.000Z", "mode": "frozen", "nextDue": "2026-03-02T12:00:02.000Z" })
    );
    let report = api.control("PUT", "/clock", Some(json!({ "advance": "PT0S" }))).await.ok();
    assert_eq!(report["effects"], json!([]), "a frozen clock holds everything back");
    let report = api.control("PUT", "/clock", Some(json!({ "now": "2026-03-02T12:00:10Z" }))).await.ok();
    assert_eq!((&report["now"], &report["mode"]), (&json!("2026-03-02T12:00:10.000Z"), &json!("frozen")));
    let times: Vec<&Value> =
        report["effects"].as_array().expect("effects").iter().map(|one| &one["at"]).collect();
    assert_eq!(times, ["2026-03-02T12:00:02.000Z", "2026-03-02T12:00:04.000Z"]);
    for (body, says) in [
        (json!({}), "give \"now\", \"advance\" or \"mode\""),
        (json!({ "now": "2026-03-02T12:00:09Z" }), "does not run backwards: it is 2026-03-02T12:00:10.000Z"),
        (json!({ "advance": "-P1D" }), "does not run backwards"),
        (json!({ "advance": "ten days" }), "ISO 8601"),
        (json!({ "advance": "P1D", "now": "2027-01-01T00:00:00Z" }), "not both"),
        (json!({ "now": "tomorrow" }), "RFC 3339"),
        (json!({ "mode": "slow" }), "expected `frozen` or `running`"),
        (json!({ "advnace": "P1D" }), "unknown field `advnace`"),
    ] {
        api.control("PUT", "/clock", Some(body)).await.refused(400, says);
    }
    assert_eq!(api.sandbox.now().to_string(), "2026-03-02T12:00:10.000Z");
}

#[tokio::test]
async fn routes_and_methods_are_told_apart() {
    let api = Api::start().await;
    api.control("GET", "/nothing", None).await.refused(404, "GET / lists them all");
    api.control("DELETE", "/clock", None).await.refused(405, "takes GET, PUT, not DELETE");
    api.control("GET", "/reset", None).await.refused(405, "takes POST, not GET");
    api.control("PUT", "/clock", None).await.refused(400, "Please provide a JSON body");
    api.control("GET", "/events/unknown", None).await.refused(404, "no event \"unknown\"");
    api.control("POST", "/events/unknown/redeliver", None).await.refused(404, "no event \"unknown\"");
}

#[tokio::test]
async fn events_on_demand_refuse_what_would_change_nothing() {
    let api = Api::start().await;
    for (body, status, says) in [
        (json!({ "type": "bill.issued" }), 400, "known are auth.success"),
        (json!({ "type": "bill.update", "resourceId": "nothing" }), 404, "no bill \"nothing\""),
        (
            json!({ "type": "bill.update", "overrides": { "payload.data.bill.balance.current": "52.11" } }),
            400,
            "changes nothing",
        ),
        (
            json!({ "type": "bill.update", "overrides": { "payload.data.bill.balnce": "1" } }),
            400,
            "leads nowhere at \"balnce\"; there are balance, dueDate",
        ),
        (json!({ "type": "bill.update", "overrides": { "_id": "x" } }), 400, "_id"),
        (json!({ "type": "bill.update", "override": {} }), 400, "unknown field `override`"),
        (json!({}), 400, "missing field `type`"),
    ] {
        api.control("POST", "/events/trigger", Some(body)).await.refused(status, says);
    }
    assert!(api.sandbox.events().is_empty());
    let body = json!({ "type": "auth.security-input-required", "overrides": { "payload.data.input.0.question": "?" } });
    let event = api.control("POST", "/events/trigger", Some(body)).await.ok();
    assert_eq!(event["event"]["payload"]["data"]["input"][0]["question"], "?");
    assert_eq!(event["delivery"], "not-configured");
    assert_eq!(api.control("GET", "/events", None).await.ok()["data"][0], event);
}

#[tokio::test]
async fn webhook_settings_are_checked() {
    let api = Api::start().await;
    let url = "http://127.0.0.1:9/hook";
    for (body, says) in [
        (json!({ "url": "https://127.0.0.1/hook" }), "not an http URL"),
        (json!({ "url": "http://example.com/hook" }), "this machine"),
        (json!({ "url": "not a url" }), "not a URL"),
        (json!({ "url": url, "eventTypes": ["bill.updated"] }), "\"bill.updated\" is not a type"),
        (json!({ "url": url, "encryption": {} }), "either publicKeyUrl or publicKey"),
        (json!({ "url": url, "encryption": { "publicKey": "nonsense" } }), "encryption key cannot be used"),
        (
            json!({ "url": url, "encryption": { "publicKeyUrl": "http://10.0.0.1/" } }),
            "encryption.publicKeyUrl",
        ),
        (json!({ "url": url, "signature": { "headerName": "not a header" } }), "headerName"),
        (json!({ "url": url, "signature": { "expirySeconds": 0 } }), "expirySeconds"),
        (json!({ "url": url, "oauth": { "url": url } }), "missing field `payload`"),
        (json!({ "uri": url }), "unknown field `uri`"),
    ] {
        api.control("PUT", "/q2/webhooks", Some(body)).await.refused(400, says);
    }
    let body =
        json!({ "url": url, "signature": {}, "oauth": { "url": url, "payload": "client_secret=hush" } });
    let shown = api.control("PUT", "/q2/webhooks", Some(body)).await.ok();
    assert_eq!(shown["signature"], json!({ "headerName": "signature", "expirySeconds": 300 }));
    assert_eq!(shown["oauth"]["payload"], "[redacted]");
    assert_eq!(
        api.control("PUT", "/q2/webhooks", Some(json!({}))).await.ok(),
        json!({}),
        "nothing is sent any more"
    );
}

#[tokio::test]
async fn keys_rotate_two_at_a_time() {
    let api = Api::start().await;
    let list = async || api.control("GET", "/q2/keys", None).await.ok()["data"].clone();
    assert_eq!(list().await.as_array().map(Vec::len), Some(2));
    let new = api.control("POST", "/q2/keys", Some(json!({ "use": "sig" }))).await.ok();
    assert_eq!((&new["keyId"], &new["use"]), (&json!("w3n5k0c8j1d7u2h6z9qa"), &json!("sig")));
    assert!(new["publicKey"].as_str().is_some_and(|pem| pem.starts_with("-----BEGIN PUBLIC KEY-----")));
    assert_eq!(new["jwk"]["kid"], new["keyId"]);
    api.control("POST", "/q2/keys", Some(json!({ "use": "sig" }))).await.refused(400, "delete one first");
    api.control("DELETE", "/q2/keys/ory6xbfthn7y0vpufk8k", None).await.ok();
    api.control("DELETE", "/q2/keys/w3n5k0c8j1d7u2h6z9qa", None).await.refused(400, "last key of its use");
    api.control("DELETE", "/q2/keys/unknown", None).await.refused(404, "no active key");
    let given = json!({ "use": "sig", "keyId": "mine", "privateKey": "nonsense" });
    api.control("POST", "/q2/keys", Some(given)).await.refused(400, "private key cannot be read");
    api.control("POST", "/q2/keys", Some(json!({ "use": "both" })))
        .await
        .refused(400, "expected `enc` or `sig`");
}

#[tokio::test]
async fn rules_are_shown_and_set_as_a_whole() {
    let api = Api::start().await;
    let set = json!({ "acceptExpiredCards": true, "scheduleDateMember": "payDate" });
    let shown = api.control("PUT", "/q2/rules", Some(set)).await.ok();
    assert_eq!(
        (&shown["acceptExpiredCards"], &shown["scheduleDateMember"]),
        (&json!(true), &json!("payDate"))
    );
    let shown = api.control("PUT", "/q2/rules", Some(json!({ "strictCodeRetry": true }))).await.ok();
    assert_eq!((&shown["acceptExpiredCards"], &shown["strictCodeRetry"]), (&json!(false), &json!(true)));
    api.control("PUT", "/q2/rules", Some(json!({ "companiesInMaintenance": ["x"] })))
        .await
        .refused(400, "no company");
    api.control("PUT", "/q2/rules", Some(json!({ "fast": true }))).await.refused(400, "unknown field");
}

#[tokio::test]
async fn validating_auths_are_listed_if_a_test_asks() {
    let api = Api::start().await;
    api.control("PUT", "/q2/rules", Some(json!({ "listValidatingAuths": true }))).await.ok();
    let client = api.client("listed").await;
    api.auth(&client, REGULAR_1, ["", "", ""]).await;
    assert_eq!(api.auths(&client).await[0]["status"]["type"], "syncing");
}

#[tokio::test]
async fn requests_are_shown_without_their_secrets() {
    let api = Api::start().await;
    api.post("/client", json!({ "identifier": "a secret identifier" })).await.ok();
    api.get("/bill/nothing?token=hush").await.refused(404, "no bill");
    let shown = api.control("GET", "/requests", None).await.ok();
    let records = shown["data"].as_array().expect("records");
    assert_eq!(records[0]["operation"], "createClient");
    assert_eq!((&records[0]["status"], &records[0]["credential"]), (&json!(200), &json!("api-key")));
    assert_eq!(
        (&records[1]["path"], &records[1]["error"]),
        (&json!("/v1/bill/nothing"), &json!("There is no bill nothing."))
    );
    let text = shown.to_string();
    for secret in ["a secret identifier", "hush", api.sandbox.api_key()] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn the_ledger_is_shown_as_it_is() {
    let api = Api::start().await;
    let client = api.client("ledger").await;
    let method = api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, crate::http::REGULAR_3, ["33.40", "04/15/2026", ""]).await;
    api.pay_now(&bill).await;
    assert_eq!(
        api.control("GET", "/ledger", None).await.ok(),
        json!({ "data": [{
            "api": "q2",
            "sequence": 1,
            "at": "2026-03-02T12:00:07.000Z",
            "clientId": client,
            "billId": bill,
            "paymentMethodId": method,
            "amount": "33.40",
            "surcharge": "0.84",
        }] })
    );
}

#[tokio::test]
async fn pages_of_other_sites_are_refused() {
    let api = Api::start().await;
    let request = |name: &str, value: &str| {
        Request::post(format!("{}/reset", api.sandbox.urls().control))
            .header(name, value)
            .body(Full::new(Bytes::new()))
            .expect("a request")
    };
    for (name, value) in
        [("origin", "https://evil.example"), ("host", "evil.example:7700"), ("origin", "null")]
    {
        api.send(request(name, value)).await.refused(403, "of this machine");
    }
    api.send(request("origin", "http://localhost:3000")).await.ok();
}

#[tokio::test]
async fn a_body_ends_with_its_value() {
    let api = Api::start().await;
    let request = Request::put(format!("{}/clock", api.sandbox.urls().control))
        .body(Full::new(Bytes::from_static(b"{\"advance\":\"P1D\"} {\"advance\":\"P1D\"}")))
        .expect("a request");
    api.send(request).await.refused(400, "trailing characters");
    assert_eq!(api.sandbox.now().to_string(), "2026-03-02T12:00:00.000Z");
}

#[tokio::test]
async fn an_id_in_a_path_is_percent_encoded() {
    let api = Api::start().await;
    let pem = include_str!("../../src/test_only_keys/TEST-ONLY-signing-4.pem");
    let given = json!({ "use": "sig", "keyId": "my key/1", "privateKey": pem });
    api.control("POST", "/q2/keys", Some(given)).await.ok();
    api.control("DELETE", "/q2/keys/my%20key%2F1", None).await.ok();
    api.control("DELETE", "/q2/keys/%ff", None).await.refused(404, "no such control route");
}

#[tokio::test]
async fn another_method_is_told_which_there_are() {
    let api = Api::start().await;
    let answer = api.control("POST", "/q2/rules", Some(json!({}))).await;
    assert_eq!(answer.headers.get("allow").and_then(|value| value.to_str().ok()), Some("GET, PUT"));
    answer.refused(405, "GET, PUT");
}

/// The limit is that of the emulated API: a test of it must still be able to put a state back.
#[tokio::test]
async fn the_limit_of_request_bodies_is_not_that_of_the_control_api() {
    let api = Api::start_with(Sandbox::builder().body_limit(16)).await;
    api.post("/client", json!({ "identifier": "longer than that" })).await.refused(413, "16 bytes");
    let state = api.control("GET", "/state", None).await.ok();
    api.control("PUT", "/state", Some(state)).await.ok();
}

/// What recurs every day would recur for ever at the last instant of the calendar.
#[tokio::test]
async fn the_clock_stays_away_from_the_end_of_the_calendar() {
    let api = Api::start().await;
    for change in [json!({ "now": "9999-12-30T00:00:00Z" }), json!({ "advance": "P7900Y" })] {
        api.control("PUT", "/clock", Some(change)).await.refused(400, "9000");
    }
    api.control("PUT", "/clock", Some(json!({ "advance": "P100Y" }))).await.ok();
}

#[tokio::test]
async fn a_secret_that_was_not_shown_is_not_taken_for_one() {
    let api = Api::start().await;
    let oauth = WebhookConfiguration::to("http://127.0.0.1:9/").with_oauth("http://127.0.0.1:9/", "a=b");
    api.sandbox.configure_webhooks(oauth).await.expect("configured");
    let shown = api.control("GET", "/q2/webhooks", None).await.ok();
    api.control("PUT", "/q2/webhooks", Some(shown)).await.refused(400, "oauth.payload");
}

#[tokio::test]
async fn a_signature_does_not_take_the_place_of_what_a_delivery_needs() {
    let api = Api::start().await;
    let with = |name: &str, oauth: bool| {
        let mut settings = json!({ "url": "http://127.0.0.1:9/", "signature": { "headerName": name } });
        if oauth {
            settings["oauth"] = json!({ "url": "http://127.0.0.1:9/", "payload": "a=b" });
        }
        api.control("PUT", "/q2/webhooks", Some(settings))
    };
    for name in ["Content-Length", "content-type", "host", "transfer-encoding", "connection"] {
        with(name, false).await.refused(400, "signature.headerName");
    }
    with("Authorization", true).await.refused(400, "signature.headerName");
    with("Authorization", false).await.ok();
}

#[tokio::test]
async fn a_body_that_is_far_too_long_is_answered_all_the_same() {
    let api = Api::start_with(Sandbox::builder().body_limit(1000)).await;
    for _ in 0..20 {
        let body = format!("{{\"identifier\":\"{}\"}}", "x".repeat(4_000_000));
        api.request("POST", "/client", Some(body)).await.refused(413, "1000 bytes");
    }
}
