//! Error bodies, paths with two spellings, and what is no request of this API.

use billwire_sandbox::{BillerApiSettings, ErrorShape, Faults, HttpFault};
use serde_json::json;

use super::calls::{Biller, FIRST, With};

/// Checklist, emulator (7): shape N by default, shape S when configured, over every kind of refusal. Contradiction C1.
#[tokio::test]
async fn errors_leave_in_both_shapes() {
    let api = Biller::start().await;
    for shape in [ErrorShape::N, ErrorShape::S] {
        let settings = BillerApiSettings::default().with_error_shape(shape).with_rate_limits(true);
        api.sandbox.billerapi().set_settings(settings).expect("settings");
        let account = api.linked("4242424242").await;
        let bearer = With::Bearer(&account.access_token);
        let mut answers = vec![
            (400, "validation_error", "Bad Request", api.get("/bills/get").await),
            (401, "authentication_error", "Unauthorized", api.get_as(With::Nothing, "/billers").await),
            (403, "authorization_error", "Forbidden", api.get_as(bearer, "/billers").await),
            (404, "not_found", "Not Found", api.get("/nowhere").await),
            (
                405,
                "validation_error",
                "Method Not Allowed",
                api.ask(FIRST, "PUT", "/billers", &[], None).await,
            ),
        ];
        api.sandbox
            .set_faults(Faults::new().with_http(HttpFault::status("listBillers", 503)))
            .expect("a fault");
        answers.push((503, "internal_error", "Service Unavailable", api.get("/billers").await));
        for _ in 0..6 {
            api.post("/iam/clients/client_sandbox/webhooks", json!({})).await;
        }
        let limited = api.post("/iam/clients/client_sandbox/webhooks", json!({})).await;
        answers.push((429, "rate_limit_exceeded", "Too Many Requests", limited));
        for (status, code, reason, answer) in answers {
            assert_eq!(answer.status, status, "{}", answer.body);
            let body = answer.body;
            if shape == ErrorShape::S {
                assert_eq!((&body["status_code"], &body["error"]), (&json!(status), &json!(code)), "{body}");
                assert!(body["documentation_url"].is_string() && body.get("statusCode").is_none());
            } else {
                assert_eq!((&body["statusCode"], &body["error"]), (&json!(status), &json!(reason)), "{body}");
                assert!(body.get("documentation_url").is_none() && body.get("status_code").is_none());
            }
            assert!(body["message"].as_str().is_some_and(|message| !message.is_empty()));
        }
        api.advance("PT1M").await;
    }
}

/// Contradiction C8: one bill under both paths, without the version only if the id looks like one.
#[tokio::test]
async fn a_bill_is_read_under_both_paths() {
    let api = Biller::start().await;
    let account = api.linked("4242424242").await;
    let bill = api.bills(&account.account_link_id).await[0].clone();
    let id = bill["id"].as_str().expect("an id");
    for with in [FIRST, With::Bearer(&account.access_token)] {
        assert_eq!(api.get_as(with, &format!("/v1/bills/{id}")).await.ok(), bill);
        assert_eq!(api.get_as(with, &format!("/bills/{id}")).await.ok(), bill);
    }
    api.get("/bills/bill_unknown").await.refused(404, "no bill");
    api.get("/v1/bills/anything").await.refused(404, "no bill");
    api.get("/bills/anything").await.refused(404, "no route");
    api.get("/v1/bills/sandbox_bill_4242424242_1").await.ok();
}

/// What is no request of this API is refused in its form, whatever it is.
#[tokio::test]
async fn odd_requests_are_refused() {
    let api = Biller::start().await;
    let long = "x".repeat(3_000);
    for path in ["/", "/v1", "/link", "/bills/get/", "/%ff", "/sandbox/scenarios/1", &format!("/{long}")] {
        api.get(path).await.refused(404, "no route");
    }
    for (method, path) in [
        ("DELETE", "/bills/get"),
        ("GET", "/link/token/create"),
        ("POST", "/sandbox/scenarios"),
        ("GET", "/link/ltid_x/complete"),
        ("PATCH", "/iam/clients/client_sandbox/webhooks"),
        ("PUT", "/billers/test_gas_company"),
        ("POST", "/emails/gmail/consent"),
    ] {
        let answer = api.ask(FIRST, method, path, &[], None).await;
        assert!(answer.headers.contains_key("allow"), "{method} {path}");
        answer.refused(405, "takes");
    }
    for body in ["", "{", "[]", "null", "7", "\"text\"", "{\"client_id\": 1}", "{\"client_id\":\"a\"}x"] {
        let answer = api.ask(FIRST, "POST", "/link/token/create", &[], Some(body.to_owned())).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.body);
    }
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let answer = api.ask(FIRST, "POST", "/request-to-link/create", &[], Some(deep)).await;
    assert_eq!(answer.status, 400);
    let huge = format!("{{\"client_user_id\":\"{}\"}}", "x".repeat(3_000_000));
    api.ask(FIRST, "POST", "/request-to-link/create", &[], Some(huge)).await.refused(413, "longer");
    // What a query repeats, misspells or breaks does not matter.
    api.get("/billers?%zz=1&&&limit=3&limit=2&=&search").await.ok();
}

/// The control API says what it does not accept.
#[tokio::test]
async fn odd_settings_are_refused() {
    let api = Biller::start().await;
    let put = async |body| api.control("PUT", "/settings", body).await;
    put(json!({ "errorShape": "X" })).await.refused(400, "errorShape");
    put(json!({ "envelope": "E4" })).await.refused(400, "envelope");
    put(json!({ "signature": "sha1" })).await.refused(400, "signature");
    put(json!({ "limits": { "link": 0 } })).await.refused(400, "at least 1");
    put(json!({ "limits": { "boats": 1 } })).await.refused(400, "boats");
    put(json!({ "attemptsAfterSeconds": [] })).await.refused(400, "attemptsAfterSeconds");
    put(json!({ "attemptsAfterSeconds": [10, 5] })).await.refused(400, "rising");
    put(json!({ "visibilityDelayMs": u64::MAX })).await.refused(400, "year");
    put(json!({ "colour": "red" })).await.refused(400, "colour");
    let default = api.control("GET", "/settings", json!({})).await.ok();
    assert_eq!(
        default,
        json!({
            "errorShape": "N",
            "envelope": "E3",
            "signature": "new",
            "rateLimits": false,
            "limits": { "authentication": 5, "link": 100, "biller": 200, "read": 1000, "write": 100 },
            "visibilityDelayMs": 0,
            "pages": "documented",
            "objects": "bare",
            "strictIdempotency": false,
            "attemptsAfterSeconds": [0, 10, 60, 300, 1800, 7200],
        })
    );
    assert_eq!(put(default.clone()).await.ok(), default);
    let client = async |id: &str, secret: &str| {
        api.control("POST", "/clients", json!({ "clientId": id, "clientSecret": secret })).await
    };
    client("client_b", "bb_live_secret").await.refused(400, "bb_test_");
    client("client_sandbox", "bb_test_b").await.refused(400, "already");
    client("client b", "bb_test_b").await.refused(400, "letters");
    let clients = client("client_b", "bb_test_b").await.ok();
    assert_eq!(
        (clients.as_array().map(Vec::len), clients.to_string().contains("bb_test_b")),
        (Some(2), false)
    );
    api.control("GET", "/nothing", json!({})).await.refused(404, "no such control route");
    api.control("DELETE", "/settings", json!({})).await.refused(405, "GET, PUT");
}
