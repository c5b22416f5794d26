//! The settings that every API has, and what a single call may override.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use billwire_crypto::{OsRandom, PublicKey, SecureRandom};
use http::HeaderValue;

use crate::credential::{ClientToken, Credential};
use crate::environment::{BaseUrl, Environment, Hosts, PlainHttp, Stage};
use crate::error::{Error, ErrorKind};
use crate::idempotency::{IdempotencyKey, KeyOfCall};
use crate::rate_limit::RateLimits;
use crate::retry::{RetryBudget, RetryPolicy};

/// Largest accepted answer unless configured otherwise: 16 MiB.
pub const DEFAULT_MAX_RESPONSE_BYTES: usize = 16 * 1024 * 1024;
/// Largest accepted answer that is read element by element, unless configured otherwise: 2 GiB.
pub const DEFAULT_MAX_STREAM_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Largest accepted element of such an answer, unless configured otherwise: 1 MiB.
pub const DEFAULT_MAX_ELEMENT_BYTES: usize = 1024 * 1024;
/// Time limit of one attempt unless configured otherwise: 30 seconds.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
/// Time limit of a whole call unless configured otherwise: 90 seconds.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(90);

const USER_AGENT: &str = concat!("billwire/", env!("CARGO_PKG_VERSION"));

/// The checked common settings of a client.
pub struct Settings {
    pub(crate) base_url: BaseUrl,
    pub(crate) stage: Stage,
    pub(crate) user_agent: HeaderValue,
    pub(crate) timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: RetryBudget,
    pub(crate) rate_limits: RateLimits,
    pub(crate) max_response_bytes: usize,
    pub(crate) max_stream_bytes: u64,
    pub(crate) max_element_bytes: usize,
    pub(crate) strict: bool,
    pub(crate) random: Arc<dyn SecureRandom>,
}

impl Settings {
    /// The base URL without a trailing slash.
    pub fn base_url(&self) -> &str {
        self.base_url.as_str()
    }

    /// Which credentials the address may be given.
    pub const fn stage(&self) -> Stage {
        self.stage
    }
}

impl Clone for Settings {
    fn clone(&self) -> Self {
        Self {
            base_url: self.base_url.clone(),
            stage: self.stage,
            user_agent: self.user_agent.clone(),
            timeout: self.timeout,
            deadline: self.deadline,
            retry: self.retry.clone(),
            budget: self.budget.clone(),
            rate_limits: self.rate_limits.clone(),
            max_response_bytes: self.max_response_bytes,
            max_stream_bytes: self.max_stream_bytes,
            max_element_bytes: self.max_element_bytes,
            strict: self.strict,
            random: Arc::clone(&self.random),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("base_url", &self.base_url.as_str())
            .field("stage", &self.stage)
            .field("user_agent", &self.user_agent)
            .field("timeout", &self.timeout)
            .field("deadline", &self.deadline)
            .field("retry", &self.retry)
            .field("rate_limits", &self.rate_limits)
            .field("max_response_bytes", &self.max_response_bytes)
            .field("max_stream_bytes", &self.max_stream_bytes)
            .field("max_element_bytes", &self.max_element_bytes)
            .field("strict", &self.strict)
            .finish_non_exhaustive()
    }
}

/// The settings before they were checked.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) environment: Environment,
    pub(crate) plain_http: PlainHttp,
    pub(crate) user_agent_suffix: Option<String>,
    pub(crate) timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: RetryBudget,
    pub(crate) rate_limits: RateLimits,
    pub(crate) max_response_bytes: usize,
    pub(crate) max_stream_bytes: u64,
    pub(crate) max_element_bytes: usize,
    pub(crate) strict: bool,
    pub(crate) random: Arc<dyn SecureRandom>,
}

