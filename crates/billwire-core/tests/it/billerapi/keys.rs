//! Idempotency keys: on every POST, the same over all attempts of a call, and another for each call.

use billwire_core::billerapi::calls;
use billwire_core::testing::Step;
use billwire_core::{Attempt, CallOptions, ErrorKind, IdempotencyKey};
use billwire_crypto::testing::SeededRandom;
use billwire_models::billerapi::operations;
use billwire_models::operation::{self, Method};
use billwire_models::q2::CreateClient;

use super::{LINK_STEP, LINK_TOKEN, Scene, not_sent, status, unclear};
use crate::support::{self, header};

const KEY: &str = "0b6f7c86-0d0e-4d53-9a77-6a6b3f0c7e11";

fn key() -> IdempotencyKey {
    IdempotencyKey::new(KEY).expect("a key")
}

/// Contradiction C17: the header stands on every POST, and three of them are documented to honour it.
#[test]
fn every_post_takes_a_key_and_three_honour_it() {
    let mut honoured = Vec::new();
    for operation in operations::ALL {
        assert_eq!(operation.method == Method::Post, operation.idempotency_key.is_some(), "{}", operation.id);
        if operation.idempotency_key == Some(operation::IdempotencyKey::Honoured) {
            honoured.push(operation.id);
        }
    }
    honoured.sort_unstable();
    assert_eq!(honoured, ["createLinkToken", "createRequestToLink", "triggerSync"]);
}

/// Checklist, client (5): the same key over all attempts.
#[tokio::test]
async fn the_key_is_the_same_over_all_attempts() {
    let scene = Scene::new([unclear(), status(503), not_sent(), Step::ok(LINK_TOKEN)]);
    let answer = scene.client.send(super::create_link_token()).await.expect("the fourth attempt");
    let sent = scene.headers("idempotency-key");
    let first = sent[0].as_deref().expect("a key");
    assert_eq!(sent.len(), 4);
    assert!(sent.iter().all(|key| key.as_deref() == Some(first)), "{sent:?}");
    assert_eq!(answer.idempotency_key().map(IdempotencyKey::as_str), Some(first));
    assert_eq!((first.len(), first.as_bytes()[14], first.matches('-').count()), (36, b'4', 4), "{first}");
    assert_ne!(Some(first), answer.call_id(), "a key is sent, a call id is not");
}

#[tokio::test]
async fn every_call_has_a_key_of_its_own() {
    let scene = Scene::new([Step::ok(LINK_TOKEN), Step::ok(LINK_TOKEN), Step::ok(LINK_STEP)]);
    scene.client.send(super::create_link_token()).await.expect("an answer");
    scene.client.send(super::create_link_token()).await.expect("an answer");
    scene.client.send(super::submit_credentials()).await.expect("an answer");
    let mut keys = scene.headers("idempotency-key");
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 3, "{keys:?}");
}

#[tokio::test]
async fn the_callers_key_is_used_and_can_be_used_again_after_a_failure() {
    let scene = Scene::new([unclear(), unclear(), unclear(), unclear()]);
    let with_key = scene.client.with_options(CallOptions::new().with_idempotency_key(key()));
    let error = with_key.send(super::trigger_sync()).await.expect_err("nothing came back");
    assert_eq!(error.idempotency_key(), Some(&key()), "to go on with it later");
    assert!(error.is_retryable(), "the key makes a repetition safe: {error}");
    scene.transport.push(Step::ok(super::SYNC));
    with_key.send(super::trigger_sync()).await.expect("an answer");
    assert_eq!(scene.headers("idempotency-key"), vec![Some(KEY.to_owned()); 5]);
}

#[tokio::test]
async fn a_made_key_is_told_by_the_error_too() {
    let scene = Scene::new([status(400)]);
    let error = scene.client.send(super::submit_credentials()).await.expect_err("refused");
    let told = error.idempotency_key().map(IdempotencyKey::as_str);
    assert_eq!(told, scene.headers("idempotency-key")[0].as_deref());
}

#[tokio::test]
async fn a_read_carries_no_key() {
    let scene = Scene::new([Step::ok(super::BILL)]);
    let with_key = scene.client.with_options(CallOptions::new().with_idempotency_key(key()));
    let answer = with_key.send(super::read()).await.expect("an answer");
    assert_eq!((scene.headers("idempotency-key"), answer.idempotency_key()), (vec![None], None));
}

/// A key that the operation ignores would protect from nothing, so nobody is left to believe in it.
#[tokio::test]
async fn a_write_that_takes_no_key_refuses_one() {
    let scene = support::Scene::new([]);
    let with_key = scene.client.with_options(CallOptions::new().with_idempotency_key(key()));
    let error = with_key.create_client(&CreateClient::new("i")).await.expect_err("Q2 knows no keys");
    assert_eq!((error.kind(), scene.sent()), (ErrorKind::InvalidRequest, 0));
}

#[test]
fn a_request_without_a_client_takes_the_given_key_or_makes_one() {
    let config = super::builder().build().expect("usable");
    let random = SeededRandom::new(3);
    let attempt = Attempt::new(super::START.parse().expect("a timestamp"), &random);
    let (call, key) = (super::create_request_to_link(), key());
    let given = call.request(&config, &attempt.with_idempotency_key(&key)).expect("a request");
    assert_eq!(header(&given, "idempotency-key"), Some(KEY));
    let made = call.request(&config, &attempt).expect("a request");
    assert_eq!(header(&made, "idempotency-key").map(str::len), Some(36));
    let read =
        calls::list_accounts().request(&config, &attempt.with_idempotency_key(&key)).expect("a request");
    assert_eq!(header(&read, "idempotency-key"), None);
}
