//! The lists of BillerAPI that come in pages, whole. How their pages follow each other is the core's to know.

use billwire::core::billerapi::Client;
use billwire::core::billerapi::scope::Scope;
use billwire::core::paging::{ByCursor, ByNumber};
use billwire::models::billerapi::{
    ListBillersQuery, ListBillsQuery, ListEmailMessagesQuery, ListRequestsToLinkQuery, ListSyncsQuery,
};
use billwire::models::operation::Operation;

use crate::error::Error;
use crate::operation_args::Arguments;
use crate::outcome::{self, Outcome};
use crate::pages;

/// Every page of the list of `operation`, from the one on that the arguments name.
pub(crate) async fn whole<S: Scope>(
    client: &Client<S>,
    operation: &'static Operation,
    arguments: &Arguments,
) -> Result<Outcome, Error> {
    match operation.id {
        "listBillers" => {
            let query: ListBillersQuery = outcome::query(operation, arguments)?;
            pages::whole(client.pages(ByCursor::new(query))).await
        }
        "listBills" => {
            let query: ListBillsQuery = outcome::query(operation, arguments)?;
            pages::whole(client.pages(ByCursor::new(query))).await
        }
        "listEmailMessages" => {
            let query: ListEmailMessagesQuery = outcome::query(operation, arguments)?;
            pages::whole(client.pages(ByCursor::new(query))).await
        }
        "listRequestsToLink" => {
            let query: ListRequestsToLinkQuery = outcome::query(operation, arguments)?;
            pages::whole(client.pages(ByNumber::new(query))).await
        }
        "listSyncs" => {
            let query: ListSyncsQuery = outcome::query(operation, arguments)?;
            pages::whole(client.pages(ByCursor::new(query))).await
        }
        _ => Err(outcome::not_compiled_in(operation)),
    }
}