impl Draft {
    pub(crate) fn new(environment: Environment) -> Self {
        Self {
            environment,
            plain_http: PlainHttp::LoopbackOnly,
            user_agent_suffix: None,
            timeout: DEFAULT_TIMEOUT,
            deadline: DEFAULT_DEADLINE,
            retry: RetryPolicy::new(),
            budget: RetryBudget::default(),
            rate_limits: RateLimits::default(),
            max_response_bytes: DEFAULT_MAX_RESPONSE_BYTES,
            max_stream_bytes: DEFAULT_MAX_STREAM_BYTES,
            max_element_bytes: DEFAULT_MAX_ELEMENT_BYTES,
            strict: false,
            random: Arc::new(OsRandom),
        }
    }

    pub(crate) fn check(self, hosts: &Hosts) -> Result<Settings, Error> {
        let positive = |limit: Duration, name: &str| {
            if limit.is_zero() { Err(refused(format!("the {name} is zero"))) } else { Ok(limit) }
        };
        for (bytes, name) in [
            (self.max_response_bytes as u64, "response"),
            (self.max_stream_bytes, "streamed response"),
            (self.max_element_bytes as u64, "element"),
        ] {
            if bytes == 0 {
                return Err(refused(format!("the largest {name} is zero bytes")));
            }
        }
        Ok(Settings {
            base_url: BaseUrl::of(&self.environment, hosts, self.plain_http)?,
            stage: self.environment.stage(),
            user_agent: user_agent(self.user_agent_suffix.as_deref())?,
            timeout: positive(self.timeout, "timeout of an attempt")?,
            deadline: positive(self.deadline, "deadline of a call")?,
            retry: self.retry,
            budget: self.budget,
            rate_limits: self.rate_limits,
            max_response_bytes: self.max_response_bytes,
            max_stream_bytes: self.max_stream_bytes,
            max_element_bytes: self.max_element_bytes,
            strict: self.strict,
            random: self.random,
        })
    }
}

fn user_agent(suffix: Option<&str>) -> Result<HeaderValue, Error> {
    let Some(suffix) = suffix else { return Ok(HeaderValue::from_static(USER_AGENT)) };
    if suffix.is_empty() || !suffix.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return Err(refused("the user agent suffix is empty or not printable ASCII".to_owned()));
    }
    HeaderValue::try_from(format!("{USER_AGENT} {suffix}"))
        .map_err(|_| refused("the user agent suffix cannot stand in a header".to_owned()))
}

fn refused(reason: String) -> Error {
    Error::new(ErrorKind::Configuration, reason)
}

/// What one call, or one clone of a client, does differently from the client's configuration.
///
/// ```
/// use std::time::Duration;
/// use billwire_core::CallOptions;
///
/// let patient = CallOptions::new().with_timeout(Duration::from_secs(60)).with_max_attempts(1);
/// ```
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) strict: Option<bool>,
    pub(crate) credential: Option<Credential>,
    pub(crate) idempotency_key: Option<KeyOfCall>,
    /// The fetched key of one call; set by the client, never by a caller.
    pub(crate) encryption_key: Option<PublicKey>,
}

impl CallOptions {
    /// Options that change nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The time limit of each attempt.
    #[must_use]
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The time limit of the whole call, waits and repetitions included.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The largest number of attempts, the first one included. Zero means one.
    #[must_use]
    pub const fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(if attempts == 0 { 1 } else { attempts });
        self
    }

    /// Whether list elements that do not decode are an error (`true`) or a report on the answer (`false`).
    #[must_use]
    pub const fn with_strict(mut self, strict: bool) -> Self {
        self.strict = Some(strict);
        self
    }

    /// A client token in place of the configured credential. Operations that need the API key refuse it, and it
    /// cannot be combined with request signing.
    #[must_use]
    pub fn with_client_token(mut self, token: ClientToken) -> Self {
        self.credential = Some(Credential::ClientToken(token));
        self
    }

    /// The idempotency key of one call, in place of a fresh one. A write whose operation takes no key refuses it.
    ///
    /// A service that honours the key gives a second call with it the answer of the first one, whatever the second one asks
    /// for. So these options, and every client made with them, are for one request and its repetitions: a write that differs
    /// from the first one in operation, path or body is refused and not sent ([`ErrorKind::InvalidRequest`]). Options that
    /// are made anew with the same key know nothing of earlier ones.
    ///
    /// Source: BillerAPI description, section 3.7 "Idempotency".
    #[must_use]
    pub fn with_idempotency_key(mut self, key: IdempotencyKey) -> Self {
        self.idempotency_key = Some(KeyOfCall::new(key));
        self
    }

    /// These options, with those of `later` in their place where it has any.
    #[must_use]
    pub(crate) fn overridden_by(&self, later: Self) -> Self {
        Self {
            timeout: later.timeout.or(self.timeout),
            deadline: later.deadline.or(self.deadline),
            max_attempts: later.max_attempts.or(self.max_attempts),
            strict: later.strict.or(self.strict),
            credential: later.credential.or_else(|| self.credential.clone()),
            idempotency_key: later.idempotency_key.or_else(|| self.idempotency_key.clone()),
            encryption_key: later.encryption_key.or_else(|| self.encryption_key.clone()),
        }
    }
}

