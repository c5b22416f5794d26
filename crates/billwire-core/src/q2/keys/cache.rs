//! A key that many calls want and one of them fetches.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use billwire_crypto::PublicKey;

use super::FetchedKey;
use crate::error::Error;

/// The key of a client and its clones. Times are monotonic readings of the client's clock.
pub(in crate::q2) struct KeyCache {
    state: Mutex<State>,
}

struct State {
    key: Option<PublicKey>,
    /// When the key was fetched; `None` for a key that the user gave to start with.
    fetched: Option<Duration>,
    /// When the last fetch began.
    asked: Option<Duration>,
    /// The service may not know the key any more.
    doubted: bool,
    /// The number of the fetch that is under way, or of the last one.
    flight: u64,
    under_way: bool,
    /// Why the fetch of that number failed.
    failure: Option<(u64, Arc<Error>)>,
    waiting: Vec<Waker>,
}

/// What a call that needs the key does.
pub(super) enum Look<'a> {
    Use(PublicKey),
    /// Fetch it. The key that is used if that fails comes along.
    Fetch(Flight<'a>, Option<PublicKey>),
    /// Another call fetches it.
    Wait(u64),
}

/// How the fetch of another call ended.
pub(super) enum Landed {
    /// It came down, or was given up: look again.
    Again,
    Failed(Arc<Error>),
}

impl KeyCache {
    pub(super) const fn new(first: Option<PublicKey>) -> Self {
        Self {
            state: Mutex::new(State {
                key: first,
                fetched: None,
                asked: None,
                doubted: false,
                flight: 0,
                under_way: false,
                failure: None,
                waiting: Vec::new(),
            }),
        }
    }

    /// What a call at the time `now` does. With a key at hand nobody waits: one call replaces it, the others use it.
    pub(super) fn look(&self, now: Duration, settings: &FetchedKey) -> Look<'_> {
        let mut state = self.lock();
        let is_abandoned = state.since_asked(now).is_some_and(|pause| pause >= settings.longest_fetch());
        let under_way = state.under_way && !is_abandoned;
        if let Some(key) = state.key.as_ref()
            && (under_way || !state.is_due(now, settings))
        {
            return Look::Use(key.clone());
        }
        if under_way {
            return Look::Wait(state.flight);
        }
        state.under_way = true;
        state.flight += 1;
        state.asked = Some(now);
        Look::Fetch(Flight { cache: self, number: state.flight, landed: false }, state.key.clone())
    }

    /// Waits for the fetch `number`.
    pub(super) async fn landed(&self, number: u64) -> Landed {
        poll_fn(|context| self.poll_landed(number, context)).await
    }

    fn poll_landed(&self, number: u64, context: &Context<'_>) -> Poll<Landed> {
        let mut state = self.lock();
        if state.under_way && state.flight == number {
            if !state.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                state.waiting.push(context.waker().clone());
            }
            return Poll::Pending;
        }
        Poll::Ready(match &state.failure {
            Some((failed, error)) if *failed == number => Landed::Failed(Arc::clone(error)),
            _ => Landed::Again,
        })
    }

    /// The service refused a body that was encrypted to `key`.
    pub(in crate::q2) fn doubt(&self, key: &PublicKey) {
        let mut state = self.lock();
        if state.key.as_ref() == Some(key) {
            state.doubted = true;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether the key that is there should be replaced now.
    fn is_due(&self, now: Duration, settings: &FetchedKey) -> bool {
        let age = self.fetched.map(|moment| now.saturating_sub(moment));
        let is_old = age.is_none_or(|age| age >= settings.max_age);
        let may_ask = self.since_asked(now).is_none_or(|pause| pause >= settings.min_interval);
        (is_old || self.doubted) && may_ask
    }

    fn since_asked(&self, now: Duration) -> Option<Duration> {
        self.asked.map(|moment| now.saturating_sub(moment))
    }

    /// Ends the fetch, and gives those to wake: after the lock is free again, because an executor may go on with them at
    /// once.
    fn land(&mut self) -> Vec<Waker> {
        self.under_way = false;
        std::mem::take(&mut self.waiting)
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.lock().key.as_ref().and_then(PublicKey::key_id).cloned();
        formatter.debug_struct("KeyCache").field("key", &key).finish_non_exhaustive()
    }
}

/// A fetch that is under way. Dropped before it lands, or not gone on with for long, it makes room for another one.
pub(super) struct Flight<'a> {
    cache: &'a KeyCache,
    number: u64,
    landed: bool,
}

impl Flight<'_> {
    /// Puts the fetched key in place.
    pub(super) fn arrived(mut self, key: PublicKey, now: Duration) {
        self.land(|state| {
            state.key = Some(key);
            state.fetched = Some(now);
            state.doubted = false;
            state.failure = None;
        });
    }

    /// Tells everybody who waits why there is no key.
    pub(super) fn failed(mut self, error: Error) -> Arc<Error> {
        let error = Arc::new(error);
        let failure = Some((self.number, Arc::clone(&error)));
        self.land(|state| state.failure = failure);
        error
    }

    /// Ends the fetch, unless another one has taken its place.
    fn land(&mut self, change: impl FnOnce(&mut State)) {
        self.landed = true;
        let mut state = self.cache.lock();
        if state.flight != self.number {
            return;
        }
        change(&mut state);
        let waiting = state.land();
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if !self.landed {
            self.land(|_| {});
        }
    }
}
