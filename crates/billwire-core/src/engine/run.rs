//! The retry loop: the only place that repeats anything.

use std::sync::Arc;
use std::time::Duration;

use billwire_crypto::SecureRandom;
use billwire_models::operation::{Operation, Safety};
use bytes::Bytes;
use http::Request;
use tracing::Instrument as _;

use super::attempt::first_of;
use super::exchange::{Exchange, Way};
use super::history::History;
use super::trace;
use crate::call::Attempt;
use crate::clock::Clock;
use crate::config::{CallOptions, Settings};
use crate::delivery::Delivery;
use crate::error::{Error, ErrorKind};
use crate::idempotency::{IdempotencyKey, KeyOfCall};
use crate::protocol::sealed::Protocol;
use crate::rate_limit::{Permit, RateLimiter};
use crate::request::{self, Draft};
use crate::transport::Transport;
use crate::uuid;

/// What a client reaches the world through.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    /// What holds calls back that the service would refuse.
    pub(crate) limiter: RateLimiter,
}

/// A call that was answered with a 2xx status.
#[derive(Debug)]
pub(crate) struct Done<T> {
    pub(crate) output: T,
    pub(crate) call_id: String,
    pub(crate) attempts: u32,
    pub(crate) key: Option<KeyOfCall>,
}

/// Sends `draft` until it is answered, may not be repeated, or a bound is reached. `exchange` reads the answer.
pub(crate) async fn run<P: Protocol, E: Exchange>(
    link: &Link,
    protocol: &P,
    draft: Draft<'_>,
    options: &CallOptions,
    exchange: &E,
) -> Result<Done<E::Output>, Error> {
    if options.timeout.is_some_and(|timeout| timeout.is_zero()) {
        return Err(Error::new(ErrorKind::InvalidRequest, "the timeout of an attempt is zero")
            .with_operation(draft.operation)
            .with_advice("give `CallOptions::with_timeout` a longer time"));
    }
    let random = &*protocol.settings().random;
    let prepared = uuid::fresh(random)
        .and_then(|call_id| Ok((call_id, idempotency_key(draft.operation, options, random)?)));
    let (call_id, key) = prepared.map_err(|error| error.with_operation(draft.operation))?;
    let span = trace::call_span(draft.operation, &call_id);
    let mut run = Run::new(link, protocol, draft, options, exchange, key.as_ref());
    let result = run.until_done().instrument(span).await;
    let attempts = run.attempts;
    match result {
        Ok(output) => Ok(Done { output, call_id, attempts, key }),
        Err(error) => Err(error.with_call(&call_id, attempts).with_key(key)),
    }
}

/// The key of the whole call: the caller's, or a fresh one, if the operation takes one.
fn idempotency_key(
    operation: &'static Operation,
    options: &CallOptions,
    random: &dyn SecureRandom,
) -> Result<Option<KeyOfCall>, Error> {
    match (operation.idempotency_key, &options.idempotency_key) {
        (Some(_), Some(key)) => Ok(Some(key.clone())),
        (Some(_), None) => IdempotencyKey::generate(random).map(|key| Some(KeyOfCall::new(key))),
        (None, Some(_)) if operation.safety != Safety::Read => Err(Error::new(
            ErrorKind::InvalidRequest,
            "the operation takes no idempotency key, so the given one would protect from nothing",
        )
        .with_advice("leave `CallOptions::with_idempotency_key` out")),
        (None, _) => Ok(None),
    }
}

/// One call on its way.
struct Run<'a, P, E> {
    exchange: &'a E,
    link: &'a Link,
    protocol: &'a P,
    settings: &'a Settings,
    draft: Draft<'a>,
    options: &'a CallOptions,
    key: Option<&'a KeyOfCall>,
    timeout: Duration,
    /// When the call must be over, as a monotonic reading.
    end: Duration,
    max_attempts: u32,
    attempts: u32,
    history: History,
}

impl<'a, P: Protocol, E: Exchange> Run<'a, P, E> {
    fn new(
        link: &'a Link,
        protocol: &'a P,
        draft: Draft<'a>,
        options: &'a CallOptions,
        exchange: &'a E,
        key: Option<&'a KeyOfCall>,
    ) -> Self {
        let settings = protocol.settings();
        let deadline = options.deadline.unwrap_or_else(|| protocol.deadline(draft.operation));
        Self {
            exchange,
            link,
            protocol,
            settings,
            draft,
            options,
            key,
            timeout: options.timeout.unwrap_or_else(|| protocol.timeout(draft.operation)),
            end: link.clock.monotonic().saturating_add(deadline),
            max_attempts: options.max_attempts.unwrap_or(settings.retry.max_attempts),
            attempts: 0,
            history: History::new(),
        }
    }

    async fn until_done(&mut self) -> Result<E::Output, Error> {
        loop {
            let error = match self.attempt().await {
                Ok(output) => {
                    self.settings.budget.reward();
                    return Ok(output);
                }
                Err(error) => error.with_safety(self.draft.safety()),
            };
            match self.wait_before_next(&error) {
                Next::Wait(wait) => {
                    self.history.add(&error);
                    trace::waiting(self.attempts, wait);
                    self.link.clock.sleep(wait).await;
                }
                Next::Stop(why) => {
                    trace::not_repeated(&why);
                    return Err(error.with_history(&self.history).with_not_repeated(why));
                }
                Next::Final => return Err(error.with_history(&self.history)),
            }
        }
    }

