//! What the body says in clear.

use billwire_crypto::PrivateKeys;
use billwire_crypto::envelope::{self, Envelope};
use serde_json::Value;

use crate::api_error::ApiError;

/// A body in clear, and whether it came encrypted.
///
/// Every failure gets one and the same answer, so that it is no padding oracle.
///
/// Source: Q2 Biller Direct description, section 8.1 "Payload encryption".
pub(crate) fn open_body(
    keys: impl FnOnce() -> PrivateKeys,
    body: Vec<u8>,
) -> Result<(Vec<u8>, bool), ApiError> {
    if !may_be_envelope(&body) {
        return Ok((body, false));
    }
    let Some(envelope) = serde_json::from_slice::<Value>(&body).ok().as_ref().and_then(Envelope::detect)
    else {
        return Ok((body, false));
    };
    match envelope::open(&keys(), &envelope) {
        Ok(plaintext) => Ok((plaintext.to_vec(), true)),
        Err(_) => Err(ApiError::bad_request("The encrypted body could not be read.")),
    }
}

/// Most bodies are none, and this is quicker than to read them all: the member's name is there, or something is escaped.
fn may_be_envelope(body: &[u8]) -> bool {
    const MEMBER: &[u8] = b"\"encrypted\"";
    body.contains(&b'\\') || body.windows(MEMBER.len()).any(|window| window == MEMBER)
}
