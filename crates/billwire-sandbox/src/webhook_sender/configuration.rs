//! The protections that a partner configures for its webhooks in the vendor's portal.

use std::collections::BTreeMap;
use std::fmt;

use billwire_crypto::Provider;
use http::{HeaderName, header};
use serde::{Deserialize, Serialize};

use super::keys;
use crate::error::{Error, ErrorKind};
use crate::loopback;

/// What the control API shows in the place of a secret.
pub(crate) const NOT_SHOWN: &str = "[redacted]";

/// The headers without which a delivery would be none.
const OF_THE_DELIVERY: [HeaderName; 5] = [
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::HOST,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
];

/// The OAuth endpoint of the partner.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct WebhookOauth {
    /// The token endpoint, an `http` URL of this machine.
    pub url: String,
    /// The form-encoded body of the token request. Not shown by `Debug` or by the control API.
    pub payload: String,
}

/// The key that bodies are encrypted to: published at a URL, or given.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct WebhookEncryption {
    /// A URL of this machine that answers with a JWK set, a JWK or a PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key_url: Option<String>,
    /// Headers sent along to that URL.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub request_headers: BTreeMap<String, String>,
    /// The key itself: PEM, JWK or JWK set as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// The key id of a PEM, which carries none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
}

/// The JWT in a request header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct WebhookSignature {
    /// `iss`; absent if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// `aud`; absent if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// The header, `signature` by default; not one that the delivery itself needs, such as `content-type`.
    #[serde(default = "default_header_name")]
    pub header_name: String,
    /// How long after the attempt `exp` lies, in seconds of the virtual clock; 300 by default.
    #[serde(default = "default_expiry_seconds")]
    pub expiry_seconds: u32,
}

fn default_header_name() -> String {
    "signature".to_owned()
}

fn default_expiry_seconds() -> u32 {
    300
}

impl WebhookEncryption {
    /// The key is fetched from `url`.
    pub fn from_url(url: impl Into<String>) -> Self {
        Self { public_key_url: Some(url.into()), ..Self::default() }
    }

    /// The key is `key`: PEM, JWK or JWK set as text.
    pub fn from_key(key: impl Into<String>) -> Self {
        Self { public_key: Some(key.into()), ..Self::default() }
    }

    /// Sends a header along to the URL.
    #[must_use]
    pub fn with_request_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request_headers.insert(name.into(), value.into());
        self
    }

    /// Names a key that has no id of its own.
    #[must_use]
    pub fn with_key_id(mut self, key_id: impl Into<String>) -> Self {
        self.key_id = Some(key_id.into());
        self
    }

    pub(crate) fn check(&self, provider: &dyn Provider) -> Result<(), Error> {
        loopback::header_map(&self.request_headers)?;
        match (&self.public_key_url, &self.public_key) {
            (Some(url), None) => loopback::check_url("encryption.publicKeyUrl", url).map(|_| ()),
            (None, Some(key)) => keys::encryption_key(provider, key, self.key_id.as_deref()).map(|_| ()),
            _ => invalid("encryption needs either publicKeyUrl or publicKey"),
        }
    }
}

impl WebhookSignature {
    /// No issuer, no audience, header `signature`, five minutes.
    pub fn new() -> Self {
        Self {
            issuer: None,
            audience: None,
            header_name: default_header_name(),
            expiry_seconds: default_expiry_seconds(),
        }
    }

    /// Sets `iss`.
    #[must_use]
    pub fn with_issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Sets `aud`.
    #[must_use]
    pub fn with_audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Sets the header's name.
    #[must_use]
    pub fn with_header_name(mut self, name: impl Into<String>) -> Self {
        self.header_name = name.into();
        self
    }

    /// Sets how long the token lives, in seconds.
    #[must_use]
    pub fn with_expiry_seconds(mut self, seconds: u32) -> Self {
        self.expiry_seconds = seconds;
        self
    }

    pub(crate) fn check(&self, beside_a_bearer: bool) -> Result<(), Error> {
        let Ok(name) = self.header_name.parse::<HeaderName>() else {
            return invalid("signature.headerName is not an HTTP header name");
        };
        if OF_THE_DELIVERY.contains(&name) || (beside_a_bearer && name == header::AUTHORIZATION) {
            return invalid(format!(
                "signature.headerName: the delivery itself needs \"{name}\"; choose another one"
            ));
        }
        if self.expiry_seconds == 0 {
            return invalid("signature.expirySeconds is at least 1");
        }
        Ok(())
    }
}

impl Default for WebhookSignature {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for WebhookEncryption {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("WebhookEncryption")
            .field("public_key_url", &self.public_key_url)
            .field("request_headers", &self.request_headers.keys())
            .field("public_key", &self.public_key)
            .field("key_id", &self.key_id)
            .finish()
    }
}

impl fmt::Debug for WebhookOauth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("WebhookOauth")
            .field("url", &self.url)
            .field("payload", &"[redacted]")
            .finish()
    }
}

fn invalid<T>(message: impl Into<String>) -> Result<T, Error> {
    Err(Error::new(ErrorKind::InvalidInput, message))
}
