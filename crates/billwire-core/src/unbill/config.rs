//! The configuration of an Unbill client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Draft, Settings};
use crate::credential::{ApiKey, Credential};
use crate::environment::{Environment, Hosts};
use crate::error::{Error, ErrorKind};

/// The sandbox is named unlike production: `sb.unbill.co`, not `sb-api.unbill.co`.
///
/// Source: Unbill v1 description, section 1 "Hosts and environments".
const HOSTS: Hosts = Hosts {
    production: "https://api.unbill.co/v1",
    sandbox: "https://sb.unbill.co/v1",
    domain: "unbill.co",
    // `api-sb` was printed for development in August 2017.
    is_sandbox: |name| name.starts_with("sb.") || name.starts_with("sb-") || name == "api-sb.",
};

/// Time limit of one attempt of a login unless configured otherwise.
///
/// Source: Unbill v1 description, section 4.1.1 "POST /auth: add an auth" (at least 90 seconds, inferred).
const DEFAULT_LOGIN_TIMEOUT: Duration = Duration::from_secs(90);
/// Time limit of a whole login unless configured otherwise.
const DEFAULT_LOGIN_DEADLINE: Duration = Duration::from_mins(2);

/// A checked configuration. Cheap to clone.
///
/// ```
/// use billwire_core::{ApiKey, Environment, unbill};
///
/// let config = unbill::Config::builder(Environment::Sandbox, ApiKey::for_sandbox("key-from-the-vendor")).build()?;
/// assert_eq!(config.base_url(), "https://sb.unbill.co/v1");
/// # Ok::<(), billwire_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Config {
    pub(super) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) settings: Settings,
    pub(super) credential: Credential,
    pub(super) login_timeout: Duration,
    pub(super) login_deadline: Duration,
}

impl Config {
    /// Starts a configuration with what has no default: where to, and as whom.
    ///
    /// The key is a plain bearer key, although the documents speak of `OAuth2` (contradiction LC12).
    ///
    /// Source: Unbill v1 description, section 2 "Authentication, request ids, errors".
    pub fn builder(environment: Environment, key: ApiKey) -> ConfigBuilder {
        ConfigBuilder {
            draft: Draft::new(environment),
            credential: key.into(),
            login_timeout: DEFAULT_LOGIN_TIMEOUT,
            login_deadline: DEFAULT_LOGIN_DEADLINE,
        }
    }

    /// The base URL without a trailing slash, version prefix included.
    pub fn base_url(&self) -> &str {
        self.inner.settings.base_url()
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Config").field("inner", &self.inner).finish()
    }
}

/// A configuration that is being put together. [`ConfigBuilder::build`] checks it.
#[must_use = "nothing is configured before `build`"]
#[derive(Clone)]
pub struct ConfigBuilder {
    draft: Draft,
    credential: Credential,
    login_timeout: Duration,
    login_deadline: Duration,
}

impl ConfigBuilder {
    /// The time limit of each attempt of `createAuth` and `stepAuth`, during which the service checks the login at the
    /// company. Default: 90 seconds.
    ///
    /// A shorter one gives up on logins that would have come, and nobody learns how they ended: they are never repeated.
    ///
    /// Source: Unbill v1 description, section 4.1.1 "POST /auth: add an auth".
    pub fn with_login_timeout(mut self, timeout: Duration) -> Self {
        self.login_timeout = timeout;
        self
    }

    /// The time limit of a whole call of `createAuth` or `stepAuth`. Default: 120 seconds.
    pub fn with_login_deadline(mut self, deadline: Duration) -> Self {
        self.login_deadline = deadline;
        self
    }

    crate::config::common_setters! {
        timeout: "Default: 30 seconds. `createAuth` and `stepAuth` have [their own](Self::with_login_timeout).",
        deadline: "Default: 90 seconds. `createAuth` and `stepAuth` have [their own](Self::with_login_deadline).",
        retry: "Default: [`RetryPolicy::new`](crate::retry::RetryPolicy::new)."
    }

    /// Checks everything once.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for an unusable or unsafe address, a key of another environment, or a bound of zero. The
    /// message says what to change.
    pub fn build(self) -> Result<Config, Error> {
        let settings = self.draft.check(&HOSTS)?;
        self.credential.check(settings.stage)?;
        if self.login_timeout.is_zero() || self.login_deadline.is_zero() {
            return Err(Error::new(ErrorKind::Configuration, "a time limit of a login is zero"));
        }
        Ok(Config {
            inner: Arc::new(Inner {
                settings,
                credential: self.credential,
                login_timeout: self.login_timeout,
                login_deadline: self.login_deadline,
            }),
        })
    }
}

impl fmt::Debug for ConfigBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ConfigBuilder")
            .field("environment", &self.draft.environment)
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Stage;

    fn build(environment: Environment) -> Result<Config, Error> {
        let key = match environment.stage() {
            Stage::Production => ApiKey::for_production("key"),
            Stage::Sandbox => ApiKey::for_sandbox("key"),
        };
        Config::builder(environment, key).build()
    }

    /// Contradiction LC10: two names of the sandbox were printed; the one of the same period counts.
    #[test]
    fn the_hosts_are_those_of_the_documents() {
        assert_eq!(build(Environment::Production).expect("usable").base_url(), "https://api.unbill.co/v1");
        assert_eq!(build(Environment::Sandbox).expect("usable").base_url(), "https://sb.unbill.co/v1");
    }

    #[test]
    fn the_other_sandbox_name_is_no_production_either() {
        for host in ["sb.unbill.co", "api-sb.unbill.co", "SB.unbill.co."] {
            let url = format!("https://{host}/v1");
            build(Environment::custom_sandbox(url.clone())).expect(host);
            let error = build(Environment::custom_production(url)).expect_err(host);
            assert_eq!(error.kind(), ErrorKind::Configuration);
        }
        build(Environment::custom_sandbox("https://api.unbill.co/v1")).expect_err("production");
    }
}
