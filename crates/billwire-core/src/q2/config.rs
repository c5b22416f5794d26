//! The configuration of a Q2 client.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use billwire_crypto::{PrivateKey, PublicKey};
use billwire_models::q2::behaviour::PayDateName;

use super::keys::{FetchedKey, KeySource};
use super::scope::{OneClient, Partner, Scope, ScopedCredential};
use crate::config::{Draft, Settings};
use crate::credential::Credential;
use crate::environment::{Environment, Hosts};
use crate::error::{Error, ErrorKind};

/// Source: Q2 Biller Direct description, section 1 "Hosts and environments".
const HOSTS: Hosts = Hosts {
    production: "https://api.q2open.io/v1",
    sandbox: "https://sb-api.q2open.io/v1",
    domain: "q2open.io",
    is_sandbox: |name| name.starts_with("sb-"),
};

/// A checked configuration. Cheap to clone. `S` says how far its credential reaches.
///
/// ```
/// use billwire_core::{ApiKey, Environment, q2};
///
/// let config = q2::Config::builder(Environment::Sandbox, ApiKey::for_sandbox("key-from-the-portal"))
///     .with_user_agent_suffix("example-bank/1.0")
///     .build()?;
/// assert_eq!(config.base_url(), "https://sb-api.q2open.io/v1");
/// # Ok::<(), billwire_core::Error>(())
/// ```
pub struct Config<S = Partner> {
    pub(super) inner: Arc<Inner>,
    scope: PhantomData<S>,
}

pub(super) struct Inner {
    pub(super) settings: Settings,
    pub(super) credential: Credential,
    /// What the encryption key is fetched with, where `credential` may not do that.
    pub(super) key_credential: Option<Credential>,
    pub(super) signing_key: Option<PrivateKey>,
    pub(super) encryption: KeySource,
    pub(super) card_data_in_clear: bool,
    pub(super) pay_date_name: PayDateName,
}

impl Config {
    /// Starts a configuration with what has no default: where to, and as whom.
    ///
    /// An [`ApiKey`](crate::ApiKey) gives a `Config`, a [`ClientToken`](crate::ClientToken) a `Config<OneClient>`.
    pub fn builder<C: ScopedCredential>(environment: Environment, credential: C) -> ConfigBuilder<C::Scope> {
        ConfigBuilder {
            draft: Draft::new(environment),
            credential: credential.into(),
            signing_key: None,
            encryption: KeySource::None,
            card_data_in_clear: true,
            pay_date_name: PayDateName::default(),
            scope: PhantomData,
        }
    }

    /// The same configuration with `token` as its credential. The API key stays only where an encryption key is to be
    /// fetched, and for that alone: whoever takes the configuration out of the client gets no further than the token.
    pub(super) fn for_one_client(&self, token: Credential) -> Config<OneClient> {
        let inner = &*self.inner;
        let fetches = matches!(inner.encryption, KeySource::Fetched(_));
        Config {
            inner: Arc::new(Inner {
                settings: inner.settings.clone(),
                credential: token,
                key_credential: fetches.then(|| inner.credential.clone()),
                signing_key: inner.signing_key.clone(),
                encryption: inner.encryption.clone(),
                card_data_in_clear: inner.card_data_in_clear,
                pay_date_name: inner.pay_date_name,
            }),
            scope: PhantomData,
        }
    }
}

impl<S: Scope> Config<S> {
    /// The base URL without a trailing slash, version prefix included.
    pub fn base_url(&self) -> &str {
        self.inner.settings.base_url()
    }

    /// Whether requests are signed.
    pub fn signs_requests(&self) -> bool {
        self.inner.signing_key.is_some()
    }

    /// Whether the bodies of `POST` requests are encrypted.
    pub fn encrypts_payloads(&self) -> bool {
        self.inner.encryption.is_on()
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

impl fmt::Debug for Inner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Inner")
            .field("settings", &self.settings)
            .field("credential", &self.credential)
            .field("key_credential", &self.key_credential)
            .field("signs_requests", &self.signing_key.is_some())
            .field("encrypts_payloads", &self.encryption.is_on())
            .field("card_data_in_clear", &self.card_data_in_clear)
            .field("pay_date_name", &self.pay_date_name)
            .finish()
    }
}

/// A configuration being written; [`ConfigBuilder::build`] checks it once.
#[derive(Clone)]
#[must_use = "call `build` to get the configuration"]
pub struct ConfigBuilder<S = Partner> {
    draft: Draft,
    credential: Credential,
    signing_key: Option<PrivateKey>,
    encryption: KeySource,
    card_data_in_clear: bool,
    pay_date_name: PayDateName,
    scope: PhantomData<S>,
}

