//! The payload envelope: a request body encrypted with RSA-OAEP and AES-256-CTR.
//!
//! **No integrity.** Counter mode has no authentication tag: a flipped bit of the ciphertext flips that bit of the
//! plaintext, unnoticed. It hides the body from a reader, it does not protect it from a writer, and it says nothing
//! about the sender: anybody with the public key can make an envelope. TLS remains necessary.
//!
//! A key and counter block must never be used twice; [`seal`] draws both anew each time.
//!
//! ```
//! # fn main() -> Result<(), billwire_crypto::Error> {
//! # #[cfg(feature = "testing")] {
//! use billwire_crypto::{KeyRing, OsRandom, PortableProvider, PrivateKey, envelope, testing};
//!
//! let pair = testing::keys::API_ENCRYPTION;
//! let key = PrivateKey::from_pem(&PortableProvider, pair.private_pem)?.with_key_id(pair.key_id.into());
//! let sealed = envelope::seal(&key.public_key(), &OsRandom, br#"{"identifier":"customer-1"}"#)?;
//! let opened = envelope::open(&KeyRing::from_keys([key])?, &sealed)?;
//! assert_eq!(opened.as_slice(), br#"{"identifier":"customer-1"}"#);
//! # }
//! # Ok(())
//! # }
//! ```

use std::fmt;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::encoding;
use crate::error::{Error, ErrorKind};
use crate::key::{MAX_MODULUS_BITS, PrivateKey, PrivateKeys, PublicKey};
use crate::random::SecureRandom;

/// The longest plaintext that is sealed or opened: 1 MiB. The documented bodies are far below 64 KiB.
pub const MAX_PLAINTEXT_BYTES: usize = 1024 * 1024;

/// The longest `hash` that is looked at: the largest RSA part, a bar, the largest AES part.
pub const MAX_HASH_BYTES: usize =
    base64_length(MAX_MODULUS_BITS / 8) + 1 + base64_length(MAX_PLAINTEXT_BYTES);

const BAR: char = '|';
const KEY_BYTES: usize = 32;
const COUNTER_BLOCK_BYTES: usize = 16;
/// `base64(key)`, a bar, `base64(counter block)`: 44 + 1 + 24.
const KEY_TEXT_BYTES: usize = base64_length(KEY_BYTES) + 1 + base64_length(COUNTER_BLOCK_BYTES);

const fn base64_length(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}

/// An encrypted request body. As JSON: `{"encrypted":"<key id>","hash":"<base64>|<base64>"}`.
///
/// Source: Q2 Biller Direct description, section 8.1 "Payload encryption (RSA/AES)".
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The id of the RSA key.
    pub encrypted: String,
    /// The encrypted content key and the encrypted body, both standard base64 with padding, joined by one bar.
    pub hash: String,
}

impl Envelope {
    /// The envelope that `body` is, if it is one: an object with both members `encrypted` and `hash`, both strings.
    /// Other members are ignored.
    #[must_use]
    pub fn detect(body: &Value) -> Option<Self> {
        let text = |name| body.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self { encrypted: text("encrypted")?, hash: text("hash")? })
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Envelope")
            .field("encrypted", &self.encrypted)
            .field("hash_bytes", &self.hash.len())
            .finish_non_exhaustive()
    }
}

/// Encrypts a JSON body to `key`, whose id goes into `encrypted`.
///
/// Draws 32 bytes of content key, then 16 bytes of counter block from `random`; a provider may draw more for the RSA
/// padding.
///
/// # Errors
/// [`ErrorKind::MissingKeyId`] if `key` has no id; [`ErrorKind::MalformedInput`] if `plaintext` is not one JSON text
/// in UTF-8, which a receiver would have to refuse; [`ErrorKind::TooLarge`] beyond [`MAX_PLAINTEXT_BYTES`];
/// [`ErrorKind::Random`] or [`ErrorKind::Provider`] if nothing could be encrypted.
///
/// Source: Q2 Biller Direct description, section 8.1 "Payload encryption (RSA/AES)".
pub fn seal(key: &PublicKey, random: &dyn SecureRandom, plaintext: &[u8]) -> Result<Envelope, Error> {
    let key_id = key.required_key_id()?;
    if plaintext.len() > MAX_PLAINTEXT_BYTES {
        return Err(too_large("the body", plaintext.len(), MAX_PLAINTEXT_BYTES));
    }
    if !is_json(plaintext) {
        return Err(Error::malformed("the body to be encrypted is not JSON in UTF-8"));
    }
    let mut content_key = Zeroizing::new([0_u8; KEY_BYTES]);
    let mut counter_block = Zeroizing::new([0_u8; COUNTER_BLOCK_BYTES]);
    random.fill(content_key.as_mut())?;
    random.fill(counter_block.as_mut())?;

    let mut body = plaintext.to_vec();
    key.ciphers().aes_256_ctr(&content_key, &counter_block, &mut body)?;
    let key_text = key_text(&content_key, &counter_block);
    let encrypted_key = key.encrypt_oaep_sha1(random, key_text.as_bytes())?;
    Ok(Envelope {
        encrypted: key_id.as_str().to_owned(),
        hash: format!(
            "{}{BAR}{}",
            encoding::encode_standard(&encrypted_key),
            encoding::encode_standard(&body)
        ),
    })
}

