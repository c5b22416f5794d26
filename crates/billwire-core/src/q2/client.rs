//! The client of Q2 Biller Direct.

use std::fmt;
use std::sync::Arc;

use billwire_models::scalar;
use http::StatusCode;
use serde::de::DeserializeOwned;

use super::config::Config;
use super::encryption;
use super::keys::{KeyCache, KeySource};
use super::scope::{OneClient, Partner, Scope};
use super::secure;
use crate::answer::Answer;
use crate::call::Call;
use crate::client::{self, Carrier, Parts};
use crate::clock::Clock;
use crate::config::CallOptions;
use crate::credential::{ClientToken, Credential};
use crate::engine::{self, Done, Exchange, trace};
use crate::environment::Stage;
use crate::error::Error;
use crate::request::Draft;
use crate::stream::Elements;
use crate::transport::Transport;

/// What a refused call adds to its advice when its body was encrypted to a fetched key.
const DOUBTED: &str = "the body was encrypted to a fetched key, and the next call, once the shortest time between two \
                       fetches has passed, fetches the key anew: if the service could not decrypt this one, repeat it then";

/// A client: one method per operation, and [`Client::send`] under all of them.
///
/// Cheap to clone and to share; clones use one transport and one retry budget. A call that may not be repeated is
/// sent at most once: see [`may_retry`](crate::retry::may_retry). When a call ends in an [`Error`], ask
/// [`Error::may_have_taken_effect`] before asking for the same thing again.
///
/// ```
/// # async fn example() -> Result<(), billwire_core::Error> {
/// use std::sync::Arc;
/// use billwire_core::testing::{ManualClock, ScriptedTransport, Step};
/// use billwire_core::{ApiKey, Delivery, Environment, TransportErrorKind, q2};
///
/// // In production: `ReqwestTransport` of billwire-reqwest, and `TokioClock`.
/// let clock = Arc::new(ManualClock::jumping("2026-03-01T12:00:00Z".parse().expect("a timestamp")));
/// let cut_off = Step::fail(Delivery::Unknown, TransportErrorKind::Interrupted);
/// let transport = Arc::new(ScriptedTransport::new(clock.clone(), [cut_off]));
/// let config = q2::Config::builder(Environment::Sandbox, ApiKey::for_sandbox("key")).build()?;
/// let client = q2::Client::new(config, transport, clock);
///
/// let error = client.pay_now(&"566595c8ce88ccec69328566".into()).await.expect_err("the answer was cut off");
/// assert!(error.may_have_taken_effect(), "so the bill is read back before anybody asks again");
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(example()).expect("it runs");
/// ```
///
/// Dropping the future of a call stops it; whether the request arrived is then not known.
///
/// `S` says how far the credential reaches. A client made from a client token is a `Client<OneClient>` and has only the
/// methods that such a token may call; this does not compile:
///
/// ```compile_fail,E0599
/// use billwire_core::q2::{Client, scope::OneClient};
/// use billwire_models::q2::CreateClient;
///
/// async fn create(client: Client<OneClient>) {
///     let _ = client.create_client(&CreateClient::new("customer-17")).await;
/// }
/// ```
///
/// With the API key it does:
///
/// ```
/// use billwire_core::q2::Client;
/// use billwire_models::q2::CreateClient;
///
/// async fn create(client: Client) {
///     let _ = client.create_client(&CreateClient::new("customer-17")).await;
/// }
/// ```
pub struct Client<S = Partner> {
    pub(super) parts: Parts<Config<S>>,
    /// The fetched key, if one is to be fetched.
    keys: Option<Arc<KeyCache>>,
}

impl Client {
    /// A client with the same connections, settings and retry budget that is limited to the client that `token` was issued
    /// for. Its calls never carry the API key; a fetched encryption key is still fetched with it.
    ///
    /// Make one for each token; a token expires, and is then answered with 401.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) for a token of another environment or one that cannot stand in a header;
    /// [`ErrorKind::CredentialNotAllowed`](crate::ErrorKind::CredentialNotAllowed) if this client signs its requests, because what to sign for a token is not
    /// documented.
    ///
    /// Source: Q2 Biller Direct description, section 2.1 "Bearer credentials" and section 8.3 "Request signing".
    pub fn for_one_client(&self, token: ClientToken) -> Result<Client<OneClient>, Error> {
        let credential = Credential::from(token);
        secure::check_token(&self.parts.config.inner, &credential)?;
        let config = self.parts.config.for_one_client(credential);
        Ok(Client { parts: self.parts.with_config(config), keys: self.keys.clone() })
    }
}

