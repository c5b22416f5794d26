//! More demand than the service allows, for ten virtual minutes: with the limiter nothing is refused, without it nothing is
//! lost.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use billwire_core::billerapi::{Client, calls};
use billwire_core::testing::ManualClock;
use billwire_core::{Call, Clock, Error, RateLimits, Transport, TransportError, TransportLimits};
use billwire_models::billerapi::{BillerPage, CreatedLinkToken, ListBillersQuery, RATE_LIMITS};
use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderValue, Request, Response, StatusCode};

const TASKS: usize = 8;
const MINUTE: Duration = Duration::from_mins(1);
const TEN_MINUTES: Duration = Duration::from_mins(10);
/// How long the service takes for an answer.
const LATENCY: Duration = Duration::from_millis(50);

/// A service that counts as the sandbox does: windows of a minute that begin with their first request.
///
/// Source: BillerAPI description, section 3.5 "Rate limits" (the window is inferred).
#[derive(Debug)]
struct Service {
    clock: ManualClock,
    windows: Mutex<BTreeMap<&'static str, (Duration, u32)>>,
    served: AtomicUsize,
    refused: AtomicUsize,
}

impl Service {
    /// `None` if the request is served, else how long to wait.
    fn refuse(&self, group: &'static str) -> Option<Duration> {
        let limit = limit_of(group);
        let now = self.clock.monotonic();
        let mut windows = self.windows.lock().expect("no panic while held");
        let (start, count) = windows.entry(group).or_insert((now, 0));
        if now >= *start + MINUTE {
            (*start, *count) = (now, 0);
        }
        if *count == limit {
            return Some((*start + MINUTE).saturating_sub(now));
        }
        *count += 1;
        None
    }
}

fn limit_of(group: &str) -> u32 {
    RATE_LIMITS.iter().find(|row| row.group == group).expect("a documented group").requests
}

