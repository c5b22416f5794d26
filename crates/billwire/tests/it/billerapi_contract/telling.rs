//! Webhooks: who gets them, what they say, what proves them, and what happens to those that are not taken.
//!
//! Source: BillerAPI description, sections 5.19 and 6.

use std::collections::BTreeSet;

use billwire::billerapi::{BillId, CreateRequestToLink, EventType, TriggerSync, calls};
use serde_json::{Value, json};

use super::GOOD;
use super::stage::BillerApi;
use crate::judge::{Judged, same};

pub(super) async fn a_webhook_is_registered_with_either_credential(api: BillerApi) {
    let request = api.registration(vec![EventType::BillCreated]);
    let by_client = api.client.register_webhook(&api.client_id, &request).await.granted();
    same("the owner", by_client.client_id.as_ref(), Some(&api.client_id));
    let by_portal = api.portal().register_webhook(&api.client_id, &request).await.granted();
    assert!(by_portal.id != by_client.id, "each is a subscription of its own");
    for wrong in [api.registration(vec![]), api.registration(vec![EventType::from("coffee.ready")])] {
        api.client.register_webhook(&api.client_id, &wrong).await.refused();
    }
}

pub(super) async fn every_event_is_told_signed_and_about_its_resource(api: BillerApi) {
    let linked = api.links(GOOD).await;
    let account = &linked.link_id;
    let request = CreateRequestToLink::new(api.user()).with_biller_id("test_electric_company".into());
    let request = api.client.create_request_to_link(&request).await.granted();
    let answer = format!("billerapi/requests-to-link/{}/answer", request.id);
    api.service.control("POST", &answer, json!({"answer": "begin"})).await;
    let left = api.begins(&api.user()).await;
    api.service.control("POST", &format!("billerapi/links/{left}/leave"), Value::Null).await;
    let bill = api.only_bill(account).await;
    let change = format!("billerapi/bills/{bill}/change");
    api.service.control("POST", &change, json!({"amount": 15_421})).await;
    let issue = format!("billerapi/accounts/{account}/bills");
    api.service.control("POST", &issue, json!({"amount": 777})).await;
    api.client.trigger_sync(&TriggerSync::new(account.clone())).await.granted();
    api.advance("PT6S").await;
    let status = format!("billerapi/accounts/{account}/status");
    api.service.control("PUT", &status, json!({"status": "DISCONNECTED"})).await;
    api.advance("PT1M").await;

    let heard: BTreeSet<String> = api.heard().into_iter().collect();
    let all: BTreeSet<String> = EventType::ALL.iter().map(|kind| kind.as_str().to_owned()).collect();
    same("every type", heard, all);
    for event in api.events() {
        assert!(event.resource_id().is_some(), "it says what it is about: {event:?}");
    }
    let about_bills = api.events().into_iter().filter(|event| event.kind == EventType::BillUpdated);
    let ids: Vec<String> = about_bills.filter_map(|event| event.resource_id().map(str::to_owned)).collect();
    same("the changed bill", ids, vec![bill.to_string()]);
    for delivery in api.desk.deliveries() {
        for header in HEADERS {
            assert!(delivery.headers.contains_key(header), "each has {header}");
        }
    }
}

/// Section 6.1.
const HEADERS: [&str; 5] = [
    "x-webhook-event-type",
    "x-webhook-id",
    "x-webhook-timestamp",
    "x-webhook-client-id",
    "x-webhook-source",
];

/// What a delivery carries as its signature.
fn signature(delivery: &crate::suite::Delivery) -> Option<String> {
    let current = delivery.headers.get("billbutler-signature");
    current.and_then(|value| value.to_str().ok()).map(str::to_owned)
}

pub(super) async fn a_delivery_that_is_not_taken_comes_again_signed_anew(api: BillerApi) {
    api.desk.answers_with(&[500, 500]);
    api.begins(&api.user()).await;
    let began = api.service.now().await;
    api.advance("PT10M").await;
    let deliveries = api.desk.deliveries();
    same("three attempts", deliveries.len(), 3);
    let after: Vec<i64> =
        deliveries.iter().map(|delivery| delivery.at.duration_since(began).as_secs()).collect();
    same("after nothing, ten seconds and a minute", after, vec![0, 10, 60]);
    assert!(deliveries.iter().all(|delivery| delivery.body == deliveries[0].body), "the same body");
    if api.form.signature != "legacy" {
        let signatures: BTreeSet<_> = deliveries.iter().map(signature).collect();
        same("each signed at its own time", signatures.len(), 3);
    }
}

pub(super) async fn a_bill_may_be_visible_later_than_its_webhook(api: BillerApi) {
    let account = api.links(GOOD).await.link_id;
    let mut settings = api.service.control("GET", "billerapi/settings", Value::Null).await;
    settings["visibilityDelayMs"] = json!(2_000);
    api.service.control("PUT", "billerapi/settings", settings).await;
    api.service.control("POST", &format!("billerapi/accounts/{account}/bills"), json!({"amount": 777})).await;
    api.client.trigger_sync(&TriggerSync::new(account)).await.granted();
    let told = || api.events().into_iter().rfind(|event| event.kind == EventType::BillCreated);
    api.advance("PT5S").await;
    let event = told().expect("a webhook");
    let bill: BillId = event.resource_id().expect("a bill").into();
    api.client.bill(&bill).await.unknown();
    api.advance("PT3S").await;
    let seen = api.client.when_visible(calls::bill(&bill)).await.granted();
    same("then it is there", seen.amount.to_string(), "777".to_owned());
}
