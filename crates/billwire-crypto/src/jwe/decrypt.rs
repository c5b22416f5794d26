//! Reading a JWE.

use zeroize::Zeroizing;

use crate::error::Error;
use crate::jwe::compact::Compact;
use crate::jwe::header::ProtectedHeader;
use crate::jwe::{CONTENT_KEY_BYTES, NONCE_BYTES, TAG_BYTES};
use crate::key::{PrivateKey, PrivateKeys};

/// Decrypts a compact JWE with the key its `kid` names, or with the only key of the ring if there is no `kid`.
///
/// ASCII white space anywhere in `compact` is removed first. At most [`MAX_COMPACT_BYTES`](crate::jwe::MAX_COMPACT_BYTES).
/// The header is refused before a key is touched unless it is `RSA-OAEP` with `A256GCM`, without `zip`, without
/// `crit`, and without duplicate members. Other members are ignored, keys in them included.
///
/// # Errors
/// [`ErrorKind::MalformedInput`](crate::ErrorKind::MalformedInput),
/// [`ErrorKind::TooLarge`](crate::ErrorKind::TooLarge),
/// [`ErrorKind::AlgorithmNotAllowed`](crate::ErrorKind::AlgorithmNotAllowed) or
/// [`ErrorKind::UnknownKey`](crate::ErrorKind::UnknownKey) for what can be seen without a key;
/// [`ErrorKind::DecryptionFailed`](crate::ErrorKind::DecryptionFailed), always with the same text, for everything
/// after. To the outside give one and the same answer for all of them.
///
/// Source: Q2 Biller Direct description, section 10.5 "Webhook security 2: payload encryption (JWE)".
pub fn decrypt(keys: &PrivateKeys, compact: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let compact = Compact::parse(compact)?;
    let header = ProtectedHeader::parse(&compact.header)?;
    let key = keys.select(header.key_id.as_deref())?;
    open(key, compact)
}

/// From here on every failure is the same failure. A content key that did not come out is replaced and the work goes
/// on (RFC 7516 section 11.5), so that the time taken tells little about the cause.
fn open(key: &PrivateKey, compact: Compact) -> Result<Zeroizing<Vec<u8>>, Error> {
    let content_key =
        key.decrypt_oaep_sha1(&compact.encrypted_key).ok().and_then(|bytes| content_key(&bytes));
    let recovered = content_key.is_some();
    let content_key = content_key.unwrap_or_default();

    let nonce =
        <[u8; NONCE_BYTES]>::try_from(compact.nonce.as_slice()).map_err(|_| Error::decryption_failed())?;
    if compact.tag.len() != TAG_BYTES {
        return Err(Error::decryption_failed());
    }
    let mut buffer = Zeroizing::new(compact.ciphertext);
    buffer.extend_from_slice(&compact.tag);
    let opened =
        key.ciphers().aes_256_gcm_open(&content_key, &nonce, compact.header_text.as_bytes(), &mut buffer);
    // Even a tag that fits the replacement is a failure: the replacement is no secret.
    if recovered && opened.is_ok() { Ok(buffer) } else { Err(Error::decryption_failed()) }
}

fn content_key(bytes: &[u8]) -> Option<Zeroizing<[u8; CONTENT_KEY_BYTES]>> {
    let mut content_key = Zeroizing::new([0_u8; CONTENT_KEY_BYTES]);
    if bytes.len() != content_key.len() {
        return None;
    }
    content_key.copy_from_slice(bytes);
    Some(content_key)
}