/// What needs the API key.
impl ConfigBuilder {
    /// Signs every request with `key`. Default: no signature.
    ///
    /// Sends `Date` (ISO 8601 with milliseconds) and `Signature`. The public half must be registered with the
    /// service first. The signature covers method, path, API key and date, **not the body**. Only calls with the API
    /// key can be signed.
    ///
    /// Source: Q2 Biller Direct description, section 8.3 "Request signing".
    pub fn with_request_signing(mut self, key: PrivateKey) -> Self {
        self.signing_key = Some(key);
        self
    }

    /// Encrypts the body of every `POST` request to the service's latest key, which is fetched when it is first needed, and
    /// kept fresh. Default: off. Takes the place of a configured key.
    ///
    /// ```
    /// use billwire_core::{ApiKey, Environment, q2};
    /// use billwire_crypto::PortableProvider;
    ///
    /// let config = q2::Config::builder(Environment::Sandbox, ApiKey::for_sandbox("key-from-the-portal"))
    ///     .with_fetched_payload_encryption(q2::FetchedKey::new(PortableProvider))
    ///     .with_card_data_encrypted_only()
    ///     .build()?;
    /// assert!(config.encrypts_payloads());
    /// # Ok::<(), billwire_core::Error>(())
    /// ```
    ///
    /// See [`FetchedKey`] for when it is fetched, what happens when that fails, and what such a key does not protect from.
    ///
    /// Source: Q2 Biller Direct description, section 8.1 "Payload encryption (RSA/AES)" and section 4.7.3 "GET
    /// /partner/public-keys/latest: newest key".
    pub fn with_fetched_payload_encryption(mut self, key: FetchedKey) -> Self {
        self.encryption = KeySource::Fetched(key);
        self
    }
}

/// What every credential may have.
impl<S: Scope> ConfigBuilder<S> {
    /// Encrypts the body of every `POST` request to `key`, which must carry the service's key id. Default: off.
    ///
    /// Each attempt has its own content key and initialisation vector. Hides the body from whoever ends TLS on the
    /// way; it does **not** protect it from being altered, and answers come back in clear. TLS remains necessary.
    ///
    /// Source: Q2 Biller Direct description, section 8.1 "Payload encryption (RSA/AES)".
    pub fn with_payload_encryption(mut self, key: PublicKey) -> Self {
        self.encryption = KeySource::Configured(key);
        self
    }

    /// Refuses calls that carry card or bank account data unless they are encrypted. Default: allowed under TLS alone, with
    /// a trace at the level `WARN` for each such call to production.
    ///
    /// Whatever is set here, such data never goes in clear over plain `http` to another machine.
    pub fn with_card_data_encrypted_only(mut self) -> Self {
        self.card_data_in_clear = false;
        self
    }

    /// Under which name the day of a scheduled payment is sent. Default: both documented names, also for a request that
    /// has it under one of them only.
    ///
    /// Choose one only for a service that is known to refuse the other: under a name that it does not read, the day
    /// is ignored and the bill is paid **at once**. A request that lacks the chosen name is refused unsent.
    ///
    /// Source: Q2 Biller Direct description, section 4.4.7 "POST /payment/schedule: schedule a payment".
    pub fn with_pay_date_name(mut self, name: PayDateName) -> Self {
        self.pay_date_name = name;
        self
    }

    crate::config::common_setters! {
        timeout: "Default: 30 seconds.",
        deadline: "Default: 90 seconds.",
        retry: "Default: [`RetryPolicy::new`](crate::retry::RetryPolicy::new)."
    }

    /// Checks everything once.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for an unusable or unsafe address, a credential of another environment, request
    /// signing or a fetched key without an API key, an encryption key without key id, or a bound of zero. The message says what to
    /// change.
    pub fn build(self) -> Result<Config<S>, Error> {
        let settings = self.draft.check(&HOSTS)?;
        self.credential.check(settings.stage)?;
        let has_api_key = matches!(self.credential, Credential::ApiKey(_));
        if self.signing_key.is_some() && !has_api_key {
            return Err(Error::new(
                ErrorKind::Configuration,
                "request signing is on, but there is no API key",
            )
            .with_advice("sign with an API key, or turn request signing off for client tokens"));
        }
        if matches!(self.encryption, KeySource::Fetched(_)) && !has_api_key {
            return Err(Error::new(
                ErrorKind::Configuration,
                "the payload encryption key is to be fetched, but there is no API key",
            )
            .with_advice("fetch with an API key, or configure the key with `with_payload_encryption`"));
        }
        self.encryption.check()?;
        Ok(Config {
            inner: Arc::new(Inner {
                settings,
                credential: self.credential,
                key_credential: None,
                signing_key: self.signing_key,
                encryption: self.encryption,
                card_data_in_clear: self.card_data_in_clear,
                pay_date_name: self.pay_date_name,
            }),
            scope: PhantomData,
        })
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
