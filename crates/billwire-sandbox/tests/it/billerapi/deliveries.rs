//! Deliveries: headers, signatures, attempts, and what a fault does to them.

use std::fmt::Write as _;

use billwire_sandbox::{
    AttemptTimes, BillerApiSettings, BillerApiWebhooks, DeliverySignature, DeliveryState, Faults,
    WebhookFault, WebhookFaultKind,
};
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;

use super::calls::Biller;
use crate::receiver::{Received, Receiver};

/// TEST ONLY: that of the published vectors.
const SECRET: &str = "whsec_test_0123456789abcdef";

async fn signed(secrets: &[&str]) -> (Biller, Receiver) {
    let (api, receiver) = (Biller::start().await, Receiver::start().await);
    let webhooks = secrets
        .iter()
        .fold(BillerApiWebhooks::to(receiver.url("/hook")), |webhooks, secret| webhooks.with_secret(*secret));
    api.sandbox.billerapi().configure_webhooks(webhooks).await.expect("configured");
    (api, receiver)
}

/// What a receiver computes, by itself.
fn expected(secret: &str, parts: &[&[u8]]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writable");
        text
    })
}

/// The time of a signature and its values.
fn read(received: &Received) -> (i64, Vec<String>) {
    let header = received.header("billbutler-signature");
    let mut parts = header.split(',').map(|part| part.split_once('=').expect("name=value"));
    let (name, time) = parts.next().expect("a time");
    assert_eq!(name, "t", "{header}");
    let values = parts.map(|(name, value)| {
        assert_eq!(name, "v1", "{header}");
        value.to_owned()
    });
    (time.parse().expect("seconds"), values.collect())
}

fn is_signed(received: &Received, secret: &str) -> bool {
    let (time, values) = read(received);
    values.contains(&expected(secret, &[time.to_string().as_bytes(), b".", &received.body]))
}

#[tokio::test]
async fn a_delivery_has_the_documented_headers() {
    let (api, receiver) = signed(&[SECRET]).await;
    api.link_token().await;
    api.sandbox.settle().await;
    let [delivery] = receiver.received("/hook").try_into().expect("one delivery");
    let event = delivery.json();
    assert_eq!(delivery.header("content-type"), "application/json");
    assert_eq!(delivery.header("x-webhook-event-type"), "link.created");
    assert_eq!(delivery.header("x-webhook-id"), event["id"].as_str().expect("an id"));
    assert_eq!(delivery.header("x-webhook-timestamp"), "2026-03-02T12:00:00Z");
    assert_eq!(delivery.header("x-webhook-client-id"), "client_sandbox");
    assert_eq!(delivery.header("x-webhook-source"), "billerapi");
    assert!(is_signed(&delivery, SECRET));
    assert!(delivery.headers.get("x-webhook-signature").is_none());
}

/// Checklist, emulator (8): signatures new and legacy, each by itself and both. Contradiction C3.
#[tokio::test]
async fn signatures_are_new_legacy_both_or_none() {
    for (signature, new, legacy) in [
        (DeliverySignature::New, true, false),
        (DeliverySignature::Legacy, false, true),
        (DeliverySignature::Both, true, true),
        (DeliverySignature::None, false, false),
    ] {
        let (api, receiver) = signed(&[SECRET]).await;
        let settings = BillerApiSettings::default().with_signature(signature);
        api.sandbox.billerapi().set_settings(settings).expect("settings");
        api.link_token().await;
        api.sandbox.settle().await;
        let [delivery] = receiver.received("/hook").try_into().expect("one delivery");
        assert_eq!(delivery.headers.contains_key("billbutler-signature"), new, "{signature:?}");
        assert_eq!(delivery.headers.contains_key("x-webhook-signature"), legacy, "{signature:?}");
        if legacy {
            assert_eq!(delivery.header("x-webhook-signature"), expected(SECRET, &[&delivery.body]));
        }
    }
    let (api, receiver) = signed(&[]).await;
    api.link_token().await;
    api.sandbox.settle().await;
    let unsigned = &receiver.received("/hook")[0];
    assert!(!unsigned.headers.contains_key("billbutler-signature"), "without a secret nothing is signed");
}

