//! Idempotency keys: on every POST, the same over all attempts of a call, and another for each call.

use billwire_core::billerapi::calls;
use billwire_core::testing::Step;
use billwire_core::{Attempt, CallOptions, Delivery, ErrorKind, IdempotencyKey, PortalToken};
use billwire_crypto::testing::SeededRandom;
use billwire_models::billerapi::{CreateLinkToken, operations};
use billwire_models::operation::{self, Method};
use billwire_models::q2::CreateClient;

use super::{CLIENT_ID, LINK_STEP, LINK_TOKEN, Scene, not_sent, status, unclear};
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

/// What is idempotent by its key alone is so with that key alone, so an error has to tell it.
#[tokio::test]
async fn a_call_that_failed_goes_on_with_its_own_key() {
    let scene = Scene::new([unclear(), unclear(), unclear(), unclear()]);
    let error = scene.client.send(super::create_request_to_link()).await.expect_err("nothing came back");
    let sent = scene.headers("idempotency-key")[0].clone().expect("a key");
    assert!(error.is_retryable() && error.may_have_taken_effect(), "{error}");
    assert!(error.advice().contains("with the same idempotency key"), "{error}");
    assert!(error.to_string().contains(&sent) && format!("{error:?}").contains(&sent), "{error:?}");

    scene.transport.push(Step::ok(super::REQUEST_TO_LINK));
    let again = scene.client.with_options(error.retry_options());
    again.send(super::create_request_to_link()).await.expect("an answer");
    assert_eq!(scene.headers("idempotency-key"), vec![Some(sent); 5]);
}

#[tokio::test]
async fn a_call_whose_answer_is_unreadable_is_not_advised_to_be_made_anew() {
    for last in [Step::ok("<html>"), status(403)] {
        let scene = Scene::new([status(502), last]);
        let error = scene.client.send(super::create_link_token()).await.expect_err("no good answer");
        assert!(!error.is_retryable() && error.may_have_taken_effect(), "{error}");
        assert!(error.advice().contains("with the same idempotency key"), "{error}");
    }
}

/// A known failure is the answer of its key: a repetition with that key would be given it again.
#[tokio::test]
async fn after_a_known_failure_another_try_is_another_call() {
    let failure = Step::ok(r#"{"success": false, "error_code": "BILLER_UNAVAILABLE"}"#);
    let scene = Scene::new([failure, Step::ok(super::SYNC)]);
    let error = scene.client.send(super::trigger_sync()).await.expect_err("the biller is down");
    assert!(error.is_retryable() && !error.may_have_taken_effect(), "{error}");
    let again = scene.client.with_options(error.retry_options());
    again.send(super::trigger_sync()).await.expect("an answer");
    let sent = scene.headers("idempotency-key");
    assert_ne!(sent[0], sent[1]);
}

#[tokio::test]
async fn what_takes_no_key_is_repeated_without_one() {
    let scene = support::Scene::new([status(502), status(502), status(502), support::created_client()]);
    let error = scene.client.send(support::idempotent()).await.expect_err("an outage");
    assert_eq!(error.advice(), "repeat it: carried out twice it has the effect of once");
    let again = scene.client.with_options(error.retry_options());
    again.send(support::idempotent()).await.expect("an answer");
}

/// Contradiction C9: of another path nothing is documented, so nothing is promised about its keys either.
#[tokio::test]
async fn on_a_path_of_the_callers_own_no_key_makes_a_repetition_safe() {
    for failure in [unclear(), status(500)] {
        let scene = Scene::new([failure, Step::ok(super::REQUEST_TO_LINK)]);
        let call = super::create_request_to_link().with_path("/link/request-to-link");
        let error = scene.client.send(call).await.expect_err("not repeated");
        assert_eq!(scene.sent(), 1, "{error}");
        assert!(error.may_have_taken_effect() && !error.is_retryable(), "{error}");
        assert!(error.advice().contains("read the resource back"), "{error}");
        assert!(scene.headers("idempotency-key")[0].is_some(), "it is sent all the same");
    }
    let scene = Scene::new([Step::ok("<html>")]);
    let call = super::create_request_to_link().with_path("/link/request-to-link");
    let error = scene.client.send(call).await.expect_err("unreadable");
    assert!(error.advice().contains("read the resource back"), "{error}");
}

/// A service answers a second request under the same key with the answer to the first one, whatever it asks for.
#[tokio::test]
async fn a_key_is_for_one_request_and_its_repetitions() {
    let scene = Scene::new([Step::ok(LINK_TOKEN), Step::ok(LINK_TOKEN)]);
    let once = scene.client.with_options(CallOptions::new().with_idempotency_key(key()));
    once.send(super::create_link_token()).await.expect("the first request");
    once.clone().send(super::create_link_token()).await.expect("its repetition");

    let of_another = CreateLinkToken::new(CLIENT_ID.into(), "user_124".into(), vec!["bills".into()]);
    let patient = once.with_options(CallOptions::new().with_max_attempts(9));
    for error in [
        patient.create_link_token(&of_another).await.expect_err("another body"),
        patient.send(super::trigger_sync()).await.expect_err("another operation"),
        patient.send(super::create_link_token().with_path("/link/token")).await.expect_err("another path"),
    ] {
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::InvalidRequest, Delivery::NotSent),
            "{error}"
        );
        assert!(!error.may_have_taken_effect() && error.reason().contains("another request"), "{error}");
    }
    assert_eq!(scene.sent(), 2);
    scene.transport.push(Step::ok(super::BILL));
    patient.send(super::read()).await.expect("a read carries no key");
    scene.transport.push(Step::ok(LINK_TOKEN));
    scene.client.create_link_token(&of_another).await.expect("the client itself has no key");
}

#[tokio::test]
async fn a_key_that_was_not_sent_is_not_used_up() {
    let scene = Scene::new([Step::ok(LINK_TOKEN)]);
    let once = scene.client.with_options(CallOptions::new().with_idempotency_key(key()));
    let wrong = super::create_link_token().with_path("no path");
    assert_eq!(once.send(wrong).await.expect_err("no path").kind(), ErrorKind::InvalidRequest);
    once.send(super::create_link_token()).await.expect("an answer");
}

#[tokio::test]
async fn the_key_of_a_failed_call_is_for_that_call() {
    let scene = Scene::new([unclear(), unclear(), unclear(), unclear()]);
    let error = scene.client.send(super::create_request_to_link()).await.expect_err("nothing came back");
    let again = scene.client.with_options(error.retry_options());
    let error = again.send(super::trigger_sync()).await.expect_err("another operation");
    assert_eq!((error.kind(), scene.sent()), (ErrorKind::InvalidRequest, 4));
}

#[tokio::test]
async fn a_client_for_another_credential_takes_no_key_along() {
    let once = Scene::new([]).client.with_options(CallOptions::new().with_idempotency_key(key()));
    let portal = once.for_portal(PortalToken::for_sandbox("portal")).expect("a client");
    assert!(!format!("{portal:?}").contains(KEY), "{portal:?}");
}
