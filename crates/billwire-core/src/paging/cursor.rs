//! Pages by cursor: each page gives an opaque text for the next one.

use std::fmt;
use std::hash::{Hash as _, Hasher};

use billwire_models::operation::Operation;
use billwire_models::scalar::{self, List};
use serde::de::DeserializeOwned;

use super::{DEFAULT_LIMIT, Paging, Turn, check_limit};
use crate::call::Call;
use crate::error::Error;

/// A query for a list whose pages follow each other by cursor.
pub trait CursorList: Clone + fmt::Debug + Send + Unpin + 'static {
    /// The answer that holds a page.
    type Page: DeserializeOwned + scalar::Answer + Send + 'static;
    /// One element of the list.
    type Item: Send + 'static;

    /// The name of the list in the answer, for messages.
    const MEMBER: &'static str;

    /// The operation that is called.
    fn operation() -> &'static Operation;

    /// The size of a page that the query asks for.
    fn limit(&self) -> Option<u32>;

    /// The same query for a page of this size.
    #[must_use]
    fn sized(self, limit: u32) -> Self;

    /// The same query for the page that `cursor` leads to.
    #[must_use]
    fn after(self, cursor: String) -> Self;

    /// The call of one page.
    fn call(&self) -> Call<Self::Page>;

    /// Whether `page` says that there is another one, and the cursor it gives.
    fn next(page: &Self::Page) -> (Option<bool>, Option<&str>);

    /// Takes the list out of its page.
    fn items(page: Self::Page) -> List<Self::Item>;
}

/// The paging of a list by cursor.
///
/// Another page follows while the page does not deny it and gives a cursor that is not empty. The cursor is sent back
/// exactly as it came. One that came before is an [`ErrorKind::EndlessList`](crate::ErrorKind::EndlessList).
///
/// Source: BillerAPI description, section 3.6 "Pagination".
#[derive(Clone, Debug)]
pub struct ByCursor<Q> {
    query: Q,
}

impl<Q: CursorList> ByCursor<Q> {
    /// The list that `query` asks for, from its cursor on if it has one. Without a size of its own a page has
    /// [`DEFAULT_LIMIT`] elements.
    pub fn new(query: Q) -> Self {
        let limit = query.limit().unwrap_or(DEFAULT_LIMIT);
        Self { query: query.sized(limit) }
    }
}

fn cursor_of<Q: CursorList>(page: &Q::Page) -> Option<&str> {
    match Q::next(page) {
        (Some(false), _) => None,
        (_, cursor) => cursor.filter(|cursor| !cursor.is_empty()),
    }
}

impl<Q: CursorList> Paging for ByCursor<Q> {
    type Page = Q::Page;
    type Item = Q::Item;

    const MEMBER: &'static str = Q::MEMBER;

    fn call(&self) -> Result<Call<Q::Page>, Error> {
        check_limit(Q::operation(), self.query.limit())?;
        Ok(self.query.call())
    }

    fn turn(&mut self, page: &Q::Page) -> Turn {
        let Some(cursor) = cursor_of::<Q>(page) else { return Turn::Last };
        self.query = self.query.clone().after(cursor.to_owned());
        Turn::More
    }

    fn mark(page: &Q::Page, hasher: &mut impl Hasher) {
        // The last page has no cursor, and there is only one.
        cursor_of::<Q>(page).hash(hasher);
    }

    fn items(page: Q::Page) -> List<Q::Item> {
        Q::items(page)
    }
}
