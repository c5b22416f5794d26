//! Pages by number, with a count of all elements.

use std::fmt;
use std::hash::{Hash as _, Hasher};

use billwire_models::operation::Operation;
use billwire_models::scalar::{self, List};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{DEFAULT_LIMIT, Paging, Turn, check_limit};
use crate::call::Call;
use crate::error::{Error, ErrorKind};

/// A query for a list whose pages have numbers, the first one 1.
pub trait NumberedList: Clone + fmt::Debug + Send + Unpin + 'static {
    /// The answer that holds a page.
    type Page: DeserializeOwned + scalar::Answer + Send + 'static;
    /// One element of the list.
    type Item: Serialize + Send + 'static;

    /// The name of the list in the answer, for messages.
    const MEMBER: &'static str;

    /// The operation that is called.
    fn operation() -> &'static Operation;

    /// The number and the size of the page that the query asks for.
    fn place(&self) -> (Option<u32>, Option<u32>);

    /// The same query for the page `number` of pages of `limit` elements.
    #[must_use]
    fn at(self, number: u32, limit: u32) -> Self;

    /// The call of one page.
    fn call(&self) -> Call<Self::Page>;

    /// The count of all elements, and the size of the pages, as far as `page` tells them.
    fn extent(page: &Self::Page) -> (Option<u32>, Option<u32>);

    /// The list in its page.
    fn list(page: &Self::Page) -> &List<Self::Item>;

    /// Takes the list out of its page.
    fn items(page: Self::Page) -> List<Self::Item>;
}

/// The paging of a list by number.
///
/// Another page follows while the pages so far hold fewer elements than the service counts; without a count, while pages are
/// full, if the service says how many elements it gives on a page, and else until an empty one: a service may give less than
/// was asked for, and one request too many is better than a list that ends early. An empty page is the last one in any case.
///
/// Source: BillerAPI description, section 3.6 "Pagination".
#[derive(Clone, Debug)]
pub struct ByNumber<Q> {
    query: Q,
    number: u32,
    limit: u32,
    /// The most elements on a page so far.
    fullest: u64,
}

impl<Q: NumberedList> ByNumber<Q> {
    /// The list that `query` asks for, from its page on or from the first one. Without a size of its own a page has
    /// [`DEFAULT_LIMIT`] elements.
    pub fn new(query: Q) -> Self {
        let (number, limit) = query.place();
        let (number, limit) = (number.unwrap_or(1), limit.unwrap_or(DEFAULT_LIMIT));
        Self { query: query.at(number, limit), number, limit, fullest: 0 }
    }
}

impl<Q: NumberedList> Paging for ByNumber<Q> {
    type Page = Q::Page;
    type Item = Q::Item;

    const MEMBER: &'static str = Q::MEMBER;

    fn call(&self) -> Result<Call<Q::Page>, Error> {
        check_limit(Q::operation(), Some(self.limit))?;
        if self.number == 0 {
            let reason = "the first page has the number 1, not 0";
            return Err(Error::new(ErrorKind::InvalidRequest, reason).with_operation(Q::operation()));
        }
        Ok(self.query.call())
    }

    fn turn(&mut self, page: &Q::Page) -> Turn {
        let list = Q::list(page);
        let count = (list.items.len() + list.rejected.len() + list.unreported) as u64;
        self.fullest = self.fullest.max(count);
        let (total, limit) = Q::extent(page);
        let limit = limit.filter(|limit| *limit > 0).map(u64::from);
        let is_last = match (total, limit) {
            _ if count == 0 => true,
            (Some(total), _) => {
                let size = limit.unwrap_or(self.fullest);
                u64::from(self.number).saturating_mul(size) >= u64::from(total)
            }
            (None, Some(limit)) => count < limit,
            (None, None) => false,
        };
        let Some(next) = self.number.checked_add(1).filter(|_| !is_last) else { return Turn::Last };
        self.number = next;
        self.query = self.query.clone().at(self.number, self.limit);
        Turn::More
    }

    fn mark(page: &Q::Page, hasher: &mut impl Hasher) {
        let list = Q::list(page);
        for item in list {
            serde_json::to_string(item).ok().hash(hasher);
        }
        for rejected in &list.rejected {
            rejected.json().hash(hasher);
        }
    }

    fn items(page: Q::Page) -> List<Q::Item> {
        Q::items(page)
    }
}
