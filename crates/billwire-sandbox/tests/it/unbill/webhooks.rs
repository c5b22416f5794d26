//! The two events, as they arrive.

use billwire_sandbox::{
    Amount, DeliveryState, Faults, UnbillRules, UnbillWebhooks, WebhookFault, WebhookFaultKind,
};
use serde_json::json;

use super::legacy::{Legacy, MERCHANT};
use crate::http::card;
use crate::receiver::Receiver;

async fn hooked() -> (Legacy, Receiver) {
    let (unbill, receiver) = (Legacy::start().await, Receiver::start().await);
    let webhooks = UnbillWebhooks::to(receiver.url("/hook"));
    unbill.sandbox().unbill().configure_webhooks(webhooks).await.expect("configured");
    (unbill, receiver)
}

/// Trap L14: an event is bare. Trap L15: previous and current in objects of their own. Nothing is signed.
///
/// Source: Unbill v1 description, section 7 "Webhooks".
#[tokio::test]
async fn both_events_are_sent_bare_and_unsigned() {
    let (unbill, receiver) = hooked().await;
    unbill
        .sandbox()
        .unbill()
        .set_rules(UnbillRules::default().with_card_surcharge(Amount::from_cents(250)))
        .expect("rules");
    let client = unbill.client("somebody").await;
    let mut debit = card(&client, "4111111111111111");
    debit["cardType"] = json!("debit");
    unbill.post("/payment", debit).await.ok();
    let (_, bill) = unbill.verified(&client, MERCHANT, "test").await;
    unbill.pay_now(&bill).await;
    let received = receiver.received("/hook");
    let bodies: Vec<_> = received.iter().map(crate::receiver::Received::json).collect();
    let ids: Vec<String> = unbill.sandbox().events().into_iter().map(|event| event.id).collect();
    let resource = json!({ "type": "bill", "id": bill });
    assert_eq!(
        bodies,
        [
            json!({
                "_id": ids[0], "type": "bill.update", "created": "2026-03-02T12:00:00.000Z",
                "payload": {
                    "resource": resource,
                    "data": { "company": { "name": "Test Merchant" }, "current": { "balance": "100.00" } },
                },
            }),
            json!({
                "_id": ids[1], "type": "bill.payment", "created": "2026-03-02T12:00:02.000Z",
                "payload": {
                    "resource": resource,
                    "data": {
                        "company": { "name": "Test Merchant" },
                        "amount": "100.00",
                        // This version sends no card type, so a card is taken for a credit card.
                        "surcharge": { "type": "credit card", "rate": "2.50" },
                    },
                },
            }),
        ]
    );
    for request in &received {
        assert_eq!(request.header("content-type"), "application/json");
        assert!(request.headers.get("signature").is_none() && request.headers.get("authorization").is_none());
    }
    assert_eq!(unbill.sandbox().ledger()[0].surcharge, Some(Amount::from_cents(250)));
}

/// The surcharge is one of cards: whoever pays from an account pays none.
///
/// Source: Unbill v1 description, section 10 (12).
#[tokio::test]
async fn an_account_pays_no_surcharge() {
    let (unbill, receiver) = hooked().await;
    let rules = UnbillRules::default().with_card_surcharge(Amount::from_cents(250));
    unbill.sandbox().unbill().set_rules(rules).expect("rules");
    let client = unbill.client("somebody").await;
    unbill.bank(&client, "9900000002").await;
    let (_, bill) = unbill.verified(&client, MERCHANT, "test").await;
    unbill.pay_now(&bill).await;
    let told = receiver.received("/hook").pop().expect("an event").json();
    assert_eq!(
        (&told["type"], &told["payload"]["data"]["amount"]),
        (&json!("bill.payment"), &json!("100.00"))
    );
    assert!(told["payload"]["data"].get("surcharge").is_none(), "{told}");
    assert_eq!(unbill.sandbox().ledger()[0].surcharge, None);
}

