//! Finding one bill although the single read may not be served.

#![expect(clippy::doc_markdown, reason = "a title of the service's documents")]

use billwire_models::billerapi::{AccountLinkId, Bill, BillId, ListBillsQuery};

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
    /// [`Error`] as of every call; the 404 of the single read ([`ErrorKind::NotFound`]) if the account has no such bill.
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
        while let Some(page) = pages.next_page().await? {
            let found = page.bills.iter().find(|bill| bill.id == *bill_id).cloned();
            if let Some(bill) = found {
                return Ok(page.map(|_| bill));
            }
        }
        Err(not_found)
    }
}
