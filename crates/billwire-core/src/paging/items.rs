//! The elements of all pages of a list, one after the other.

use std::fmt;
use std::future::poll_fn;
use std::iter::Peekable;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use billwire_models::scalar::{List, RejectedElement};
use futures_core::Stream;

use super::{Pages, Paging};
use crate::answer::Rejected;
use crate::element::Element;
use crate::error::Error;

/// The elements of all pages, in order; the next page is asked for when the last one is used up.
///
/// An element that does not decode is an [`Element::Rejected`], whose path tells its place on its own page. A page has a
/// hundred of them at most; what is beyond is counted by [`Items::unreported`].
#[must_use = "nothing is sent before an element is asked for"]
pub struct Items<P: Paging> {
    pages: Pages<P>,
    page: Option<Page<P::Item>>,
    unreported: usize,
}

/// What is left of one page.
struct Page<T> {
    items: vec::IntoIter<T>,
    rejected: Peekable<vec::IntoIter<RejectedElement>>,
    /// The place of the next element in the received list.
    index: usize,
    request_id: Option<String>,
}

impl<T> Page<T> {
    fn new(list: List<T>, request_id: Option<String>) -> Self {
        let rejected = list.rejected.into_iter().peekable();
        Self { items: list.items.into_iter(), rejected, index: 0, request_id }
    }

    fn next(&mut self, member: &str) -> Option<Element<T>> {
        let index = self.index;
        self.index += 1;
        if self.rejected.peek().is_none_or(|rejected| rejected.index() > index)
            && let Some(item) = self.items.next()
        {
            return Some(Element::Decoded(item));
        }
        let rejected = self.rejected.next()?;
        Some(Element::Rejected(Rejected::new(format!("{member}[{}]", rejected.index()), rejected)))
    }
}

impl<P: Paging> Items<P> {
    pub(super) const fn new(pages: Pages<P>) -> Self {
        Self { pages, page: None, unreported: 0 }
    }

    /// How many pages were asked for and came.
    pub const fn fetched_pages(&self) -> u32 {
        self.pages.fetched()
    }

    /// How many elements of the pages so far could not be decoded and were not given as [`Element::Rejected`] either.
    pub const fn unreported(&self) -> usize {
        self.unreported
    }

    /// The service's `request-id` of the page that the last element stood on.
    pub fn request_id(&self) -> Option<&str> {
        self.page.as_ref()?.request_id.as_deref()
    }

    /// The next element; `None` after the last one, and after an error.
    ///
    /// May be dropped and called again: nothing is lost and nothing asked for twice.
    ///
    /// # Errors
    /// As of [`Pages::next_page`].
    pub async fn try_next(&mut self) -> Result<Option<Element<P::Item>>, Error> {
        poll_fn(|context| self.poll_item(context)).await
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Element<P::Item>>, Error>> {
        loop {
            if let Some(element) = self.page.as_mut().and_then(|page| page.next(P::MEMBER)) {
                return Poll::Ready(Ok(Some(element)));
            }
            match ready!(self.pages.poll_page(context))? {
                Some(answer) => {
                    let request_id = answer.request_id().map(str::to_owned);
                    let list = P::items(answer.into_inner());
                    self.unreported = self.unreported.saturating_add(list.unreported);
                    self.page = Some(Page::new(list, request_id));
                }
                None => return Poll::Ready(Ok(None)),
            }
        }
    }
}

/// Every element or, at most once and last, the error that ends the list.
impl<P: Paging> Stream for Items<P>
where
    P::Item: Unpin,
{
    type Item = Result<Element<P::Item>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(context).map(Result::transpose)
    }
}

impl<P: Paging> fmt::Debug for Items<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Items").field("pages", &self.pages).finish_non_exhaustive()
    }
}
