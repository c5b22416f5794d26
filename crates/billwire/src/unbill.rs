//! Unbill, the legacy version of Q2 Biller Direct, in one place: its models and its client.
//!
//! Everything of [`models::unbill`](crate::models::unbill) is here; with feature `core` also the client and its
//! configuration, with `client` the constructor `client` for reqwest and tokio, with `webhooks` the reading of deliveries,
//! about which nothing can be proved.
//!
//! Source: Unbill v1 description, all sections.

pub use billwire_models::unbill::*;

#[cfg(feature = "core")]
pub use billwire_core::unbill::{Client, Config, ConfigBuilder, calls};

/// Reading of the deliveries of this API. They carry no signature: read back what they say before acting on it.
#[cfg(feature = "webhooks")]
pub use billwire_webhooks::unbill as webhooks;

/// A client that sends through reqwest and keeps time with tokio. Call it inside a tokio runtime.
///
/// Make one and clone it: clones share connections and the retry budget. For another transport or clock use
/// [`Client::new`].
///
/// ```no_run
/// use billwire::core::{ApiKey, Environment};
/// use billwire::unbill::{self, AuthProgress, CreateAuth};
///
/// # async fn example(request: CreateAuth, key: String) -> Result<(), Box<dyn std::error::Error>> {
/// let client = unbill::client(unbill::Config::builder(Environment::Sandbox, ApiKey::for_sandbox(key)).build()?)?;
/// // The service checks the login while we wait: 5 to 30 seconds.
/// match client.create_auth(&request).await?.into_inner() {
///     AuthProgress::Finished(auth) => println!("linked: {}", auth.auth_id),
///     AuthProgress::Challenge(challenge) => println!("asks for {:?}", challenge.method),
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`BuildError`](crate::reqwest::BuildError) if the TLS library cannot be set up, for example because the machine has no
/// root certificates: install them.
#[cfg(feature = "client")]
pub fn client(config: Config) -> Result<Client, billwire_reqwest::BuildError> {
    use std::sync::Arc;

    use billwire_core::TokioClock;
    use billwire_reqwest::ReqwestTransport;

    Ok(Client::new(config, Arc::new(ReqwestTransport::new()?), Arc::new(TokioClock::new())))
}