/// Decrypts an envelope with the key it names, and makes sure that the plaintext is one JSON text.
///
/// Being JSON is the only sign that the right thing came out: see the module's note on integrity.
///
/// # Errors
/// [`ErrorKind::MalformedInput`], [`ErrorKind::TooLarge`] or [`ErrorKind::UnknownKey`] for what can be seen without a
/// key; [`ErrorKind::DecryptionFailed`], always with the same text, for everything after a key was used, a plaintext
/// that is not JSON included. To the outside answer all of them with one and the same 400, so that the endpoint is
/// no padding oracle.
///
/// Source: Q2 Biller Direct description, section 8.1 "Payload encryption (RSA/AES)".
pub fn open(keys: &PrivateKeys, envelope: &Envelope) -> Result<Zeroizing<Vec<u8>>, Error> {
    if envelope.hash.len() > MAX_HASH_BYTES {
        return Err(too_large("`hash`", envelope.hash.len(), MAX_HASH_BYTES));
    }
    let (encrypted_key, body) = envelope
        .hash
        .split_once(BAR)
        .filter(|(_, body)| !body.contains(BAR))
        .ok_or_else(|| Error::malformed("`hash` must be two base64 texts joined by one bar"))?;
    let decode = |text| {
        encoding::decode_standard(text).ok_or_else(|| {
            Error::malformed("`hash` must be standard base64 with padding, without line breaks")
        })
    };
    let (encrypted_key, body) = (decode(encrypted_key)?, decode(body)?);
    let key = keys.by_id(&envelope.encrypted).ok_or_else(|| crate::key::unknown_id(&envelope.encrypted))?;
    decrypt(key, &encrypted_key, body)
}

/// From here on every failure is the same failure. A content key that did not come out is replaced by zeros and the
/// work goes on, so that the time taken tells little about the cause.
fn decrypt(key: &PrivateKey, encrypted_key: &[u8], body: Vec<u8>) -> Result<Zeroizing<Vec<u8>>, Error> {
    let secrets = key.decrypt_oaep_sha1(encrypted_key).ok().and_then(|text| read_key_text(&text));
    let recovered = secrets.is_some();
    let (content_key, counter_block) = secrets.unwrap_or_default();
    let mut body = Zeroizing::new(body);
    key.ciphers()
        .aes_256_ctr(&content_key, &counter_block, &mut body)
        .map_err(|_| Error::decryption_failed())?;
    let readable = is_json(&body);
    if recovered && readable { Ok(body) } else { Err(Error::decryption_failed()) }
}

type Secrets = (Zeroizing<[u8; KEY_BYTES]>, Zeroizing<[u8; COUNTER_BLOCK_BYTES]>);

fn key_text(content_key: &[u8; KEY_BYTES], counter_block: &[u8; COUNTER_BLOCK_BYTES]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(KEY_TEXT_BYTES));
    text.push_str(&encoding::encode_secret(content_key));
    text.push(BAR);
    text.push_str(&encoding::encode_secret(counter_block));
    text
}

/// Exactly 44 + 1 + 24 characters: 32 and 16 bytes in padded base64 have no other length, and a bar is no base64.
fn read_key_text(text: &[u8]) -> Option<Secrets> {
    let (content_key, rest) = text.split_at_checked(base64_length(KEY_BYTES))?;
    let counter_block = rest.strip_prefix(b"|")?;
    Some((encoding::decode_secret_exact(content_key)?, encoding::decode_secret_exact(counter_block)?))
}

/// Whether `bytes` are one JSON text. Looks at every byte, keeps none.
fn is_json(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

fn too_large(what: &str, length: usize, limit: usize) -> Error {
    Error::with_message(
        ErrorKind::TooLarge,
        format!("{what} has {length} bytes; at most {limit} are accepted"),
    )
}