impl<S: Scope> Client<S> {
    /// A client that sends through `transport` and measures time with `clock`.
    pub fn new(config: Config<S>, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        let keys = match &config.inner.encryption {
            KeySource::Fetched(key) => Some(Arc::new(key.cache())),
            KeySource::Configured(_) | KeySource::None => None,
        };
        Self { parts: Parts::new(config, transport, clock), keys }
    }

    /// The configuration.
    pub fn config(&self) -> &Config<S> {
        &self.parts.config
    }

    /// A client that differs by `options`, for one call or many. What `options` leaves open stays as it was.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self { parts: self.parts.with_options(options), keys: self.keys.clone() }
    }

    /// Sends a call and decodes its answer.
    ///
    /// Every attempt is built anew: date, signature and encryption are never used twice.
    ///
    /// # Errors
    /// [`Error`], which says what is known about delivery and what to do.
    pub async fn send<R: DeserializeOwned + scalar::Answer>(
        &self,
        call: Call<R>,
    ) -> Result<Answer<R>, Error> {
        client::send(self, call).await
    }

    /// The elements of the list `member` in the answer to `call`, one after the other, without holding the list: for
    /// lists without pages that may be long. `T` is the type of an element.
    ///
    /// ```
    /// use billwire_core::q2::{Client, calls};
    /// use billwire_core::stream::Elements;
    /// use billwire_models::q2::{BillWithPayments, ClientId};
    ///
    /// fn bills(client: &Client, client_id: &ClientId) -> Elements<BillWithPayments> {
    ///     client.elements(calls::list_bills(client_id), "data")
    /// }
    /// ```
    ///
    /// Errors come out of the [`Elements`]. A call that does more than read is refused there, unsent.
    pub fn elements<R, T>(&self, call: Call<R>, member: &'static str) -> Elements<T> {
        client::elements(self, call, member)
    }
}

impl<S: Scope> Carrier for Client<S> {
    type Protocol = Config<S>;

    fn parts(&self) -> &Parts<Config<S>> {
        &self.parts
    }

    /// Finds the key for the call, if it needs one, and sends it.
    async fn exchange<E: Exchange>(&self, draft: Draft<'_>, exchange: &E) -> Result<Done<E::Output>, Error> {
        let operation = draft.operation;
        let Parts { link, config, options } = &self.parts;
        let settings = &config.inner.settings;
        let (KeySource::Fetched(source), Some(keys)) = (&config.inner.encryption, &self.keys) else {
            if operation.card_data && !config.encrypts_payloads() && settings.stage == Stage::Production {
                trace::card_data_in_clear(operation);
            }
            return engine::run(link, config, draft, options, exchange).await;
        };
        let mut options = options.clone();
        let mut used = None;
        if encryption::concerns(operation) {
            let started = link.clock.monotonic();
            let deadline = options.deadline.unwrap_or(settings.deadline);
            let key = self
                .fetched_key(source, keys, deadline)
                .await
                .map_err(|error| error.with_operation(operation))?;
            let took = link.clock.monotonic().saturating_sub(started);
            options.deadline = Some(deadline.saturating_sub(took));
            used = Some(key.clone());
            options.encryption_key = Some(key);
        }
        let result = engine::run(link, config, draft, &options, exchange).await;
        result.map_err(|error| match used {
            Some(key) if error.status() == Some(StatusCode::BAD_REQUEST) => {
                keys.doubt(&key);
                let advice = format!("{}; {DOUBTED}", error.advice());
                error.with_advice(advice)
            }
            _ => error,
        })
    }
}

impl<S> Clone for Client<S> {
    fn clone(&self) -> Self {
        Self { parts: self.parts.clone(), keys: self.keys.clone() }
    }
}

impl<S> fmt::Debug for Client<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("parts", &self.parts).field("keys", &self.keys).finish()
    }
}
