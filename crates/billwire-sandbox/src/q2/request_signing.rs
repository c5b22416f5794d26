//! Signed requests: what a partner registered, and the checks.
//!
//! Source: Q2 Biller Direct description, sections 8.3 and 8.4.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use billwire_crypto::request::{self, RequestParts};
use billwire_crypto::{Provider, PublicKey};
use http::HeaderMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::partner_keys::read_keys;
use crate::api_error::ApiError;
use crate::error::{Error, ErrorKind};
use crate::loopback;
use crate::moment::Moment;

/// What a partner configures for signed requests.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct RequestSigning {
    /// Every request with the API key must be signed; true by default. False: signatures are ignored.
    #[serde(default = "default_required")]
    pub required: bool,
    /// The partner's public key, exactly one: PEM, JWK or JWK set as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// A URL of this machine that answers with the partner's JWK set of any number of keys. It is polled when it is
    /// configured, then daily on the virtual clock, and every four hours while it holds no usable key. A poll that
    /// fails keeps the keys of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_url: Option<String>,
    /// Headers sent along to that URL.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub request_headers: BTreeMap<String, String>,
    /// How far `Date` may lie from the virtual clock, either way, in seconds; 300 by default.
    #[serde(default = "default_window_seconds")]
    pub window_seconds: u32,
    /// The API keys that must sign. None: every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_keys: Option<Vec<String>>,
}

fn default_required() -> bool {
    true
}

fn default_window_seconds() -> u32 {
    300
}

impl RequestSigning {
    /// Signatures are ignored: the state of a new sandbox.
    pub fn off() -> Self {
        Self {
            required: false,
            public_key: None,
            jwks_url: None,
            request_headers: BTreeMap::new(),
            window_seconds: default_window_seconds(),
            api_keys: None,
        }
    }

    /// Every request must be signed with `key`: PEM, JWK or JWK set of one key as text.
    pub fn with_public_key(key: impl Into<String>) -> Self {
        Self { required: true, public_key: Some(key.into()), ..Self::off() }
    }

    /// Every request must be signed with a key published at `url`.
    pub fn with_jwks_url(url: impl Into<String>) -> Self {
        Self { required: true, jwks_url: Some(url.into()), ..Self::off() }
    }

    /// Sends a header along to the URL.
    #[must_use]
    pub fn with_request_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request_headers.insert(name.into(), value.into());
        self
    }

    /// Sets how far `Date` may lie from the virtual clock, in seconds.
    #[must_use]
    pub fn with_window_seconds(mut self, seconds: u32) -> Self {
        self.window_seconds = seconds;
        self
    }

    /// Asks only these API keys to sign.
    #[must_use]
    pub fn with_api_keys(mut self, keys: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.api_keys = Some(keys.into_iter().map(Into::into).collect());
        self
    }

    pub(crate) fn check(&self, provider: &dyn Provider, known_api_keys: &[String]) -> Result<(), Error> {
        let invalid = |message: &str| Err(Error::new(ErrorKind::InvalidInput, message));
        loopback::header_map(&self.request_headers)?;
        match (&self.public_key, &self.jwks_url) {
            (Some(_), Some(_)) => return invalid("give either publicKey or jwksUrl, not both"),
            (None, None) if self.required => {
                return invalid("required signing needs publicKey (PEM or JWK) or jwksUrl");
            }
            (Some(key), None) => drop(read_keys(provider, key)?),
            (None, Some(url)) => drop(loopback::check_url("jwksUrl", url)?),
            (None, None) => {}
        }
        if let Some(keys) = &self.api_keys
            && !keys.iter().all(|key| known_api_keys.contains(key))
        {
            return invalid(
                "apiKeys names a key that is none of this sandbox's; GET /control/info lists them",
            );
        }
        Ok(())
    }

    pub(crate) fn applies_to(&self, api_key: &str) -> bool {
        self.required && self.api_keys.as_ref().is_none_or(|keys| keys.iter().any(|key| key == api_key))
    }
}

impl fmt::Debug for RequestSigning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RequestSigning")
            .field("required", &self.required)
            .field("public_key", &self.public_key)
            .field("jwks_url", &self.jwks_url)
            .field("request_headers", &self.request_headers.keys())
            .field("window_seconds", &self.window_seconds)
            .field("api_keys", &self.api_keys.as_ref().map(Vec::len))
            .finish()
    }
}

impl Default for RequestSigning {
    fn default() -> Self {
        Self::off()
    }
}

/// The document with the keys of a configuration, from where it says; none if signing is off.
pub(crate) async fn key_document(
    configuration: &RequestSigning,
    limit: Duration,
) -> Result<Option<String>, Error> {
    match (&configuration.public_key, &configuration.jwks_url) {
        (Some(text), _) => Ok(Some(text.clone())),
        (None, Some(url)) => {
            loopback::fetch("jwksUrl", url, &configuration.request_headers, limit).await.map(Some)
        }
        (None, None) => Ok(None),
    }
}

/// What a signature is checked against.
pub(crate) struct SignedRequest<'a> {
    pub(crate) method: &'a str,
    pub(crate) path_and_query: &'a str,
    pub(crate) api_key: &'a str,
    pub(crate) headers: &'a HeaderMap,
}

/// The checks of section 8.3 in its order: both headers there, `Date` in ISO 8601, within the window, any key verifies.
pub(crate) fn verify(
    signed: &SignedRequest<'_>,
    keys: &[PublicKey],
    now: Moment,
    window_seconds: u32,
) -> Result<(), ApiError> {
    let header = |name: &str| signed.headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(signature), Some(date)) = (header("signature"), header("date")) else {
        return Err(ApiError::unauthorized("Signing is enabled: send the headers Signature and Date."));
    };
    let not_iso =
        || ApiError::unauthorized("The Date header is not in ISO 8601, as in 2019-09-17T14:14:24.874Z.");
    if !request::is_signable_date(date) {
        return Err(not_iso());
    }
    let instant: Timestamp = date.parse().map_err(|_| not_iso())?;
    let distance = instant.duration_since(now.timestamp()).unsigned_abs();
    if distance > Duration::from_secs(u64::from(window_seconds)) {
        return Err(ApiError::unauthorized(format!(
            "The Date header is more than {window_seconds} seconds away from the time here, which is {now}."
        )));
    }
    let parts = RequestParts {
        method: signed.method,
        path_and_query: signed.path_and_query,
        api_key: signed.api_key,
        date,
    };
    match request::verify(keys, &parts, signature) {
        Ok(_) => Ok(()),
        Err(_) if keys.is_empty() => {
            Err(ApiError::unauthorized("Signing is enabled but no usable key of yours is registered."))
        }
        Err(_) => Err(ApiError::unauthorized(
            "The Signature header verifies with none of your keys. What is signed is METHOD:path-and-query:API key:Date.",
        )),
    }
}
