//! The JWT in a header of each delivery.

use billwire_crypto::PrivateKey;
use billwire_crypto::jwt::{self, HeaderOptions};
use serde_json::{Map, Value};

use super::configuration::WebhookSignature;
use crate::error::{Error, ErrorKind};
use crate::moment::Moment;

/// A token with the documented claims only: `iss`, `aud` and `exp`. It says nothing about the body.
///
/// Source: Q2 Biller Direct description, section 10.6.
pub(super) fn token(
    key: &PrivateKey,
    certificate_thumbprint: Option<&str>,
    configuration: &WebhookSignature,
    now: Moment,
) -> Result<String, Error> {
    let mut claims = Map::new();
    if let Some(issuer) = &configuration.issuer {
        claims.insert("iss".to_owned(), issuer.clone().into());
    }
    if let Some(audience) = &configuration.audience {
        claims.insert("aud".to_owned(), audience.clone().into());
    }
    let expires = now.timestamp().as_second() + i64::from(configuration.expiry_seconds);
    claims.insert("exp".to_owned(), expires.into());
    let mut options = HeaderOptions::default();
    if let Some(thumbprint) = certificate_thumbprint {
        options = options.with_certificate_thumbprint(thumbprint);
    }
    jwt::sign(key, &Value::Object(claims), &options)
        .map_err(|cause| Error::new(ErrorKind::Key, "the webhook could not be signed").with_source(cause))
}
