//! Timeouts of attempts and the deadline of the whole call.

use std::sync::Arc;
use std::time::Duration;

use billwire_core::q2::Client;
use billwire_core::testing::{ManualClock, ScriptedTransport, Step};
use billwire_core::{CallOptions, Clock, Delivery, ErrorKind, TransportErrorKind};
use http::HeaderValue;
use http::header::RETRY_AFTER;

use crate::support::{self, Scene};

const SECOND: Duration = Duration::from_secs(1);

fn limits(timeout: u32, deadline: u32) -> CallOptions {
    CallOptions::new().with_timeout(timeout * SECOND).with_deadline(deadline * SECOND)
}

#[tokio::test]
async fn an_attempt_ends_at_its_timeout_and_is_dropped() {
    let scene = Scene::new([Step::never(), support::bill()]);
    let client = scene.client.with_options(limits(5, 60).with_max_attempts(1));
    let error = client.send(support::read()).await.expect_err("no answer");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.delivery(), Delivery::Unknown);
    assert!(error.is_timeout() && error.to_string().contains("no answer within 5s"), "{error}");
    assert_eq!(scene.transport.dropped(), 1, "the transport's future was dropped");
    assert_eq!(scene.clock.monotonic(), 5 * SECOND);
    assert_eq!(scene.clock.waiting(), 0, "no timer is left behind");
}

#[tokio::test]
async fn an_answer_just_in_time_is_taken() {
    let scene = Scene::new([support::bill().after(4 * SECOND)]);
    let client = scene.client.with_options(limits(5, 60));
    assert_eq!(client.send(support::read()).await.expect("in time").attempts(), 1);
    assert_eq!(scene.clock.monotonic(), 4 * SECOND);
    assert_eq!(scene.clock.waiting(), 0, "the unused time limit is gone");
}

#[tokio::test]
async fn an_answer_too_late_is_a_timeout() {
    let scene = Scene::new([support::bill().after(6 * SECOND)]);
    let client = scene.client.with_options(limits(5, 60).with_max_attempts(1));
    let error = client.send(support::read()).await.expect_err("too late");
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn the_deadline_cuts_an_attempt_short() {
    let scene = Scene::new([Step::never(), Step::never(), support::bill()]);
    let client = scene.client.with_options(limits(10, 15));
    let error = client.send(support::read()).await.expect_err("the deadline");
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
    assert_eq!((error.attempts(), error.delivery()), (2, Delivery::Unknown));
    assert_eq!(scene.clock.monotonic(), 15 * SECOND, "not a moment later");
}

#[tokio::test]
async fn a_wait_that_would_exceed_the_deadline_is_not_begun() {
    let busy = support::status(503).with_header(RETRY_AFTER, HeaderValue::from_static("20"));
    let scene = Scene::new([busy.after(2 * SECOND), support::bill()]);
    let client = scene.client.with_options(limits(10, 15));
    let error = client.send(support::read()).await.expect_err("the wait is too long");
    assert_eq!(error.kind(), ErrorKind::Service, "the answer itself is told");
    assert!(error.to_string().contains("the wait would exceed the deadline"), "{error}");
    assert_eq!((scene.sent(), scene.clock.monotonic()), (1, 2 * SECOND));
}

#[tokio::test]
async fn a_deadline_of_zero_sends_nothing() {
    let scene = Scene::new([support::bill()]);
    let client = scene.client.with_options(CallOptions::new().with_deadline(Duration::ZERO));
    let error = client.send(support::read()).await.expect_err("no time at all");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::DeadlineExceeded, Delivery::NotSent));
    assert_eq!((error.attempts(), scene.sent()), (0, 0));
}

#[tokio::test]
async fn a_timeout_of_zero_is_refused_because_it_would_leave_every_payment_unclear() {
    let scene = Scene::new([support::acknowledged()]);
    let client = scene.client.with_options(CallOptions::new().with_timeout(Duration::ZERO));
    let error = client.send(support::reconcilable()).await.expect_err("no time at all");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::InvalidRequest, Delivery::NotSent));
    assert_eq!(scene.sent(), 0);
}

#[tokio::test]
async fn the_total_time_never_exceeds_the_deadline() {
    for deadline in 1..40_u32 {
        let steps = (0..50).map(|_| Step::fail(Delivery::NotSent, TransportErrorKind::Connect).after(SECOND));
        let scene = Scene::new(steps);
        let client = scene.client.with_options(limits(3, deadline).with_max_attempts(50));
        client.send(support::read()).await.expect_err("nothing ever answers");
        assert!(scene.clock.monotonic() <= deadline * SECOND, "{deadline}");
    }
}

#[tokio::test]
async fn a_clock_that_stands_still_is_driven_by_hand() {
    let clock = ManualClock::new(support::START.parse().expect("a timestamp"));
    let transport = ScriptedTransport::new(Arc::new(clock.clone()), [Step::never()]);
    let client = Client::new(support::config(), Arc::new(transport.clone()), Arc::new(clock.clone()))
        .with_options(limits(5, 60).with_max_attempts(1));
    let call = tokio::spawn(async move { client.send(support::read()).await });
    while clock.waiting() == 0 {
        tokio::task::yield_now().await;
    }
    clock.advance(4 * SECOND);
    tokio::task::yield_now().await;
    assert!(!call.is_finished(), "one second is left");
    clock.advance(SECOND);
    let error = call.await.expect("no panic").expect_err("time is over");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(transport.dropped(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_tokio_clock_sleeps_and_measures() {
    let clock = billwire_core::TokioClock::new();
    clock.sleep(3 * SECOND).await;
    assert_eq!(clock.monotonic(), 3 * SECOND);
}
