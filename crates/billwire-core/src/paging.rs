//! Lists in pages: asked for one after the other, page by page or element by element.
//!
//! How the pages of a list follow each other is a [`Paging`]: it makes the next call and learns from each answer. What is
//! the same for every style is here: nothing is asked for before it is wanted, an error ends the list, and a list that
//! turns in a circle is noticed. No task is spawned, and no page is fetched ahead.

mod cursor;
mod items;
mod number;

use std::collections::HashSet;
use std::fmt;
use std::future::{Future, poll_fn};
use std::hash::{DefaultHasher, Hasher};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use billwire_models::operation::Operation;
use billwire_models::scalar::{self, List};
use futures_core::Stream;
use serde::de::DeserializeOwned;

pub use self::cursor::{ByCursor, CursorList};
pub use self::items::Items;
pub use self::number::{ByNumber, NumberedList};
use crate::answer::Answer;
use crate::call::Call;
use crate::delivery::Delivery;
use crate::error::{Error, ErrorKind};

/// The largest number of pages unless set otherwise.
pub const DEFAULT_MAX_PAGES: u32 = 10_000;

/// Elements on a page of a service that lets the caller choose, unless the query says otherwise: the most it gives.
pub const DEFAULT_LIMIT: u32 = 100;

/// The name of the query parameter for the size of a page.
const LIMIT: &str = "limit";

/// The parameters of a query, with a page size in any case: the services' own defaults differ from list to list.
pub(crate) fn with_limit(mut pairs: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
    if !pairs.iter().any(|(name, _)| *name == LIMIT) {
        pairs.push((LIMIT, DEFAULT_LIMIT.to_string()));
    }
    pairs
}

/// Refuses a page size that no service of ours takes, before it is sent.
fn check_limit(operation: &'static Operation, limit: Option<u32>) -> Result<(), Error> {
    match limit {
        Some(limit) if !(1..=DEFAULT_LIMIT).contains(&limit) => Err(Error::new(
            ErrorKind::InvalidRequest,
            format!("a page has 1 to {DEFAULT_LIMIT} elements, not {limit}"),
        )
        .with_operation(operation)),
        _ => Ok(()),
    }
}

/// How the pages of one list follow each other.
pub trait Paging: fmt::Debug + Send + Unpin + 'static {
    /// The answer that holds a page.
    type Page: DeserializeOwned + scalar::Answer + Send + 'static;
    /// One element of the list.
    type Item: Send + 'static;

    /// The name of the list in the answer, for messages.
    const MEMBER: &'static str;

    /// The call for the page that comes next.
    ///
    /// # Errors
    /// [`Error`] if the list was asked for in a way that cannot be sent.
    fn call(&self) -> Result<Call<Self::Page>, Error>;

    /// Learns from `page`, the answer to the last [`Paging::call`]. If another page follows, the next call is for that one.
    fn turn(&mut self, page: &Self::Page) -> Turn;

    /// Writes what tells a page from every other page of its list: a cursor, or the ids on it.
    fn mark(page: &Self::Page, hasher: &mut impl Hasher);

    /// Takes the list out of its page.
    fn items(page: Self::Page) -> List<Self::Item>;
}

/// Whether another page follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Another page follows.
    More,
    /// That was the last page.
    Last,
}

type Waiting<R> = Pin<Box<dyn Future<Output = Result<Answer<R>, Error>> + Send>>;
type Sender<R> = Box<dyn Fn(Call<R>) -> Waiting<R> + Send + Sync>;

/// The pages of one list, in order, each with its own request id and its own report of elements that did not decode.
///
/// - Nothing is sent before the first page is asked for, and nothing ahead of the reader.
/// - Each page is a call of its own, with its own time limits and repetitions.
/// - After an error, and after the last page, there is none.
/// - A page that came before, or more than [`Pages::with_max_pages`] pages, is an [`ErrorKind::EndlessList`].
/// - Pages are read at different times. A list that changes in between may show an element twice or not at all.
#[must_use = "nothing is sent before a page is asked for"]
pub struct Pages<P: Paging> {
    style: P,
    send: Sender<P::Page>,
    state: State<P::Page>,
    seen: HashSet<u64>,
    most: u32,
    fetched: u32,
}

