//! The portable provider: pure Rust on `rsa`, `aes`, `ctr` and `aes-gcm`.
//!
//! Private-key operations are always blinded (`sign_with_rng`, `decrypt_blinded`); the unblinded ones are forbidden
//! by the workspace's lints. Blinding narrows but does not close the timing side channel of RUSTSEC-2023-0071.

use std::sync::Arc;

use aes::Aes256;
use aes::cipher::{KeyIvInit as _, StreamCipher as _};
use aes_gcm::aead::AeadInPlace as _;
use aes_gcm::{Aes256Gcm, KeyInit as _};
use ctr::Ctr128BE;
use rand_core::{CryptoRng, RngCore};
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::{BigUint, Oaep, Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind};
use crate::key::MAX_MODULUS_BITS;
use crate::provider::{ContentCiphers, PrivateKeyOperations, Provider, PublicKeyOperations};
use crate::random::{OsRandom, SecureRandom};

/// Pure Rust, no C compiler: for WebAssembly, embedded and cross builds, and as the second opinion in tests.
///
/// Do not decrypt or sign with it where a stranger can measure the time: RUSTSEC-2023-0071 has no patched version.
/// Verifying and encrypting are unaffected.
#[derive(Clone, Copy, Debug, Default)]
pub struct PortableProvider;

impl Provider for PortableProvider {
    fn name(&self) -> &'static str {
        "portable"
    }

    fn private_key(&self, pkcs8_der: &[u8]) -> Result<Arc<dyn PrivateKeyOperations>, Error> {
        let key = RsaPrivateKey::from_pkcs8_der(pkcs8_der).map_err(|_| Error::new(ErrorKind::UnusableKey))?;
        Ok(Arc::new(PortablePrivateKey(key)))
    }

    fn public_key(&self, modulus: &[u8], exponent: &[u8]) -> Result<Arc<dyn PublicKeyOperations>, Error> {
        let (modulus, exponent) = (BigUint::from_bytes_be(modulus), BigUint::from_bytes_be(exponent));
        let key = RsaPublicKey::new_with_max_size(modulus, exponent, MAX_MODULUS_BITS)
            .map_err(|_| Error::new(ErrorKind::UnusableKey))?;
        Ok(Arc::new(PortablePublicKey(key)))
    }

    fn ciphers(&self) -> Arc<dyn ContentCiphers> {
        Arc::new(PortableCiphers)
    }
}

struct PortablePrivateKey(RsaPrivateKey);

impl PrivateKeyOperations for PortablePrivateKey {
    fn sign_pkcs1_sha256(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let mut blinding = KeystreamRandom::from_os()?;
        self.0
            .sign_with_rng(&mut blinding, Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message))
            .map_err(|error| Error::new(ErrorKind::Provider).with_source(error))
    }

    fn decrypt_oaep_sha1(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut blinding = KeystreamRandom::from_os()?;
        self.0
            .decrypt_blinded(&mut blinding, Oaep::new::<Sha1>(), ciphertext)
            .map(Zeroizing::new)
            .map_err(|_| Error::decryption_failed())
    }
}

struct PortablePublicKey(RsaPublicKey);

impl PublicKeyOperations for PortablePublicKey {
    fn verify_pkcs1_sha256(&self, message: &[u8], signature: &[u8]) -> Result<(), Error> {
        self.0
            .verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message), signature)
            .map_err(|_| Error::new(ErrorKind::VerificationFailed))
    }

    fn encrypt_oaep_sha1(&self, random: &dyn SecureRandom, plaintext: &[u8]) -> Result<Vec<u8>, Error> {
        let mut seed = OaepSeed::draw(random)?;
        let ciphertext = self
            .0
            .encrypt(&mut seed, Oaep::new::<Sha1>(), plaintext)
            .map_err(|error| Error::new(ErrorKind::Provider).with_source(error))?;
        if seed.exhausted { Err(Error::new(ErrorKind::Random)) } else { Ok(ciphertext) }
    }
}

struct PortableCiphers;

