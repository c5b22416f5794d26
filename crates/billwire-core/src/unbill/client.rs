//! The client of Unbill.

use std::sync::Arc;

use billwire_models::scalar;
use serde::de::DeserializeOwned;

use super::config::Config;
use crate::answer::Answer;
use crate::call::Call;
use crate::client::{self, Carrier, Parts};
use crate::clock::Clock;
use crate::config::CallOptions;
use crate::error::Error;
use crate::stream::Elements;
use crate::transport::Transport;

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
/// use billwire_core::{ApiKey, Environment, unbill};
/// use billwire_models::unbill::{AuthProgress, CreateAuth};
///
/// // In production: `ReqwestTransport` of billwire-reqwest, and `TokioClock`.
/// let clock = Arc::new(ManualClock::jumping("2018-10-01T12:00:00Z".parse().expect("a timestamp")));
/// let answer = r#"{"token": "566595c8ce88ccec69328566", "method": "questions", "mfa": []}"#;
/// let transport = Arc::new(ScriptedTransport::new(clock.clone(), [Step::ok(answer)]));
/// let config = unbill::Config::builder(Environment::Sandbox, ApiKey::for_sandbox("key")).build()?;
/// let client = unbill::Client::new(config, transport, clock);
///
/// let login = [("username".to_owned(), "testmfaquestions".into()), ("password".to_owned(), "test".into())];
/// let request = CreateAuth::new("566595c8ce88ccec69328566".into(), "56e1dbb5443b10a3bd403fcf".into(), login.into());
/// match client.create_auth(&request).await?.into_inner() {
///     AuthProgress::Finished(auth) => println!("{} is linked", auth.auth_id),
///     AuthProgress::Challenge(challenge) => println!("{:?} is asked for", challenge.method),
/// }
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(example()).expect("it runs");
/// ```
///
/// Dropping the future of a call stops it; whether the request arrived is then not known.
#[derive(Clone, Debug)]
pub struct Client {
    pub(super) parts: Parts<Config>,
}

impl Client {
    /// A client that sends through `transport` and measures time with `clock`.
    pub fn new(config: Config, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self { parts: Parts::new(config, transport, clock) }
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.parts.config
    }

    /// A client that differs by `options`, for one call or many. What `options` leaves open stays as it was.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self { parts: self.parts.with_options(options) }
    }

    /// Sends a call and decodes its answer.
    ///
    /// # Errors
    /// [`Error`], which says what is known about delivery and what to do.
    pub async fn send<R: DeserializeOwned + scalar::Answer>(
        &self,
        call: Call<R>,
    ) -> Result<Answer<R>, Error> {
        client::send(self, call).await
    }

    /// The elements of the list `member` in the answer to `call`, one after the other, without holding the list. `T` is the
    /// type of an element. No list of this API has pages, so this is for those that may be long.
    ///
    /// ```
    /// use billwire_core::stream::Elements;
    /// use billwire_core::unbill::{Client, calls};
    /// use billwire_models::unbill::{BillWithPayments, ClientId};
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

impl Carrier for Client {
    type Protocol = Config;

    fn parts(&self) -> &Parts<Config> {
        &self.parts
    }
}