enum State<R> {
    Idle,
    Waiting(Waiting<R>),
    Ended,
}

impl<P: Paging> Pages<P> {
    pub(crate) fn new(
        style: P,
        send: impl Fn(Call<P::Page>) -> Waiting<P::Page> + Send + Sync + 'static,
    ) -> Self {
        Self {
            style,
            send: Box::new(send),
            state: State::Idle,
            seen: HashSet::new(),
            most: DEFAULT_MAX_PAGES,
            fetched: 0,
        }
    }

    /// The largest number of pages. Default: [`DEFAULT_MAX_PAGES`].
    pub const fn with_max_pages(mut self, pages: u32) -> Self {
        self.most = pages;
        self
    }

    /// How many pages were given.
    pub const fn fetched(&self) -> u32 {
        self.fetched
    }

    /// The elements of all pages, one after the other.
    pub const fn into_items(self) -> Items<P> {
        Items::new(self)
    }

    /// The next page; `None` after the last one, and after an error.
    ///
    /// May be dropped and called again: a page that is under way is not asked for twice.
    ///
    /// # Errors
    /// [`Error`] as of every call; [`ErrorKind::EndlessList`]. The pages before it are good, but not the whole list.
    pub async fn next_page(&mut self) -> Result<Option<Answer<P::Page>>, Error> {
        poll_fn(|context| self.poll_page(context)).await
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Answer<P::Page>>, Error>> {
        loop {
            match &mut self.state {
                State::Idle => match self.start() {
                    Ok(waiting) => self.state = State::Waiting(waiting),
                    Err(error) => {
                        self.state = State::Ended;
                        return Poll::Ready(Err(error));
                    }
                },
                State::Waiting(waiting) => {
                    let result = ready!(waiting.as_mut().poll(context));
                    self.state = State::Ended;
                    return Poll::Ready(result.and_then(|page| self.turn(page)).map(Some));
                }
                State::Ended => return Poll::Ready(Ok(None)),
            }
        }
    }

    fn start(&self) -> Result<Waiting<P::Page>, Error> {
        let call = self.style.call()?;
        if self.fetched == self.most {
            let reason = format!("the list has more than {} pages", self.most);
            let delivery = if self.fetched == 0 { Delivery::NotSent } else { Delivery::Answered };
            return Err(Error::new(ErrorKind::EndlessList, reason)
                .with_operation(call.operation())
                .with_delivery(delivery));
        }
        Ok((self.send)(call))
    }

    /// Looks for the way on. The list has ended unless there is one.
    fn turn(&mut self, page: Answer<P::Page>) -> Result<Answer<P::Page>, Error> {
        let mut hasher = DefaultHasher::new();
        P::mark(&page, &mut hasher);
        if !self.seen.insert(hasher.finish()) {
            let reason = format!("page {} of the list came before", self.fetched.saturating_add(1));
            return Err(self.circle(reason, &page));
        }
        self.fetched = self.fetched.saturating_add(1);
        // A bare array says nothing of further pages: it counts as the only one.
        if !page.is_bare() && self.style.turn(&page) == Turn::More {
            self.state = State::Idle;
        }
        Ok(page)
    }

    fn circle(&self, reason: String, page: &Answer<P::Page>) -> Error {
        let mut error = Error::new(ErrorKind::EndlessList, reason)
            .with_answer(page.status(), page.request_id().map(str::to_owned))
            .with_call(page.call_id().unwrap_or_default(), page.attempts());
        if let Ok(call) = self.style.call() {
            error = error.with_operation(call.operation());
        }
        error
    }
}

/// Every page or, at most once and last, the error that ends the list.
impl<P: Paging> Stream for Pages<P> {
    type Item = Result<Answer<P::Page>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_page(context).map(Result::transpose)
    }
}

impl<P: Paging> fmt::Debug for Pages<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Idle => "idle",
            State::Waiting(_) => "waiting",
            State::Ended => "ended",
        };
        formatter
            .debug_struct("Pages")
            .field("style", &self.style)
            .field("state", &state)
            .field("fetched", &self.fetched)
            .finish_non_exhaustive()
    }
}
