//! Receivers of webhooks: how they are registered, and which events they get.

use billwire_sandbox::{BillerApiWebhooks, DeliveryState, ErrorKind};
use serde_json::{Value, json};

use super::calls::{Biller, FIRST, With};
use crate::receiver::Receiver;

const PATH: &str = "/iam/clients/client_sandbox/webhooks";

fn registration(url: &str, events: &[&str]) -> Value {
    json!({ "environment": "sandbox", "url": url, "events": events })
}

fn kinds(receiver: &Receiver, path: &str) -> Vec<String> {
    let received = receiver.received(path);
    received.iter().map(|received| received.header("x-webhook-event-type").to_owned()).collect()
}

#[tokio::test]
async fn a_receiver_is_registered_listed_and_deleted() {
    let api = Biller::start().await;
    let url = "https://app.example.test/webhooks/billerapi";
    let mut body = registration(url, &["bill.created", "bill.updated"]);
    body["secret"] = json!("whsec_test_0123456789abcdef");
    let created = api.post(PATH, body).await.is(201);
    assert_eq!(
        created,
        json!({
            "id": created["id"],
            "client_id": "client_sandbox",
            "environment": "sandbox",
            "url": url,
            "events": ["bill.created", "bill.updated"],
            "status": "ACTIVE",
            "created_at": "2026-03-02T12:00:00.000Z",
        })
    );
    assert_eq!(api.get(PATH).await.ok()["data"], json!([created]));
    assert_eq!(api.ask(FIRST, "DELETE", PATH, &[], None).await.ok()["deleted"], json!(1));
    assert_eq!(api.get(PATH).await.ok()["data"], json!([]));
    let foreign = "/iam/clients/client_other/webhooks";
    api.get(foreign).await.refused(403, "client");
    api.ask(FIRST, "DELETE", foreign, &[], None).await.refused(403, "client");
}

#[tokio::test]
async fn odd_receivers_are_refused() {
    let api = Biller::start().await;
    let register = async |changes: Value| {
        let mut body = registration("http://127.0.0.1:9/hook", &["*"]);
        for (name, value) in changes.as_object().expect("changes") {
            body[name] = value.clone();
        }
        api.post(PATH, body).await
    };
    for url in ["http://app.example.test/", "ftp://127.0.0.1/", "/hook", "", "https://", "not a url"] {
        register(json!({ "url": url })).await.refused(400, "url");
    }
    register(json!({ "events": [] })).await.refused(400, "events");
    register(json!({ "events": ["bill.exploded"] })).await.refused(400, "bill.created");
    register(json!({ "events": ["*", "bill.created"] })).await.refused(400, "events");
    register(json!({ "environment": "moon" })).await.refused(400, "environment");
    register(json!({ "secret": "fifteen bytes.." })).await.refused(400, "secret");
    register(json!({ "secret": "sixteen bytes..." })).await.is(201);
    for environment in ["development", "production"] {
        register(json!({ "environment": environment })).await.is(201);
    }
}

/// Each receiver gets the types it named, those of its own client and of the sandbox only.
#[tokio::test]
async fn events_go_to_every_receiver_that_wants_them() {
    let (api, receiver) = (Biller::start_with_two_clients().await, Receiver::start().await);
    for (path, events) in [("/all", &["*"][..]), ("/bills", &["bill.created"]), ("/links", &["link.created"])]
    {
        api.post(PATH, registration(&receiver.url(path), events)).await.is(201);
    }
    let mut live = registration(&receiver.url("/live"), &["*"]);
    live["environment"] = json!("production");
    api.post(PATH, live).await.is(201);
    let other = With::Client("client_other", super::calls::OTHER_SECRET);
    let foreign = registration(&receiver.url("/other"), &["*"]);
    api.post_as(other, "/iam/clients/client_other/webhooks", foreign).await.is(201);
    api.linked("4000000007").await;
    api.link_token().await;
    api.sandbox.settle().await;
    let mut all = kinds(&receiver, "/all");
    all.sort();
    let expected = ["account-link.created", "bill.created", "bill.created", "bill.created", "link.created"];
    assert_eq!(all, expected);
    assert_eq!(kinds(&receiver, "/bills"), ["bill.created"; 3]);
    assert_eq!(kinds(&receiver, "/links"), ["link.created"]);
    assert!(kinds(&receiver, "/live").is_empty() && kinds(&receiver, "/other").is_empty());
    // One event has one id, whoever gets it.
    let id = |path: &str| receiver.received(path)[0].header("x-webhook-id").to_owned();
    let ids: Vec<String> =
        receiver.received("/all").iter().map(|received| received.header("x-webhook-id").to_owned()).collect();
    assert!(ids.contains(&id("/links")) && ids.contains(&id("/bills")));
}

/// The portal configures one receiver beside those that are registered.
#[tokio::test]
async fn the_portal_configures_a_receiver() {
    let (api, receiver) = (Biller::start().await, Receiver::start().await);
    let put = async |body| api.control("PUT", "/webhooks", body).await;
    let shown = put(json!({
        "url": receiver.url("/hook"),
        "eventTypes": ["bill.created"],
        "secrets": ["whsec_test_0123456789abcdef"],
    }))
    .await
    .ok();
    assert_eq!(shown["secrets"], json!(["[not shown]"]));
    api.linked("4242424242").await;
    api.sandbox.settle().await;
    assert_eq!(kinds(&receiver, "/hook"), ["bill.created"]);
    let states: Vec<DeliveryState> = api.sandbox.events().iter().map(|event| event.delivery).collect();
    assert_eq!(states, [DeliveryState::NotEnabled, DeliveryState::Delivered]);
    put(json!({ "url": "https://app.example.test/" })).await.refused(400, "url");
    put(json!({ "url": receiver.url("/"), "eventTypes": ["x"] })).await.refused(400, "eventTypes");
    put(json!({ "url": receiver.url("/"), "secrets": ["short"] })).await.refused(400, "secrets");
    put(json!({ "secrets": ["whsec_test_0123456789abcdef"] })).await.refused(400, "url");
    put(json!({})).await.ok();
    api.linked("4242424242").await;
    assert_eq!(api.sandbox.events().pop().expect("one").delivery, DeliveryState::NotConfigured);
    let of_nobody = BillerApiWebhooks::to(receiver.url("/")).of_client("client_x");
    let error = api.sandbox.billerapi().configure_webhooks(of_nobody).await.expect_err("unknown");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}
