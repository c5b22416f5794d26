//! Faults of deliveries, as a receiver sees them.

use billwire_crypto::ErrorKind;
use billwire_crypto::jwt::{self, Policy};
use billwire_crypto::{PublicKeys, jwe};
use billwire_sandbox::{
    DeliveryState, EventRecord, Faults, KeyUsage, WebhookConfiguration, WebhookEncryption, WebhookFault,
    WebhookFaultKind, WebhookSignature,
};
use serde_json::{Value, json};

use crate::http::{Api, REGULAR_1};
use crate::keys;
use crate::receiver::{Received, Receiver};

/// A sandbox that sends signed webhooks, with an OAuth token if the test asks for one.
async fn hooked(
    configure: impl FnOnce(WebhookConfiguration, &Receiver) -> WebhookConfiguration,
) -> (Api, Receiver) {
    let (api, receiver) = (Api::start().await, Receiver::start().await);
    let signature = WebhookSignature::new().with_issuer("issuer").with_audience("audience");
    let configuration = WebhookConfiguration::to(receiver.url("/hook")).with_signature(signature);
    api.sandbox.configure_webhooks(configure(configuration, &receiver)).await.expect("configured");
    (api, receiver)
}

async fn signed() -> (Api, Receiver) {
    hooked(|configuration, _| configuration).await
}

fn set(api: &Api, fault: WebhookFault) {
    api.sandbox.set_faults(Faults::new().with_webhook(fault)).expect("a fault");
}

fn set_kind(api: &Api, kind: WebhookFaultKind) {
    set(api, WebhookFault::new(kind, "*"));
}

/// An event of the one invented client.
async fn trigger(api: &Api, kind: &str) -> EventRecord {
    api.sandbox.trigger_event(kind, None, []).await.expect("an event")
}

fn ids(receiver: &Receiver) -> Vec<String> {
    let ids = receiver.received("/hook").into_iter().map(|one| one.json()["event"]["_id"].clone());
    ids.map(|id| id.as_str().expect("an id").to_owned()).collect()
}

fn faults_of(event: &EventRecord) -> Vec<Option<WebhookFaultKind>> {
    event.attempts.iter().map(|attempt| attempt.fault).collect()
}

fn verify(api: &Api, delivery: &Received) -> Result<jwt::VerifiedToken, ErrorKind> {
    let ring: PublicKeys = keys::of(&api.sandbox, KeyUsage::Signing);
    let policy = Policy::new().with_issuer("issuer").with_audience("audience");
    let now = api.sandbox.now().timestamp().as_second();
    jwt::verify(&ring, delivery.header("signature"), &policy, now).map_err(|error| error.kind())
}

/// The next delivery is spoiled, the one after it is in order.
async fn spoiled_then_good(api: &Api, receiver: &Receiver, kind: WebhookFaultKind) -> (Received, Received) {
    set_kind(api, kind);
    let spoiled = trigger(api, "bill.update").await;
    assert_eq!(faults_of(&spoiled), [Some(kind)]);
    let good = trigger(api, "bill.update").await;
    assert_eq!(faults_of(&good), [None]);
    let report = api.sandbox.faults();
    assert_eq!((report.webhooks[0].matched(), report.webhooks[0].used()), (2, 1));
    let received = receiver.received("/hook");
    assert_eq!(received.len(), 2);
    (received[0].clone(), received[1].clone())
}

#[tokio::test]
async fn a_duplicate_is_the_same_event_sent_twice() {
    let (api, receiver) = signed().await;
    set_kind(&api, WebhookFaultKind::Duplicate);
    let event = trigger(&api, "bill.payment.sent").await;
    assert_eq!(faults_of(&event), [None, Some(WebhookFaultKind::Duplicate)]);
    assert_eq!(event.delivery, DeliveryState::Delivered);
    assert_eq!(ids(&receiver), [event.id.clone(), event.id]);
    let received = receiver.received("/hook");
    assert_eq!(received[0].body, received[1].body);
    trigger(&api, "bill.payment.sent").await;
    assert_eq!(receiver.received("/hook").len(), 3);
    // A receiver that fails at first may well get both.
    set_kind(&api, WebhookFaultKind::Duplicate);
    receiver.answers([500]);
    let event = trigger(&api, "bill.payment.sent").await;
    assert_eq!(event.delivery, DeliveryState::Delivered);
    assert_eq!(
        event.attempts.iter().map(|attempt| attempt.status).collect::<Vec<_>>(),
        [Some(500), Some(200)]
    );
}

