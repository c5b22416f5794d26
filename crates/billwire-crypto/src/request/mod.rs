//! Request signing: the canonical string, its signature, and the check of both.
//!
//! What is signed is method, path with query, API key and date. **The body is not signed**, nor is any other header:
//! whoever can alter the body in transit can do so unnoticed. TLS remains necessary.
//!
//! ```
//! # fn main() -> Result<(), billwire_crypto::Error> {
//! # #[cfg(feature = "testing")] {
//! use billwire_crypto::request::{self, RequestParts};
//! use billwire_crypto::{PortableProvider, PrivateKey, testing};
//!
//! let key = PrivateKey::from_pem(&PortableProvider, testing::keys::REQUEST_SIGNING.private_pem)?;
//! let parts = RequestParts {
//!     method: "POST",
//!     path_and_query: "/v1/client/create-token",
//!     api_key: "YOUR_API_KEY",
//!     date: "2019-09-17T14:14:24.874Z",
//! };
//! let signature = request::sign(&key, &parts)?; // header `Signature`; header `Date` is `parts.date`
//! request::verify(&[key.public_key()], &parts, &signature)?;
//! # }
//! # Ok(())
//! # }
//! ```

mod date;

use std::fmt;

use zeroize::Zeroizing;

use crate::encoding;
use crate::error::{Error, ErrorKind};
use crate::key::{KeyId, PrivateKey, PublicKey};

/// The longest accepted canonical string, in bytes.
pub const MAX_CANONICAL_BYTES: usize = 16 * 1024;

/// The longest accepted signature text: base64 of a signature by the largest key.
const MAX_SIGNATURE_TEXT_BYTES: usize = 4 * crate::key::MAX_MODULUS_BITS.div_ceil(24);

/// The four things a request signature covers. Debug hides the API key.
#[derive(Clone, Copy)]
pub struct RequestParts<'a> {
    /// The method in upper case, such as `POST`.
    pub method: &'a str,
    /// The path with its `/v1` prefix and, if present, `?query`: exactly the bytes of the request line, with the
    /// percent-encoding untouched, without scheme, host and fragment.
    pub path_and_query: &'a str,
    /// The API key without `Bearer `.
    pub api_key: &'a str,
    /// The text of the `Date` header, byte for byte: ISO 8601 such as `2019-09-17T14:14:24.874Z`.
    pub date: &'a str,
}

impl fmt::Debug for RequestParts<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RequestParts")
            .field("method", &self.method)
            .field("path_and_query", &self.path_and_query)
            .field("api_key", &"[hidden]")
            .field("date", &self.date)
            .finish()
    }
}

/// Proof that a request signature was checked. Cannot be made in any other way.
///
/// Proved is that a holder of the private key signed exactly these method, path, API key and date. Nothing is proved
/// about the body, and nothing about the moment: compare the date with the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedRequest {
    key_index: usize,
    key_id: Option<KeyId>,
}

impl VerifiedRequest {
    /// The position of the key that fits, in the slice given to [`verify`].
    #[must_use]
    pub fn key_index(&self) -> usize {
        self.key_index
    }

    /// The id of the key that fits, if it has one.
    #[must_use]
    pub fn key_id(&self) -> Option<&KeyId> {
        self.key_id.as_ref()
    }
}

/// The text that is signed: `METHOD:path-and-query:api-key:date`, without a newline. Holds the API key: never log it.
///
/// # Errors
/// [`ErrorKind::MalformedInput`] names the part that is not as [`RequestParts`] says, without repeating the API key;
/// [`ErrorKind::TooLarge`] beyond [`MAX_CANONICAL_BYTES`].
///
/// Source: Q2 Biller Direct description, section 8.3 "Request signing".
pub fn canonical_string(parts: &RequestParts<'_>) -> Result<Zeroizing<String>, Error> {
    check(parts)?;
    let RequestParts { method, path_and_query, api_key, date } = parts;
    // Sized beforehand: a buffer that grew would leave copies of the API key behind.
    let length = method.len() + path_and_query.len() + api_key.len() + date.len() + 3;
    let mut text = Zeroizing::new(String::with_capacity(length));
    for (index, part) in [method, path_and_query, api_key, date].into_iter().enumerate() {
        if index > 0 {
            text.push(':');
        }
        text.push_str(part);
    }
    Ok(text)
}

