//! The limiter with tasks and a clock that jumps: hours of waiting, no time at all.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::task::JoinSet;

use super::{RateLimiter, RateLimits};
use crate::clock::Clock;
use crate::testing::ManualClock;

const MINUTE: Duration = Duration::from_mins(1);
const FOR_EVER: Duration = Duration::MAX;

fn jumping() -> Arc<dyn Clock> {
    Arc::new(ManualClock::jumping("2026-05-20T12:00:00Z".parse().expect("a timestamp")))
}

fn five_a_minute() -> RateLimiter {
    RateLimiter::new(RateLimits::only_retry_after().with_limit("link", 5, MINUTE))
}

/// A service that counts in fixed windows from the first request of each, as the documents are read.
#[derive(Debug, Default)]
struct Service {
    window_start: Duration,
    in_window: u32,
    refused: u32,
    served: u32,
}

impl Service {
    fn count(&mut self, now: Duration, limit: u32) {
        if self.served + self.refused == 0 || now >= self.window_start + MINUTE {
            (self.window_start, self.in_window) = (now, 0);
        }
        self.in_window += 1;
        if self.in_window > limit { self.refused += 1 } else { self.served += 1 }
    }
}

/// Section 3.5 of BillerAPI: three times the documented demand for ten virtual minutes from eight tasks is never
/// refused, and the limit is used to the full.
#[tokio::test]
async fn eight_tasks_with_three_times_the_demand_are_never_refused() {
    const LIMIT: u32 = 100;
    let clock = jumping();
    let limiter = RateLimiter::new(RateLimits::none().with_limit("link", LIMIT, MINUTE));
    let service = Arc::new(Mutex::new(Service::default()));
    let mut tasks = JoinSet::new();
    for number in 0..8_u64 {
        let (clock, limiter, service) = (Arc::clone(&clock), limiter.clone(), Arc::clone(&service));
        tasks.spawn(async move {
            // Each asks every 1.6 s, all together five times a second.
            clock.sleep(Duration::from_millis(number * 37)).await;
            while clock.monotonic() < 10 * MINUTE {
                let next = clock.monotonic() + Duration::from_millis(1600);
                let permit = limiter.admit(Some("link"), &clock, FOR_EVER).await.expect("room");
                clock.sleep(Duration::from_millis(20 + number)).await;
                service.lock().expect("the service").count(clock.monotonic(), LIMIT);
                clock.sleep(Duration::from_millis(30)).await;
                drop(permit);
                clock.sleep(next.saturating_sub(clock.monotonic())).await;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("no panic");
    }
    let service = service.lock().expect("the service");
    assert_eq!(service.refused, 0);
    assert!(service.served >= 990, "the limit is used: {}", service.served);
}

#[tokio::test]
async fn waiting_takes_exactly_as_long_as_it_must() {
    let clock = jumping();
    let limiter = five_a_minute();
    for _ in 0..5 {
        let permit = limiter.admit(Some("link"), &clock, FOR_EVER).await.expect("room");
        assert_eq!(permit.waited(), Duration::ZERO);
    }
    let permit = limiter.clone().admit(Some("link"), &clock, FOR_EVER).await.expect("room");
    assert_eq!(permit.waited(), MINUTE, "clones share the count");
    assert_eq!(clock.monotonic(), MINUTE);
}

#[tokio::test]
async fn a_wait_past_the_deadline_is_refused_at_once_and_says_so() {
    let clock = jumping();
    let limiter = five_a_minute();
    for _ in 0..5 {
        drop(limiter.admit(Some("link"), &clock, FOR_EVER).await);
    }
    let refused = limiter.admit(Some("link"), &clock, Duration::from_secs(30)).await.expect_err("no room");
    assert_eq!(clock.monotonic(), Duration::ZERO, "nobody waited in vain");
    assert_eq!(refused.wait(), MINUTE);
    assert_eq!(
        refused.to_string(),
        "the limit of 5 requests in 60s of the group `link` leaves room only in 60s, after the deadline of the call"
    );
    assert!(limiter.admit(Some("link"), &clock, 2 * MINUTE).await.is_ok(), "the refused one left the queue");
}

#[tokio::test]
async fn a_deadline_ends_the_wait_for_answers_that_do_not_come() {
    let clock = jumping();
    let limiter = RateLimiter::new(RateLimits::none().with_limit("link", 1, Duration::from_secs(1)));
    let on_its_way = limiter.admit(Some("link"), &clock, FOR_EVER).await.expect("room");
    assert!(limiter.admit(Some("link"), &clock, Duration::from_secs(9)).await.is_err());
    // While the first is out, its place cannot be free in less than a window: nobody waits longer than can help.
    assert_eq!(clock.monotonic(), Duration::from_secs(9));
    drop(on_its_way);
}

#[tokio::test]
async fn retry_after_holds_every_call_of_the_group_and_no_other() {
    let clock = jumping();
    let limiter = five_a_minute();
    let permit = limiter.admit(Some("link"), &clock, FOR_EVER).await.expect("room");
    let waiting = {
        let (limiter, clock) = (limiter.clone(), Arc::clone(&clock));
        tokio::spawn(async move {
            let permit = limiter.admit(Some("link"), &clock, FOR_EVER).await.expect("room");
            permit.waited()
        })
    };
    permit.hold(Duration::from_secs(17));
    drop(permit);
    let other = limiter.admit(Some("biller"), &clock, FOR_EVER).await.expect("another group");
    assert_eq!(other.waited(), Duration::ZERO);
    assert_eq!(waiting.await.expect("no panic"), Duration::from_secs(17));
}

#[tokio::test]
async fn a_hold_that_comes_while_others_wait_refuses_whom_it_leaves_no_chance() {
    let clock = jumping();
    let limiter = RateLimiter::new(RateLimits::only_retry_after().with_limit("link", 1, MINUTE));
    let permit = limiter.admit(Some("link"), &clock, FOR_EVER).await.expect("room");
    let (patient, hasty) = tokio::join!(limiter.admit(Some("link"), &clock, FOR_EVER), async {
        let waiting = limiter.admit(Some("link"), &clock, 5 * MINUTE);
        let asked = async {
            permit.hold(10 * MINUTE);
            drop(permit);
        };
        tokio::join!(waiting, asked).0
    });
    let hasty = hasty.expect_err("ten minutes are longer than five");
    assert!(hasty.to_string().contains("`link`"), "{hasty}");
    assert_eq!(patient.expect("room").waited(), 10 * MINUTE);
}

#[tokio::test]
async fn whoever_stops_waiting_makes_room_for_the_next() {
    let clock = jumping();
    let limiter = five_a_minute();
    for _ in 0..5 {
        drop(limiter.admit(Some("link"), &clock, FOR_EVER).await);
    }
    {
        let mut given_up = pin!(limiter.admit(Some("link"), &clock, FOR_EVER));
        assert!(given_up.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    let permit = limiter.admit(Some("link"), &clock, FOR_EVER).await.expect("room");
    assert_eq!(permit.waited(), MINUTE);
}

#[tokio::test]
async fn an_attempt_that_was_not_sent_gives_its_place_to_the_next_in_the_queue() {
    let clock = jumping();
    let limiter = RateLimiter::new(RateLimits::none().with_limit("link", 1, MINUTE));
    let permit = limiter.admit(Some("link"), &clock, FOR_EVER).await.expect("room");
    let (next, ()) = tokio::join!(limiter.admit(Some("link"), &clock, FOR_EVER), async { permit.not_sent() });
    assert_eq!(next.expect("room").waited(), Duration::ZERO);
}

#[tokio::test]
async fn the_queue_goes_in_the_order_of_asking() {
    let clock = jumping();
    let limiter = RateLimiter::new(RateLimits::none().with_limit("link", 2, MINUTE));
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = JoinSet::new();
    for number in 0..9 {
        let (clock, limiter, order) = (Arc::clone(&clock), limiter.clone(), Arc::clone(&order));
        tasks.spawn(async move {
            let permit = limiter.admit(Some("link"), &clock, FOR_EVER).await.expect("room");
            order.lock().expect("the list").push((number, permit.waited().as_secs()));
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("no panic");
    }
    let expected: Vec<(u64, u64)> = (0..9).map(|number| (number, number / 2 * 60)).collect();
    assert_eq!(*order.lock().expect("the list"), expected);
}

#[tokio::test]
async fn without_limits_or_without_a_group_nobody_waits() {
    let clock = jumping();
    for (limits, group) in [
        (RateLimits::none(), Some("link")),
        (RateLimits::only_retry_after().with_limit("link", 1, MINUTE), None),
        (RateLimits::only_retry_after().with_limit("link", 1, MINUTE).without_limit("link"), Some("link")),
    ] {
        let limiter = RateLimiter::new(limits);
        for _ in 0..1000 {
            drop(limiter.admit(group, &clock, Duration::from_secs(1)).await.expect("room"));
        }
    }
    let off = RateLimiter::new(RateLimits::none());
    off.admit(Some("link"), &clock, FOR_EVER).await.expect("room").hold(MINUTE);
    let permit = off.admit(Some("link"), &clock, FOR_EVER).await.expect("room");
    assert_eq!(permit.waited(), Duration::ZERO, "off means off");
}

#[test]
fn the_documented_table_becomes_limits() {
    let row = |group, requests| billwire_models::operation::RateLimit {
        group,
        requests,
        per_seconds: 60,
        counted_per: "client",
        source: "a test",
    };
    let limits = RateLimits::of(&[row("link", 100), row("odd", 0)]);
    assert_eq!(limits.limit("link"), Some((100, MINUTE)));
    assert_eq!(limits.limit("odd"), Some((1, MINUTE)), "a limit of nothing would stop the client for ever");
    assert!(limits.obeys_retry_after());
    let limiter = RateLimiter::new(limits.clone());
    assert_eq!(*limiter.limits(), limits);
}
