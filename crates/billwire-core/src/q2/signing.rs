//! Request signing.
//!
//! Source: Q2 Biller Direct description, section 8.3 "Request signing".

use billwire_crypto::request::{RequestParts, sign};
use http::header::DATE;
use http::{HeaderName, HeaderValue};
use jiff::Timestamp;

use super::config::Inner;
use crate::credential::Credential;
use crate::error::{Error, ErrorKind};
use crate::request::{Draft, request_target};

const SIGNATURE: HeaderName = HeaderName::from_static("signature");

/// The `Date` and `Signature` headers, if requests are signed.
pub(super) fn headers(
    config: &Inner,
    draft: &Draft<'_>,
    credential: &Credential,
    now: Timestamp,
) -> Result<Option<[(HeaderName, HeaderValue); 2]>, Error> {
    let Some(key) = &config.signing_key else { return Ok(None) };
    let date = format!("{now:.3}");
    let target = request_target(&config.settings, draft);
    let parts = RequestParts {
        method: draft.operation.method.as_str(),
        path_and_query: &target,
        api_key: credential.secret(),
        date: &date,
    };
    let signature = sign(key, &parts).map_err(|error| {
        Error::new(ErrorKind::Cryptography, "the request could not be signed")
            .with_advice("check the signing key")
            .with_source(error)
    })?;
    let value = |text: &str| {
        HeaderValue::from_str(text)
            .map_err(|_| Error::new(ErrorKind::Cryptography, "the signature cannot stand in a header"))
    };
    let mut signature = value(&signature)?;
    signature.set_sensitive(true);
    Ok(Some([(DATE, value(&date)?), (SIGNATURE, signature)]))
}
