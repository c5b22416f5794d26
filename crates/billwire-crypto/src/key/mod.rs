//! RSA keys, their ids, the forms they are written in, and rings of them.

mod id;
mod pem;
mod private;
mod public;
mod ring;

pub use id::KeyId;
pub use private::PrivateKey;
pub use public::PublicKey;
pub(crate) use ring::unknown_id;
pub use ring::{KeyRing, Keyed, PrivateKeys, PublicKeys};

/// The smallest accepted modulus, in bits. Smaller keys are within reach of an attacker.
pub const MIN_MODULUS_BITS: usize = 2048;

/// The largest accepted modulus, in bits. Larger keys only serve to keep a verifier busy.
pub const MAX_MODULUS_BITS: usize = 8192;

/// The longest accepted key text (PEM or JWK), in bytes.
pub const MAX_KEY_TEXT_BYTES: usize = 64 * 1024;