/// Makes the setters of a configuration builder that every API has. The builder holds a [`Draft`] as `draft`.
///
/// What the defaults are is said by each API.
macro_rules! common_setters {
    (timeout: $timeout:literal, deadline: $deadline:literal, retry: $retry:literal) => {
        #[doc = concat!("The time limit of each attempt. ", $timeout)]
        pub fn with_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.draft.timeout = timeout;
            self
        }

        #[doc = concat!("The time limit of a whole call, waits and repetitions included. ", $deadline)]
        pub fn with_deadline(mut self, deadline: std::time::Duration) -> Self {
            self.draft.deadline = deadline;
            self
        }

        #[doc = concat!("How often and how patiently calls are repeated that may be. ", $retry)]
        pub fn with_retry(mut self, policy: crate::retry::RetryPolicy) -> Self {
            self.draft.retry = policy;
            self
        }

        /// The bound on repetitions across all calls. Give several clients one budget to share it. Default:
        /// [`RetryBudget::default`](crate::retry::RetryBudget::default).
        pub fn with_retry_budget(mut self, budget: crate::retry::RetryBudget) -> Self {
            self.draft.budget = budget;
            self
        }

        /// The largest accepted answer in bytes. Default: 16 MiB.
        pub fn with_max_response_bytes(mut self, bytes: usize) -> Self {
            self.draft.max_response_bytes = bytes;
            self
        }

        /// The largest accepted answer that is read element by element and not kept, in bytes. Default: 2 GiB.
        pub fn with_max_stream_bytes(mut self, bytes: u64) -> Self {
            self.draft.max_stream_bytes = bytes;
            self
        }

        /// The largest accepted element of such an answer, in bytes. Default: 1 MiB.
        pub fn with_max_element_bytes(mut self, bytes: usize) -> Self {
            self.draft.max_element_bytes = bytes;
            self
        }

        /// Whether list elements that do not decode are an error. Default: `false`, they are reported by
        /// [`Answer::rejected`](crate::Answer::rejected).
        pub fn with_strict(mut self, strict: bool) -> Self {
            self.draft.strict = strict;
            self
        }

        /// Text after `billwire/<version>` in `User-Agent`, such as `example-bank/1.0`. Default: none.
        pub fn with_user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
            self.draft.user_agent_suffix = Some(suffix.into());
            self
        }

        /// The source of randomness for keys, call ids and jitter. Default: the operating system's.
        pub fn with_random(mut self, random: std::sync::Arc<dyn billwire_crypto::SecureRandom>) -> Self {
            self.draft.random = random;
            self
        }

        /// Allows plain `http` to hosts other than loopback, which sends the credential and all data readable over the
        /// network. For closed test networks only.
        pub fn with_plain_http_to_any_host_dangerously_allowed(mut self) -> Self {
            self.draft.plain_http = crate::environment::PlainHttp::AnyHost;
            self
        }
    };
}
pub(crate) use common_setters;