/// Signs a request: RSASSA-PKCS1-v1_5 with SHA-256 over the canonical string, as standard base64 with padding.
///
/// Send it as the `Signature` header, and the very text of `parts.date` as the `Date` header. Each attempt of a retry
/// needs a new date and thus a new signature.
///
/// # Errors
/// As [`canonical_string`]; [`ErrorKind::Random`] or [`ErrorKind::Provider`] if the provider fails.
///
/// Source: Q2 Biller Direct description, section 8.3 "Request signing".
pub fn sign(key: &PrivateKey, parts: &RequestParts<'_>) -> Result<String, Error> {
    let text = canonical_string(parts)?;
    key.sign_pkcs1_sha256(text.as_bytes()).map(|signature| encoding::encode_standard(&signature))
}

/// Checks the signature of a request against every given key: nothing in a request names its key.
///
/// Whether the date is recent is not checked here; time is the caller's.
///
/// # Errors
/// [`ErrorKind::MalformedInput`] if a part is not as [`RequestParts`] says (an HTTP date, for one, even if it was
/// signed) or the signature is not standard base64 with padding; [`ErrorKind::UnknownKey`] if `keys` is empty;
/// [`ErrorKind::VerificationFailed`] if no key fits. Answer all of them with one and the same 401.
///
/// Source: Q2 Biller Direct description, section 8.3 "Request signing".
pub fn verify(
    keys: &[PublicKey],
    parts: &RequestParts<'_>,
    signature: &str,
) -> Result<VerifiedRequest, Error> {
    let text = canonical_string(parts)?;
    if signature.len() > MAX_SIGNATURE_TEXT_BYTES {
        return Err(Error::with_message(
            ErrorKind::TooLarge,
            "the signature is longer than any accepted key makes",
        ));
    }
    let signature = encoding::decode_standard(signature)
        .ok_or_else(|| Error::malformed("the signature is not standard base64 with padding"))?;
    if keys.is_empty() {
        return Err(Error::with_message(
            ErrorKind::UnknownKey,
            "no key is registered to verify requests with",
        ));
    }
    let fits = |key: &PublicKey| key.verify_pkcs1_sha256(text.as_bytes(), &signature).is_ok();
    keys.iter()
        .enumerate()
        .find(|(_, key)| fits(key))
        .map(|(key_index, key)| VerifiedRequest { key_index, key_id: key.key_id().cloned() })
        .ok_or_else(|| {
            Error::with_message(ErrorKind::VerificationFailed, "the signature fits none of the keys")
        })
}

/// Whether `text` is a date that request signing accepts: ISO 8601 with seconds and zone, such as
/// `2019-09-17T14:14:24.874Z`. The HTTP date form (`Tue, 17 Sep 2019 14:14:24 GMT`) is not.
#[must_use]
pub fn is_signable_date(text: &str) -> bool {
    date::is_iso_8601(text)
}

fn check(parts: &RequestParts<'_>) -> Result<(), Error> {
    let length = [parts.method, parts.path_and_query, parts.api_key, parts.date]
        .iter()
        .map(|part| part.len())
        .sum::<usize>();
    if length > MAX_CANONICAL_BYTES - 3 {
        return Err(Error::with_message(
            ErrorKind::TooLarge,
            "method, path, API key and date are too long to be signed",
        ));
    }
    if parts.method.is_empty() || !parts.method.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Error::malformed("the method must be in upper case letters, such as `POST`"));
    }
    if !parts.path_and_query.starts_with('/') {
        return Err(Error::malformed("the path must start with `/`: no scheme and no host"));
    }
    if !is_visible(parts.path_and_query) || parts.path_and_query.contains('#') {
        return Err(Error::malformed(
            "the path must be as on the request line: percent-encoded, without white space and fragment",
        ));
    }
    if parts.api_key.is_empty() || !is_visible(parts.api_key) {
        return Err(Error::malformed(
            "the API key must be visible ASCII without white space: give the bare key, without `Bearer `",
        ));
    }
    if !date::is_iso_8601(parts.date) {
        return Err(Error::malformed(
            "the date must be ISO 8601 with seconds and zone, such as `2019-09-17T14:14:24.874Z`, not an HTTP date",
        ));
    }
    Ok(())
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}
