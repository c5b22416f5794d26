//! Which events were handled already, so that a repeated delivery does nothing twice.
//!
//! Every service repeats deliveries: because an answer got lost, because it was slow, or on somebody's request. What is here
//! is the question a receiver asks before it works on an event and what it says afterwards, as a trait for a store of your
//! own, and a store in memory. What is not here: a durable store, and the events themselves.
//!
//! Source: BillerAPI description, section 6.9 "Dedupe, and 404 after a webhook" (inferred).

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::fmt;
use std::future::{Future, ready};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// By what a repeated delivery is known: the client, where the event names it, and the id of the event. Never its signature
/// or a digest of its body.
///
/// ```
/// use billwire_webhooks::EventKey;
///
/// let key = EventKey::new("evt_abc123").of_client("client_xyz");
/// assert_ne!(key, EventKey::new("evt_abc123"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EventKey {
    client_id: Option<Box<str>>,
    event_id: Box<str>,
}

impl EventKey {
    /// The key of the event with this id.
    pub fn new(event_id: impl Into<Box<str>>) -> Self {
        Self { client_id: None, event_id: event_id.into() }
    }

    /// Of this client: where one receiver hears of several clients, two of them may have an event of the same id.
    #[must_use]
    pub fn of_client(mut self, client_id: impl Into<Box<str>>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// The client, if the key names one.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// The id of the event.
    #[must_use]
    pub fn event_id(&self) -> &str {
        &self.event_id
    }
}

#[cfg(feature = "billerapi")]
impl From<&billwire_models::billerapi::Event> for EventKey {
    fn from(event: &billwire_models::billerapi::Event) -> Self {
        let (client_id, event_id) = event.dedupe_key();
        let key = Self::new(event_id.as_str());
        client_id.map_or(key.clone(), |client_id| key.of_client(client_id.as_str()))
    }
}

impl fmt::Debug for EventKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.client_id {
            Some(client_id) => write!(formatter, "EventKey({} of {client_id})", self.event_id),
            None => write!(formatter, "EventKey({})", self.event_id),
        }
    }
}

/// What to do with a delivery, as the store of [`HandledEvents`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Turn {
    /// It is yours: handle it, then say [`finish`](HandledEvents::finish) or [`give_up`](HandledEvents::give_up).
    Yours,
    /// Somebody is handling it right now. Answer 503, so that the service asks again: if that handling fails, a 2xx would
    /// have been the end of the event.
    SomebodyElses,
    /// It was handled. Answer 2xx and do nothing.
    Handled,
}

/// A store that knows which events were handled.
///
/// A store of your own belongs into the database in which your handler writes: then [`finish`](Self::finish) can be part of
/// its transaction, and an event is handled exactly once. Keep ids for at least seven days.
///
/// ```
/// # #[cfg(feature = "billerapi")] {
/// use billwire_models::billerapi::Event;
/// use billwire_webhooks::{EventKey, HandledEvents, Turn, Verified};
/// use http::StatusCode;
///
/// async fn receive<S: HandledEvents>(
///     store: &S,
///     event: &Verified<Event>,
///     now: jiff::Timestamp,
///     handle: impl AsyncFnOnce(&Event) -> bool,
/// ) -> Result<StatusCode, S::Error> {
///     let key = EventKey::from(event.value());
///     Ok(match store.begin(&key, now).await? {
///         Turn::Handled => StatusCode::NO_CONTENT,
///         Turn::Yours if handle(event).await => {
///             store.finish(&key, now).await?;
///             StatusCode::NO_CONTENT
///         }
///         Turn::Yours => {
///             store.give_up(&key).await?;
///             StatusCode::SERVICE_UNAVAILABLE
///         }
///         _ => StatusCode::SERVICE_UNAVAILABLE,
///     })
/// }
/// # }
/// ```
pub trait HandledEvents: fmt::Debug + Send + Sync {
    /// Why the store could not be asked. Answer 503 then, never 2xx.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Asks for the turn of an event. Of two that ask at once, one gets it.
    fn begin(
        &self,
        event: &EventKey,
        now: Timestamp,
    ) -> impl Future<Output = Result<Turn, Self::Error>> + Send;