#[async_trait]
impl Transport for Service {
    async fn send(
        &self,
        request: Request<Bytes>,
        _: &TransportLimits,
    ) -> Result<Response<Bytes>, TransportError> {
        let is_link = request.uri().path().starts_with("/link/");
        self.clock.sleep(LATENCY / 2).await;
        let refused = self.refuse(if is_link { "link" } else { "biller" });
        self.clock.sleep(LATENCY / 2).await;
        let Some(wait) = refused else {
            self.served.fetch_add(1, Ordering::Relaxed);
            let body = if is_link { super::LINK_TOKEN } else { r#"{"data": []}"# };
            return Ok(Response::new(Bytes::from_static(body.as_bytes())));
        };
        self.refused.fetch_add(1, Ordering::Relaxed);
        let mut response = Response::new(Bytes::from_static(b"{}"));
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        response.headers_mut().insert("retry-after", HeaderValue::from(seconds.max(1)));
        Ok(response)
    }
}

/// How the ten minutes went.
#[derive(Debug)]
struct Outcome {
    succeeded: usize,
    served: usize,
    refused: usize,
    lost: Vec<Error>,
}

/// Eight tasks for each client that ask without a pause, each for one group, which is far more than is allowed. The clients
/// share the credentials and so the limits, and do not know of each other, like two processes. All settings but the limits
/// are the shipped ones.
async fn ten_minutes(clients: usize, limits: Option<RateLimits>) -> Outcome {
    let clock = ManualClock::jumping(super::START.parse().expect("a timestamp"));
    let service = Arc::new(Service {
        clock: clock.clone(),
        windows: Mutex::default(),
        served: AtomicUsize::new(0),
        refused: AtomicUsize::new(0),
    });
    let client = || {
        let mut builder = super::builder();
        if let Some(limits) = &limits {
            builder = builder.with_rate_limits(limits.clone());
        }
        let config = builder.build().expect("usable");
        Client::new(config, Arc::<Service>::clone(&service), Arc::new(clock.clone()))
    };
    let clients = (0..clients).map(|_| client());
    let tasks = clients.flat_map(|client| (0..TASKS).map(move |task| (client.clone(), task % 2 == 0)));
    let tasks = join_all(tasks.map(|(client, is_link)| one_task(client, clock.clone(), is_link))).await;
    let (mut succeeded, mut lost) = (0, Vec::new());
    for (count, errors) in tasks {
        succeeded += count;
        lost.extend(errors);
    }
    let (served, refused) = (service.served.load(Ordering::Relaxed), service.refused.load(Ordering::Relaxed));
    Outcome { succeeded, served, refused, lost }
}

async fn one_task(client: Client, clock: ManualClock, is_link: bool) -> (usize, Vec<Error>) {
    let token: Call<CreatedLinkToken> = super::create_link_token();
    let billers: Call<BillerPage> = calls::list_billers(&ListBillersQuery::new());
    let (mut succeeded, mut lost) = (0, Vec::new());
    while clock.monotonic() < TEN_MINUTES {
        let result = if is_link {
            client.send(token.clone()).await.map(drop)
        } else {
            client.send(billers.clone()).await.map(drop)
        };
        match result {
            Ok(()) => succeeded += 1,
            Err(error) => lost.push(error),
        }
    }
    (succeeded, lost)
}

/// At 20 calls a second, four tasks ask for 4800 a minute where 100 and 200 are allowed.
#[tokio::test]
async fn with_the_limiter_no_demand_is_ever_refused() {
    let outcome = ten_minutes(1, None).await;
    assert!(outcome.refused == 0 && outcome.lost.is_empty(), "{outcome:?}");
    assert_eq!(outcome.succeeded, outcome.served);
    let allowed = 10 * (limit_of("link") + limit_of("biller")) as usize;
    println!(
        "figure: limiter of BillerAPI: {} of {allowed} allowed calls in ten virtual minutes, none refused",
        outcome.served
    );
    assert!(outcome.served * 10 >= allowed * 9, "the limits are used: {outcome:?}");
}

#[tokio::test]
async fn without_the_limiter_every_refusal_is_survived_and_nothing_is_lost() {
    let outcome = ten_minutes(1, Some(RateLimits::none())).await;
    assert!(outcome.refused > 50, "{outcome:?}");
    assert!(outcome.lost.is_empty(), "{outcome:?}");
    assert_eq!(outcome.succeeded, outcome.served);
}

#[tokio::test]
async fn obeying_retry_after_alone_refuses_less_than_obeying_nothing() {
    let nothing = ten_minutes(1, Some(RateLimits::none())).await;
    let together = ten_minutes(1, Some(RateLimits::only_retry_after())).await;
    assert!(together.lost.is_empty() && together.refused > 0, "{together:?}");
    assert!(together.refused <= nothing.refused, "{} against {}", together.refused, nothing.refused);
}

/// Several processes with the same credentials: each takes its part of the limits.
#[tokio::test]
async fn two_clients_with_half_the_limits_each_are_never_refused() {
    let half = |limits: RateLimits, group| limits.with_limit(group, limit_of(group) / 2, MINUTE);
    let halves = ["link", "biller"].into_iter().fold(RateLimits::of(RATE_LIMITS), half);
    let outcome = ten_minutes(2, Some(halves)).await;
    assert!(outcome.refused == 0 && outcome.lost.is_empty(), "{outcome:?}");
    assert_eq!(outcome.succeeded, outcome.served);
}

/// Every call that fails used up its attempts or its time, and may be repeated.
fn loses_nothing_but_time(outcome: &Outcome) {
    assert_eq!(outcome.succeeded, outcome.served);
    assert!(outcome.lost.len() * 20 < outcome.served, "{outcome:?}");
    for error in &outcome.lost {
        assert!(error.is_retryable(), "{error}");
        assert!(!error.to_string().contains("budget"), "the service is not down: {error}");
    }
}

/// Decisions 23 and 27: where nobody shares the limits out, `Retry-After` does, however many are refused.
#[tokio::test]
async fn eight_clients_that_keep_to_no_limits_live_from_retry_after() {
    let outcome = ten_minutes(8, Some(RateLimits::none())).await;
    assert!(outcome.refused * 10 > outcome.served, "a lot: {outcome:?}");
    loses_nothing_but_time(&outcome);
}

/// Each believes that it has the limits for itself.
#[tokio::test]
async fn two_clients_with_the_whole_limits_each_live_from_retry_after() {
    let outcome = ten_minutes(2, None).await;
    assert!(outcome.refused > 50, "{outcome:?}");
    loses_nothing_but_time(&outcome);
}
