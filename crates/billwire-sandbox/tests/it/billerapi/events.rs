//! The nine types of events, by a real cause, in all three envelopes.

use billwire_sandbox::{
    AccountStatus, BillChange, BillerApiSettings, BillerApiWebhooks, Envelope, LinkVisit, RequestAnswer,
};
use serde_json::{Value, json};

use super::calls::{Biller, CLIENT, ELECTRIC};
use crate::receiver::Receiver;

/// Everything that can be told of, in an order that is known; with the bodies as they were delivered.
async fn everything(envelope: Envelope) -> (Biller, Vec<Value>) {
    let (api, receiver) = (Biller::start().await, Receiver::start().await);
    let play = api.sandbox.billerapi();
    play.set_settings(BillerApiSettings::default().with_envelope(envelope)).expect("settings");
    play.configure_webhooks(BillerApiWebhooks::to(receiver.url("/hook"))).await.expect("configured");
    let body = json!({ "client_user_id": "user_123", "biller_id": ELECTRIC, "metadata": { "a": 1 } });
    let request = api.post_once("key-of-rtl", "/request-to-link/create", body).await.is(201);
    let request = request["id"].as_str().expect("an id").to_owned();
    let link =
        play.answer_request_to_link(&request, RequestAnswer::Begin).await.expect("begun").expect("one");
    play.visit_link(&link, &LinkVisit::default()).await.expect("linked");
    let accounts = api.get("/bills/accounts").await.ok();
    let account = accounts["accounts"][0]["id"].as_str().expect("an id").to_owned();
    let bill = api.bills(&account).await[0]["id"].as_str().expect("an id").to_owned();
    play.change_bill(&bill, BillChange::to_amount(1)).expect("changed");
    let sync = json!({ "account_link_id": account });
    api.post_once("key-of-sync", "/bills/sync/trigger", sync).await.is(202);
    api.advance("PT5S").await;
    play.set_account_status(&account, AccountStatus::Inactive).await.expect("changed");
    let (left, _) = api.link_token().await;
    play.leave_link(&left).await.expect("left");
    let bodies = receiver.received("/hook").iter().map(crate::receiver::Received::json).collect();
    (api, bodies)
}

const ORDER: [&str; 11] = [
    "request-to-link.created",
    "link.created",
    "request-to-link.updated",
    "link.completed",
    "account-link.created",
    "bill.created",
    "request-to-link.updated",
    "bill.updated",
    "account-link.updated",
    "link.created",
    "link.updated",
];

/// Checklist, emulator (8): envelope E3, the default. Contradiction C2, contradiction C11, contradiction C20.
#[tokio::test]
async fn events_in_the_newest_envelope() {
    let (api, bodies) = everything(Envelope::E3).await;
    assert_eq!(BillerApiSettings::default().envelope, Envelope::E3);
    assert_eq!(bodies.iter().map(|body| body["type"].as_str().expect("a type")).collect::<Vec<_>>(), ORDER);
    let ids = |body: &Value| {
        body["data"]["object"].as_object().expect("an object").keys().cloned().collect::<Vec<_>>()
    };
    for body in &bodies {
        assert!(body["id"].as_str().is_some_and(|id| id.starts_with("evt_")), "{body}");
        assert_eq!(
            (&body["object"], &body["api_version"], &body["environment"]),
            (&json!("event"), &json!("2026-04-29"), &json!("dev"))
        );
        assert_eq!(ids(body), ["biller_id", "id", "object", "user_id"]);
        assert_eq!(body["data"]["object"]["user_id"], json!("user_123"));
        assert_eq!(body.as_object().map(serde_json::Map::len), Some(8));
    }
    let objects: Vec<&str> =
        bodies.iter().map(|body| body["data"]["object"]["object"].as_str().expect("one")).collect();
    let (link, request) = ("link", "request_to_link");
    assert_eq!(
        objects,
        [request, link, request, link, "account_link", "bill", request, "bill", "account_link", link, link]
    );
    assert_eq!(bodies[0]["created"], json!(1_772_452_800));
    assert_eq!(bodies[7]["created"], json!(1_772_452_805));
    // The request that caused it, with its key; none for what happens outside the API.
    assert_eq!(bodies[0]["request"]["idempotency_key"], json!("key-of-rtl"));
    assert_eq!(bodies[7]["request"]["idempotency_key"], json!("key-of-sync"));
    let records = api.sandbox.requests();
    let id = |operation: &str| {
        let record = records.iter().find(|record| record.operation.as_deref() == Some(operation));
        json!(record.expect("a record").request_id)
    };
    assert_eq!(bodies[0]["request"]["id"], id("createRequestToLink"));
    assert_eq!(bodies[7]["request"]["id"], id("triggerSync"));
    assert_eq!(bodies[8]["request"], json!({ "id": null, "idempotency_key": null }));
}