    /// One attempt, from building the request to sorting the response.
    async fn attempt(&mut self) -> Result<E::Output, Error> {
        // What cannot be sent need not wait for leave to be sent.
        let request = self.build()?;
        if let Some(key) = self.key {
            key.claim(&self.draft).map_err(|error| error.with_operation(self.operation()))?;
        }
        let permit = self.admit().await?;
        let request = if permit.waited().is_zero() {
            request
        } else {
            trace::held_back(permit.waited());
            self.build()?
        };
        let result = self.carry(request).await;
        match &result {
            Err(error) if error.delivery() == Delivery::NotSent => permit.not_sent(),
            Err(error) if error.kind() == ErrorKind::RateLimited => {
                if let Some(asked) = error.retry_after(self.link.clock.now()) {
                    permit.hold(asked.min(self.settings.retry.max_retry_after));
                }
            }
            _ => drop(permit),
        }
        result
    }

    /// Waits until the service will take another call of this kind.
    async fn admit(&self) -> Result<Permit, Error> {
        let Link { limiter, clock, .. } = self.link;
        limiter.admit(self.operation().rate_group, clock, self.end).await.map_err(|no_room| {
            self.failed(ErrorKind::DeadlineExceeded, no_room.to_string())
                .with_advice("send fewer calls at a time, or give the call more time with a longer deadline")
        })
    }

    /// Sends one request and sorts the response.
    async fn carry(&mut self, request: Request<Bytes>) -> Result<E::Output, Error> {
        let remaining = self.remaining();
        if remaining.is_zero() {
            return Err(self.failed(ErrorKind::DeadlineExceeded, "the time for the whole call was used up"));
        }
        self.attempts = self.attempts.saturating_add(1);
        trace::attempt_started(self.attempts);
        let started = self.link.clock.monotonic();
        let way = Way {
            link: self.link,
            protocol: self.protocol,
            operation: self.operation(),
            body: self.draft.body,
            options: self.options,
            attempt: self.attempts,
        };
        let carried = self.exchange.carry(&way, request);
        let result = first_of(carried, self.link.clock.sleep(self.timeout.min(remaining)))
            .await
            .unwrap_or_else(|| Err(self.timed_out(remaining)));
        let took = self.link.clock.monotonic().saturating_sub(started);
        match &result {
            Ok(output) => trace::attempt_succeeded(self.attempts, output.as_ref(), took),
            Err(error) => trace::attempt_failed(self.attempts, error, took),
        }
        result
    }

    /// A request of its own for each attempt: new date, new signature, new content key.
    fn build(&self) -> Result<Request<Bytes>, Error> {
        let mut attempt = Attempt::new(self.link.clock.now(), &*self.settings.random);
        attempt.credential = self.options.credential.as_ref();
        attempt.encryption_key = self.options.encryption_key.as_ref();
        attempt.idempotency_key = self.key.map(KeyOfCall::key);
        request::build(self.protocol, &self.draft, &attempt)
    }

    fn timed_out(&self, remaining: Duration) -> Error {
        let error = if remaining <= self.timeout {
            self.failed(
                ErrorKind::DeadlineExceeded,
                "the time for the whole call was used up during an attempt",
            )
        } else {
            self.failed(ErrorKind::Timeout, format!("no answer within {:?}", self.timeout))
        };
        error.with_delivery(Delivery::Unknown)
    }

    fn failed(&self, kind: ErrorKind, reason: impl Into<std::borrow::Cow<'static, str>>) -> Error {
        Error::new(kind, reason).with_operation(self.operation())
    }

    /// What follows after an attempt that ended with `error`.
    fn wait_before_next(&self, error: &Error) -> Next {
        let policy = &self.settings.retry;
        if !is_about_the_network(error.kind()) || !error.may_retry(error.delivery()) {
            return Next::Final;
        }
        if self.attempts >= self.max_attempts {
            // With a single allowed attempt nobody expects a repetition.
            return if self.max_attempts == 1 {
                Next::Final
            } else {
                Next::Stop("no attempts are left".to_owned())
            };
        }
        let asked = error.retry_after(self.link.clock.now());
        if let Some(asked) = asked.filter(|asked| *asked > policy.max_retry_after) {
            return Next::Stop(format!(
                "the service asks to wait {} s, more than the limit of {} s",
                asked.as_secs(),
                policy.max_retry_after.as_secs()
            ));
        }
        let wait = match asked {
            Some(asked) => policy.backoff.wait_asked(self.attempts, asked, self.draw()),
            None => policy.backoff.wait(self.attempts, self.draw()),
        };
        if wait >= self.remaining() {
            return Next::Stop("the wait would exceed the deadline of the call".to_owned());
        }
        // The budget is against outages. A service that names the time to come again is not down.
        let is_asked_for = error.kind() == ErrorKind::RateLimited && asked.is_some();
        if !is_asked_for && !self.settings.budget.take() {
            return Next::Stop("the client's retry budget is used up".to_owned());
        }
        Next::Wait(wait)
    }

    /// An even draw; without randomness the longest wait, which is always safe.
    fn draw(&self) -> u64 {
        let mut bytes = [0_u8; 8];
        self.settings.random.fill(&mut bytes).map_or(u64::MAX, |()| u64::from_be_bytes(bytes))
    }

    fn remaining(&self) -> Duration {
        self.end.saturating_sub(self.link.clock.monotonic())
    }

    const fn operation(&self) -> &'static Operation {
        self.draft.operation
    }
}

/// What follows after a failed attempt.
enum Next {
    /// Another attempt after this wait.
    Wait(Duration),
    /// It might have been repeated, but is not, for this reason.
    Stop(String),
    /// It must not, or cannot usefully, be repeated.
    Final,
}

/// Whether the failure lies on the way to the service and back. What the caller got wrong stays wrong.
const fn is_about_the_network(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::RateLimited | ErrorKind::Service)
}