impl ContentCiphers for PortableCiphers {
    fn aes_256_ctr(&self, key: &[u8; 32], counter_block: &[u8; 16], in_out: &mut [u8]) -> Result<(), Error> {
        let mut cipher = Ctr128BE::<Aes256>::new(key.into(), counter_block.into());
        cipher.try_apply_keystream(in_out).map_err(|_| Error::new(ErrorKind::Provider))
    }

    fn aes_256_gcm_seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        buffer: &mut Vec<u8>,
    ) -> Result<(), Error> {
        Aes256Gcm::new(key.into())
            .encrypt_in_place(nonce.into(), associated_data, buffer)
            .map_err(|_| Error::new(ErrorKind::Provider))
    }

    fn aes_256_gcm_open(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        buffer: &mut Vec<u8>,
    ) -> Result<(), Error> {
        Aes256Gcm::new(key.into())
            .decrypt_in_place(nonce.into(), associated_data, buffer)
            .map_err(|_| Error::decryption_failed())
    }
}

/// A generator for one blinding: AES-256-CTR keyed by the operating system.
///
/// `rsa` wants a generator that cannot fail. Drawing the key first turns a failure of the operating system into an
/// error instead of a panic in the middle of an operation.
struct KeystreamRandom(Ctr128BE<Aes256>);

impl KeystreamRandom {
    fn from_os() -> Result<Self, Error> {
        let mut key = Zeroizing::new([0_u8; 32]);
        OsRandom.fill(key.as_mut())?;
        let key: &[u8; 32] = &key;
        Ok(Self(Ctr128BE::new(key.into(), &[0_u8; 16].into())))
    }
}

impl RngCore for KeystreamRandom {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, destination: &mut [u8]) {
        destination.fill(0);
        self.0.apply_keystream(destination);
    }

    fn try_fill_bytes(&mut self, destination: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(destination);
        Ok(())
    }
}

impl CryptoRng for KeystreamRandom {}

/// The seed of one OAEP encryption (as long as a SHA-1 digest), drawn before the encryption starts.
struct OaepSeed {
    bytes: Zeroizing<[u8; 20]>,
    used: usize,
    exhausted: bool,
}

impl OaepSeed {
    fn draw(random: &dyn SecureRandom) -> Result<Self, Error> {
        let mut bytes = Zeroizing::new([0_u8; 20]);
        random.fill(bytes.as_mut())?;
        Ok(Self { bytes, used: 0, exhausted: false })
    }
}

impl RngCore for OaepSeed {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, destination: &mut [u8]) {
        let end = self.used.saturating_add(destination.len());
        if let Some(bytes) = self.bytes.get(self.used..end) {
            destination.copy_from_slice(bytes);
            self.used = end;
        } else {
            // The caller of the encryption throws the result away.
            self.exhausted = true;
        }
    }

    fn try_fill_bytes(&mut self, destination: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(destination);
        Ok(())
    }
}

impl CryptoRng for OaepSeed {}

#[cfg(test)]
mod tests {
    use rand_core::RngCore as _;

    use super::{KeystreamRandom, OaepSeed};
    use crate::random::OsRandom;

    #[test]
    fn a_seed_is_handed_out_once() {
        let mut seed = OaepSeed::draw(&OsRandom).unwrap();
        let (mut first, mut second) = ([0; 12], [0; 8]);
        seed.fill_bytes(&mut first);
        seed.fill_bytes(&mut second);
        assert_eq!([first.as_slice(), &second].concat(), seed.bytes.as_slice());
        assert!(!seed.exhausted);
        seed.fill_bytes(&mut [0]);
        assert!(seed.exhausted, "the encryption that wanted more is thrown away");
    }

    #[test]
    fn blinding_is_fresh_each_time_and_does_not_repeat() {
        let mut stream = KeystreamRandom::from_os().unwrap();
        let drawn = [stream.next_u64(), stream.next_u64(), KeystreamRandom::from_os().unwrap().next_u64()];
        assert!(drawn[0] != drawn[1] && drawn[0] != drawn[2] && drawn[1] != drawn[2], "{drawn:?}");
    }
}
