//! Writing a JWE.

use zeroize::Zeroizing;

use crate::encoding;
use crate::error::{Error, ErrorKind};
use crate::jwe::{CONTENT_KEY_BYTES, MAX_COMPACT_BYTES, NONCE_BYTES, TAG_BYTES, compact, header};
use crate::key::PublicKey;
use crate::random::SecureRandom;

/// Encrypts `plaintext` to `key`.
///
/// The protected header is `alg`, `enc` and, if the key has an id, `kid`; with a `content_type` also `typ` = `JWE` and
/// `cty`. Draws 32 bytes of content key, then 12 bytes of nonce from `random`; a provider may draw more for the RSA
/// padding.
///
/// # Errors
/// [`ErrorKind::TooLarge`] if the result would exceed [`MAX_COMPACT_BYTES`]; [`ErrorKind::Random`] or
/// [`ErrorKind::Provider`] if nothing could be encrypted.
///
/// Source: Q2 Biller Direct description, section 10.5 "Webhook security 2: payload encryption (JWE)".
pub fn encrypt(
    key: &PublicKey,
    random: &dyn SecureRandom,
    plaintext: &[u8],
    content_type: Option<&str>,
) -> Result<String, Error> {
    if plaintext.len() > MAX_COMPACT_BYTES {
        return Err(compact::too_large(plaintext.len()));
    }
    let header = encoding::encode_url(header::render(key.key_id(), content_type).as_bytes());
    let mut content_key = Zeroizing::new([0_u8; CONTENT_KEY_BYTES]);
    let mut nonce = [0_u8; NONCE_BYTES];
    random.fill(content_key.as_mut())?;
    random.fill(&mut nonce)?;

    // Room for the tag: a buffer that grew would leave a copy of the plaintext behind.
    let mut buffer = Zeroizing::new(Vec::with_capacity(plaintext.len() + TAG_BYTES));
    buffer.extend_from_slice(plaintext);
    key.ciphers().aes_256_gcm_seal(&content_key, &nonce, header.as_bytes(), &mut buffer)?;
    let (ciphertext, tag) =
        buffer.split_at_checked(plaintext.len()).ok_or_else(|| Error::new(ErrorKind::Provider))?;
    let encrypted_key = key.encrypt_oaep_sha1(random, content_key.as_ref())?;

    let parts = [&encrypted_key, nonce.as_slice(), ciphertext, tag];
    let compact = parts.iter().fold(header, |text, part| text + "." + &encoding::encode_url(part));
    if compact.len() > MAX_COMPACT_BYTES {
        return Err(compact::too_large(compact.len()));
    }
    Ok(compact)
}
