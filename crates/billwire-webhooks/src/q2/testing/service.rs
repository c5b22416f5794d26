//! The service, played.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use billwire_crypto::provider::{ContentCiphers, PrivateKeyOperations, PublicKeyOperations};
use billwire_crypto::testing::keys::{
    API_ENCRYPTION, PARTNER_WEBHOOK_ENCRYPTION, Q2_WEBHOOK_SIGNING_NEW, Q2_WEBHOOK_SIGNING_OLD, TestKey,
};
use billwire_crypto::{Error, ErrorKind, PrivateKey, PrivateKeys, Provider, PublicKey, PublicKeys};
use serde_json::{Value, json};

use super::delivery::DeliveryBuilder;
use crate::q2::bearer::KnownTokens;
use crate::q2::policy::{Policy, PolicyBuilder};
use crate::q2::signature::SignatureCheck;

/// The issuer in the tokens of [`Service`].
pub const ISSUER: &str = "example issuer";

/// The audience in the tokens of [`Service`].
pub const AUDIENCE: &str = "audience.example.com";

/// The bearer token that [`Service`] sends. It opens nothing real.
pub const BEARER_TOKEN: &str = "test-access-token-1";

/// Plays the service with the published test keys. Needs no network and no clock.
pub struct Service {
    pub(super) signing_key: PrivateKey,
    pub(super) signing: Arc<dyn PrivateKeyOperations>,
    pub(super) stranger: Arc<dyn PrivateKeyOperations>,
    pub(super) encryption_key: PublicKey,
    pub(super) encryption: Arc<dyn PublicKeyOperations>,
    pub(super) other_encryption: Arc<dyn PublicKeyOperations>,
    pub(super) ciphers: Arc<dyn ContentCiphers>,
    stranger_key: PublicKey,
    signature_keys: PublicKeys,
    encryption_keys: PrivateKeys,
}

impl Service {
    /// The service as it would be on `provider`.
    ///
    /// # Errors
    /// An error of the provider, if it cannot use the test keys.
    pub fn new(provider: &dyn Provider) -> Result<Self, Error> {
        let old = PrivateKey::from_pem(provider, Q2_WEBHOOK_SIGNING_OLD.private_pem)?
            .with_key_id(Q2_WEBHOOK_SIGNING_OLD.key_id.into());
        let new = public_key(provider, &Q2_WEBHOOK_SIGNING_NEW)?;
        let ours = PrivateKey::from_pem(provider, PARTNER_WEBHOOK_ENCRYPTION.private_pem)?
            .with_key_id(PARTNER_WEBHOOK_ENCRYPTION.key_id.into());
        let strange = public_key(provider, &API_ENCRYPTION)?;
        Ok(Self {
            signing: provider.private_key(&der(Q2_WEBHOOK_SIGNING_OLD.private_pem)?)?,
            stranger: provider.private_key(&der(API_ENCRYPTION.private_pem)?)?,
            encryption: operations(provider, &ours.public_key())?,
            other_encryption: operations(provider, &strange)?,
            stranger_key: strange,
            ciphers: provider.ciphers(),
            signature_keys: PublicKeys::from_keys([old.public_key(), new])?,
            encryption_key: ours.public_key(),
            encryption_keys: PrivateKeys::from_keys([ours])?,
            signing_key: old,
        })
    }

    /// A delivery that arrives at `now`: with bearer token, signature and encryption unless told otherwise.
    pub fn delivery(&self, now: jiff::Timestamp) -> DeliveryBuilder<'_> {
        DeliveryBuilder::new(self, now)
    }

    /// The policy that asks for everything the service does: bearer token, signature, encryption.
    pub fn policy(&self) -> PolicyBuilder {
        Policy::builder()
            .with_bearer(KnownTokens::new([BEARER_TOKEN]))
            .with_signature(self.signature_check())
            .with_encryption(self.encryption_keys())
    }

    /// The check of its signatures: both keys, [`ISSUER`], [`AUDIENCE`], the defaults for the rest.
    #[must_use]
    pub fn signature_check(&self) -> SignatureCheck {
        SignatureCheck::new(self.signature_keys()).with_issuer(ISSUER).with_audience(AUDIENCE)
    }

    /// The public halves of its two signing keys. The first one signs.
    #[must_use]
    pub fn signature_keys(&self) -> PublicKeys {
        self.signature_keys.clone()
    }

    /// The private key that opens what it encrypts.
    #[must_use]
    pub fn encryption_keys(&self) -> PrivateKeys {
        self.encryption_keys.clone()
    }

    pub(super) fn token_header(&self) -> Value {
        json!({"typ": "JWT", "alg": "RS256", "kid": self.signing_key.key_id().map(ToString::to_string)})
    }

    pub(super) fn stranger_jwk(&self) -> Value {
        let encode = |number: &[u8]| URL_SAFE_NO_PAD.encode(number);
        let (modulus, exponent) = (self.stranger_key.modulus(), self.stranger_key.exponent());
        json!({"kty": "RSA", "n": encode(modulus), "e": encode(exponent)})
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Service")
            .field("signature_keys", &self.signature_keys)
            .field("encryption_keys", &self.encryption_keys)
            .finish_non_exhaustive()
    }
}

/// What the service's tokens say.
pub(super) fn claims(now: jiff::Timestamp, expires_after: Duration) -> Value {
    let expiry = now.as_second().saturating_add_unsigned(expires_after.as_secs());
    json!({"aud": AUDIENCE, "iss": ISSUER, "exp": expiry})
}

/// The header of what the service encrypts.
pub(super) fn encryption_header() -> Value {
    json!({"alg": "RSA-OAEP", "enc": "A256GCM", "kid": PARTNER_WEBHOOK_ENCRYPTION.key_id})
}

fn public_key(provider: &dyn Provider, key: &TestKey) -> Result<PublicKey, Error> {
    Ok(PublicKey::from_pem(provider, key.public_pem)?.with_key_id(key.key_id.into()))
}

fn operations(provider: &dyn Provider, key: &PublicKey) -> Result<Arc<dyn PublicKeyOperations>, Error> {
    provider.public_key(key.modulus(), key.exponent())
}

/// The inside of a PEM text. The test keys have a warning before the first line and are tidy after it.
fn der(pem: &str) -> Result<Vec<u8>, Error> {
    let inside: String = pem
        .lines()
        .skip_while(|line| !line.starts_with("-----BEGIN"))
        .filter(|line| !line.contains('-'))
        .collect();
    STANDARD.decode(inside).map_err(|_| Error::new(ErrorKind::MalformedInput))
}