/// Checklist, emulator (8): envelope E2, with `mode`.
#[tokio::test]
async fn events_in_the_flat_envelope() {
    let (_, bodies) = everything(Envelope::E2).await;
    assert_eq!(
        bodies.iter().map(|body| body["event_type"].as_str().expect("a type")).collect::<Vec<_>>(),
        ORDER
    );
    for body in &bodies {
        assert_eq!(
            (body["client_id"].as_str(), body.as_object().map(serde_json::Map::len)),
            (Some(CLIENT), Some(6))
        );
    }
    let members = |place: usize| -> Vec<&str> {
        bodies[place]["data"].as_object().expect("data").keys().map(String::as_str).collect()
    };
    assert_eq!(members(0), ["biller_id", "client_user_id", "request_to_link_id", "status"]);
    assert_eq!(members(1), ["link_id", "link_session_id"]);
    assert_eq!(members(2), ["client_user_id", "request_to_link_id"]);
    assert_eq!(members(3), ["account_link_id", "link_id", "link_session_id"]);
    assert_eq!(members(4), ["account_link_id", "biller_id", "client_user_id"]);
    assert_eq!(members(5), ["account_link_id", "bill_id", "client_user_id"]);
    assert_eq!(members(7), members(5));
    assert_eq!(members(8), ["account_link_id", "client_user_id"]);
    assert_eq!(members(10), members(1));
    let modes: Vec<&Value> = bodies.iter().map(|body| &body["mode"]).collect();
    assert_eq!((modes[0], modes[7], modes[8]), (&json!("sandbox"), &json!("sandbox"), &Value::Null));
    assert_eq!(bodies[7]["timestamp"], json!("2026-03-02T12:00:05Z"));
}

/// Checklist, emulator (8): envelope E1.
#[tokio::test]
async fn events_in_the_oldest_envelope() {
    let (_, bodies) = everything(Envelope::E1).await;
    assert_eq!(bodies.iter().map(|body| body["type"].as_str().expect("a type")).collect::<Vec<_>>(), ORDER);
    for body in &bodies {
        assert_eq!(
            (body["client_id"].as_str(), body.as_object().map(serde_json::Map::len)),
            (Some(CLIENT), Some(5))
        );
        assert!(body["data"]["id"].is_string() && body["created_at"].is_string());
    }
    let id = &bodies[0]["data"]["id"];
    assert_eq!(
        bodies[0]["data"],
        json!({
            "id": id,
            "client_user_id": "user_123",
            "biller_id": ELECTRIC,
            "status": "PENDING",
            "metadata": { "a": 1 },
            "created_at": "2026-03-02T12:00:00Z",
        })
    );
    assert_eq!(
        bodies[2]["data"],
        json!({
            "id": id,
            "client_user_id": "user_123",
            "status": "IN_PROGRESS",
            "previous_status": "PENDING",
        })
    );
    assert_eq!(bodies[6]["data"]["previous_status"], json!("IN_PROGRESS"));
}

/// Events on demand, in every envelope: of a thing that is there, of one that never was, with overrides.
#[tokio::test]
async fn events_are_made_on_demand() {
    let (api, bodies) = everything(Envelope::E3).await;
    let kinds: std::collections::BTreeSet<&str> = ORDER.into_iter().collect();
    assert_eq!(kinds.len(), 9);
    for envelope in [Envelope::E1, Envelope::E2, Envelope::E3] {
        let settings = BillerApiSettings::default().with_envelope(envelope);
        api.sandbox.billerapi().set_settings(settings).expect("settings");
        for kind in &kinds {
            let record = api.sandbox.trigger_event(kind, None, []).await.expect("made");
            assert_eq!(record.kind, **kind);
        }
    }
    let bill = bodies[5]["data"]["object"]["id"].as_str().expect("an id");
    let changes = [("data.object.user_id", json!("somebody"))];
    let record = api.sandbox.trigger_event("bill.updated", Some(bill), changes).await.expect("made");
    assert_eq!(
        (&record.event["data"]["object"]["id"], &record.event["data"]["object"]["user_id"]),
        (&json!(bill), &json!("somebody"))
    );
    let error = api.sandbox.trigger_event("bill.created", Some("nothing"), []).await;
    assert!(error.is_err());
}
