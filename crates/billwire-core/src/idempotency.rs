//! The key by which a service tells a repetition from a second call.

use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, OnceLock};

use billwire_crypto::SecureRandom;
use http::{HeaderName, HeaderValue};

use crate::error::{Error, ErrorKind};
use crate::request::Draft;
use crate::uuid;

/// Longest accepted key, in characters.
const LONGEST: usize = 255;

pub(crate) const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// A key that is the same over all attempts of one call: a service that honours it carries the call out once.
///
/// The client makes one for every call of an operation that takes one, so most programs never need this type. Give a
/// key of your own, with [`CallOptions::with_idempotency_key`](crate::CallOptions::with_idempotency_key), to repeat a
/// call after a restart of the program: note the key first, then call. One key belongs to one call with one body; a client
/// that was given a key refuses to send a second request with it.
///
/// A key is no secret. It is shown by `Debug` and comes back in events.
///
/// ```
/// use billwire_core::IdempotencyKey;
///
/// let key = IdempotencyKey::new("0b6f7c86-0d0e-4d53-9a77-6a6b3f0c7e11")?;
/// assert_eq!(key.as_str(), "0b6f7c86-0d0e-4d53-9a77-6a6b3f0c7e11");
/// assert!(IdempotencyKey::new("two words").is_err());
/// # Ok::<(), billwire_core::Error>(())
/// ```
///
/// Source: BillerAPI description, section 3.7 "Idempotency".
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A key of your own: 1 to 255 visible ASCII characters (the bound is ours; a version 4 UUID is recommended).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] for any other text.
    pub fn new(key: impl Into<String>) -> Result<Self, Error> {
        let key = key.into();
        if key.is_empty() || key.len() > LONGEST || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                format!("an idempotency key has 1 to {LONGEST} visible ASCII characters"),
            )
            .with_advice("use a version 4 UUID, as `IdempotencyKey::generate` makes it"));
        }
        Ok(Self(key))
    }

    /// A fresh version 4 UUID.
    ///
    /// # Errors
    /// [`ErrorKind::Cryptography`] if `random` fails.
    pub fn generate(random: &dyn SecureRandom) -> Result<Self, Error> {
        uuid::fresh(random).map(Self)
    }

    /// The text that is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn header_value(&self) -> Result<HeaderValue, Error> {
        HeaderValue::from_str(&self.0).map_err(|_| {
            Error::new(ErrorKind::InvalidRequest, "the idempotency key cannot stand in a header")
        })
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("IdempotencyKey").field(&self.0).finish()
    }
}

/// A key on its way: for the first request that is sent with it, and for repetitions of that one. Clones are one key.
#[derive(Clone)]
pub(crate) struct KeyOfCall {
    key: IdempotencyKey,
    request: Arc<OnceLock<u64>>,
}

impl KeyOfCall {
    pub(crate) fn new(key: IdempotencyKey) -> Self {
        Self { key, request: Arc::default() }
    }

    pub(crate) const fn key(&self) -> &IdempotencyKey {
        &self.key
    }

    /// Takes the key for a request: a service would give another one the answer to the first.
    pub(crate) fn claim(&self, draft: &Draft<'_>) -> Result<(), Error> {
        let request = fingerprint(draft);
        if *self.request.get_or_init(|| request) == request {
            return Ok(());
        }
        Err(Error::new(ErrorKind::InvalidRequest, "the idempotency key was used for another request already")
            .with_advice("make this call without that key, or with one of its own: a key is for one request"))
    }
}

impl fmt::Debug for KeyOfCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key.fmt(formatter)
    }
}

/// Tells requests apart, against mistakes and not against malice; a body is not kept for it.
fn fingerprint(draft: &Draft<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (draft.operation.api, draft.operation.id, draft.path_and_query, draft.body).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_that_can_stand_in_a_header_is_a_key() {
        for text in ["a", "0b6f7c86-0d0e-4d53-9a77-6a6b3f0c7e11", &"k".repeat(LONGEST)] {
            assert_eq!(IdempotencyKey::new(text).expect(text).as_str(), text);
        }
        for text in ["", " ", "a b", "a\r\nX: y", "\u{e9}", &"k".repeat(LONGEST + 1)] {
            assert_eq!(IdempotencyKey::new(text).expect_err(text).kind(), ErrorKind::InvalidRequest);
        }
    }
}
