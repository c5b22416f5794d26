//! The retry table: what is repeated, after how long, and how often.

use std::sync::Arc;
use std::time::Duration;

use billwire_core::billerapi::ANSWER_RULES;
use billwire_core::retry::{RetryBudget, RetryPolicy};
use billwire_core::testing::Step;
use billwire_core::{Clock as _, Delivery, Error, ErrorKind};
use billwire_crypto::SecureRandom;
use billwire_models::billerapi::{CreateGmailAuthorization, operations};
use billwire_models::operation::{self, Operation, Safety};
use http::StatusCode;

use super::{Scene, busy, not_sent, status, unclear};

const SECOND: Duration = Duration::from_secs(1);

/// Every draw is the same.
struct Constant(u8);

impl SecureRandom for Constant {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), billwire_crypto::Error> {
        buffer.fill(self.0);
        Ok(())
    }
}

/// Sends one call on a script of one failure and one success; the number of requests.
async fn attempts_after(operation: &Operation, failure: Step) -> (usize, Option<Error>) {
    let scene = Scene::new([failure]);
    let client = &scene.client;
    let error = match operation.id {
        "getBill" => {
            scene.transport.push(Step::ok(super::BILL));
            client.send(super::read()).await.err()
        }
        "createLinkToken" => {
            scene.transport.push(Step::respond(StatusCode::CREATED, super::LINK_TOKEN));
            client.send(super::create_link_token()).await.err()
        }
        "createRequestToLink" => {
            scene.transport.push(Step::respond(StatusCode::CREATED, super::REQUEST_TO_LINK));
            client.send(super::create_request_to_link()).await.err()
        }
        "triggerSync" => {
            scene.transport.push(Step::respond(StatusCode::ACCEPTED, super::SYNC));
            client.send(super::trigger_sync()).await.err()
        }
        _ => {
            scene.transport.push(Step::ok(super::LINK_STEP));
            client.send(super::submit_credentials()).await.err()
        }
    };
    (scene.sent(), error)
}

/// Checklist, client (4): the table of section 3.4. Contradiction C17: of the writes, only the three that honour a key are
/// repeated when nobody knows what became of them.
///
/// Source: BillerAPI description, section 3.4 "Retry rules", written by hand.
#[tokio::test]
async fn the_loop_follows_the_documented_table() {
    let safe = [
        &operations::GET_BILL,
        &operations::CREATE_LINK_TOKEN,
        &operations::CREATE_REQUEST_TO_LINK,
        &operations::TRIGGER_SYNC,
    ];
    for operation in safe.into_iter().chain([&operations::SUBMIT_CREDENTIALS]) {
        let is_safe = operation.id != "submitCredentials";
        let cases = [(not_sent(), true), (unclear(), is_safe), (Step::never(), is_safe), (busy("1"), true)];
        let passing = [500, 502, 503, 504].map(|code| (status(code), is_safe));
        let staying = [300, 400, 401, 403, 404, 409, 422, 501].map(|code| (status(code), false));
        for (number, (failure, is_repeated)) in cases.into_iter().chain(passing).chain(staying).enumerate() {
            let (sent, error) = attempts_after(operation, failure).await;
            assert_eq!(sent, if is_repeated { 2 } else { 1 }, "{} case {number}", operation.id);
            assert_eq!(error.is_none(), is_repeated, "{} case {number}", operation.id);
            if let Some(error) = error {
                assert!(!error.is_retryable(), "{} case {number}: {error}", operation.id);
            }
        }
    }
}

/// No call reads the state of a link flow, or an address that was made, back. A second one does no harm.
#[tokio::test]
async fn what_does_no_harm_twice_may_be_asked_for_again_by_a_person() {
    let scene = Scene::new([unclear(), status(500), Step::ok("<html>")]);
    let authorization = CreateGmailAuthorization::new("user_123".into(), super::CLIENT_ID.into());
    for error in [
        scene.client.discover_accounts(&"ltid_7Qm2".into()).await.expect_err("unclear"),
        scene.client.create_gmail_authorization(&authorization).await.expect_err("a failure"),
        scene.client.create_gmail_authorization(&authorization).await.expect_err("unreadable"),
    ] {
        assert_eq!(error.attempts(), 1, "not by itself: {error}");
        assert!(error.may_have_taken_effect() && !error.is_retryable(), "{error}");
        assert!(error.advice().contains("asking again does no harm"), "{error}");
    }
}

