//! Every answer and every webhook of these tests is compared with the description; here is that this is so, and for every
//! event type. How a difference is noticed stands beside the code, in `src/contract/tests.rs`.

use billwire_sandbox::{DeliveryState, Quirks, Sandbox, WebhookConfiguration};
use serde_json::{Value, json};

use crate::http::{Api, REGULAR_1};
use crate::receiver::Receiver;

const KINDS: &[&str] = &[
    "auth.created",
    "auth.deleted",
    "auth.failed",
    "auth.hold",
    "auth.invalid",
    "auth.needs-resync",
    "auth.security-input-required",
    "auth.success",
    "bill.created",
    "bill.payment.cancelled",
    "bill.payment.failed",
    "bill.payment.scheduled",
    "bill.payment.sent",
    "bill.scheduled-payment-notice",
    "bill.upcoming",
    "bill.update",
    "swap.success",
];

async fn hooked(quirks: Quirks) -> (Api, Receiver) {
    let (api, receiver) = (Api::start_with(Sandbox::builder().quirks(quirks)).await, Receiver::start().await);
    let configuration = WebhookConfiguration::to(receiver.url("/hook")).with_all_event_types();
    api.sandbox.configure_webhooks(configuration).await.expect("configured");
    (api, receiver)
}

/// A violation would fail the attempt. Quirks come after the check: they are what the description does not allow.
#[tokio::test]
async fn every_type_of_event_keeps_to_the_description() {
    for quirks in [Quirks::none(), Quirks::all()] {
        let (api, receiver) = hooked(quirks).await;
        for kind in KINDS {
            let record = api.sandbox.trigger_event(kind, None, []).await.expect("an event");
            assert_eq!(record.delivery, DeliveryState::Delivered, "{kind}: {:?}", record.attempts);
            assert!(!record.overridden);
        }
        assert_eq!(receiver.received("/hook").len(), KINDS.len());
        assert!(api.sandbox.violations().is_empty());
    }
}

/// What a test overrides may be anything, and says so.
#[tokio::test]
async fn overridden_events_are_left_alone() {
    let (api, receiver) = hooked(Quirks::none()).await;
    let odd = [("type", json!("bill.unheard-of")), ("payload.data.bill", Value::Null)];
    let record = api.sandbox.trigger_event("bill.update", None, odd).await.expect("an event");
    assert!(record.overridden);
    assert_eq!(record.delivery, DeliveryState::Delivered);
    assert_eq!(receiver.types(), ["bill.unheard-of"]);
    assert!(api.sandbox.take_violations().is_empty());
}

#[tokio::test]
async fn answers_and_refusals_keep_to_the_description() {
    let api = Api::start().await;
    let client = api.client("validated").await;
    api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    api.pay_now(&bill).await;
    for path in [
        format!("/bill/{bill}"),
        format!("/bill/list/{client}"),
        "/bill/listByPartner/55942f330cfcfd6c4ed529d9".to_owned(),
        format!("/auth/list/{client}"),
        format!("/payment/list/{client}"),
        format!("/swap/list/{client}"),
        "/swap/companies".to_owned(),
        "/company/categories".to_owned(),
        format!("/company/{REGULAR_1}"),
        "/partner/public-keys".to_owned(),
        "/partner/public-keys/latest".to_owned(),
    ] {
        api.get(&path).await.ok();
    }
    api.get("/bill/unknown").await.refused(404, "");
    api.post("/payment/schedule", json!({})).await.refused(400, "Please provide a billId");
    api.request_as("nonsense", "GET", "/company/categories", None).await.refused(401, "neither");
    assert!(api.sandbox.violations().is_empty());
}
