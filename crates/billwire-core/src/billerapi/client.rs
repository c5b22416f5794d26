//! The client of BillerAPI.

use std::fmt;
use std::sync::Arc;

use billwire_models::billerapi::ExchangedToken;
use billwire_models::scalar;
use serde::de::DeserializeOwned;

use super::config::Config;
use super::scope::{ClientWide, OneAccount, Portal, Scope};
use crate::answer::Answer;
use crate::call::Call;
use crate::client::{self, Carrier, Parts};
use crate::clock::Clock;
use crate::config::CallOptions;
use crate::credential::{AccessToken, PortalToken};
use crate::environment::Stage;
use crate::error::Error;
use crate::stream::Elements;
use crate::transport::Transport;

/// A client: one method per operation, and [`Client::send`] under all of them.
///
/// Cheap to clone and to share; clones use one transport, one retry budget and one set of rate limits. A call that may not
/// be repeated is sent at most once, but for an answer 429, which says that nothing was done: see
/// [`ANSWER_RULES`](super::ANSWER_RULES). When a call ends in an [`Error`], ask [`Error::may_have_taken_effect`] before asking
/// for the same thing again.
///
/// ```
/// # async fn example() -> Result<(), billwire_core::Error> {
/// use std::sync::Arc;
/// use billwire_core::testing::{ManualClock, ScriptedTransport, Step};
/// use billwire_core::{ClientCredentials, Environment, ErrorKind, billerapi};
/// use billwire_models::billerapi::{FailureCode, SubmitCredentials};
///
/// // In production: `ReqwestTransport` of billwire-reqwest, and `TokioClock`.
/// let clock = Arc::new(ManualClock::jumping("2026-04-06T12:00:00Z".parse().expect("a timestamp")));
/// let refused = Step::ok(r#"{"success": false, "error_code": "INVALID_CREDENTIALS"}"#);
/// let transport = Arc::new(ScriptedTransport::new(clock.clone(), [refused]));
/// let credentials = ClientCredentials::new("client_xyz", "bb_test_4f1c");
/// let config = billerapi::Config::builder(Environment::Sandbox, credentials).build()?;
/// let client = billerapi::Client::new(config, transport, clock);
///
/// let login = SubmitCredentials::new("4000000001".into());
/// let error = client.submit_credentials(&"ltid_7Qm2".into(), &login).await.expect_err("the biller refused");
/// assert_eq!(error.kind(), ErrorKind::BusinessFailure);
/// assert_eq!(error.failure_code(), Some(FailureCode::InvalidCredentials));
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(example()).expect("it runs");
/// ```
///
/// Dropping the future of a call stops it; whether the request arrived is then not known.
///
/// `S` says how far the credential reaches: see [`scope`](super::scope).
pub struct Client<S = ClientWide> {
    pub(super) parts: Parts<Config<S>>,
}

impl Client {
    /// A client for one linked account, with the same connections, settings, retry budget and rate limits. Its calls carry
    /// the access token and never the client's secret.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) for a token of another environment or one that cannot
    /// stand in a header.
    ///
    /// Source: BillerAPI description, section 2.1 "Modes".
    pub fn for_one_account(&self, token: AccessToken) -> Result<Client<OneAccount>, Error> {
        let config = self.parts.config.with_credential(token.into())?;
        Ok(Client { parts: self.parts.with_config(config) })
    }

    /// A client for the account of an exchanged token, of the same environment: as [`Client::for_one_account`], without the
    /// token being shown to anybody or its environment being said again.
    ///
    /// ```
    /// use billwire_core::Error;
    /// use billwire_core::billerapi::{Client, scope::OneAccount};
    /// use billwire_models::billerapi::{ExchangePublicToken, ListBillsQuery};
    ///
    /// async fn count_bills(client: &Client, request: &ExchangePublicToken) -> Result<Option<usize>, Error> {
    ///     let exchanged = client.exchange_public_token(request).await?;
    ///     let account: Client<OneAccount> = client.account_of(&exchanged)?;
    ///     let Some(link_id) = exchanged.link_id.clone() else { return Ok(None) };
    ///     Ok(Some(account.list_bills(&ListBillsQuery::new(link_id)).await?.bills.len()))
    /// }
    /// ```
    ///
    /// A token that was stored becomes an [`AccessToken`] of the environment it was stored for.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) for a token that cannot stand in a header.
    ///
    /// Source: BillerAPI description, section 4.3 "Token exchange result".
    pub fn account_of(&self, exchanged: &ExchangedToken) -> Result<Client<OneAccount>, Error> {
        let text = exchanged.access_token.expose();
        self.for_one_account(match self.parts.config.inner.settings.stage {
            Stage::Production => AccessToken::for_production(text),
            Stage::Sandbox => AccessToken::for_sandbox(text),
        })
    }

    /// A client for the administration, with the same connections, settings, retry budget and rate limits. Its calls carry
    /// the portal's token and never the client's secret.
    ///
    /// # Errors
    /// As of [`Client::for_one_account`].
    ///
    /// Source: BillerAPI description, section 2.1 "Modes".
    pub fn for_portal(&self, token: PortalToken) -> Result<Client<Portal>, Error> {
        let config = self.parts.config.with_credential(token.into())?;
        Ok(Client { parts: self.parts.with_config(config) })
    }
}

impl<S: Scope> Client<S> {
    /// A client that sends through `transport` and measures time with `clock`.
    pub fn new(config: Config<S>, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self { parts: Parts::new(config, transport, clock) }
    }

    /// The configuration.
    pub fn config(&self) -> &Config<S> {
        &self.parts.config
    }

    /// A client that differs by `options`, for one call or many. What `options` leaves open stays as it was.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self { parts: self.parts.with_options(options) }
    }

    /// Sends a call and decodes its answer.
    ///
    /// The same call over all attempts, with the same idempotency key if its operation takes one.
    ///
    /// # Errors
    /// [`Error`], which says what is known about delivery and what to do.
    pub async fn send<R: DeserializeOwned + scalar::Answer>(
        &self,
        call: Call<R>,
    ) -> Result<Answer<R>, Error> {
        client::send(self, call).await
    }

    /// The elements of the list `member` in the answer to `call`, one after the other, without holding the list: for one
    /// page or a list without pages. `T` is the type of an element.
    ///
    /// ```
    /// use billwire_core::billerapi::{Client, calls};
    /// use billwire_core::stream::Elements;
    /// use billwire_models::billerapi::Account;
    ///
    /// fn accounts(client: &Client) -> Elements<Account> {
    ///     client.elements(calls::list_accounts(), "accounts")
    /// }
    /// ```
    ///
    /// The list is found under every name that pages have it under, and as a bare array. A failure that the answer tells
    /// beside the list is an error as of every call, if need be after the last element.
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
}

impl<S> Clone for Client<S> {
    fn clone(&self) -> Self {
        Self { parts: self.parts.clone() }
    }
}

impl<S> fmt::Debug for Client<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("parts", &self.parts).finish()
    }
}
