//! JSON Web Keys and sets of them (RFC 7517): a lenient reader, a strict writer.
//!
//! Reading: one odd key must not lose the set. What cannot be used is skipped and [reported](SkippedKey). Only `kty`,
//! `n` and `e` make the key; a certificate in `x5c` is kept as text and never trusted.
//!
//! ```
//! # fn main() -> Result<(), billwire_crypto::Error> {
//! # #[cfg(feature = "testing")] {
//! use billwire_crypto::jwks::{self, JwkForm, JwkSet, PublishedKey};
//! use billwire_crypto::{PortableProvider, PublicKey, testing};
//!
//! let pem = testing::keys::REQUEST_SIGNING.public_pem;
//! let key = PublicKey::from_pem(&PortableProvider, pem)?.with_key_id("partner-2024".into());
//! let text = jwks::render(&[PublishedKey::signing(key)], JwkForm::Rfc7517)?;
//!
//! let set = JwkSet::parse(&PortableProvider, &text)?;
//! assert_eq!(set.signing_keys().len(), 1);
//! assert!(set.skipped.is_empty());
//! # }
//! # Ok(())
//! # }
//! ```

mod private;
mod read;
mod render;

use std::fmt;

pub(crate) use private::read as read_private;
pub use read::{JwkKey, JwkSet, SkipReason, SkippedKey};
pub use render::{JwkForm, PublishedKey, render, render_key};

/// The longest accepted JWK set, in bytes.
pub const MAX_SET_BYTES: usize = 1024 * 1024;

/// The most keys a set may hold, usable or not.
pub const MAX_SET_KEYS: usize = 100;

/// What a key is for: the `use` member.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// `sig`
    Signature,
    /// `enc`
    Encryption,
    /// A word this version does not know, as it stood.
    Unrecognized(Box<str>),
}

impl KeyUse {
    /// The word as it stands in the JWK.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Signature => "sig",
            Self::Encryption => "enc",
            Self::Unrecognized(text) => text,
        }
    }
}

impl From<&str> for KeyUse {
    fn from(text: &str) -> Self {
        match text {
            "sig" => Self::Signature,
            "enc" => Self::Encryption,
            other => Self::Unrecognized(other.into()),
        }
    }
}

impl fmt::Display for KeyUse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The algorithm a key is meant for: the `alg` member.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// `RS256`: RSASSA-PKCS1-v1_5 with SHA-256
    Rs256,
    /// `RSA-OAEP`: RSAES-OAEP with SHA-1 and MGF1-SHA-1
    RsaOaep,
    /// An algorithm this version does not use, as it stood.
    Unrecognized(Box<str>),
}

impl KeyAlgorithm {
    /// The name as it stands in the JWK.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Rs256 => "RS256",
            Self::RsaOaep => "RSA-OAEP",
            Self::Unrecognized(text) => text,
        }
    }
}

impl From<&str> for KeyAlgorithm {
    fn from(text: &str) -> Self {
        match text {
            "RS256" => Self::Rs256,
            "RSA-OAEP" => Self::RsaOaep,
            other => Self::Unrecognized(other.into()),
        }
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