/// Two secrets sign both, so that a receiver can change from one to the other.
#[tokio::test]
async fn several_secrets_sign_each_delivery() {
    let other = "whsec_another_secret_of_ours";
    let (api, receiver) = signed(&[SECRET, other]).await;
    api.link_token().await;
    api.sandbox.settle().await;
    let delivery = &receiver.received("/hook")[0];
    assert_eq!(read(delivery).1.len(), 2);
    assert!(is_signed(delivery, SECRET) && is_signed(delivery, other));
}

/// Checklist, emulator (9): six attempts at their times, each signed anew over the same body.
#[tokio::test]
async fn attempts_are_signed_anew_over_a_constant_body() {
    let (api, receiver) = signed(&[SECRET]).await;
    receiver.answers([500, 302, 404, 503, 429, 500, 200]);
    api.link_token().await;
    api.sandbox.settle().await;
    api.advance("P2D").await;
    let deliveries = receiver.received("/hook");
    let begin = 1_772_452_800;
    let times: Vec<i64> = deliveries.iter().map(|delivery| read(delivery).0 - begin).collect();
    assert_eq!(times, [0, 10, 60, 300, 1_800, 7_200]);
    assert!(deliveries.iter().all(|delivery| is_signed(delivery, SECRET)));
    for name in ["x-webhook-id", "x-webhook-timestamp", "x-webhook-event-type"] {
        assert!(
            deliveries.iter().all(|delivery| delivery.header(name) == deliveries[0].header(name)),
            "{name}"
        );
    }
    assert!(deliveries.iter().all(|delivery| delivery.body == deliveries[0].body));
    let record = api.sandbox.events().pop().expect("the event");
    assert_eq!((record.delivery, record.attempts.len()), (DeliveryState::GivenUp, 6));
}

/// The intervals can be set; a later success ends the attempts, and one event does not hold up another.
#[tokio::test]
async fn attempts_can_be_set_and_end_with_success() {
    let (api, receiver) = signed(&[SECRET]).await;
    let times = AttemptTimes::new([2, 5, 9]).expect_err("the first is at once");
    assert!(times.to_string().contains("attemptsAfterSeconds"), "{times}");
    let settings = BillerApiSettings::default().with_attempts(AttemptTimes::new([0, 3, 9]).expect("times"));
    api.sandbox.billerapi().set_settings(settings).expect("settings");
    receiver.answers([500]);
    api.link_token().await;
    api.sandbox.settle().await;
    api.link_token().await;
    api.sandbox.settle().await;
    let states = || api.sandbox.events().iter().map(|event| event.delivery).collect::<Vec<_>>();
    assert_eq!(states(), [DeliveryState::Waiting, DeliveryState::Delivered]);
    api.advance("PT3S").await;
    assert_eq!(states(), [DeliveryState::Delivered, DeliveryState::Delivered]);
    api.advance("P1D").await;
    assert_eq!(receiver.received("/hook").len(), 3);
}

/// The body stays what it was when the event happened, whatever the settings become meanwhile.
#[tokio::test]
async fn a_change_of_envelope_does_not_touch_waiting_events() {
    let (api, receiver) = signed(&[SECRET]).await;
    receiver.answers([500]);
    api.link_token().await;
    api.sandbox.settle().await;
    api.control("PUT", "/settings", json!({ "envelope": "E2" })).await.ok();
    api.advance("PT10S").await;
    let deliveries = receiver.received("/hook");
    assert_eq!(deliveries[0].body, deliveries[1].body);
}

/// A webhook tells of a bill that cannot be read yet: for so long as the setting says.
#[tokio::test]
async fn a_new_bill_is_shown_some_time_after_its_webhook() {
    let (api, receiver) = signed(&[SECRET]).await;
    let settings = BillerApiSettings::default().with_visibility_delay_ms(4_500);
    api.sandbox.billerapi().set_settings(settings).expect("settings");
    let account = api.linked("4242424242").await.account_link_id;
    let told = receiver.received("/hook");
    let event = told.iter().find(|one| one.header("x-webhook-event-type") == "bill.created").expect("told");
    let id = event.json()["data"]["object"]["id"].as_str().expect("an id").to_owned();
    for _ in 0..2 {
        api.get(&format!("/v1/bills/{id}")).await.refused(404, "no bill");
        assert!(api.bills(&account).await.is_empty());
        api.advance("PT2S").await;
    }
    api.advance("PT0.499S").await;
    api.get(&format!("/v1/bills/{id}")).await.refused(404, "no bill");
    api.advance("PT0.001S").await;
    assert_eq!(api.get(&format!("/v1/bills/{id}")).await.ok()["id"], json!(id));
    assert_eq!(api.bills(&account).await.len(), 1);
}

