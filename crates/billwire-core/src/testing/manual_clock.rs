//! A clock that moves only when told, or only when everybody waits.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::clock::Clock;

/// A clock for tests. Clones show the same time.
///
/// [`ManualClock::new`] stands still until [`ManualClock::advance`]. [`ManualClock::jumping`] moves by itself to the
/// end of the earliest wait as soon as a task has nothing else to do, so a test of an hour of retries takes no time.
#[derive(Clone, Debug)]
pub struct ManualClock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    start: Timestamp,
    elapsed: Duration,
    jumping: bool,
    next_sleeper: u64,
    sleepers: BTreeMap<u64, Sleeper>,
    slept: Vec<Duration>,
}

#[derive(Debug)]
struct Sleeper {
    end: Duration,
    waker: Waker,
}

impl ManualClock {
    /// A clock that shows `start` until it is advanced.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self::with_mode(start, false)
    }

    /// A clock that shows `start` and jumps to the end of the earliest wait when a task waits for nothing else.
    #[must_use]
    pub fn jumping(start: Timestamp) -> Self {
        Self::with_mode(start, true)
    }

    fn with_mode(start: Timestamp, jumping: bool) -> Self {
        let state = State {
            start,
            elapsed: Duration::ZERO,
            jumping,
            next_sleeper: 0,
            sleepers: BTreeMap::new(),
            slept: Vec::new(),
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Moves the time forward and wakes whoever has waited long enough.
    pub fn advance(&self, duration: Duration) {
        let mut state = self.lock();
        let now = state.elapsed.saturating_add(duration);
        state.move_to(now);
    }

    /// How many waits are going on. A test that drives the clock by hand waits for this before it advances.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.lock().sleepers.len()
    }

    /// The waits that were seen through to their end, in order.
    #[must_use]
    pub fn slept(&self) -> Vec<Duration> {
        self.lock().slept.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn move_to(&mut self, moment: Duration) {
        self.elapsed = self.elapsed.max(moment);
        self.wake_all();
    }

    fn wake_all(&self) {
        for sleeper in self.sleepers.values() {
            sleeper.waker.wake_by_ref();
        }
    }

    fn earliest_end(&self) -> Option<Duration> {
        self.sleepers.values().map(|sleeper| sleeper.end).min()
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        let state = self.lock();
        state.start.saturating_add(state.elapsed).unwrap_or(Timestamp::MAX)
    }

    fn monotonic(&self) -> Duration {
        self.lock().elapsed
    }

    async fn sleep(&self, duration: Duration) {
        let mut wait = Wait { clock: self, duration, place: None };
        poll_fn(|context| wait.poll(context)).await;
    }
}

/// One wait; taken off the list when it is dropped.
struct Wait<'a> {
    clock: &'a ManualClock,
    duration: Duration,
    place: Option<(u64, Duration)>,
}

impl Wait<'_> {
    fn poll(&mut self, context: &Context<'_>) -> Poll<()> {
        let mut state = self.clock.lock();
        let Some((number, end)) = self.place else {
            self.place = Some(state.enter(self.duration, context.waker()));
            if state.jumping {
                // Let everything else run once, so that all waits are on the list before time jumps.
                context.waker().wake_by_ref();
            }
            return Poll::Pending;
        };
        if state.jumping && state.elapsed < end && state.earliest_end() == Some(end) {
            state.move_to(end);
        }
        if state.elapsed >= end {
            state.slept.push(self.duration);
            return Poll::Ready(());
        }
        if let Some(sleeper) = state.sleepers.get_mut(&number) {
            sleeper.waker.clone_from(context.waker());
        }
        Poll::Pending
    }
}

impl State {
    fn enter(&mut self, duration: Duration, waker: &Waker) -> (u64, Duration) {
        let number = self.next_sleeper;
        self.next_sleeper += 1;
        let end = self.elapsed.saturating_add(duration);
        self.sleepers.insert(number, Sleeper { end, waker: waker.clone() });
        (number, end)
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if let Some((number, _)) = self.place {
            let mut state = self.clock.lock();
            state.sleepers.remove(&number);
            if state.jumping {
                // The earliest wait may be another one now, and only its own task can jump to its end.
                state.wake_all();
            }
        }
    }
}
