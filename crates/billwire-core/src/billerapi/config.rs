//! The configuration of a BillerAPI client.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use billwire_models::billerapi::RATE_LIMITS;

use super::scope::{ClientWide, Scope, ScopedCredential};
use crate::config::{Draft, Settings};
use crate::credential::Credential;
use crate::environment::{Environment, Hosts, Stage};
use crate::error::Error;
use crate::rate_limit::RateLimits;
use crate::retry::{Backoff, RetryPolicy};

/// Source: BillerAPI description, section 1.1 "Hosts".
const HOSTS: Hosts = Hosts {
    production: "https://api.billerapi.com",
    sandbox: "https://sandbox.api.billerapi.com",
    domain: "billerapi.com",
    is_sandbox: |name| name.split('.').any(|label| label.starts_with("sandbox")),
};

/// What a secret begins with, and where it then belongs.
///
/// Source: BillerAPI description, section 1.1 "Hosts".
const SECRET_PREFIXES: [(&str, Stage); 2] = [("bb_test_", Stage::Sandbox), ("bb_live_", Stage::Production)];

/// A rate limit counts by the minute, so a wait for one may take that long; then the call itself has its time.
const DEFAULT_DEADLINE: Duration = Duration::from_mins(3);
/// The window of every documented rate limit.
const MAX_RETRY_AFTER: Duration = Duration::from_mins(1);

/// A checked configuration. Cheap to clone. `S` says how far its credential reaches.
///
/// ```
/// use billwire_core::{ClientCredentials, Environment, billerapi};
///
/// let credentials = ClientCredentials::new("client_xyz", "bb_test_4f1c");
/// let config = billerapi::Config::builder(Environment::Sandbox, credentials).build()?;
/// assert_eq!(config.base_url(), "https://sandbox.api.billerapi.com");
/// # Ok::<(), billwire_core::Error>(())
/// ```
///
/// A secret of one environment never gets to another:
///
/// ```
/// use billwire_core::{ClientCredentials, Environment, billerapi};
///
/// let credentials = ClientCredentials::new("client_xyz", "bb_test_4f1c");
/// let error = billerapi::Config::builder(Environment::Production, credentials).build().expect_err("refused");
/// assert!(error.reason().contains("sandbox"), "{error}");
/// ```
pub struct Config<S = ClientWide> {
    pub(super) inner: Arc<Inner>,
    scope: PhantomData<S>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) settings: Settings,
    pub(super) credential: Credential,
}

impl Config {
    /// Starts a configuration with what has no default: where to, and as whom.
    ///
    /// A [`ClientCredentials`](crate::ClientCredentials) gives a `Config`, an [`AccessToken`](crate::AccessToken) a
    /// `Config<OneAccount>`, a [`PortalToken`](crate::PortalToken) a `Config<Portal>`.
    pub fn builder<C: ScopedCredential>(environment: Environment, credential: C) -> ConfigBuilder<C::Scope> {
        let mut draft = Draft::new(environment);
        draft.deadline = DEFAULT_DEADLINE;
        draft.retry = documented_retries();
        draft.rate_limits = RateLimits::of(RATE_LIMITS);
        ConfigBuilder { draft, credential: credential.into(), scope: PhantomData }
    }
}

impl<S: Scope> Config<S> {
    /// The base URL without a trailing slash.
    pub fn base_url(&self) -> &str {
        self.inner.settings.base_url()
    }

    /// The same configuration with another credential: whoever takes it out of a client gets no further than that.
    pub(super) fn with_credential<T: Scope>(&self, credential: Credential) -> Result<Config<T>, Error> {
        let settings = self.inner.settings.clone();
        check(&credential, settings.stage)?;
        Ok(Config { inner: Arc::new(Inner { settings, credential }), scope: PhantomData })
    }
}

/// Three repetitions, after 1, 2 and 4 seconds or as long as the service asks, and up to a second more.
///
/// Source: BillerAPI description, section 3.4 "Retry rules".
fn documented_retries() -> RetryPolicy {
    let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30))
        .with_added_jitter(Duration::from_secs(1));
    RetryPolicy::new().with_max_attempts(4).with_backoff(backoff).with_max_retry_after(MAX_RETRY_AFTER)
}

/// Checks that `credential` can be sent and belongs to `stage`: as declared, and as a secret says itself.
pub(super) fn check(credential: &Credential, stage: Stage) -> Result<(), Error> {
    credential.check(stage)?;
    if !matches!(credential, Credential::ClientCredentials(_)) {
        return Ok(());
    }
    let secret = credential.secret();
    match SECRET_PREFIXES.into_iter().find(|(prefix, _)| secret.starts_with(prefix)) {
        Some((_, told)) if told != stage => Err(credential.misplaced(told, stage)),
        _ => Ok(()),
    }
}

impl<S> Clone for Config<S> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), scope: PhantomData }
    }
}

impl<S> fmt::Debug for Config<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Config").field("inner", &self.inner).finish()
    }
}

/// A configuration that is being put together. [`ConfigBuilder::build`] checks it.
#[must_use = "nothing is configured before `build`"]
pub struct ConfigBuilder<S = ClientWide> {
    draft: Draft,
    credential: Credential,
    scope: PhantomData<S>,
}

impl<S: Scope> ConfigBuilder<S> {
    crate::config::common_setters! {
        timeout: "Default: 30 seconds.",
        deadline: "Default: 3 minutes, because a rate limit counts by the minute.",
        retry: "Default: as documented, three repetitions after 1, 2 and 4 seconds or as long as the service asks (up to a \
                minute), and up to a second more.\n\nSource: BillerAPI description, section 3.4 \"Retry rules\"."
    }

    /// The rate limits that the client keeps, so that the service need not refuse. Default: those that are documented, and a
    /// `Retry-After` holds back every call of its group. All clones of a client share one count.
    ///
    /// Give each of several processes its part of the limits, as [`RateLimits`] shows; [`RateLimits::none`] holds nothing back,
    /// not even after a 429.
    ///
    /// Source: BillerAPI description, section 3.5 "Rate limits" (contradiction C10).
    pub fn with_rate_limits(mut self, limits: RateLimits) -> Self {
        self.draft.rate_limits = limits;
        self
    }

    /// Checks everything once.
    ///
    /// A secret that begins with `bb_test_` is refused for production and one that begins with `bb_live_` for a sandbox, at
    /// the vendor's addresses and at others. A secret that begins with neither goes where it is sent.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) for an unusable or unsafe address, a credential of
    /// another environment, a bound of zero, or a rate limit for an unknown group. The message says what to change.
    ///
    /// Source: BillerAPI description, section 1.1 "Hosts".
    pub fn build(self) -> Result<Config<S>, Error> {
        let settings = self.draft.check(&HOSTS)?;
        settings.rate_limits.check(RATE_LIMITS)?;
        check(&self.credential, settings.stage)?;
        Ok(Config { inner: Arc::new(Inner { settings, credential: self.credential }), scope: PhantomData })
    }
}

impl<S> Clone for ConfigBuilder<S> {
    fn clone(&self) -> Self {
        Self { draft: self.draft.clone(), credential: self.credential.clone(), scope: PhantomData }
    }
}

impl<S> fmt::Debug for ConfigBuilder<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ConfigBuilder")
            .field("environment", &self.draft.environment)
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}
