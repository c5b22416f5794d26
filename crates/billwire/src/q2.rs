//! Q2 Biller Direct and CardSwap in one place: its models, its client, its webhooks.
//!
//! Everything of [`models::q2`](crate::models::q2) is here; with feature `core` also the client and its configuration, with
//! `client` the constructor `client` for reqwest and tokio, with `webhooks` the verification of deliveries.
//!
//! Source: Q2 Biller Direct description, all sections.

pub use billwire_models::q2::*;

#[cfg(feature = "core")]
pub use billwire_core::q2::{Client, CompanySearch, Config, ConfigBuilder, FetchedKey, calls, scope};

/// Verification of the deliveries of this API.
#[cfg(feature = "webhooks")]
pub use billwire_webhooks::q2 as webhooks;

/// A client that sends through reqwest and keeps time with tokio. Call it inside a tokio runtime.
///
/// Make one and clone it: clones share connections and the retry budget. For another transport or clock use
/// [`Client::new`].
///
/// ```no_run
/// use billwire::core::{ApiKey, Environment};
/// use billwire::q2::{self, ClientId};
///
/// # async fn example(client_id: ClientId, key: String) -> Result<(), Box<dyn std::error::Error>> {
/// let client = q2::client(q2::Config::builder(Environment::Sandbox, ApiKey::for_sandbox(key)).build()?)?;
/// for entry in &client.list_bills(&client_id).await?.data {
///     println!("{} {} {:?}", entry.bill.id, entry.bill.status.kind, entry.bill.balance);
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
