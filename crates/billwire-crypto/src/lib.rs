//! Keys, JWK sets, request signing, payload encryption, JWE and JWT for bill-pay APIs: bytes in, bytes out.
//!
//! This crate does no I/O, reads no clock, and knows no HTTP: time and randomness are arguments. Algorithms come from
//! a fixed allow-list, never from a message.
//!
//! # Which provider
//!
//! The arithmetic is done by a provider, a value that is handed over when a key is made:
//!
//! | | `AwsLcProvider` (feature `aws-lc`) | [`PortableProvider`] (always there) |
//! | --- | --- | --- |
//! | use it for | every private key that answers network peers; the default of the `billwire` facade | builds without a C compiler (WebAssembly, embedded, cross), public-key work, a second opinion in tests |
//! | built on | `aws-lc-rs`, needs a C compiler | `rsa`, `aes-gcm`, `aes`, `ctr`: pure Rust |
//! | private-key time | constant by design | blinded, but subject to RUSTSEC-2023-0071 ("Marvin"), which has **no patched version** |
//! | speed | about that of the bare library | signing and decrypting about 3.6 times, verifying about 12 times as slow |
//!
//! On `wasm32-unknown-unknown` the final program must enable the feature `js` of `getrandom` 0.2, or provide random
//! bytes in another way that crate documents: blinding needs them.
//!
//! Do not decrypt with [`PortableProvider`] where a stranger can send messages and measure the answers. Keys of both
//! providers may be used side by side in one program, even in one ring.
//!
//! # What is where
//!
//! - [`PrivateKey`], [`PublicKey`], [`KeyId`], [`KeyRing`]: keys from PEM, JWK or numbers, found by id
//! - [`jwks`]: JWK sets, read leniently and written strictly
//! - [`request`]: signing of requests (RSASSA-PKCS1-v1_5 with SHA-256)
//! - [`envelope`]: encryption of request bodies (RSA-OAEP and AES-256-CTR; **no integrity**)
//! - [`jwe`]: encrypted webhooks (RSA-OAEP and A256GCM)
//! - [`jwt`]: signed webhooks (RS256)
//! - [`mac`]: webhooks signed with a shared secret (HMAC-SHA256)
//! - [`provider`]: the traits a provider implements
//! - `testing` (feature `testing`): predictable randomness, and the test keys everybody knows
//!
//! # Features
//!
//! - `aws-lc`: adds the provider on `aws-lc-rs`. It chooses nothing.
//! - `testing`: adds helpers for tests. Never enable it in production code.
//!
//! Source: Q2 Biller Direct description, sections 8 "Message security" and 10 "Webhooks"; BillerAPI description,
//! section 6 "Webhooks".

mod encoding;
mod error;
mod random;
mod strict_json;

pub mod envelope;
pub mod jwe;
pub mod jwks;
pub mod jwt;
pub mod key;
pub mod mac;
pub mod provider;
pub mod request;
#[cfg(feature = "testing")]
pub mod testing;

pub use error::{Error, ErrorKind};
pub use key::{KeyId, KeyRing, Keyed, PrivateKey, PrivateKeys, PublicKey, PublicKeys};
#[cfg(feature = "aws-lc")]
pub use provider::AwsLcProvider;
pub use provider::{PortableProvider, Provider};
pub use random::{OsRandom, SecureRandom};