#[tokio::test]
async fn two_events_change_places() {
    let (api, receiver) = signed().await;
    set(&api, WebhookFault::new(WebhookFaultKind::Reorder, "bill.created"));
    let first = trigger(&api, "bill.created").await;
    assert_eq!((first.delivery, first.attempts.len()), (DeliveryState::Waiting, 0), "it waits for another");
    let second = trigger(&api, "bill.update").await;
    let third = trigger(&api, "bill.upcoming").await;
    assert_eq!(ids(&receiver), [second.id.clone(), first.id.clone(), third.id.clone()]);
    let events = api.sandbox.events();
    for event in &events[..2] {
        assert_eq!(event.delivery, DeliveryState::Delivered);
        assert_eq!(faults_of(event), [Some(WebhookFaultKind::Reorder)]);
    }
    assert_eq!(faults_of(&third), [None]);
}

#[tokio::test]
async fn events_that_wait_already_change_places_at_once() {
    let (api, receiver) = signed().await;
    set(&api, WebhookFault::new(WebhookFaultKind::Reorder, "auth.success"));
    let client = api.client("reordered").await;
    api.auth(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    let report = api.sandbox.advance("PT10S").await.expect("moved");
    assert_eq!(receiver.types(), ["bill.created", "auth.success", "bill.update"]);
    let swaps = report.effects.iter().filter(|effect| effect.what.contains("swapped by a fault"));
    assert_eq!(swaps.count(), 1);
}

#[tokio::test]
async fn nobody_to_change_places_with_means_an_hour_late() {
    let (api, receiver) = signed().await;
    set_kind(&api, WebhookFaultKind::Reorder);
    let event = trigger(&api, "bill.update").await;
    api.advance("PT59M59S").await;
    assert!(receiver.received("/hook").is_empty());
    api.advance("PT1S").await;
    assert_eq!(ids(&receiver), [event.id]);
    assert_eq!(faults_of(&api.sandbox.events()[0]), [None], "it was not swapped");
}

#[tokio::test]
async fn a_dropped_event_is_recorded_but_never_sent() {
    let (api, receiver) = signed().await;
    set(&api, WebhookFault::new(WebhookFaultKind::Drop, "bill.payment.sent"));
    let dropped = trigger(&api, "bill.payment.sent").await;
    assert_eq!(dropped.delivery, DeliveryState::Dropped);
    assert_eq!(faults_of(&dropped), [Some(WebhookFaultKind::Drop)]);
    assert_eq!((dropped.attempts[0].status, dropped.attempts[0].error.as_deref()), (None, None));
    let next = trigger(&api, "bill.update").await;
    api.advance("P1D").await;
    assert_eq!(ids(&receiver), [next.id], "what comes after it does not wait");
    let again = api.sandbox.redeliver_event(&dropped.id).await.expect("sent");
    assert_eq!(again.delivery, DeliveryState::Delivered);
    let shown = api.control("GET", &format!("/events/{}", dropped.id), None).await.ok();
    assert_eq!(shown["attempts"][0], json!({ "at": "2026-03-02T12:00:00.000Z", "fault": "drop" }));
}

#[tokio::test]
async fn a_delayed_event_holds_back_what_comes_after_it() {
    let (api, receiver) = signed().await;
    set(&api, WebhookFault::delay("bill.update", "PT10M"));
    let late = trigger(&api, "bill.update").await;
    assert_eq!((late.delivery, late.attempts.len()), (DeliveryState::Waiting, 0));
    let next = trigger(&api, "bill.update").await;
    let report = api.sandbox.advance("PT9M59S").await.expect("moved");
    assert!(report.deliveries.is_empty());
    let report = api.sandbox.advance("PT1S").await.expect("moved");
    assert_eq!(report.deliveries.len(), 2);
    assert_eq!(report.deliveries[0].attempt.fault, Some(WebhookFaultKind::Delay));
    assert_eq!(report.deliveries[0].attempt.at.to_string(), "2026-03-02T12:10:00.000Z");
    assert_eq!(ids(&receiver), [late.id, next.id]);
}

#[tokio::test]
async fn a_tampered_body_still_carries_a_good_signature() {
    let (api, receiver) = signed().await;
    let (spoiled, good) = spoiled_then_good(&api, &receiver, WebhookFaultKind::Tamper).await;
    verify(&api, &spoiled).expect("the signature does not cover the body");
    let told = api.sandbox.events()[0].event.clone();
    let (spoiled, good) = (spoiled.json()["event"].clone(), good.json()["event"].clone());
    assert_eq!(spoiled["_id"], told["_id"]);
    assert_ne!(spoiled["payload"]["data"], told["payload"]["data"], "the log says what should have come");
    assert_eq!(good["payload"]["data"], told["payload"]["data"]);
    let event: billwire_models::q2::Event = serde_json::from_value(spoiled).expect("still an event");
    assert_eq!(event.data.kind(), Some(event.kind));
}

#[tokio::test]
async fn a_tampered_ciphertext_does_not_open() {
    let key = keys::encryption();
    let (api, receiver) = hooked(|configuration, _| {
        let encryption =
            WebhookEncryption::from_key(keys::spki(&key)).with_key_id("partner-webhook-enc-test-1");
        configuration.with_encryption(encryption)
    })
    .await;
    let (spoiled, good) = spoiled_then_good(&api, &receiver, WebhookFaultKind::Tamper).await;
    let open = |delivery: &Received| {
        let compact = std::str::from_utf8(&delivery.body).expect("text").to_owned();
        jwe::decrypt(&keys::ring(keys::encryption()), &compact).map_err(|error| error.kind())
    };
    assert_eq!(open(&spoiled).expect_err("changed"), ErrorKind::DecryptionFailed);
    open(&good).expect("opened");
    verify(&api, &spoiled).expect("the signature does not cover the body");
}

#[tokio::test]
async fn a_plain_body_comes_where_an_encrypted_one_is_expected() {
    let key = keys::encryption();
    let (api, receiver) = hooked(|configuration, _| {
        configuration.with_encryption(WebhookEncryption::from_key(keys::spki(&key)).with_key_id("k"))
    })
    .await;
    let (spoiled, good) = spoiled_then_good(&api, &receiver, WebhookFaultKind::PlainBody).await;
    assert_eq!(spoiled.header("content-type"), "application/json");
    assert_eq!(spoiled.json()["event"]["type"], "bill.update");
    assert_eq!(good.header("content-type"), "application/jose+json");
}

#[tokio::test]
async fn a_wrong_key_signs_under_the_right_id() {
    let (api, receiver) = signed().await;
    let (spoiled, good) = spoiled_then_good(&api, &receiver, WebhookFaultKind::WrongKey).await;
    assert_eq!(header(&spoiled), header(&good));
    assert_eq!(verify(&api, &spoiled).expect_err("forged"), ErrorKind::VerificationFailed);
    verify(&api, &good).expect("verified");
}

#[tokio::test]
async fn a_retired_key_signs_what_came_after_it() {
    let (api, receiver) = signed().await;
    let old = keys::of(&api.sandbox, KeyUsage::Signing);
    let first =
        api.sandbox.info().keys.into_iter().find(|key| key.usage == KeyUsage::Signing).expect("one").key_id;
    api.sandbox.create_key(KeyUsage::Signing).expect("a second");
    api.sandbox.remove_key(&first).expect("removed");
    let state = api.sandbox.state().expect("a state");
    api.sandbox.restore(&state).await.expect("the retired key is part of the state");
    let (spoiled, good) = spoiled_then_good(&api, &receiver, WebhookFaultKind::RetiredKey).await;
    assert_eq!(header(&spoiled)["kid"], json!(first));
    assert_eq!(verify(&api, &spoiled).expect_err("retired"), ErrorKind::UnknownKey);
    let now = api.sandbox.now().timestamp().as_second();
    jwt::verify(&old, spoiled.header("signature"), &Policy::new(), now).expect("by the old key");
    verify(&api, &good).expect("verified");
}

#[tokio::test]
async fn before_any_key_was_deleted_a_retired_one_is_of_an_earlier_time() {
    let (api, receiver) = signed().await;
    let (spoiled, _) = spoiled_then_good(&api, &receiver, WebhookFaultKind::RetiredKey).await;
    assert_eq!(header(&spoiled)["kid"], "s4c9a6i1e8w3g7k2n5rx");
    assert_eq!(verify(&api, &spoiled).expect_err("never published"), ErrorKind::UnknownKey);
}

#[tokio::test]
async fn the_newer_of_two_keys_signs_too_early() {
    let (api, receiver) = signed().await;
    set_kind(&api, WebhookFaultKind::NewerKey);
    trigger(&api, "bill.update").await;
    assert_eq!(api.sandbox.faults().webhooks[0].matched(), 0, "there is only one key");
    let newer = api.sandbox.create_key(KeyUsage::Signing).expect("a second");
    trigger(&api, "bill.update").await;
    trigger(&api, "bill.update").await;
    let received = receiver.received("/hook");
    let kids: Vec<Value> = received.iter().map(|one| header(one)["kid"].clone()).collect();
    assert_eq!(kids, [json!("ory6xbfthn7y0vpufk8k"), json!(newer.key_id), json!("ory6xbfthn7y0vpufk8k")]);
    verify(&api, &received[1]).expect("it is an active key all the same");
}

#[tokio::test]
async fn tokens_that_say_the_wrong_thing() {
    for (kind, expected) in [
        (WebhookFaultKind::ExpiredToken, ErrorKind::Expired),
        (WebhookFaultKind::WrongIssuer, ErrorKind::ClaimMismatch),
        (WebhookFaultKind::WrongAudience, ErrorKind::ClaimMismatch),
    ] {
        let (api, receiver) = signed().await;
        let (spoiled, good) = spoiled_then_good(&api, &receiver, kind).await;
        assert_eq!(verify(&api, &spoiled).expect_err("refused"), expected, "{kind:?}");
        verify(&api, &good).expect("verified");
    }
}

#[tokio::test]
async fn a_signature_may_be_missing() {
    let (api, receiver) = signed().await;
    let (spoiled, good) = spoiled_then_good(&api, &receiver, WebhookFaultKind::MissingSignature).await;
    assert!(!spoiled.headers.contains_key("signature"));
    verify(&api, &good).expect("verified");
}

#[tokio::test]
async fn bearer_tokens_that_nobody_issued() {
    for (kind, sent) in
        [(WebhookFaultKind::WrongBearer, "Bearer xeno"), (WebhookFaultKind::MissingBearer, "")]
    {
        let (api, receiver) = hooked(|configuration, receiver| {
            receiver.publishes("/token", 200, r#"{"access_token":"one","token_type":"Bearer"}"#);
            configuration.with_oauth(receiver.url("/token"), "grant_type=client_credentials")
        })
        .await;
        set_kind(&api, kind);
        receiver.answers([401]);
        let event = trigger(&api, "bill.update").await;
        assert_eq!((event.attempts.len(), event.attempts[0].fault), (1, Some(kind)));
        api.advance("PT5S").await;
        let received = receiver.received("/hook");
        let bearers: Vec<&str> = received.iter().map(|one| one.header("authorization")).collect();
        assert_eq!(bearers, [sent, "Bearer one"], "the next attempt is in order");
        assert_eq!(receiver.received("/token").len(), 1, "the token itself was good");
        assert_eq!(api.sandbox.events()[0].delivery, DeliveryState::Delivered);
    }
}

#[tokio::test]
async fn a_fault_waits_for_what_it_spoils() {
    let (api, receiver) = (Api::start().await, Receiver::start().await);
    let plain = WebhookConfiguration::to(receiver.url("/hook"));
    api.sandbox.configure_webhooks(plain.clone()).await.expect("configured");
    let all = [
        WebhookFaultKind::WrongKey,
        WebhookFaultKind::RetiredKey,
        WebhookFaultKind::NewerKey,
        WebhookFaultKind::ExpiredToken,
        WebhookFaultKind::MissingSignature,
        WebhookFaultKind::WrongIssuer,
        WebhookFaultKind::WrongAudience,
        WebhookFaultKind::PlainBody,
        WebhookFaultKind::WrongBearer,
        WebhookFaultKind::MissingBearer,
    ];
    let faults = all
        .iter()
        .fold(Faults::new(), |faults, kind| faults.with_webhook(WebhookFault::new(*kind, "bill.update")));
    api.sandbox.set_faults(faults).expect("faults");
    let event = trigger(&api, "bill.update").await;
    assert_eq!(faults_of(&event), [None]);
    assert!(api.sandbox.faults().webhooks.iter().all(|fault| fault.matched() == 0));
    let configuration = plain.with_signature(WebhookSignature::new());
    api.sandbox.configure_webhooks(configuration).await.expect("configured");
    let other = trigger(&api, "bill.created").await;
    assert_eq!(faults_of(&other), [None], "another type");
    let event = trigger(&api, "bill.update").await;
    assert_eq!(faults_of(&event), [Some(WebhookFaultKind::WrongKey)]);
}

#[tokio::test]
async fn a_refused_attempt_is_repeated_in_order() {
    let (api, receiver) = signed().await;
    set(&api, WebhookFault::new(WebhookFaultKind::ExpiredToken, "*").times(2));
    receiver.answers([401, 401]);
    trigger(&api, "bill.update").await;
    api.advance("PT15S").await;
    let event = &api.sandbox.events()[0];
    let expired = Some(WebhookFaultKind::ExpiredToken);
    assert_eq!(faults_of(event), [expired, expired, None]);
    assert_eq!(event.delivery, DeliveryState::Delivered);
    verify(&api, &receiver.received("/hook")[2]).expect("verified");
}

#[tokio::test]
async fn what_was_decided_for_an_event_survives_a_snapshot() {
    let (api, receiver) = signed().await;
    set(&api, WebhookFault::delay("*", "PT10M"));
    let late = trigger(&api, "bill.update").await;
    let state = api.sandbox.state().expect("a state");
    api.sandbox.reset(None).await.expect("reset");
    api.sandbox.restore(&state).await.expect("restored");
    api.advance("PT10M").await;
    assert_eq!(ids(&receiver), [late.id]);
    assert_eq!(faults_of(&api.sandbox.events()[0]), [Some(WebhookFaultKind::Delay)]);
}

/// The header of the signature.
fn header(delivery: &Received) -> Value {
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;

    let token = delivery.header("signature");
    let first = token.split('.').next().expect("a part");
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(first).expect("base64")).expect("JSON")
}

#[tokio::test]
async fn a_key_that_is_in_use_again_is_not_a_retired_one() {
    let (api, receiver) = signed().await;
    let pem = include_str!("../../src/test_only_keys/TEST-ONLY-signing-4.pem");
    let own = json!({ "use": "sig", "keyId": "mine", "privateKey": pem });
    api.control("POST", "/q2/keys", Some(own.clone())).await.ok();
    api.control("DELETE", "/q2/keys/mine", None).await.ok();
    api.control("POST", "/q2/keys", Some(own)).await.ok();
    let (spoiled, _) = spoiled_then_good(&api, &receiver, WebhookFaultKind::RetiredKey).await;
    assert_eq!(verify(&api, &spoiled).expect_err("retired"), ErrorKind::UnknownKey);
}

#[tokio::test]
async fn a_new_key_is_never_the_one_that_was_just_deleted() {
    let api = Api::start().await;
    let second = api.sandbox.create_key(KeyUsage::Signing).expect("a second").key_id;
    api.sandbox.remove_key(&second).expect("removed");
    assert_ne!(api.sandbox.create_key(KeyUsage::Signing).expect("another").key_id, second);
}

#[tokio::test]
async fn an_event_that_was_moved_forward_has_its_own_faults_all_the_same() {
    let (api, receiver) = signed().await;
    let faults = Faults::new()
        .with_webhook(WebhookFault::new(WebhookFaultKind::Reorder, "auth.invalid").always())
        .with_webhook(WebhookFault::new(WebhookFaultKind::Drop, "bill.update"))
        .with_webhook(WebhookFault::new(WebhookFaultKind::Reorder, "bill.update"));
    api.sandbox.set_faults(faults).expect("faults");
    trigger(&api, "auth.invalid").await;
    assert!(receiver.types().is_empty(), "it waits for another one");
    let dropped = trigger(&api, "bill.update").await;
    assert_eq!(faults_of(&dropped), [Some(WebhookFaultKind::Drop)]);
    assert_eq!(receiver.types(), ["auth.invalid"]);
    let counts: Vec<(u32, u32)> =
        api.sandbox.faults().webhooks.iter().map(|fault| (fault.matched(), fault.used())).collect();
    assert_eq!(counts, [(1, 1), (1, 1), (0, 0)], "it does not change places twice");
}
