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

/// Where the deliveries stand, oldest event first.
fn deliveries(api: &Biller) -> Vec<DeliveryState> {
    api.sandbox.events().iter().map(|event| event.delivery).collect()
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
            "created_at": "2026-03-02T12:00:00Z",
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
    assert_eq!(deliveries(&api), [DeliveryState::NotEnabled, DeliveryState::Delivered]);
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

/// A retry belongs to the receiver for which it was made, also after the portal's receiver was configured anew.
#[tokio::test]
async fn a_retry_goes_to_the_receiver_it_was_made_for() {
    let secret = "whsec_test_0123456789abcdef";
    let rotated = json!({ "secrets": [secret, "whsec_a_newer_secret"] });
    for mut again in [rotated, json!({ "eventTypes": ["bill.created"] })] {
        let (api, receiver) = (Biller::start().await, Receiver::start().await);
        again["url"] = json!(receiver.url("/a"));
        api.control("PUT", "/webhooks", json!({ "url": again["url"], "secrets": [secret] })).await.ok();
        api.post(PATH, registration(&receiver.url("/b"), &["*"])).await.is(201);
        receiver.answers([500]);
        api.link_token().await;
        api.sandbox.settle().await;
        assert_eq!((receiver.received("/a").len(), receiver.received("/b").len()), (1, 1));
        api.control("PUT", "/webhooks", again).await.ok();
        api.advance("PT10S").await;
        assert_eq!((receiver.received("/a").len(), receiver.received("/b").len()), (2, 1));
        assert_eq!(deliveries(&api), [DeliveryState::Delivered; 2]);
        for event in api.sandbox.events() {
            api.sandbox.redeliver_event(&event.id).await.expect("sent once more");
        }
        assert_eq!((receiver.received("/a").len(), receiver.received("/b").len()), (3, 2));
    }
}

/// What waits for a receiver that is gone is sent to nobody else.
#[tokio::test]
async fn what_waits_for_a_receiver_stops_with_it() {
    let (api, receiver) = (Biller::start_with_two_clients().await, Receiver::start().await);
    let portal = |more: Value| {
        let mut body = json!({ "url": receiver.url("/a") });
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
            body.extend(more);
        }
        body
    };
    for gone in [json!({}), portal(json!({ "clientId": "client_other" }))] {
        api.control("PUT", "/webhooks", portal(json!({}))).await.ok();
        api.post(PATH, registration(&receiver.url("/b"), &["*"])).await.is(201);
        let (before, told) = (receiver.received("/b").len(), deliveries(&api).len());
        receiver.answers([500]);
        api.link_token().await;
        api.sandbox.settle().await;
        api.control("PUT", "/webhooks", gone).await.ok();
        api.advance("P1D").await;
        assert_eq!(receiver.received("/b").len() - before, 1);
        assert_eq!(deliveries(&api)[told..], [DeliveryState::NotConfigured, DeliveryState::Delivered]);
        // Asked for, it goes to a receiver that is left.
        let stopped = api.sandbox.events()[told].id.clone();
        api.sandbox.redeliver_event(&stopped).await.expect("sent once more");
        assert_eq!(receiver.received("/b").len() - before, 2);
        api.ask(FIRST, "DELETE", PATH, &[], None).await.ok();
    }
    assert_eq!(receiver.received("/a").len(), 2);
}

/// Deleting receivers stops what waits for them, and leaves the one of the portal alone.
#[tokio::test]
async fn deleted_receivers_are_sent_nothing_and_the_portal_keeps_its_own() {
    let (api, receiver) = (Biller::start().await, Receiver::start().await);
    api.post(PATH, registration(&receiver.url("/b"), &["*"])).await.is(201);
    receiver.answers([500]);
    api.link_token().await;
    api.sandbox.settle().await;
    api.ask(FIRST, "DELETE", PATH, &[], None).await.ok();
    assert_eq!(deliveries(&api), [DeliveryState::NotConfigured]);
    api.control("PUT", "/webhooks", json!({ "url": receiver.url("/a") })).await.ok();
    assert_eq!(api.get(PATH).await.ok()["data"], json!([]), "it was not registered");
    assert_eq!(api.ask(FIRST, "DELETE", PATH, &[], None).await.ok()["deleted"], json!(0));
    api.link_token().await;
    api.sandbox.settle().await;
    assert_eq!((kinds(&receiver, "/a").len(), kinds(&receiver, "/b").len()), (1, 1));
}

/// The receiver of one client is none for another one.
#[tokio::test]
async fn a_client_without_receivers_has_nowhere_to_deliver_to() {
    let (api, receiver) = (Biller::start_with_two_clients().await, Receiver::start().await);
    let (link, _) = api.link_token().await;
    let other = With::Client("client_other", super::calls::OTHER_SECRET);
    let foreign = registration(&receiver.url("/other"), &["*"]);
    api.post_as(other, "/iam/clients/client_other/webhooks", foreign).await.is(201);
    let event = api.sandbox.events()[0].id.clone();
    assert!(
        api.sandbox.redeliver_event(&event).await.expect_err("nowhere").to_string().contains("configure one")
    );
    let on_demand = json!({ "type": "link.created", "resourceId": link });
    api.sandbox_control("POST", "/events/trigger", on_demand).await.ok();
    api.advance("P1D").await;
    assert_eq!(deliveries(&api), [DeliveryState::NotConfigured; 2]);
    assert!(api.sandbox.events().iter().all(|event| event.attempts.is_empty()));
}