/// Deliveries that are spoiled on purpose: one attempt is wrong, the next is right again.
#[tokio::test]
async fn faults_spoil_a_delivery() {
    for kind in [
        WebhookFaultKind::Tamper,
        WebhookFaultKind::WrongKey,
        WebhookFaultKind::RetiredKey,
        WebhookFaultKind::ExpiredToken,
        WebhookFaultKind::MissingSignature,
    ] {
        let (api, receiver) = signed(&[SECRET]).await;
        let fault = WebhookFault::new(kind, "link.created");
        api.sandbox.set_faults(Faults::new().with_webhook(fault)).expect("a fault");
        receiver.answers([400]);
        api.link_token().await;
        api.sandbox.settle().await;
        api.advance("PT10S").await;
        let [spoiled, good] = receiver.received("/hook").try_into().expect("two attempts");
        assert!(is_signed(&good, SECRET) && read(&good).0 == 1_772_452_810, "{kind:?}");
        match kind {
            WebhookFaultKind::MissingSignature => assert_eq!(spoiled.header("billbutler-signature"), ""),
            WebhookFaultKind::ExpiredToken => {
                assert!(is_signed(&spoiled, SECRET) && read(&spoiled).0 < 1_772_452_800 - 300);
            }
            _ => assert!(!is_signed(&spoiled, SECRET), "{kind:?}"),
        }
    }
    let (api, receiver) = signed(&[SECRET, "whsec_a_newer_secret"]).await;
    let fault = WebhookFault::new(WebhookFaultKind::NewerKey, "*");
    api.sandbox.set_faults(Faults::new().with_webhook(fault)).expect("a fault");
    api.link_token().await;
    api.sandbox.settle().await;
    let delivery = &receiver.received("/hook")[0];
    assert!(!is_signed(delivery, SECRET) && is_signed(delivery, "whsec_a_newer_secret"));
}

/// A sandbox that comes late, as with a running clock behind a slow receiver, signs with the time it sends at, and waits
/// from then on.
#[tokio::test]
async fn a_late_delivery_is_signed_with_the_time_it_is_sent() {
    let (api, receiver) = signed(&[SECRET]).await;
    api.link_token().await;
    let mut state = api.sandbox.state().expect("a state");
    state["now"] = json!("2026-03-02T12:06:40.000Z");
    api.sandbox.restore(&state).await.expect("restored");
    receiver.answers([500]);
    api.sandbox.settle().await;
    assert_eq!(receiver.received("/hook").len(), 1, "the next attempt is not due yet");
    api.advance("PT10S").await;
    let times: Vec<i64> = receiver.received("/hook").iter().map(|one| read(one).0 - 1_772_452_800).collect();
    assert_eq!(times, [400, 410]);
    let attempts = api.sandbox.events().pop().expect("the event").attempts;
    assert_eq!(attempts[0].at.to_string(), "2026-03-02T12:06:40.000Z");
}

/// A fault of something that a delivery does not have waits, and is not used up.
#[tokio::test]
async fn a_fault_waits_for_what_it_spoils() {
    let legacy = BillerApiSettings::default().with_signature(DeliverySignature::Legacy);
    let none = BillerApiSettings::default().with_signature(DeliverySignature::None);
    for (kind, settings) in [
        (WebhookFaultKind::WrongIssuer, BillerApiSettings::default()),
        (WebhookFaultKind::WrongAudience, BillerApiSettings::default()),
        (WebhookFaultKind::NewerKey, BillerApiSettings::default()),
        (WebhookFaultKind::ExpiredToken, legacy),
        (WebhookFaultKind::MissingSignature, none),
    ] {
        let (api, receiver) = signed(&[SECRET]).await;
        api.sandbox.billerapi().set_settings(settings).expect("settings");
        let fault = WebhookFault::new(kind, "*");
        api.sandbox.set_faults(Faults::new().with_webhook(fault)).expect("a fault");
        api.link_token().await;
        api.sandbox.settle().await;
        assert_eq!(api.sandbox.faults().webhooks[0].used(), 0, "{kind:?}");
        assert_eq!(api.sandbox.events()[0].attempts[0].fault, None, "{kind:?}");
        assert_eq!(receiver.received("/hook").len(), 1);
    }
}

