//! The client of Q2 Biller Direct.

use std::sync::Arc;

use billwire_models::scalar;
use serde::de::DeserializeOwned;

use super::config::Config;
use crate::answer::Answer;
use crate::call::Call;
use crate::clock::Clock;
use crate::config::CallOptions;
use crate::engine::{self, Link};
use crate::error::Error;
use crate::response;
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
#[derive(Clone, Debug)]
pub struct Client {
    link: Arc<Link>,
    config: Config,
    options: CallOptions,
}

impl Client {
    /// A client that sends through `transport` and measures time with `clock`.
    pub fn new(config: Config, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self { link: Arc::new(Link { transport, clock }), config, options: CallOptions::new() }
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// A client that differs by `options`, for one call or many. What `options` leaves open stays as it was.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self {
            link: Arc::clone(&self.link),
            config: self.config.clone(),
            options: self.options.overridden_by(options),
        }
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
        let done = engine::run(&self.link, &self.config, call.draft(), &self.options).await?;
        let strict = self.options.strict.unwrap_or(self.config.inner.settings.strict);
        match response::decode::<R>(call.operation(), &done.received, strict) {
            Ok(answer) => Ok(answer.with_call(done.call_id, done.attempts)),
            Err(error) => Err(error.with_call(&done.call_id, done.attempts)),
        }
    }
}
