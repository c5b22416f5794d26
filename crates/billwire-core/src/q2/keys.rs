//! The key that request bodies are encrypted to: configured, or fetched from the service and kept fresh.
//!
//! Source: Q2 Biller Direct description, section 8.1 "Payload encryption (RSA/AES)", section 8.2 "Which endpoints serve the
//! encryption keys" and section 4.7.3 "GET /partner/public-keys/latest: newest key".

mod cache;
mod fetch;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use billwire_crypto::{Provider, PublicKey};
use billwire_models::q2::{Jwk, KeyUse};

pub(super) use self::cache::KeyCache;
use crate::error::{Error, ErrorKind};

/// How old a fetched key may become unless set otherwise: one day.
const DEFAULT_MAX_AGE: Duration = Duration::from_hours(24);
/// Time between two attempts to replace a key unless set otherwise: five minutes.
const DEFAULT_MIN_INTERVAL: Duration = Duration::from_mins(5);

/// A key that the client fetches from `GET /partner/public-keys/latest`, keeps, and fetches again.
///
/// It is fetched by the first call that needs it, and then by the first call after one of these:
/// - it is older than [`FetchedKey::with_max_age`], one day unless set otherwise;
/// - the service answered 400 to a body that was encrypted to it. That is how the service answers what it cannot decrypt,
///   and much else besides; so between two fetches at least [`FetchedKey::with_min_interval`] pass.
///
/// Calls that come together share one fetch; with a key at hand only one of them waits for it, for half of its time at
/// most. When a fetch fails, the key that is there stays in use, and a trace at the level `WARN` says so. When there is none, the call is **not sent**: [`ErrorKind::KeyUnavailable`]. Nothing ever goes out
/// in clear because a key is missing. The call that was answered 400 is not repeated by itself.
///
/// A fetched key is as trustworthy as the connection it came over. Encryption is there to hide bodies from whoever ends TLS
/// on the way, and such a one could put a key of its own in place. Against that, copy the key from the vendor's portal and
/// give it to [`ConfigBuilder::with_payload_encryption`](super::ConfigBuilder::with_payload_encryption).
///
/// Source: Q2 Biller Direct description, section 8.1 "Payload encryption (RSA/AES)" ("cache it, refresh on a decryption
/// error and at least daily", inferred).
#[derive(Clone)]
pub struct FetchedKey {
    provider: Arc<dyn Provider>,
    max_age: Duration,
    min_interval: Duration,
    first: Option<PublicKey>,
}

impl FetchedKey {
    /// A key that `provider` works with.
    #[must_use]
    pub fn new(provider: impl Provider) -> Self {
        Self {
            provider: Arc::new(provider),
            max_age: DEFAULT_MAX_AGE,
            min_interval: DEFAULT_MIN_INTERVAL,
            first: None,
        }
    }

    /// How old the key may become before it is fetched again. Default: one day.
    #[must_use]
    pub const fn with_max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// The shortest time between two attempts to replace a key. Default: five minutes.
    #[must_use]
    pub const fn with_min_interval(mut self, interval: Duration) -> Self {
        self.min_interval = interval;
        self
    }

    /// A key to start with, such as the last one known. The first call fetches all the same; this key is used when that
    /// fails, and by calls that come while it is under way. Default: none.
    #[must_use]
    pub fn with_first_key(mut self, key: PublicKey) -> Self {
        self.first = Some(key);
        self
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        if self.max_age.is_zero() {
            return Err(Error::new(ErrorKind::Configuration, "the largest age of a fetched key is zero"));
        }
        self.first.as_ref().map_or(Ok(()), check_id)
    }

    pub(super) fn cache(&self) -> KeyCache {
        KeyCache::new(self.first.clone())
    }

    /// How long others believe that a fetch is under way: somebody may have begun it and never go on with it.
    fn longest_fetch(&self) -> Duration {
        self.min_interval.max(DEFAULT_MIN_INTERVAL)
    }

    /// The key in an answer of the service. Modulus and exponent count, the certificate is not looked at.
    fn read(&self, jwk: &Jwk) -> Result<PublicKey, Error> {
        let unusable = |reason: &'static str| {
            Error::new(ErrorKind::Cryptography, reason)
                .with_advice("check the encryption keys in the vendor's portal")
        };
        if jwk.usage.as_ref().is_some_and(|usage| *usage != KeyUse::Enc) {
            return Err(unusable("the service's latest key is not for encryption"));
        }
        let json = crate::call::body(jwk)?;
        let json = std::str::from_utf8(&json).map_err(|_| unusable("the service's key is not UTF-8"))?;
        let key = PublicKey::from_jwk_json(&*self.provider, json)
            .map_err(|error| unusable("the service's latest key cannot be used").with_source(error))?;
        if key.key_id().is_none_or(|id| id.as_str().is_empty()) {
            return Err(unusable("the service's latest key has no key id"));
        }
        Ok(key)
    }
}

impl fmt::Debug for FetchedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FetchedKey")
            .field("provider", &self.provider.name())
            .field("max_age", &self.max_age)
            .field("min_interval", &self.min_interval)
            .field("first", &self.first.as_ref().and_then(PublicKey::key_id))
            .finish()
    }
}

/// Where the key of the payload encryption comes from.
#[derive(Clone, Debug, Default)]
pub(super) enum KeySource {
    /// Payload encryption is off.
    #[default]
    None,
    Configured(PublicKey),
    Fetched(FetchedKey),
}

impl KeySource {
    pub(super) const fn is_on(&self) -> bool {
        !matches!(self, Self::None)
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        match self {
            Self::None => Ok(()),
            Self::Configured(key) => check_id(key),
            Self::Fetched(fetched) => fetched.check(),
        }
    }
}

/// The envelope names the key by its id.
fn check_id(key: &PublicKey) -> Result<(), Error> {
    if key.key_id().is_some() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Configuration, "the payload encryption key has no key id")
        .with_advice("add the id that the service gave the key with `with_key_id`"))
}