/// What counts is the receiver of the delivery, not what another one has.
#[tokio::test]
async fn a_fault_looks_at_the_receiver_of_the_delivery() {
    for kind in [WebhookFaultKind::MissingSignature, WebhookFaultKind::NewerKey] {
        let (api, receiver) = (Biller::start().await, Receiver::start().await);
        let register = |url: String| json!({ "environment": "sandbox", "url": url, "events": ["*"] });
        api.post("/iam/clients/client_sandbox/webhooks", register(receiver.url("/plain"))).await.is(201);
        let webhooks = BillerApiWebhooks::to(receiver.url("/hook")).with_secret(SECRET);
        let webhooks = webhooks.with_secret("whsec_a_newer_secret");
        api.sandbox.billerapi().configure_webhooks(webhooks).await.expect("configured");
        let fault = WebhookFault::new(kind, "*");
        api.sandbox.set_faults(Faults::new().with_webhook(fault)).expect("a fault");
        api.link_token().await;
        api.sandbox.settle().await;
        let faults: Vec<_> = api.sandbox.events().iter().map(|event| event.attempts[0].fault).collect();
        assert_eq!(faults, [None, Some(kind)], "the first receiver has no secret");
        let spoiled = &receiver.received("/hook")[0];
        assert!(spoiled.header("billbutler-signature").is_empty() || !is_signed(spoiled, SECRET), "{kind:?}");
    }
}

/// Section 6.8: the order of events is not guaranteed. The fault plays that on demand, for each receiver by itself.
#[tokio::test]
async fn two_events_change_places() {
    for at_once in [true, false] {
        let (api, receiver) = signed(&[SECRET]).await;
        let second = json!({ "environment": "sandbox", "url": receiver.url("/second"), "events": ["*"] });
        api.post("/iam/clients/client_sandbox/webhooks", second).await.is(201);
        let fault = WebhookFault::new(WebhookFaultKind::Reorder, "*");
        api.sandbox.set_faults(Faults::new().with_webhook(fault)).expect("a fault");
        let (one, _) = api.link_token().await;
        if !at_once {
            api.sandbox.settle().await;
            api.advance("PT59M").await;
            assert!(receiver.received("/hook").is_empty(), "it waits for another one");
        }
        let (two, _) = api.link_token().await;
        let (three, _) = api.link_token().await;
        api.sandbox.settle().await;
        let order = |path: &str| -> Vec<String> {
            let received = receiver.received(path);
            received
                .iter()
                .map(|one| one.json()["data"]["object"]["id"].as_str().expect("an id").to_owned())
                .collect()
        };
        assert_eq!(order("/hook"), [two.clone(), one.clone(), three.clone()]);
        assert_eq!(order("/second"), [one, two, three], "another receiver has its own order");
        let moved = |path: &str| {
            let events = api.sandbox.events();
            let is_second = |id: &str| id.contains('.') == (path == "/second");
            let faults =
                events.iter().filter(|event| is_second(&event.id)).map(|event| event.attempts[0].fault);
            faults.collect::<Vec<_>>()
        };
        assert_eq!(moved("/hook"), [Some(WebhookFaultKind::Reorder), Some(WebhookFaultKind::Reorder), None]);
        assert_eq!(moved("/second"), [None; 3]);
    }
    let (api, receiver) = signed(&[SECRET]).await;
    let fault = WebhookFault::new(WebhookFaultKind::Reorder, "*");
    api.sandbox.set_faults(Faults::new().with_webhook(fault)).expect("a fault");
    api.link_token().await;
    api.sandbox.settle().await;
    api.advance("PT1H").await;
    assert_eq!(receiver.received("/hook").len(), 1, "nobody came");
}
