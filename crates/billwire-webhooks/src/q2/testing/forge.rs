//! Tokens and encrypted bodies with any header: what the real functions refuse to make.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use billwire_crypto::provider::{ContentCiphers, PublicKeyOperations};
use billwire_crypto::{Error, SecureRandom};
use serde_json::Value;

/// The first two parts of a token.
pub(super) fn signing_input(header: &Value, claims: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", encode(header), encode(claims))
}

/// A token with whatever `sign` makes of the first two parts.
pub(super) fn token(
    header: &Value,
    claims: &Value,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, Error>,
) -> Result<String, Error> {
    let input = signing_input(header, claims);
    let signature = sign(input.as_bytes())?;
    Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// An encrypted body whose header says what it likes; apart from that RSA-OAEP and A256GCM, correctly done, so that
/// nothing but the header is wrong with it.
pub(super) fn encrypted(
    header: &Value,
    key: &dyn PublicKeyOperations,
    ciphers: &dyn ContentCiphers,
    random: &dyn SecureRandom,
    plaintext: &[u8],
) -> Result<String, Error> {
    let header = URL_SAFE_NO_PAD.encode(header.to_string());
    let (mut content_key, mut nonce) = ([0_u8; 32], [0_u8; 12]);
    random.fill(&mut content_key)?;
    random.fill(&mut nonce)?;
    let encrypted_key = key.encrypt_oaep_sha1(random, &content_key)?;
    let mut buffer = plaintext.to_vec();
    ciphers.aes_256_gcm_seal(&content_key, &nonce, header.as_bytes(), &mut buffer)?;
    let (ciphertext, tag) = buffer.split_at(plaintext.len().min(buffer.len()));
    let parts = [&encrypted_key, nonce.as_slice(), ciphertext, tag];
    Ok(parts.iter().fold(header, |text, part| text + "." + &URL_SAFE_NO_PAD.encode(part)))
}

/// The same dotted text with the first bit of one part flipped.
pub(super) fn tampered(text: &str, part: usize) -> String {
    let flip = |(index, encoded): (usize, &str)| {
        let mut bytes = URL_SAFE_NO_PAD.decode(encoded).unwrap_or_default();
        if index == part
            && let Some(first) = bytes.first_mut()
        {
            *first ^= 1;
        }
        URL_SAFE_NO_PAD.encode(bytes)
    };
    text.split('.').enumerate().map(flip).collect::<Vec<_>>().join(".")
}
