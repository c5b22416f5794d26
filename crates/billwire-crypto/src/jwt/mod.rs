//! JSON Web Tokens signed with RS256 (RFC 7519, RFC 7515), both ways.
//!
//! **What a webhook's token does not cover.** The documented claims are `aud`, `iss` and `exp`: no digest of the body,
//! no event id, no moment of issue. The token proves that the holder of the private key issued it for that audience;
//! a captured one can be sent with any body until `exp`. The integrity of the body rests on TLS alone.
//!
//! ```
//! # fn main() -> Result<(), billwire_crypto::Error> {
//! # #[cfg(feature = "testing")] {
//! use billwire_crypto::jwt::{self, HeaderOptions, Policy};
//! use billwire_crypto::{KeyRing, PortableProvider, PrivateKey, testing};
//!
//! let pair = testing::keys::Q2_WEBHOOK_SIGNING_OLD;
//! let key = PrivateKey::from_pem(&PortableProvider, pair.private_pem)?.with_key_id(pair.key_id.into());
//! let claims = serde_json::json!({"aud": "audience.example.com", "iss": "example issuer", "exp": 1_579_754_951});
//! let token = jwt::sign(&key, &claims, &HeaderOptions::default())?;
//!
//! let policy = Policy::default().with_issuer("example issuer").with_audience("audience.example.com");
//! let keys = KeyRing::from_keys([key.public_key()])?;
//! let verified = jwt::verify(&keys, &token, &policy, 1_579_754_900)?;
//! assert_eq!(verified.issuer(), Some("example issuer"));
//! # }
//! # Ok(())
//! # }
//! ```

mod claims;
mod policy;
mod sign;
mod verify;

pub use policy::{DEFAULT_LEEWAY, DEFAULT_MAX_EXPIRY_AHEAD, Policy};
pub use sign::{HeaderOptions, certificate_thumbprint, sign};
pub use verify::{VerifiedToken, verify};

/// The longest token that is read or written, in bytes.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

const ALGORITHM: &str = "RS256";
