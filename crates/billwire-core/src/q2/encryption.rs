//! Payload encryption.
//!
//! Source: Q2 Biller Direct description, section 8.1 "Payload encryption (RSA/AES)".

use billwire_crypto::{PublicKey, envelope};
use billwire_models::operation::{Method, Operation};
use bytes::Bytes;

use super::config::Inner;
use super::keys::KeySource;
use crate::call::Attempt;
use crate::error::{Error, ErrorKind};

/// Whether the body of `operation` is encrypted when payload encryption is on.
///
/// It applies to `POST` bodies only, and those that the documents print in clear are no exception.
pub(super) fn concerns(operation: &Operation) -> bool {
    operation.method == Method::Post && operation.body.is_some()
}

/// The body of a `POST`, in an envelope if encryption is on. Each call of this function makes a new content key.
pub(super) fn apply(
    config: &Inner,
    operation: &'static Operation,
    body: Bytes,
    attempt: &Attempt<'_>,
) -> Result<Bytes, Error> {
    let key = if concerns(operation) { key(config, attempt)? } else { None };
    let Some(key) = key else {
        return if may_go_in_clear(config, operation) { Ok(body) } else { Err(in_clear()) };
    };
    let envelope = envelope::seal(key, attempt.random, &body).map_err(|error| {
        Error::new(ErrorKind::Cryptography, "the request body could not be encrypted")
            .with_advice("check the payload encryption key and the random generator")
            .with_source(error)
    })?;
    serde_json::to_vec(&envelope).map(Bytes::from).map_err(|error| {
        Error::new(ErrorKind::Cryptography, "the envelope does not serialise").with_source(error)
    })
}

/// The key to encrypt to, if there is one. Where one should have been fetched and was not, the body stays here.
fn key<'a>(config: &'a Inner, attempt: &Attempt<'a>) -> Result<Option<&'a PublicKey>, Error> {
    match &config.encryption {
        KeySource::Configured(key) => Ok(Some(key)),
        KeySource::None => Ok(attempt.encryption_key),
        KeySource::Fetched(_) => attempt.encryption_key.map(Some).ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                "the key of the payload encryption is fetched, and this request was given none",
            )
            .with_advice(
                "call the operation for the latest key, and give the key to `Attempt::with_encryption_key`",
            )
        }),
    }
}

/// Card data never goes in clear over a connection that is not encrypted either.
fn may_go_in_clear(config: &Inner, operation: &Operation) -> bool {
    !operation.card_data || (config.card_data_in_clear && !config.settings.base_url.is_readable_on_the_way())
}

fn in_clear() -> Error {
    Error::new(
        ErrorKind::InvalidRequest,
        "card or bank account data would be sent without payload encryption",
    )
    .with_advice("configure the service's public key with `with_payload_encryption`")
}
