//! Answers that are too long to be held: their elements, one after the other, while they arrive.
//!
//! Some lists of the APIs have no pages and grow with the number of customers. [`Elements`] asks for such a list and gives
//! its elements as they come over the network: what is held is one piece of the body and one element. It is a
//! [`Stream`], and has [`Elements::try_next`] for those who use no stream library.
//!
//! What it does not do: run ahead of its reader (nothing is asked for before the first poll, and what is not read stays
//! in the network), spawn tasks, or start again after the first element was given.

pub(crate) mod reading;

use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use billwire_models::operation::Operation;
use billwire_models::scalar::{self, RejectedElement};
use bytes::Bytes;
use futures_core::Stream;
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use self::reading::Reading;
use crate::answer::Rejected;
use crate::clock::Clock;
use crate::delivery::Delivery;
use crate::element::Element;
use crate::engine::{Done, Opened, trace};
use crate::error::{Error, ErrorKind};
use crate::response::Head;

type Opening = Pin<Box<dyn Future<Output = Result<Done<Opened>, Error>> + Send>>;
type Timer = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The elements of one long answer, in order, each as soon as it has arrived.
///
/// - Nothing is sent before the first poll.
/// - Until the first element is there, the call is repeated like every read. After that nothing is repeated: an error
///   comes **after** the elements that were good, and ends the stream. To go on, ask for the whole list again.
/// - An element that does not decode is an [`Element::Rejected`] and does not end the stream, unless strict mode is on.
/// - An answer that says beside its list that it is a failure ends with that error: before the first element if it says so in
///   front of the list, else after the last one.
/// - The time limit of an attempt holds for the wait for the first element, and again for each wait for a further piece of
///   the body. The deadline of the call holds up to the first element. The time the reader takes is not counted.
/// - Dropping it ends the answer.
#[must_use = "nothing is sent before the stream is read"]
pub struct Elements<T> {
    state: State,
    list: List,
    position: usize,
    rejected: usize,
    item: PhantomData<fn() -> T>,
}

/// What does not change while the list is read.
pub(crate) struct List {
    pub(crate) operation: &'static Operation,
    pub(crate) member: &'static str,
    pub(crate) strict: bool,
    /// The longest wait for a further piece.
    pub(crate) limit: Duration,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) refusal: Refusal,
}

/// The error of a success that takes itself back, from the head of the answer and what it says beside its list.
pub(crate) type Refusal = Box<dyn Fn(&Head, Bytes) -> Option<Error> + Send + Sync>;

enum State {
    Opening(Opening),
    Open(Box<Open>),
    Ended(Option<Facts>),
}

struct Open {
    reading: Reading,
    first: Option<Bytes>,
    timer: Option<Timer>,
    facts: Facts,
}

/// What is known about the call once its first element is there.
struct Facts {
    head: Head,
    call_id: String,
    attempts: u32,
}

impl<T> Elements<T> {
    pub(crate) fn new(
        list: List,
        opening: impl Future<Output = Result<Done<Opened>, Error>> + Send + 'static,
    ) -> Self {
        Self { state: State::Opening(Box::pin(opening)), list, position: 0, rejected: 0, item: PhantomData }
    }

    /// How many elements were given, the rejected ones included.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    /// How many of them were rejected.
    #[must_use]
    pub const fn rejected(&self) -> usize {
        self.rejected
    }

    /// The status of the answer; `None` before the first element was asked for.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.facts().map(|facts| facts.head.status)
    }

    /// The service's `request-id`, to be quoted to its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.facts().and_then(|facts| facts.head.request_id.as_deref())
    }

    /// Our own id of the call, as in its traces.
    #[must_use]
    pub fn call_id(&self) -> Option<&str> {
        self.facts().map(|facts| facts.call_id.as_str())
    }

    /// How many attempts were made up to the first element; zero before it was asked for.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.facts().map_or(0, |facts| facts.attempts)
    }

    /// How many bytes of the answer are held: the unread rest of one piece of the body, and the beginning of one element.
    #[must_use]
    pub const fn held_bytes(&self) -> usize {
        match &self.state {
            State::Open(open) => {
                open.reading.held_bytes()
                    + match &open.first {
                        Some(first) => first.len(),
                        None => 0,
                    }
            }
            State::Opening(_) | State::Ended(_) => 0,
        }
    }

    fn facts(&self) -> Option<&Facts> {
        match &self.state {
            State::Opening(_) => None,
            State::Open(open) => Some(&open.facts),
            State::Ended(facts) => facts.as_ref(),
        }
    }
}

impl<T: DeserializeOwned + scalar::Answer> Elements<T> {
    /// The next element; `None` at the end, and after an error.
    ///
    /// May be dropped and called again: nothing is lost.
    ///
    /// # Errors
    /// [`Error`] as of every call, also after some elements: then they are good, but not the whole list.
    pub async fn try_next(&mut self) -> Result<Option<Element<T>>, Error> {
        poll_fn(|context| self.poll_element(context)).await
    }

