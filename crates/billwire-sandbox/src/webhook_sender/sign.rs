//! The JWT in a header of each delivery.

use billwire_crypto::jwt::{self, HeaderOptions};
use jiff::SignedDuration;
use serde_json::{Map, Value};

use super::configuration::WebhookSignature;
use crate::error::{Error, ErrorKind};
use crate::faults::WebhookFaultKind;
use crate::moment::Moment;
use crate::service_keys::SigningKey;

/// How long ago a token expired that a fault expires: more than any receiver's leeway.
const EXPIRED_FOR: SignedDuration = SignedDuration::from_hours(1);
/// What a fault puts into `iss` and `aud`.
const SOMEBODY_ELSE: &str = "somebody-else.example";

/// A token with the documented claims only: `iss`, `aud` and `exp`. It says nothing about the body.
///
/// Source: Q2 Biller Direct description, section 10.6.
pub(super) fn token(
    key: &SigningKey,
    configuration: &WebhookSignature,
    now: Moment,
    fault: Option<WebhookFaultKind>,
) -> Result<String, Error> {
    let somebody_else = |wanted| (fault == Some(wanted)).then(|| SOMEBODY_ELSE.to_owned());
    let issuer = somebody_else(WebhookFaultKind::WrongIssuer).or_else(|| configuration.issuer.clone());
    let audience = somebody_else(WebhookFaultKind::WrongAudience).or_else(|| configuration.audience.clone());
    let life = match fault {
        Some(WebhookFaultKind::ExpiredToken) => -EXPIRED_FOR,
        _ => SignedDuration::from_secs(i64::from(configuration.expiry_seconds)),
    };
    let mut claims = Map::new();
    claims.extend(issuer.map(|issuer| ("iss".to_owned(), issuer.into())));
    claims.extend(audience.map(|audience| ("aud".to_owned(), audience.into())));
    claims.insert("exp".to_owned(), now.plus(life).timestamp().as_second().into());
    let mut options = HeaderOptions::default();
    if let Some(thumbprint) = &key.certificate_thumbprint {
        options = options.with_certificate_thumbprint(thumbprint);
    }
    jwt::sign(&key.key, &Value::Object(claims), &options)
        .map_err(|cause| Error::new(ErrorKind::Key, "the webhook could not be signed").with_source(cause))
}
