//! The partner's encryption key: read from what it published.

use std::time::Duration;

use billwire_crypto::jwks::{JwkKey, JwkSet, KeyUse};
use billwire_crypto::{KeyId, Provider, PublicKey};

use super::configuration::WebhookEncryption;
use crate::error::{Error, ErrorKind};
use crate::loopback;
use crate::moment::Moment;

/// How long a fetched key is used, in days of the virtual clock.
const FRESH_DAYS: i64 = 1;

/// The last key and the configuration it belongs to.
#[derive(Default)]
pub(super) struct EncryptionKeyCache {
    cached: Option<Cached>,
}

struct Cached {
    configuration: WebhookEncryption,
    fetched: Moment,
    key: PublicKey,
}

impl EncryptionKeyCache {
    /// The key to encrypt to; fetched at most daily.
    pub(super) async fn key(
        &mut self,
        provider: &dyn Provider,
        configuration: &WebhookEncryption,
        now: Moment,
        limit: Duration,
    ) -> Result<PublicKey, Error> {
        if let Some(cached) = &self.cached {
            let fresh = cached.fetched <= now && now < cached.fetched.plus_days(FRESH_DAYS);
            if fresh && cached.configuration == *configuration {
                return Ok(cached.key.clone());
            }
        }
        let text = match (&configuration.public_key, &configuration.public_key_url) {
            (Some(text), _) => text.clone(),
            (None, Some(url)) => {
                loopback::fetch("the public key URL", url, &configuration.request_headers, limit).await?
            }
            (None, None) => return Err(Error::new(ErrorKind::Key, "no encryption key is configured")),
        };
        let key = encryption_key(provider, &text, configuration.key_id.as_deref())?;
        self.cached = Some(Cached { configuration: configuration.clone(), fetched: now, key: key.clone() });
        Ok(key)
    }
}

/// Reads a JWK set with an encryption key, a single JWK or a PEM.
///
/// Source: Q2 Biller Direct description, section 10.5 (formats inferred).
pub(super) fn encryption_key(
    provider: &dyn Provider,
    text: &str,
    key_id: Option<&str>,
) -> Result<PublicKey, Error> {
    let unusable = || {
        Error::new(
            ErrorKind::Key,
            "the encryption key cannot be used; give a JWK set with one key of use \"enc\", a JWK or a PEM, RSA 2048 bits or more",
        )
    };
    let key = if text.trim_start().starts_with("-----BEGIN") {
        PublicKey::from_pem(provider, text).map_err(|cause| unusable().with_source(cause))?
    } else {
        let set = JwkSet::parse(provider, text).map_err(|cause| unusable().with_source(cause))?;
        set.keys
            .into_iter()
            .find(|key| key.usage != Some(KeyUse::Signature))
            .map(JwkKey::into_key)
            .ok_or_else(unusable)?
    };
    Ok(match key_id {
        Some(key_id) => key.with_key_id(KeyId::new(key_id)),
        None => key,
    })
}
