//! Finding one bill although the single read may not be served.

#![expect(clippy::doc_markdown, reason = "a title of the service's documents")]

use billwire_models::billerapi::{AccountLinkId, Bill, BillId, BillPage, ListBillsQuery, operations};

use super::Client;
use super::scope::ClientCredentialsOrAccessToken;
use crate::answer::Answer;
use crate::error::{Error, ErrorKind};

impl<S: ClientCredentialsOrAccessToken> Client<S> {
    /// One bill of a linked account: read by itself, and where that is answered 404, looked for among the account's bills.
    ///
    /// The single read is named once in the documents, as the only path with a version, so not every host may serve it
    /// (contradiction C8). Looking costs a call for every hundred bills. Where only the id is known there is [`Client::bill`].
    ///
    /// # Errors
    /// [`Error`] as of every call; the 404 of the single read ([`ErrorKind::NotFound`]) if the account has no such bill;
    /// [`ErrorKind::RejectedElements`] if it was not found, but a page had bills that could not be read: it may be one of them.
    ///
    /// Source: BillerAPI description, section 5.12 "GET /v1/bills/{bill_id} — one bill" (inferred).
    pub async fn bill_of_account(
        &self,
        bill_id: &BillId,
        account_link_id: &AccountLinkId,
    ) -> Result<Answer<Bill>, Error> {
        let not_found = match self.bill(bill_id).await {
            Err(error) if error.kind() == ErrorKind::NotFound => error,
            result => return result,
        };
        let mut pages = self.bills(ListBillsQuery::new(account_link_id.clone()));
        let mut unread = None;
        while let Some(page) = pages.next_page().await? {
            let found = page.bills.iter().find(|bill| bill.id == *bill_id).cloned();
            if let Some(bill) = found {
                return Ok(page.map(|_| bill));
            }
            unread = unread.or_else(|| unreadable(&page));
        }
        Err(unread.unwrap_or(not_found))
    }
}

/// Why a bill that is not among those of `page` may be on it all the same.
fn unreadable(page: &Answer<BillPage>) -> Option<Error> {
    let count = page.bills.rejected.len() + page.bills.unreported;
    if count == 0 {
        return None;
    }
    let reason = format!("the bill was not found, but {count} bill(s) of the account could not be read");
    let error = Error::new(ErrorKind::RejectedElements, reason)
        .with_operation(&operations::LIST_BILLS)
        .with_answer(page.status(), page.request_id().map(str::to_owned))
        .with_call(page.call_id().unwrap_or_default(), page.attempts())
        .with_advice("read the account's bills and look at the rejected ones: the bill may be one of them");
    Some(error)
}
