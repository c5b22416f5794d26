//! The five parts of the compact serialisation.

use crate::encoding;
use crate::error::{Error, ErrorKind};
use crate::jwe::MAX_COMPACT_BYTES;

/// The five parts, decoded but for the header, whose text is the additional authenticated data.
pub(super) struct Compact {
    pub(super) header_text: String,
    pub(super) header: Vec<u8>,
    pub(super) encrypted_key: Vec<u8>,
    pub(super) nonce: Vec<u8>,
    pub(super) ciphertext: Vec<u8>,
    pub(super) tag: Vec<u8>,
}

impl Compact {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > MAX_COMPACT_BYTES {
            return Err(too_large(text.len()));
        }
        let text: String = text.split_ascii_whitespace().collect();
        let mut parts = text.split('.');
        let mut next = || parts.next().ok_or_else(not_five_parts);
        let (header_text, encrypted_key, nonce, ciphertext, tag) =
            (next()?, next()?, next()?, next()?, next()?);
        if parts.next().is_some() {
            return Err(not_five_parts());
        }
        Ok(Self {
            header: decode(header_text)?,
            encrypted_key: decode(encrypted_key)?,
            nonce: decode(nonce)?,
            ciphertext: decode(ciphertext)?,
            tag: decode(tag)?,
            header_text: header_text.to_owned(),
        })
    }
}

fn decode(part: &str) -> Result<Vec<u8>, Error> {
    encoding::decode_url(part)
        .ok_or_else(|| Error::malformed("a part of the JWE is not base64url without padding"))
}

fn not_five_parts() -> Error {
    Error::malformed("a compact JWE has five parts separated by dots: this is plain text or another format")
}

pub(super) fn too_large(length: usize) -> Error {
    Error::with_message(
        ErrorKind::TooLarge,
        format!("the compact JWE has {length} bytes; at most {MAX_COMPACT_BYTES} are accepted"),
    )
}