/// Trap L22: two types there are; others are refused where they are configured or asked for.
#[tokio::test]
async fn only_two_types_are_known() {
    let (unbill, receiver) = hooked().await;
    let only = json!({ "url": receiver.url("/hook"), "eventTypes": ["bill.payment"] });
    unbill.api.control("PUT", "/unbill/webhooks", Some(only.clone())).await.ok();
    assert_eq!(unbill.api.control("GET", "/unbill/webhooks", None).await.ok(), only);
    let unknown = json!({ "eventTypes": ["bill.issued"] });
    unbill
        .api
        .control("PUT", "/unbill/webhooks", Some(unknown))
        .await
        .refused(400, "bill.update, bill.payment");
    let secured = json!({ "url": receiver.url("/hook"), "signature": {} });
    unbill.api.control("PUT", "/unbill/webhooks", Some(secured)).await.refused(400, "signature");
    let client = unbill.client("somebody").await;
    unbill.card(&client, "4111111111111111").await;
    let (_, bill) = unbill.verified(&client, MERCHANT, "test").await;
    unbill.pay_now(&bill).await;
    assert_eq!(receiver.received("/hook").len(), 1);
    let states: Vec<DeliveryState> = unbill.sandbox().events().iter().map(|event| event.delivery).collect();
    assert_eq!(states, [DeliveryState::NotEnabled, DeliveryState::Delivered]);
    let unknown = unbill.sandbox().trigger_event_of("unbill", "bill.created", None, []).await;
    assert!(unknown.expect_err("refused").to_string().contains("no event type of unbill"));
}

/// An event on demand, of an API that shares the type's name with another one.
#[tokio::test]
async fn an_event_on_demand_names_its_api() {
    let (unbill, receiver) = hooked().await;
    let record =
        unbill.sandbox().trigger_event_of("unbill", "bill.payment", None, []).await.expect("an event");
    assert_eq!((record.api.as_str(), record.delivery), ("unbill", DeliveryState::Delivered));
    assert_eq!(receiver.received("/hook")[0].json()["payload"]["data"]["surcharge"]["type"], "debit card");
    let odd = [("payload.data.amount", json!("1.00"))];
    let record =
        unbill.sandbox().trigger_event_of("unbill", "bill.payment", None, odd).await.expect("an event");
    assert_eq!(record.event["payload"]["data"]["amount"], "1.00");
    // Without a name it is the first API that has the type, which has no receiver here.
    let other = unbill.sandbox().trigger_event("bill.update", None, []).await.expect("an event");
    assert_eq!((other.api.as_str(), other.delivery), ("q2", DeliveryState::NotConfigured));
    let only_here = unbill.sandbox().trigger_event("bill.payment", None, []).await.expect("an event");
    assert_eq!(only_here.api, "unbill");
    let unknown = unbill.sandbox().trigger_event_of("other", "bill.update", None, []).await;
    assert!(unknown.expect_err("refused").to_string().contains("q2, unbill"));
    let again = unbill.sandbox().redeliver_event(&record.id).await.expect("again");
    assert_eq!(again.attempts.len(), 2);
}

/// Deliveries are repeated and kept in order per client as in the current version.
///
/// Source: Unbill v1 description, section 13 "Still unknown" (inferred).
#[tokio::test]
async fn a_refused_event_is_sent_again() {
    let (unbill, receiver) = hooked().await;
    receiver.answers([500, 503]);
    let client = unbill.client("somebody").await;
    unbill.card(&client, "4111111111111111").await;
    let (_, bill) = unbill.verified(&client, MERCHANT, "test").await;
    unbill.schedule(&bill, None).await.ok();
    unbill.advance("PT2S").await;
    assert_eq!(receiver.received("/hook").len(), 1);
    unbill.advance("PT20S").await;
    let kinds: Vec<_> =
        receiver.received("/hook").iter().map(|request| request.json()["type"].clone()).collect();
    assert_eq!(kinds, ["bill.update", "bill.update", "bill.update", "bill.payment"]);
    assert!(unbill.sandbox().events().iter().all(|event| event.delivery == DeliveryState::Delivered));
}

/// Faults of deliveries that need no protection; those that spoil one find nothing to spoil.
#[tokio::test]
async fn faults_of_deliveries_strike_here_too() {
    let (unbill, receiver) = hooked().await;
    let fault = |kind| WebhookFault::new(kind, "bill.payment").of_api("unbill");
    let faults = Faults::new()
        .with_webhook(fault(WebhookFaultKind::MissingSignature))
        .with_webhook(fault(WebhookFaultKind::Tamper))
        .with_webhook(fault(WebhookFaultKind::Duplicate).skip(1));
    unbill.sandbox().set_faults(faults).expect("faults");
    for _ in 0..2 {
        unbill.sandbox().trigger_event_of("unbill", "bill.payment", None, []).await.expect("an event");
    }
    let amounts: Vec<_> = receiver
        .received("/hook")
        .iter()
        .map(|request| request.json()["payload"]["data"]["amount"].clone())
        .collect();
    assert_eq!(amounts, ["35.21", "25.21", "25.21"]);
    let report = unbill.sandbox().faults();
    assert_eq!(report.webhooks.iter().map(WebhookFault::used).collect::<Vec<_>>(), [0, 1, 1]);
}
