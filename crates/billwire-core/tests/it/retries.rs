//! The one loop: what is repeated, after how long, and when it stops.

use std::time::Duration;

use billwire_core::retry::{Backoff, RetryBudget, RetryPolicy, may_retry};
use billwire_core::testing::Step;
use billwire_core::{CallOptions, Delivery, Error, ErrorKind, TransportErrorKind};
use billwire_models::operation::Safety;
use http::HeaderValue;
use http::header::RETRY_AFTER;

use crate::support::{self, Scene};

fn not_sent() -> Step {
    Step::fail(Delivery::NotSent, TransportErrorKind::Connect)
}

fn unclear() -> Step {
    Step::fail(Delivery::Unknown, TransportErrorKind::Interrupted)
}

fn busy(retry_after: &str) -> Step {
    support::status(503).with_header(RETRY_AFTER, HeaderValue::from_str(retry_after).expect("a value"))
}

/// Sends one call of the safety class on a script of one failure and one success; the number of requests.
async fn attempts_after(safety: Safety, failure: Step) -> (usize, Option<Error>) {
    let scene = Scene::new([failure]);
    let error = match safety {
        Safety::Read => {
            scene.transport.push(support::bill());
            scene.client.send(support::read()).await.err()
        }
        Safety::Idempotent => {
            scene.transport.push(support::created_client());
            scene.client.send(support::idempotent()).await.err()
        }
        Safety::Reconcilable => {
            scene.transport.push(support::acknowledged());
            scene.client.send(support::reconcilable()).await.err()
        }
        _ => {
            scene.transport.push(Step::ok(r#"{"success":true,"paymentMethodId":"p"}"#));
            scene.client.send(support::never()).await.err()
        }
    };
    (scene.sent(), error)
}

#[tokio::test]
async fn the_loop_follows_the_table() {
    let deliveries = [
        (not_sent(), Delivery::NotSent, None),
        (unclear(), Delivery::Unknown, None),
        (Step::never(), Delivery::Unknown, None),
    ];
    let statuses = [300, 302, 400, 401, 403, 404, 409, 422, 429, 500, 501, 502, 503, 504, 505]
        .map(|code| (support::status(code), Delivery::Answered, Some(code)));
    for (failure, delivery, status) in deliveries.into_iter().chain(statuses) {
        for safety in [Safety::Read, Safety::Idempotent, Safety::Reconcilable, Safety::Never] {
            let expected = may_retry(safety, delivery, status);
            let (sent, error) = attempts_after(safety, failure.clone()).await;
            assert_eq!(sent, if expected { 2 } else { 1 }, "{safety:?} {delivery} {status:?}");
            assert_eq!(error.is_none(), expected, "{safety:?} {delivery} {status:?}");
            if let Some(error) = error {
                assert_eq!(error.delivery(), delivery);
                assert_eq!(error.status().map(|status| status.as_u16()), status);
                assert!(!error.is_retryable(), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn a_payment_that_may_have_arrived_is_sent_once_and_the_error_says_to_read_back() {
    for failure in [unclear(), Step::never(), support::status(500), support::status(503)] {
        let scene = Scene::new([failure, support::acknowledged()]);
        let error = scene.client.send(support::reconcilable()).await.expect_err("unclear");
        assert_eq!(scene.sent(), 1);
        assert!(error.may_have_taken_effect(), "{error}");
        assert!(error.advice().contains("read the resource back"), "{error}");
        assert!(error.to_string().contains(error.advice()), "the text carries the advice");
    }
}

#[tokio::test]
async fn a_refused_payment_did_not_happen() {
    for code in [400, 401, 403, 404, 429] {
        let scene = Scene::new([support::status(code)]);
        let error = scene.client.send(support::reconcilable()).await.expect_err("refused");
        assert!(!error.may_have_taken_effect(), "{code}");
    }
}

#[tokio::test]
async fn an_unclear_attempt_is_not_forgotten_when_a_later_one_is_not_sent() {
    let scene = Scene::new([unclear(), not_sent(), not_sent()]);
    let error = scene.client.send(support::idempotent()).await.expect_err("all attempts failed");
    assert_eq!((error.attempts(), scene.sent()), (3, 3));
    assert_eq!(error.delivery(), Delivery::Unknown, "the first attempt may have arrived");
    assert!(error.may_have_taken_effect());

    let scene = Scene::new([support::status(502), support::status(400)]);
    let error = scene.client.send(support::idempotent()).await.expect_err("refused at last");
    assert!(error.may_have_taken_effect(), "nor an answer with a status of the 500 range: {error}");

    let scene = Scene::new([unclear(), support::status(400)]);
    let error = scene.client.send(support::idempotent()).await.expect_err("refused at last");
    assert_eq!(error.delivery(), Delivery::Answered);
    assert!(error.may_have_taken_effect(), "the first attempt may have been carried out");
}

#[tokio::test]
async fn attempts_are_bounded() {
    let scene = Scene::new([unclear(), unclear(), unclear(), support::bill()]);
    let error = scene.client.send(support::read()).await.expect_err("three attempts");
    assert_eq!((error.attempts(), scene.sent()), (3, 3));
    assert!(error.to_string().contains("no attempts are left"), "{error}");
    assert!(error.is_retryable(), "a read may be asked for again later");

    let once = scene.client.with_options(CallOptions::new().with_max_attempts(1));
    scene.transport.push(unclear());
    assert_eq!(once.send(support::read()).await.expect("the fourth step").attempts(), 1);
}

#[tokio::test]
async fn waits_grow_within_their_bounds_and_are_random() {
    let policy = RetryPolicy::new()
        .with_max_attempts(6)
        .with_backoff(Backoff::new(Duration::from_millis(100), Duration::from_millis(400)));
    let config = support::builder().with_retry(policy).build().expect("usable");
    let scene =
        Scene::with(config, [not_sent(), not_sent(), not_sent(), not_sent(), not_sent(), support::bill()]);
    scene.client.send(support::read()).await.expect("the sixth attempt");
    let slept = scene.clock.slept();
    assert_eq!(slept.len(), 5);
    for (wait, bound) in slept.iter().zip([100, 200, 400, 400, 400]) {
        assert!(*wait <= Duration::from_millis(bound), "{slept:?}");
    }
    assert!(slept.windows(2).any(|pair| pair[0] != pair[1]), "{slept:?}");
}

#[tokio::test]
async fn retry_after_is_honoured_in_both_forms() {
    for value in ["20", "Sun, 01 Mar 2026 12:00:20 GMT"] {
        let scene = Scene::new([busy(value), support::bill()]);
        scene.client.send(support::read()).await.expect("the second attempt");
        assert_eq!(scene.clock.slept(), [Duration::from_secs(20)], "{value}");
    }
    for value in ["Sun, 01 Mar 2026 11:00:00 GMT", "soon", "-5"] {
        let scene = Scene::new([busy(value), support::bill()]);
        scene.client.send(support::read()).await.expect("the second attempt");
        assert!(scene.clock.slept()[0] <= Duration::from_millis(250), "{value}: the usual wait");
    }
}

#[tokio::test]
async fn a_retry_after_beyond_the_limit_ends_the_call_and_is_told() {
    let scene = Scene::new([busy("31"), support::bill()]);
    let error = scene.client.send(support::read()).await.expect_err("too long");
    assert_eq!((scene.sent(), error.kind()), (1, ErrorKind::Service));
    assert_eq!(
        error.retry_after(support::START.parse().expect("a timestamp")),
        Some(Duration::from_secs(31))
    );
    assert!(error.to_string().contains("asks to wait 31 s"), "{error}");
    assert!(scene.clock.slept().is_empty());
}

#[tokio::test]
async fn the_budget_is_shared_by_clones_and_ends_repetitions() {
    let config = support::builder().with_retry_budget(RetryBudget::new(2)).build().expect("usable");
    let scene = Scene::with(config, std::iter::repeat_with(unclear).take(4));
    let error = scene.client.send(support::read()).await.expect_err("two repetitions are paid for");
    assert_eq!(error.attempts(), 3);
    let clone = scene.client.clone().with_options(CallOptions::new().with_strict(true));
    let error = clone.send(support::read()).await.expect_err("none is left");
    assert_eq!((error.attempts(), scene.sent()), (1, 4));
    assert!(error.to_string().contains("retry budget is used up"), "{error}");

    for _ in 0..10 {
        scene.transport.push(support::bill());
        scene.client.send(support::read()).await.expect("a success");
    }
    scene.transport.push(unclear());
    scene.transport.push(support::bill());
    assert_eq!(scene.client.send(support::read()).await.expect("earned").attempts(), 2);
}

#[tokio::test]
async fn what_the_transport_calls_invalid_is_not_repeated() {
    let scene = Scene::new([Step::fail(Delivery::NotSent, TransportErrorKind::InvalidRequest)]);
    let error = scene.client.send(support::read()).await.expect_err("invalid");
    assert_eq!((error.kind(), scene.sent()), (ErrorKind::InvalidRequest, 1));
    let scene = Scene::new([Step::fail(Delivery::Answered, TransportErrorKind::AnswerTooLarge)]);
    let error = scene.client.send(support::reconcilable()).await.expect_err("too large");
    assert_eq!((error.kind(), scene.sent()), (ErrorKind::AnswerTooLarge, 1));
    assert!(error.may_have_taken_effect(), "an answer came, but nobody read it");
}
