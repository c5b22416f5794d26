//! Lists in pages, in the four styles of this API.
//!
//! Source: BillerAPI description, section 3.6 "Pagination".

use std::hash::Hasher;

use billwire_models::billerapi::{
    Account, AccountList, Bill, BillPage, Biller, BillerPage, EmailMessage, EmailMessagePage,
    ListBillersQuery, ListBillsQuery, ListEmailMessagesQuery, ListRequestsToLinkQuery, ListSyncsQuery,
    RequestToLink, RequestToLinkPage, Sync, SyncPage, operations,
};
use billwire_models::operation::Operation;
use billwire_models::scalar::List;

use super::scope::{ClientCredentialsOrAccessToken, ClientWide, Scope};
use super::{Client, calls};
use crate::call::Call;
use crate::client;
use crate::error::Error;
use crate::paging::{ByCursor, ByNumber, CursorList, NumberedList, Pages, Paging, Turn};

impl Client<ClientWide> {
    /// The billers that `query` finds, in pages by cursor: page by page, or with [`into_items`](Pages::into_items) biller by
    /// biller.
    ///
    /// Sends `GET /billers` with the client credentials, once for each page.
    ///
    /// Source: BillerAPI description, section 5.1 "GET /billers — list and search billers".
    pub fn billers(&self, query: ListBillersQuery) -> Pages<ByCursor<ListBillersQuery>> {
        client::pages(self, ByCursor::new(query))
    }

    /// The synchronisations of one account, newest first, in pages by cursor.
    ///
    /// Sends `GET /bills/sync` with the client credentials, once for each page.
    ///
    /// Source: BillerAPI description, section 5.15 "GET /bills/sync — sync status and history".
    pub fn syncs(&self, query: ListSyncsQuery) -> Pages<ByCursor<ListSyncsQuery>> {
        client::pages(self, ByCursor::new(query))
    }

    /// The messages that were used to find billers, in pages by cursor.
    ///
    /// Sends `GET /emails/messages` with the client credentials, once for each page.
    ///
    /// Source: BillerAPI description, section 5.18 "GET /emails/messages — messages used for biller discovery".
    pub fn email_messages(&self, query: ListEmailMessagesQuery) -> Pages<ByCursor<ListEmailMessagesQuery>> {
        client::pages(self, ByCursor::new(query))
    }

    /// The requests to link that `query` finds, in pages by number.
    ///
    /// Sends `GET /link/request-to-link` with the client credentials, once for each page.
    ///
    /// Source: BillerAPI description, section 5.7 "GET /link/request-to-link — list RTLs".
    pub fn requests_to_link(
        &self,
        query: ListRequestsToLinkQuery,
    ) -> Pages<ByNumber<ListRequestsToLinkQuery>> {
        client::pages(self, ByNumber::new(query))
    }

    /// The linked accounts of the client, which come in one page: the same form as the other lists, so that a program that
    /// reads lists need not care.
    ///
    /// Sends `GET /bills/accounts` with the client credentials.
    ///
    /// Source: BillerAPI description, section 5.13 "GET /bills/accounts — linked accounts of the client".
    pub fn accounts(&self) -> Pages<OnePage> {
        client::pages(self, OnePage)
    }
}

impl<S: ClientCredentialsOrAccessToken> Client<S> {
    /// The bills of one linked account, newest first, in pages by cursor: page by page, or with
    /// [`into_items`](Pages::into_items) bill by bill.
    ///
    /// A page has as many bills as the query's `limit` says, 1 to 100, and 100 if it says nothing. A cursor is good for 24
    /// hours.
    ///
    /// ```
    /// use billwire_core::billerapi::{Client, scope::OneAccount};
    /// use billwire_core::Error;
    /// use billwire_models::billerapi::{BillStatus, ListBillsQuery};
    ///
    /// async fn open(account: &Client<OneAccount>) -> Result<usize, Error> {
    ///     let query = ListBillsQuery::new("sb_link_0001".into()).with_status(BillStatus::Pending);
    ///     let mut bills = account.bills(query).into_items();
    ///     let mut count = 0;
    ///     while let Some(element) = bills.try_next().await? {
    ///         count += usize::from(element.decoded().is_some());
    ///     }
    ///     Ok(count)
    /// }
    /// ```
    ///
    /// Sends `GET /bills/get` with the access token or the client credentials, once for each page.
    ///
    /// Source: BillerAPI description, section 5.10 "GET /bills/get — bills of one linked account".
    pub fn bills(&self, query: ListBillsQuery) -> Pages<ByCursor<ListBillsQuery>> {
        client::pages(self, ByCursor::new(query))
    }
}

