//! The part that waits: a queue of tasks before each group's count.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::group::{Group, Ticket, Turn};
use super::{Limit, RateLimits};
use crate::clock::Clock;
use crate::engine::first_of;

/// The limits of one client. Clones share the count.
#[derive(Clone, Debug)]
pub(crate) struct RateLimiter {
    limits: Arc<RateLimits>,
    groups: Arc<Mutex<BTreeMap<&'static str, Waiting>>>,
}

/// A group and the tasks in its queue.
#[derive(Debug)]
struct Waiting {
    group: Group,
    tasks: HashMap<Ticket, Task>,
}

/// A task in the queue.
#[derive(Debug, Default)]
struct Task {
    /// Whether something changed since the task looked last.
    called: bool,
    waker: Option<Waker>,
}

/// Leave for one attempt. Dropping it says that the attempt is over.
#[derive(Debug)]
#[must_use = "a permit that is dropped counts as an attempt that is over"]
pub(crate) struct Permit {
    /// `None` when nothing is counted.
    place: Option<Place>,
    waited: Duration,
}

#[derive(Debug)]
struct Place {
    limiter: RateLimiter,
    name: &'static str,
    clock: Arc<dyn Clock>,
}

/// Why an attempt may not go: its turn would come after the deadline.
#[derive(Clone, Debug)]
pub(crate) struct NoRoom {
    group: &'static str,
    limit: Option<Limit>,
    wait: Duration,
}

impl RateLimiter {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self { limits: Arc::new(limits), groups: Arc::default() }
    }

    /// The limits it keeps to.
    #[cfg(test)]
    pub(crate) fn limits(&self) -> &RateLimits {
        &self.limits
    }

    /// Waits for leave to send one attempt of `group`, at most until the monotonic reading `end`.
    ///
    /// # Errors
    /// At once, when the turn cannot come before `end` as the queue stands, or when it did not.
    pub(crate) async fn admit(
        &self,
        group: Option<&'static str>,
        clock: &Arc<dyn Clock>,
        end: Duration,
    ) -> Result<Permit, NoRoom> {
        let counted =
            group.filter(|name| self.limits.obeys_retry_after() || self.limits.limit(name).is_some());
        let Some(name) = counted else { return Ok(Permit { place: None, waited: Duration::ZERO }) };
        let asked = clock.monotonic();
        let mut queued = Queued { limiter: self, name, ticket: self.enter(name), gone: false };
        loop {
            let now = clock.monotonic();
            match queued.look(now, end)? {
                Turn::Go => {
                    let place = Place { limiter: self.clone(), name, clock: Arc::clone(clock) };
                    return Ok(Permit { place: Some(place), waited: now.saturating_sub(asked) });
                }
                Turn::At(moment) => queued.wait(clock, moment.min(end).saturating_sub(now)).await,
                Turn::Later => queued.wait(clock, end.saturating_sub(now)).await,
            }
        }
    }

    fn enter(&self, name: &'static str) -> Ticket {
        self.with(name, |waiting| {
            let ticket = waiting.group.enter();
            waiting.tasks.insert(ticket, Task::default());
            ticket
        })
    }

    fn with<T>(&self, name: &'static str, act: impl FnOnce(&mut Waiting) -> T) -> T {
        let mut groups = self.lock();
        let waiting = groups.entry(name).or_insert_with(|| Waiting {
            group: Group::new(self.limits.limits.get(name).copied()),
            tasks: HashMap::new(),
        });
        act(waiting)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Waiting>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Calls the first of the queue: it may be its turn, or its turn may come sooner.
    fn call_first(&mut self) {
        if let Some(task) = self.group.head().and_then(|ticket| self.tasks.get_mut(&ticket)) {
            task.call();
        }
    }

    /// Calls everybody: some may have no chance any more.
    fn call_all(&mut self) {
        self.tasks.values_mut().for_each(Task::call);
    }
}

impl Task {
    fn call(&mut self) {
        self.called = true;
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// A place in the queue; given up when dropped.
struct Queued<'a> {
    limiter: &'a RateLimiter,
    name: &'static str,
    ticket: Ticket,
    gone: bool,
}

impl Queued<'_> {
    /// Whose turn it is. An error when this one's cannot come before `end`.
    fn look(&mut self, now: Duration, end: Duration) -> Result<Turn, NoRoom> {
        let (name, ticket) = (self.name, self.ticket);
        let turn = self.limiter.with(name, |waiting| {
            let turn = waiting.group.turn(ticket, now);
            if turn == Turn::Go {
                waiting.tasks.remove(&ticket);
                waiting.call_first();
                return Ok(turn);
            }
            let earliest = waiting.group.earliest(ticket, now);
            if earliest >= end || now >= end {
                let wait = earliest.saturating_sub(now);
                return Err(NoRoom { group: name, limit: waiting.group.limit(), wait });
            }
            Ok(turn)
        })?;
        self.gone = turn == Turn::Go;
        Ok(turn)
    }

    /// Waits until something changes for this task, at most `longest`.
    async fn wait(&self, clock: &Arc<dyn Clock>, longest: Duration) {
        let changed = poll_fn(|context| self.poll_called(context));
        // Which of the two came first does not matter: the caller looks again.
        let _ = first_of(changed, clock.sleep(longest)).await;
    }

    fn poll_called(&self, context: &Context<'_>) -> Poll<()> {
        self.limiter.with(self.name, |waiting| {
            let Some(task) = waiting.tasks.get_mut(&self.ticket) else { return Poll::Ready(()) };
            if std::mem::take(&mut task.called) {
                return Poll::Ready(());
            }
            task.waker = Some(context.waker().clone());
            Poll::Pending
        })
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        if self.gone {
            return;
        }
        self.limiter.with(self.name, |waiting| {
            waiting.group.leave(self.ticket);
            waiting.tasks.remove(&self.ticket);
            waiting.call_first();
        });
    }
}

impl Permit {
    /// How long the attempt waited for its turn.
    pub(crate) const fn waited(&self) -> Duration {
        self.waited
    }

    /// The service asked to be left alone for `wait`: nobody of the group goes before that.
    pub(crate) fn hold(&self, wait: Duration) {
        let Some(place) = &self.place else { return };
        if place.limiter.limits.obeys_retry_after() {
            let until = place.clock.monotonic().saturating_add(wait);
            place.limiter.with(place.name, |waiting| {
                waiting.group.hold(until);
                waiting.call_all();
            });
        }
    }

    /// The attempt never left: its place is free again.
    pub(crate) fn not_sent(mut self) {
        if let Some(place) = self.place.take() {
            place.limiter.with(place.name, |waiting| {
                waiting.group.not_sent();
                waiting.call_first();
            });
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            let now = place.clock.monotonic();
            place.limiter.with(place.name, |waiting| {
                waiting.group.done(now);
                waiting.call_first();
            });
        }
    }
}

#[cfg(test)]
impl NoRoom {
    /// How long the wait would be at least.
    pub(crate) const fn wait(&self) -> Duration {
        self.wait
    }
}

impl fmt::Display for NoRoom {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, limit, wait } = self;
        match limit {
            Some(Limit { requests, window }) => write!(
                formatter,
                "the limit of {requests} requests in {window:?} of the group `{group}` leaves room only in {wait:?}, \
                 after the deadline of the call"
            ),
            None => write!(
                formatter,
                "the service asks for no requests of the group `{group}` for {wait:?}, longer than the deadline of the call"
            ),
        }
    }
}
