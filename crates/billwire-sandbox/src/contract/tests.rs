//! A wrong answer and a wrong webhook are noticed: each is made wrong on purpose, right before it is looked at.

use std::panic::{AssertUnwindSafe, catch_unwind};

use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use super::schemas::{self, Checked};
use crate::api::APIS;
use crate::front;
use crate::q2::API;
use crate::{Sandbox, WebhookConfiguration};

const MONEY_AS_PRINTED: &str = "100";

#[test]
fn every_schema_compiles_and_refuses_what_is_no_object() {
    for api in APIS {
        let paths = schemas::everything(api);
        assert!(paths.len() > api.operations.len() + api.event_types.len(), "{}: {paths:?}", api.name);
        for path in paths {
            let reason = schemas::refuses(api, path.clone(), &json!("text")).unwrap_or_default();
            let why = ["is not of type", "is not valid under any"];
            assert!(why.iter().any(|why| reason.contains(why)), "{path:?}: {reason}");
        }
    }
}

fn answer(operation: &str, body: &Value) -> Result<(), (String, String)> {
    schemas::check(&API, Checked::Answer { operation, status: 200 }, body)
}

#[track_caller]
fn refused(operation: &str, body: &Value, path: &str, reason: &str) {
    let (found, why) = answer(operation, body).expect_err("a difference");
    assert_eq!(found, path, "{why}");
    assert!(why.contains(reason), "`{reason}` is not in: {why}");
}

#[test]
fn each_rule_is_kept() {
    let bill = |member: &str, value: Value| {
        let mut bill = json!({ "_id": "b", "status": { "type": "upcoming" } });
        bill[member] = value;
        json!({ "bill": bill, "payments": [] })
    };
    assert_eq!(answer("getBill", &bill("balance", json!("25.21"))), Ok(()));
    refused("getBill", &json!({ "payments": [] }), "", "\"bill\" is a required property");
    refused("getBill", &bill("balance", json!(MONEY_AS_PRINTED)), "/bill/balance", "does not match");
    refused("getBill", &bill("balance", json!(25.21)), "/bill/balance", "is not of type \"string\"");
    refused("getBill", &bill("hidden", json!("false")), "/bill/hidden", "is not of type \"boolean\"");
    refused("getBill", &bill("dueDate", json!("2026-03-05")), "/bill/dueDate", "");
    refused("getBill", &bill("dueDate", json!("2026-02-30T00:00:00.000Z")), "/bill/dueDate", "date-time");
    refused("getBill", &bill("dueDate", json!("2026-03-05T00:00:00Z")), "/bill/dueDate", "does not match");
    refused(
        "getBill",
        &bill("status", json!({ "type": "unheard-of" })),
        "/bill/status/type",
        "is not one of",
    );
    refused("getBill", &bill("payDtae", json!("x")), "/bill", "Additional properties are not allowed");
    refused(
        "listSwaps",
        &json!({ "data": [{ "status": { "type": "pending" } }] }),
        "/data/0/status/type",
        "",
    );
    let error = schemas::check(&API, Checked::Error, &json!({ "message": "No." })).expect_err("a difference");
    assert!(error.1.contains("required property"), "{}", error.1);
    refused("noSuchOperation", &json!({}), "", "the description has no noSuchOperation");
}

#[test]
fn no_value_is_repeated() {
    let (_, reason) = answer("createToken", &json!({ "token": 4_111_111 })).expect_err("a number");
    assert_eq!(reason, "the value there is not of type \"string\"");
}

async fn sandbox(spoil: fn(&mut Value)) -> Sandbox {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    *sandbox.shared().contract.spoil.lock().expect("a lock") = Some(spoil);
    sandbox
}

async fn get(sandbox: &Sandbox, path: &str) -> (u16, Value) {
    let request = Request::get(format!("http://127.0.0.1/v1{path}"))
        .header("authorization", format!("Bearer {}", sandbox.api_key()))
        .body(http_body_util::Empty::<bytes::Bytes>::new())
        .expect("a request");
    let answer = front::answer(sandbox.shared(), &API, request).await.expect("an answer");
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.expect("a body").to_bytes();
    (status, serde_json::from_slice(&body).expect("JSON"))
}

#[tokio::test]
async fn a_wrong_answer_becomes_a_500_that_says_where() {
    let sandbox = sandbox(|answer| answer["data"][0]["type"] = json!(7)).await;
    let (status, body) = get(&sandbox, "/company/categories").await;
    let text = "The sandbox broke its own description: the answer of listCategories, at /data/0/type: the value there is \
                not of type \"string\".";
    assert_eq!((status, body["message"].as_str()), (500, Some(text)));
    assert_eq!(sandbox.requests()[0].status, Some(500));
    let violations = sandbox.take_violations();
    assert_eq!(violations.len(), 1);
    assert_eq!(violations[0].path, "/data/0/type");
    assert!(sandbox.violations().is_empty());
}

#[tokio::test]
async fn a_wrong_error_becomes_a_500_too() {
    let sandbox = sandbox(|answer| answer["statusCode"] = json!("404")).await;
    let (status, body) = get(&sandbox, "/bill/unknown").await;
    assert_eq!(status, 500);
    let message = body["message"].as_str().expect("a message");
    assert!(message.contains("the answer 404 of getBill, at /statusCode"), "{message}");
    assert_eq!(sandbox.take_violations().len(), 1);
}

#[tokio::test]
async fn a_wrong_webhook_fails_its_attempt() {
    let sandbox = sandbox(|body| body["event"]["created"] = json!("yesterday")).await;
    // Nobody listens there: the attempt must fail before anything is sent.
    sandbox
        .configure_webhooks(WebhookConfiguration::to("http://127.0.0.1:9/").with_all_event_types())
        .await
        .expect("configured");
    let record = sandbox.trigger_event("bill.update", None, []).await.expect("an event");
    let error = record.attempts[0].error.as_deref().expect("an error");
    assert!(error.contains("the event bill.update, at /event/created"), "{error}");
    assert_eq!(sandbox.take_violations().len(), 1);
}

#[tokio::test]
async fn an_overridden_event_may_be_anything() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    sandbox
        .configure_webhooks(WebhookConfiguration::to("http://127.0.0.1:9/").with_all_event_types())
        .await
        .expect("configured");
    let odd = [("payload.data.bill.balance.current", json!(12))];
    let record = sandbox.trigger_event("bill.update", None, odd).await.expect("an event");
    assert!(record.overridden);
    assert!(sandbox.violations().is_empty());
}

#[tokio::test]
async fn a_sandbox_with_violations_panics_when_it_is_dropped() {
    let sandbox = sandbox(|answer| *answer = json!([])).await;
    get(&sandbox, "/company/categories").await;
    let panic = catch_unwind(AssertUnwindSafe(|| drop(sandbox))).expect_err("a panic");
    let text = panic.downcast_ref::<String>().expect("a text");
    assert!(text.contains("the answer of listCategories"), "{text}");
}
