//! Base64, strict in both alphabets.
//!
//! Public data goes through `base64`; key material goes through `base64ct`, which is slower but does not branch
//! on the bytes.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use base64ct::Encoding as _;
use zeroize::Zeroizing;

/// Standard alphabet with padding.
pub(crate) fn encode_standard(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Standard alphabet, padding required, no line breaks, no stray bits.
pub(crate) fn decode_standard(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// URL-safe alphabet without padding.
pub(crate) fn encode_url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// URL-safe alphabet, padding refused, no stray bits.
pub(crate) fn decode_url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Standard alphabet with padding, for key material.
pub(crate) fn encode_secret(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(base64ct::Base64::encode_string(bytes))
}

/// Standard alphabet with padding, for key material of any length.
pub(crate) fn decode_secret(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    base64ct::Base64::decode_vec(text).ok().map(Zeroizing::new)
}

/// Standard alphabet with padding, for key material of exactly `N` bytes.
pub(crate) fn decode_secret_exact<const N: usize>(text: &[u8]) -> Option<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0_u8; N]);
    let length = base64ct::Base64::decode(text, bytes.as_mut()).ok()?.len();
    (length == N).then_some(bytes)
}
