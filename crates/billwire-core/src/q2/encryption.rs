//! Payload encryption.
//!
//! Source: Q2 Biller Direct description, section 8.1 "Payload encryption (RSA/AES)".

use billwire_crypto::{SecureRandom, envelope};
use billwire_models::operation::{Method, Operation};
use bytes::Bytes;

use super::config::Inner;
use crate::error::{Error, ErrorKind};

/// The body of a `POST`, in an envelope if encryption is on. Each call of this function makes a new content key.
pub(super) fn apply(
    config: &Inner,
    operation: &'static Operation,
    body: Bytes,
    random: &dyn SecureRandom,
) -> Result<Bytes, Error> {
    let key = config.encryption_key.as_ref().filter(|_| operation.method == Method::Post);
    let Some(key) = key else {
        return if operation.card_data && !config.card_data_in_clear { Err(in_clear()) } else { Ok(body) };
    };
    let envelope = envelope::seal(key, random, &body).map_err(|error| {
        Error::new(ErrorKind::Cryptography, "the request body could not be encrypted")
            .with_advice("check the payload encryption key and the random generator")
            .with_source(error)
    })?;
    serde_json::to_vec(&envelope).map(Bytes::from).map_err(|error| {
        Error::new(ErrorKind::Cryptography, "the envelope does not serialise").with_source(error)
    })
}

fn in_clear() -> Error {
    Error::new(
        ErrorKind::InvalidRequest,
        "card or bank account data would be sent without payload encryption",
    )
    .with_advice("configure the service's public key with `with_payload_encryption`")
}
