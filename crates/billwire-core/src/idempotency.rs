//! The key by which a service tells a repetition from a second call.

use std::fmt;

use billwire_crypto::SecureRandom;
use http::{HeaderName, HeaderValue};

use crate::error::{Error, ErrorKind};
use crate::uuid;

/// Longest accepted key, in characters.
const LONGEST: usize = 255;

pub(crate) const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// A key that is the same over all attempts of one call: a service that honours it carries the call out once.
///
/// The client makes one for every call of an operation that takes one, so most programs never need this type. Give a
/// key of your own, with [`CallOptions::with_idempotency_key`](crate::CallOptions::with_idempotency_key), to repeat a
/// call after a restart of the program: note the key first, then call. One key belongs to one call with one body.
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
