//! JWE in compact serialisation (RFC 7516): `RSA-OAEP` with `A256GCM`, both ways, and nothing else.
//!
//! A JWE proves nothing about its sender: anybody who has the public key can make one. Whoever must know the sender
//! checks a signature as well.
//!
//! ```
//! # fn main() -> Result<(), billwire_crypto::Error> {
//! # #[cfg(feature = "testing")] {
//! use billwire_crypto::{KeyRing, OsRandom, PortableProvider, PrivateKey, jwe, testing};
//!
//! let pair = testing::keys::PARTNER_WEBHOOK_ENCRYPTION;
//! let key = PrivateKey::from_pem(&PortableProvider, pair.private_pem)?.with_key_id(pair.key_id.into());
//! let compact = jwe::encrypt(&key.public_key(), &OsRandom, br#"{"event":{}}"#, Some("application/json"))?;
//! let opened = jwe::decrypt(&KeyRing::from_keys([key])?, &compact)?;
//! assert_eq!(opened.as_slice(), br#"{"event":{}}"#);
//! # }
//! # Ok(())
//! # }
//! ```

mod compact;
mod decrypt;
mod encrypt;
mod header;

pub use decrypt::decrypt;
pub use encrypt::encrypt;

/// The longest compact text that is read or written, white space included: 2 MiB.
pub const MAX_COMPACT_BYTES: usize = 2 * 1024 * 1024;

const CONTENT_KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