    /// The event was handled: from now on it is [`Turn::Handled`].
    fn finish(
        &self,
        event: &EventKey,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// The event was not handled: whoever asks next gets the turn.
    fn give_up(&self, event: &EventKey) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// How long a turn lasts by default: who has not finished then has probably died.
pub const DEFAULT_TURN: Duration = Duration::from_mins(5);
/// How long handled events are known by default: seven days.
pub const DEFAULT_MEMORY: Duration = Duration::from_hours(7 * 24);
/// How many handled events are known by default, at the most.
pub const DEFAULT_CAPACITY: usize = 100_000;

/// A store in memory: of one process, and empty after a restart. For tests, and where handling twice does no harm.
///
/// Knows the newest [`DEFAULT_CAPACITY`] events of the last seven days. An event whose turn is taken is never forgotten
/// before its turn ends.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use billwire_webhooks::{EventKey, HandledEvents, HandledInMemory, Turn};
///
/// let store = HandledInMemory::new();
/// let (event, now) = (EventKey::new("evt_abc123"), "2026-05-20T12:00:00Z".parse()?);
/// assert_eq!(store.begin(&event, now).await?, Turn::Yours);
/// assert_eq!(store.begin(&event, now).await?, Turn::SomebodyElses);
/// store.finish(&event, now).await?;
/// assert_eq!(store.begin(&event, now).await?, Turn::Handled);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct HandledInMemory {
    turn: Duration,
    memory: Duration,
    capacity: usize,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    events: HashMap<EventKey, State>,
    /// The handled ones, in the order in which that was said.
    handled: VecDeque<(Timestamp, EventKey)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    TakenAt(Timestamp),
    HandledAt(Timestamp),
}

impl HandledInMemory {
    /// With the defaults.
    #[must_use]
    pub fn new() -> Self {
        Self {
            turn: DEFAULT_TURN,
            memory: DEFAULT_MEMORY,
            capacity: DEFAULT_CAPACITY,
            known: Mutex::default(),
        }
    }

    /// A turn that lasts so long: longer than any handler takes.
    #[must_use]
    pub fn with_turn(mut self, turn: Duration) -> Self {
        self.turn = turn;
        self
    }

    /// Knows handled events so long. Less than seven days may handle a late delivery again.
    #[must_use]
    pub fn with_memory(mut self, memory: Duration) -> Self {
        self.memory = memory;
        self
    }

    /// Knows at most so many handled events.
    #[must_use]
    pub fn with_capacity(mut self, events: usize) -> Self {
        self.capacity = events;
        self
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin_at(&self, event: &EventKey, now: Timestamp) -> Turn {
        let mut known = self.known();
        known.forget(now, self.memory, self.capacity);
        match known.events.get(event) {
            Some(State::HandledAt(_)) => Turn::Handled,
            Some(State::TakenAt(since)) if !has_passed(*since, self.turn, now) => Turn::SomebodyElses,
            _ => {
                known.events.insert(event.clone(), State::TakenAt(now));
                Turn::Yours
            }
        }
    }

    fn finish_at(&self, event: &EventKey, now: Timestamp) {
        let mut known = self.known();
        if !matches!(known.events.get(event), Some(State::HandledAt(_))) {
            known.events.insert(event.clone(), State::HandledAt(now));
            known.handled.push_back((now, event.clone()));
        }
        known.forget(now, self.memory, self.capacity);
    }

    fn give_up_now(&self, event: &EventKey) {
        let mut known = self.known();
        if matches!(known.events.get(event), Some(State::TakenAt(_))) {
            known.events.remove(event);
        }
    }
}

impl Known {
    fn forget(&mut self, now: Timestamp, memory: Duration, capacity: usize) {
        while let Some((at, _)) = self.handled.front()
            && (self.handled.len() > capacity || has_passed(*at, memory, now))
        {
            if let Some((_, event)) = self.handled.pop_front() {
                self.events.remove(&event);
            }
        }
    }
}

/// A clock that was set back has let nothing pass.
fn has_passed(since: Timestamp, duration: Duration, now: Timestamp) -> bool {
    Duration::try_from(now.duration_since(since)).is_ok_and(|passed| passed >= duration)
}

impl Default for HandledInMemory {
    fn default() -> Self {
        Self::new()
    }
}

impl HandledEvents for HandledInMemory {
    type Error = Infallible;

    fn begin(
        &self,
        event: &EventKey,
        now: Timestamp,
    ) -> impl Future<Output = Result<Turn, Infallible>> + Send {
        ready(Ok(self.begin_at(event, now)))
    }

    fn finish(
        &self,
        event: &EventKey,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), Infallible>> + Send {
        self.finish_at(event, now);
        ready(Ok(()))
    }

    fn give_up(&self, event: &EventKey) -> impl Future<Output = Result<(), Infallible>> + Send {
        self.give_up_now(event);
        ready(Ok(()))
    }
}