#[test]
fn the_safety_of_every_write_follows_from_its_key() {
    for operation in operations::ALL {
        let honours = operation.idempotency_key == Some(operation::IdempotencyKey::Honoured);
        assert_eq!(operation.safety == Safety::Idempotent, honours, "{}", operation.id);
        let unclear = ANSWER_RULES.may_retry(operation.safety, Delivery::Unknown, None);
        assert_eq!(unclear, honours || operation.safety == Safety::Read, "{}", operation.id);
    }
}

/// Waits on a script of failures; the time until the last attempt.
async fn waited(draw: u8, failures: impl IntoIterator<Item = Step>) -> Duration {
    let scene = Scene::with(super::builder().with_random(Arc::new(Constant(draw))), failures);
    scene.transport.push(Step::ok(super::BILL));
    scene.client.send(super::read()).await.expect("an answer at last");
    scene.clock.monotonic()
}

/// Checklist, client (4): the pauses, with a clock and a draw of the test.
#[tokio::test]
async fn the_pauses_are_one_two_and_four_seconds_and_up_to_one_more() {
    let failures = || [status(500), status(503), status(502)];
    assert_eq!(waited(0, failures()).await, 7 * SECOND);
    let longest = waited(0xff, failures()).await;
    assert!(longest > 9 * SECOND + SECOND / 2 && longest <= 10 * SECOND, "{longest:?}");
}

#[tokio::test]
async fn a_retry_after_takes_the_place_of_the_pause() {
    assert_eq!(waited(0, [busy("30")]).await, 30 * SECOND);
    assert_eq!(waited(0, [busy("0"), busy("3")]).await, 3 * SECOND);
    assert_eq!(waited(0, [busy("Mon, 06 Apr 2026 12:00:20 GMT")]).await, 20 * SECOND, "a date is read too");
    let longest = waited(0xff, [busy("30")]).await;
    assert!(longest > 30 * SECOND && longest <= 31 * SECOND, "{longest:?}");
}

#[tokio::test]
async fn three_repetitions_are_the_most() {
    let scene = Scene::new([status(500), status(500), status(500), status(500), Step::ok(super::BILL)]);
    let error = scene.client.send(super::read()).await.expect_err("four attempts");
    assert_eq!((error.attempts(), scene.sent()), (4, 4));
    assert_eq!(error.kind(), ErrorKind::Service);
    let never = super::builder().with_retry(RetryPolicy::never());
    let scene = Scene::with(never, [status(500)]);
    assert_eq!(scene.client.send(super::read()).await.expect_err("one attempt").attempts(), 1);
}

/// A 429 says that nothing was done, so even a login is sent again; all other doubts end it.
#[tokio::test]
async fn a_login_is_repeated_after_429_and_after_nothing_else() {
    let scene = Scene::new([busy("2"), busy("2"), Step::ok(super::LINK_STEP)]);
    let answer = scene.client.send(super::submit_credentials()).await.expect("the third attempt");
    assert_eq!((answer.attempts(), scene.sent()), (3, 3));
    let scene = Scene::new([busy("2"), unclear(), Step::ok(super::LINK_STEP)]);
    let error = scene.client.send(super::submit_credentials()).await.expect_err("unclear");
    assert_eq!((error.attempts(), scene.sent()), (2, 2));
    assert!(error.may_have_taken_effect() && !error.is_retryable(), "{error}");
}

/// The budget is against outages; who says when to come again is up.
#[tokio::test]
async fn a_refusal_that_names_a_time_costs_nothing_of_the_budget() {
    let broke = || super::builder().with_retry_budget(RetryBudget::new(0));
    let scene = Scene::with(broke(), [busy("1"), busy("2"), busy("1"), Step::ok(super::BILL)]);
    assert_eq!(scene.client.send(super::read()).await.expect("the fourth attempt").attempts(), 4);
    for unpaid in [status(429), status(503), unclear(), not_sent()] {
        let scene = Scene::with(broke(), [busy("1"), unpaid]);
        let error = scene.client.send(super::read()).await.expect_err("nothing pays for a third attempt");
        assert!(error.to_string().contains("retry budget is used up"), "{error}");
        assert_eq!(scene.sent(), 2);
    }
}