    fn poll_element(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Element<T>>, Error>> {
        loop {
            match &mut self.state {
                State::Opening(opening) => match ready!(opening.as_mut().poll(context)) {
                    Ok(done) => self.state = State::Open(Box::new(Open::of(done))),
                    Err(error) => {
                        self.state = State::Ended(None);
                        return Poll::Ready(Err(error));
                    }
                },
                State::Open(open) => {
                    let result = match ready!(open.poll_text(context, &self.list)) {
                        Ok(Some(text)) => self.element(&text).map(Some),
                        Ok(None) => open.refusal(&self.list).map_or(Ok(None), Err),
                        Err(error) => Err(error),
                    };
                    return Poll::Ready(self.settle(result));
                }
                State::Ended(_) => return Poll::Ready(Ok(None)),
            }
        }
    }

    /// Decodes the element at the current position.
    fn element(&mut self, text: &[u8]) -> Result<Element<T>, Error> {
        let unreadable = || {
            Error::new(ErrorKind::UnreadableAnswer, "an element of the list is not JSON")
                .with_delivery(Delivery::Answered)
        };
        let index = self.position;
        let text = std::str::from_utf8(text).map_err(|_| unreadable())?;
        let refused = match serde_json::from_str::<T>(text) {
            Ok(item) if self.list.strict && item.rejected_count() > 0 => None,
            Ok(item) => {
                self.position += 1;
                return Ok(Element::Decoded(item));
            }
            Err(_) => {
                let json: Box<RawValue> = serde_json::from_str(text).map_err(|_| unreadable())?;
                Some(RejectedElement::of::<T>(index, json))
            }
        };
        let path = format!("{}[{index}]", self.list.member);
        match refused {
            Some(element) if !self.list.strict => {
                self.position += 1;
                self.rejected += 1;
                trace::element_rejected(self.call_id().unwrap_or_default(), &path, self.rejected);
                Ok(Element::Rejected(Rejected::new(path, element)))
            }
            _ => Err(Error::new(
                ErrorKind::RejectedElements,
                format!("a list element of the answer does not decode, at {path}"),
            )
            .with_delivery(Delivery::Answered)),
        }
    }

    /// Ends the stream where it ends.
    fn settle(&mut self, result: Result<Option<Element<T>>, Error>) -> Result<Option<Element<T>>, Error> {
        if matches!(result, Ok(Some(_))) {
            return result;
        }
        let State::Open(open) = std::mem::replace(&mut self.state, State::Ended(None)) else { return result };
        let facts = open.facts;
        let result = result.map_err(|error| {
            error
                .with_operation(self.list.operation)
                .with_head(&facts.head)
                .with_call(&facts.call_id, facts.attempts)
                .after_elements(self.position)
        });
        if let Err(error) = &result {
            trace::list_failed(&facts.call_id, self.position, error);
        } else {
            let bytes = open.reading.received_bytes();
            trace::list_read(&facts.call_id, self.position, self.rejected, bytes);
        }
        self.state = State::Ended(Some(facts));
        result
    }
}

impl Open {
    fn of(done: Done<Opened>) -> Self {
        let Opened { head, reading, first } = done.output;
        let facts = Facts { head, call_id: done.call_id, attempts: done.attempts };
        Self { reading, first, timer: None, facts }
    }

    /// Why the answer, which is over, is no success.
    fn refusal(&self, list: &List) -> Option<Error> {
        (list.refusal)(&self.facts.head, self.reading.beside()?)
    }

    /// The text of the next element, within the time limit.
    fn poll_text(&mut self, context: &mut Context<'_>, list: &List) -> Poll<Result<Option<Bytes>, Error>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Ok(Some(first)));
        }
        let before = self.reading.received_bytes();
        let result = self.reading.poll_element(context);
        if result.is_ready() || self.reading.received_bytes() > before {
            // The limit is for the wait for one piece.
            self.timer = None;
        }
        if result.is_ready() {
            return result;
        }
        let timer = self.timer.get_or_insert_with(|| {
            let (clock, limit) = (Arc::clone(&list.clock), list.limit);
            Box::pin(async move { clock.sleep(limit).await })
        });
        ready!(timer.as_mut().poll(context));
        let reason = format!("no further piece of the answer within {:?}", list.limit);
        Poll::Ready(Err(Error::new(ErrorKind::Timeout, reason).with_delivery(Delivery::Unknown)))
    }
}

/// Every element or, at most once and last, the error that ends the list.
impl<T: DeserializeOwned + scalar::Answer> Stream for Elements<T> {
    type Item = Result<Element<T>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_element(context).map(Result::transpose)
    }
}

impl<T> fmt::Debug for Elements<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Opening(_) => "opening",
            State::Open(_) => "open",
            State::Ended(_) => "ended",
        };
        formatter
            .debug_struct("Elements")
            .field("operation", &self.list.operation.id)
            .field("state", &state)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}
