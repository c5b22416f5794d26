//! What the attempts of one call add up to: every first outcome with every last one, for every safety.

use std::time::Duration;

use billwire_core::testing::Step;
use billwire_core::{Call, CallOptions, Delivery, Error, RateLimits};
use billwire_models::billerapi::{ConnectGmail, operations};
use billwire_models::operation::{Operation, Safety};

use super::{Scene, busy, not_sent, status, unclear};

const MINUTE: Duration = Duration::from_mins(1);

/// One way in which an attempt ends. Written by hand, not asked of the code.
struct Outcome {
    name: &'static str,
    step: fn() -> Step,
    /// Whether a write may have been carried out.
    has_effect: bool,
    /// Whether the same call later can help.
    passes: bool,
}

const fn outcome(name: &'static str, has_effect: bool, passes: bool, step: fn() -> Step) -> Outcome {
    Outcome { name, step, has_effect, passes }
}

fn failed(code: &str) -> Step {
    Step::ok(format!(r#"{{"success": false, "error_code": "{code}"}}"#))
}

/// Source: BillerAPI description, sections 3.3 and 3.4, and the promise that nothing is done twice.
const OUTCOMES: [Outcome; 10] = [
    outcome("not sent", false, true, not_sent),
    outcome("429", false, true, || busy("1")),
    outcome("unclear", true, true, unclear),
    outcome("500", true, true, || status(500)),
    outcome("504", true, true, || status(504)),
    outcome("403", false, false, || status(403)),
    outcome("408", true, false, || status(408)),
    outcome("unreadable", true, false, || Step::ok("<html>")),
    outcome("biller down", false, true, || failed("BILLER_UNAVAILABLE")),
    outcome("wrong login", false, false, || failed("INVALID_CREDENTIALS")),
];

/// The operation of each class that stands for all of them.
const CLASSES: [&Operation; 4] = [
    &operations::GET_BILL,
    &operations::CREATE_REQUEST_TO_LINK,
    &operations::CONNECT_GMAIL,
    &operations::SUBMIT_CREDENTIALS,
];

/// Sends one call with at most two attempts on a script that gives no success.
async fn send(operation: &Operation, steps: [Step; 2]) -> (Scene, Error) {
    let scene = Scene::new(steps);
    let client = scene.client.with_options(CallOptions::new().with_max_attempts(2));
    let result = match operation.id {
        "getBill" => client.send(super::read()).await.map(drop),
        "createRequestToLink" => client.send(super::create_request_to_link()).await.map(drop),
        "connectGmail" => {
            let request = ConnectGmail::new("user_123".into(), super::CLIENT_ID.into());
            client.connect_gmail(&request).await.map(drop)
        }
        _ => client.send(super::submit_credentials()).await.map(drop),
    };
    (scene, result.expect_err(operation.id))
}

fn repeats(safety: Safety, outcome: &Outcome) -> bool {
    let twice_is_once = matches!(safety, Safety::Read | Safety::Idempotent);
    match outcome.name {
        "not sent" | "429" => true,
        "unclear" | "500" | "504" => twice_is_once,
        _ => false,
    }
}

fn check(operation: &Operation, ended: &[&Outcome], error: &Error) {
    let case = format!("{} {:?}", operation.id, ended.iter().map(|outcome| outcome.name).collect::<Vec<_>>());
    let is_write = operation.safety != Safety::Read;
    let effect = is_write && ended.iter().any(|outcome| outcome.has_effect);
    assert_eq!(error.may_have_taken_effect(), effect, "{case}: {error}");
    let twice_is_once = matches!(operation.safety, Safety::Read | Safety::Idempotent);
    let last = ended.last().expect("an outcome");
    assert_eq!(error.is_retryable(), last.passes && (twice_is_once || !effect), "{case}: {error}");
    if error.delivery() == Delivery::Answered {
        assert!(error.status().is_some(), "{case}: an answer has a status: {error}");
    }
}

#[tokio::test]
async fn what_an_error_says_follows_from_every_attempt() {
    let mut pairs = 0;
    for operation in CLASSES {
        for first in &OUTCOMES {
            for last in &OUTCOMES {
                let (scene, error) = send(operation, [(first.step)(), (last.step)()]).await;
                let ended: &[&Outcome] =
                    if repeats(operation.safety, first) { &[first, last] } else { &[first] };
                assert_eq!(scene.sent(), ended.len(), "{} {} {}", operation.id, first.name, last.name);
                check(operation, ended, &error);
                pairs += 1;
            }
        }
    }
    assert_eq!(pairs, CLASSES.len() * OUTCOMES.len() * OUTCOMES.len());
}

#[tokio::test]
async fn an_error_status_is_not_forgotten_when_the_last_attempt_is_refused() {
    for last in [status(401), status(403), status(409), busy("1")] {
        let (_, error) = send(&operations::CREATE_REQUEST_TO_LINK, [status(502), last]).await;
        assert!(error.may_have_taken_effect(), "the first attempt may have been carried out: {error}");
        assert!(error.advice().contains("repeat it"), "{error}");
    }
}

/// A refusal says that nothing was done, and an attempt that never left did nothing either.
#[tokio::test]
async fn what_was_refused_and_then_not_sent_was_not_carried_out() {
    let scene = Scene::new([busy("1"), not_sent(), not_sent(), not_sent()]);
    let error = scene.client.send(super::submit_credentials()).await.expect_err("never served");
    assert_eq!((scene.sent(), error.delivery()), (4, Delivery::Answered));
    assert!(!error.may_have_taken_effect() && error.is_retryable(), "{error}");
    assert!(error.advice().contains("nothing was carried out"), "{error}");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(429), "the answer there was");
    let now = super::START.parse().expect("a timestamp");
    assert_eq!(error.retry_after(now), Some(Duration::from_secs(1)));
}

#[tokio::test]
async fn what_was_refused_and_then_had_no_room_was_not_carried_out() {
    let limits = RateLimits::only_retry_after().with_limit("link", 1, MINUTE);
    let scene = Scene::with(super::builder().with_rate_limits(limits), [busy("1")]);
    let hasty = scene.client.with_options(CallOptions::new().with_deadline(Duration::from_secs(10)));
    let login: Call<_> = super::submit_credentials();
    let error = hasty.send(login).await.expect_err("no room before the deadline");
    assert_eq!((scene.sent(), error.attempts()), (1, 1));
    assert!(!error.may_have_taken_effect() && error.is_retryable(), "{error}");
}
