//! BillerAPI in one place: its models, its client, its webhooks.
//!
//! Everything of [`models::billerapi`](crate::models::billerapi) is here; with feature `core` also the client and its
//! configuration, with `client` the constructor `client` for reqwest and tokio, with `webhooks` the verification of
//! deliveries.
//!
//! Source: BillerAPI description, all sections.

pub use billwire_models::billerapi::*;

#[cfg(feature = "core")]
pub use billwire_core::billerapi::{ANSWER_RULES, Client, Config, ConfigBuilder, OnePage, calls, scope};

/// Verification of the deliveries of this API.
#[cfg(feature = "webhooks")]
pub use billwire_webhooks::billerapi as webhooks;

/// A client that sends through reqwest and keeps time with tokio. Call it inside a tokio runtime.
///
/// Make one and clone it: clones share connections, the retry budget and the rate limiter. For another transport or clock
/// use [`Client::new`].
///
/// ```no_run
/// use billwire::billerapi::{self, ListBillsQuery};
/// use billwire::core::{AccessToken, ClientCredentials, Environment};
///
/// # async fn example(secret: String, token: String) -> Result<(), Box<dyn std::error::Error>> {
/// let credentials = ClientCredentials::new("client_xyz", secret);
/// let client = billerapi::client(billerapi::Config::builder(Environment::Sandbox, credentials).build()?)?;
/// let account = client.for_one_account(AccessToken::for_sandbox(token))?;
/// let mut bills = account.bills(ListBillsQuery::new("sb_link_0001".into())).into_items();
/// while let Some(element) = bills.try_next().await? {
///     if let Some(bill) = element.decoded() {
///         println!("{} {} {:?}", bill.id, bill.status, bill.due_date);
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`BuildError`](crate::reqwest::BuildError) if the TLS library cannot be set up, for example because the machine has no
/// root certificates: install them.
#[cfg(feature = "client")]
pub fn client<S: scope::Scope>(config: Config<S>) -> Result<Client<S>, billwire_reqwest::BuildError> {
    use std::sync::Arc;

    use billwire_core::TokioClock;
    use billwire_reqwest::ReqwestTransport;

    Ok(Client::new(config, Arc::new(ReqwestTransport::new()?), Arc::new(TokioClock::new())))
}
