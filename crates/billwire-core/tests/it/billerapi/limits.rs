//! The rate limits in the loop: every attempt takes its turn, and a `Retry-After` holds the whole group.

use std::time::Duration;

use billwire_core::billerapi::{Client, calls};
use billwire_core::testing::Step;
use billwire_core::{AccessToken, CallOptions, Clock as _, Delivery, ErrorKind, RateLimits};
use billwire_models::billerapi::{ListBillersQuery, ListBillsQuery, RATE_LIMITS, operations};
use futures_util::future::join_all;

use super::{BILL, Scene, busy, not_sent, status};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

fn limited(group: &str, requests: u32, steps: impl IntoIterator<Item = Step>) -> Scene {
    Scene::with(
        super::builder().with_rate_limits(RateLimits::none().with_limit(group, requests, MINUTE)),
        steps,
    )
}

async fn read(client: &Client) {
    client.send(super::read()).await.expect("an answer");
}

/// A limit for a group that no operation counts against would hold nothing back.
#[test]
fn a_limit_for_an_unknown_group_is_refused() {
    let limits = RateLimits::of(RATE_LIMITS).with_limit("links", 50, MINUTE);
    let error = super::builder().with_rate_limits(limits).build().expect_err("a mistake");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.reason().contains("`links`") && error.advice().contains("authentication, link"), "{error}");
}

/// Contradiction C10: three groups of their own, and the rest by method.
#[test]
fn every_operation_counts_against_its_documented_group() {
    let group = |id: &str| {
        let operation = operations::ALL.iter().find(|operation| operation.id == id).expect("in the table");
        operation.rate_group.expect("a group")
    };
    assert_eq!(group("listBillers"), "biller");
    assert_eq!(group("createLinkToken"), "link");
    assert_eq!(group("createRequestToLink"), "link");
    assert_eq!(group("registerWebhook"), "authentication");
    assert_eq!(group("triggerSync"), "write");
    assert_eq!(group("listBills"), "read");
    assert!(operations::ALL.iter().all(|operation| operation.rate_group.is_some()));
}

#[tokio::test]
async fn a_call_waits_until_the_service_will_take_it() {
    let scene = limited("read", 2, std::iter::repeat_n(Step::ok(BILL), 5));
    for _ in 0..5 {
        read(&scene.client).await;
    }
    assert_eq!(scene.sent(), 5);
    assert!(scene.clock.monotonic() >= 2 * MINUTE, "{:?}", scene.clock.monotonic());
}

#[tokio::test]
async fn the_documented_limits_are_kept_unless_they_are_switched_off() {
    let answers = || std::iter::repeat_n(Step::ok(r#"{"data": []}"#), 201);
    let scene = Scene::new(answers());
    for _ in 0..200 {
        scene.client.list_billers(&ListBillersQuery::new()).await.expect("an answer");
    }
    assert_eq!(scene.clock.monotonic(), Duration::ZERO, "200 in a minute are allowed");
    scene.client.list_billers(&ListBillersQuery::new()).await.expect("an answer");
    assert!(scene.clock.monotonic() >= MINUTE);
    let scene = Scene::with(super::builder().with_rate_limits(RateLimits::none()), answers());
    for _ in 0..201 {
        scene.client.list_billers(&ListBillersQuery::new()).await.expect("an answer");
    }
    assert_eq!(scene.clock.monotonic(), Duration::ZERO);
}

#[tokio::test]
async fn clones_and_other_credentials_share_one_count_and_other_groups_do_not() {
    let page = Step::ok(r#"{"bills": []}"#);
    let scene = limited("read", 1, [Step::ok(BILL), Step::ok(r#"{"data": []}"#), page]);
    read(&scene.client).await;
    scene.client.clone().list_billers(&ListBillersQuery::new()).await.expect("of another group");
    assert_eq!(scene.clock.monotonic(), Duration::ZERO);
    let account = scene.client.for_one_account(AccessToken::for_sandbox("at")).expect("usable");
    let account = account.with_options(CallOptions::new().with_max_attempts(1));
    account.list_bills(&ListBillsQuery::new("l".into())).await.expect("after the first one's minute");
    assert!(scene.clock.monotonic() >= MINUTE);
}

/// One 429 is enough for all calls of the group.
#[tokio::test]
async fn a_retry_after_holds_back_the_other_calls_of_the_group() {
    let scene = Scene::new([busy("30"), Step::ok(BILL), Step::ok(BILL), Step::ok(BILL), Step::ok(BILL)]);
    let first = scene.client.send(super::read());
    assert_eq!(first.await.expect("after the pause").attempts(), 2);
    let resumed = scene.clock.monotonic();
    assert!(resumed >= 30 * SECOND, "{resumed:?}");

    let scene = Scene::new([busy("30").after(SECOND)]);
    let once = scene.client.with_options(CallOptions::new().with_max_attempts(1));
    once.send(super::read()).await.expect_err("busy");
    for _ in 0..3 {
        scene.transport.push(Step::ok(BILL));
    }
    let calls = join_all((0..3).map(|_| scene.client.send(super::read()))).await;
    assert!(calls.iter().all(|answer| answer.as_ref().is_ok_and(|answer| answer.attempts() == 1)));
    assert_eq!(scene.clock.monotonic(), 31 * SECOND, "nobody was refused, because nobody asked too early");
}

#[tokio::test]
async fn every_attempt_counts_and_what_was_not_sent_does_not() {
    let steps = [status(500), Step::ok(BILL), Step::ok(BILL)];
    let scene = limited("read", 2, steps);
    read(&scene.client).await;
    let after_two = scene.clock.monotonic();
    assert!(after_two < 3 * SECOND, "{after_two:?}");
    read(&scene.client).await;
    assert!(scene.clock.monotonic() >= MINUTE, "the repetition counted");
    let scene = limited("read", 2, [not_sent(), Step::ok(BILL), Step::ok(BILL)]);
    read(&scene.client).await;
    read(&scene.client).await;
    assert!(scene.clock.monotonic() < 3 * SECOND, "{:?}", scene.clock.monotonic());
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let scene = limited("read", 1, [Step::ok(BILL)]);
    read(&scene.client).await;
    let hasty = scene.client.with_options(CallOptions::new().with_deadline(10 * SECOND));
    let error = hasty.send(super::read()).await.expect_err("a minute is too long");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::DeadlineExceeded, Delivery::NotSent));
    assert_eq!((error.attempts(), scene.sent()), (0, 1));
    assert!(error.is_retryable() && !error.may_have_taken_effect(), "{error}");
    assert!(error.reason().contains("read"), "the group is told: {error}");
    assert!(scene.clock.monotonic() < 10 * SECOND);
}

/// What cannot be sent takes nobody's turn.
#[tokio::test]
async fn a_refused_call_does_not_count() {
    let scene = limited("read", 1, [Step::ok(BILL)]);
    scene.client.bill(&"".into()).await.expect_err("an empty id");
    scene.client.send(calls::bill(&"..".into())).await.expect_err("a dot segment");
    read(&scene.client).await;
    assert_eq!(scene.clock.monotonic(), Duration::ZERO);
}
