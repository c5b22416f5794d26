//! Keys on aws-lc: what the facade uses for private keys.
//!
//! The portable provider, pure Rust, stays available as [`PortableProvider`](crate::crypto::PortableProvider); its
//! private-key operations are slower and not constant-time.

use billwire_crypto::jwks::JwkSet;
use billwire_crypto::{AwsLcProvider, Error, KeyId, PrivateKey, PublicKey};

/// An RSA private key from PEM text (PKCS#8 or PKCS#1), with the id it is known by to the other side.
///
/// # Errors
/// [`Error`] if the text is no such key or the key is not usable (2048 to 8192 bits). Check that the file is the private
/// key, not the public one, and that it is not encrypted with a passphrase.
pub fn private_key(pem: &str, key_id: impl Into<KeyId>) -> Result<PrivateKey, Error> {
    Ok(PrivateKey::from_pem(&AwsLcProvider, pem)?.with_key_id(key_id.into()))
}

/// An RSA public key from PEM text (SPKI, as the vendor's portal shows it, or PKCS#1), with its id.
///
/// # Errors
/// [`Error`] if the text is no such key or the key is not usable. Copy it again, with its first and last line.
pub fn public_key(pem: &str, key_id: impl Into<KeyId>) -> Result<PublicKey, Error> {
    Ok(PublicKey::from_pem(&AwsLcProvider, pem)?.with_key_id(key_id.into()))
}

/// The usable keys of a JWK set, and why the others are not.
///
/// # Errors
/// [`Error`] if the text is not a JWK set at all.
pub fn key_set(json: &str) -> Result<JwkSet, Error> {
    JwkSet::parse(&AwsLcProvider, json)
}
