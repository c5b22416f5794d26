//! Providers: who does the arithmetic.
//!
//! A provider is a value handed to the functions that make keys; a key keeps what it needs of it. No Cargo feature
//! and no global chooses one. The traits are small and object-safe, so that a provider on other hardware or in
//! another library is a matter of one file.

#[cfg(feature = "aws-lc")]
mod aws_lc;
mod portable;

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

#[cfg(feature = "aws-lc")]
pub use aws_lc::AwsLcProvider;
pub use portable::PortableProvider;

use crate::error::Error;
use crate::random::SecureRandom;

/// Makes keys that can work. See the crate documentation for which provider to use.
///
/// The sizes and the shape of a key have been checked before a provider sees it.
pub trait Provider: fmt::Debug + Send + Sync + 'static {
    /// A short name for logs and test reports, such as `aws-lc`.
    fn name(&self) -> &'static str;

    /// An RSA private key from its PKCS#8 DER form.
    ///
    /// # Errors
    /// [`ErrorKind::UnusableKey`](crate::ErrorKind::UnusableKey) if the provider refuses the key.
    fn private_key(&self, pkcs8_der: &[u8]) -> Result<Arc<dyn PrivateKeyOperations>, Error>;

    /// An RSA public key from modulus and exponent, big-endian without leading zeros.
    ///
    /// # Errors
    /// [`ErrorKind::UnusableKey`](crate::ErrorKind::UnusableKey) if the provider refuses the key.
    fn public_key(&self, modulus: &[u8], exponent: &[u8]) -> Result<Arc<dyn PublicKeyOperations>, Error>;

    /// The symmetric ciphers.
    fn ciphers(&self) -> Arc<dyn ContentCiphers>;
}

/// What a private key does.
pub trait PrivateKeyOperations: Send + Sync {
    /// RSASSA-PKCS1-v1_5 with SHA-256 over `message`.
    ///
    /// # Errors
    /// [`ErrorKind::Random`](crate::ErrorKind::Random) or [`ErrorKind::Provider`](crate::ErrorKind::Provider).
    fn sign_pkcs1_sha256(&self, message: &[u8]) -> Result<Vec<u8>, Error>;

    /// RSAES-OAEP with SHA-1, MGF1-SHA-1 and the empty label. `ciphertext` is as long as the modulus.
    ///
    /// # Errors
    /// [`ErrorKind::DecryptionFailed`](crate::ErrorKind::DecryptionFailed) and nothing more for whatever is wrong
    /// with the ciphertext.
    fn decrypt_oaep_sha1(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error>;
}

/// What a public key does.
pub trait PublicKeyOperations: Send + Sync {
    /// RSASSA-PKCS1-v1_5 with SHA-256. `signature` is as long as the modulus.
    ///
    /// # Errors
    /// [`ErrorKind::VerificationFailed`](crate::ErrorKind::VerificationFailed).
    fn verify_pkcs1_sha256(&self, message: &[u8], signature: &[u8]) -> Result<(), Error>;

    /// RSAES-OAEP with SHA-1, MGF1-SHA-1 and the empty label.
    ///
    /// A provider whose library only draws from its own generator ignores `random` here.
    ///
    /// # Errors
    /// [`ErrorKind::Random`](crate::ErrorKind::Random) or [`ErrorKind::Provider`](crate::ErrorKind::Provider).
    fn encrypt_oaep_sha1(&self, random: &dyn SecureRandom, plaintext: &[u8]) -> Result<Vec<u8>, Error>;
}

/// What content keys do.
pub trait ContentCiphers: Send + Sync {
    /// AES-256 in counter mode, in place; the same operation encrypts and decrypts. The whole 16-byte block is one
    /// big-endian counter that starts at `counter_block` and wraps modulo 2^128.
    ///
    /// # Errors
    /// [`ErrorKind::Provider`](crate::ErrorKind::Provider).
    fn aes_256_ctr(&self, key: &[u8; 32], counter_block: &[u8; 16], in_out: &mut [u8]) -> Result<(), Error>;

    /// AES-256-GCM: encrypts `buffer` in place and appends the 16-byte tag.
    ///
    /// # Errors
    /// [`ErrorKind::Provider`](crate::ErrorKind::Provider).
    fn aes_256_gcm_seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        buffer: &mut Vec<u8>,
    ) -> Result<(), Error>;

    /// AES-256-GCM: `buffer` is ciphertext followed by the 16-byte tag; on success it is cut to the plaintext. On
    /// failure its content must not be used.
    ///
    /// # Errors
    /// [`ErrorKind::DecryptionFailed`](crate::ErrorKind::DecryptionFailed).
    fn aes_256_gcm_open(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        buffer: &mut Vec<u8>,
    ) -> Result<(), Error>;
}