impl<S: Scope> Client<S> {
    /// The pages of any list, whatever the credential reaches: for a query that is known at run time only, or a paging of your
    /// own. Whether the credential may read the list, the service decides.
    ///
    /// ```
    /// use billwire_core::billerapi::Client;
    /// use billwire_core::paging::{ByNumber, Pages};
    /// use billwire_models::billerapi::ListRequestsToLinkQuery;
    ///
    /// fn requests(client: &Client) -> Pages<ByNumber<ListRequestsToLinkQuery>> {
    ///     client.pages(ByNumber::new(ListRequestsToLinkQuery::new()))
    /// }
    /// ```
    pub fn pages<P: Paging>(&self, paging: P) -> Pages<P> {
        client::pages(self, paging)
    }
}

/// Says how a list by cursor is asked for and read.
macro_rules! cursor_list {
    ($query:ident, $operation:ident, $call:ident, $page:ident { $member:ident: $item:ident }) => {
        impl CursorList for $query {
            type Page = $page;
            type Item = $item;

            const MEMBER: &'static str = stringify!($member);

            fn operation() -> &'static Operation {
                &operations::$operation
            }

            fn limit(&self) -> Option<u32> {
                self.limit
            }

            fn sized(self, limit: u32) -> Self {
                self.with_limit(limit)
            }

            fn after(self, cursor: String) -> Self {
                self.with_cursor(cursor)
            }

            fn call(&self) -> Call<$page> {
                calls::$call(self)
            }

            fn next(page: &$page) -> (Option<bool>, Option<&str>) {
                (page.has_more, page.next_cursor.as_deref())
            }

            fn items(page: $page) -> List<$item> {
                page.$member
            }
        }
    };
}

cursor_list!(ListBillersQuery, LIST_BILLERS, list_billers, BillerPage { data: Biller });
cursor_list!(ListBillsQuery, LIST_BILLS, list_bills, BillPage { bills: Bill });
cursor_list!(
    ListEmailMessagesQuery,
    LIST_EMAIL_MESSAGES,
    list_email_messages,
    EmailMessagePage { data: EmailMessage }
);
cursor_list!(ListSyncsQuery, LIST_SYNCS, list_syncs, SyncPage { data: Sync });

impl NumberedList for ListRequestsToLinkQuery {
    type Page = RequestToLinkPage;
    type Item = RequestToLink;

    const MEMBER: &'static str = "items";

    fn operation() -> &'static Operation {
        &operations::LIST_REQUESTS_TO_LINK
    }

    fn place(&self) -> (Option<u32>, Option<u32>) {
        (self.page, self.limit)
    }

    fn at(self, number: u32, limit: u32) -> Self {
        self.with_page(number).with_limit(limit)
    }

    fn call(&self) -> Call<RequestToLinkPage> {
        calls::list_requests_to_link(self)
    }

    fn extent(page: &RequestToLinkPage) -> (Option<u32>, Option<u32>) {
        (page.total, page.limit)
    }

    fn list(page: &RequestToLinkPage) -> &List<RequestToLink> {
        &page.items
    }

    fn items(page: RequestToLinkPage) -> List<RequestToLink> {
        page.items
    }
}

/// The paging of the accounts: there is one page.
#[derive(Clone, Copy, Debug)]
pub struct OnePage;

impl Paging for OnePage {
    type Page = AccountList;
    type Item = Account;

    const MEMBER: &'static str = "accounts";

    fn call(&self) -> Result<Call<AccountList>, Error> {
        Ok(calls::list_accounts())
    }

    fn turn(&mut self, _: &AccountList) -> Turn {
        Turn::Last
    }

    fn mark(_: &AccountList, _: &mut impl Hasher) {}

    fn items(page: AccountList) -> List<Account> {
        page.accounts
    }
}
