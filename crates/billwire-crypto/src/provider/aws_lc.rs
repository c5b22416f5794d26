//! The provider on `aws-lc-rs`: constant-time, and about as fast as the bare library.
//!
//! Keys are parsed once, when they are made: parsing again at each use would cost 12 to 14 %.

use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    KeyPair, OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey,
    PublicEncryptingKey,
};
use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaPublicKeyComponents,
};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind};
use crate::provider::{ContentCiphers, PrivateKeyOperations, Provider, PublicKeyOperations};
use crate::random::SecureRandom;

/// Constant-time and fast; needs a C compiler. The one to use for private keys that answer network peers.
///
/// RSA padding and blinding come from the library's own generator, which the operating system seeds: the `random`
/// argument of an encryption only makes content keys and nonces.
#[derive(Clone, Copy, Debug, Default)]
pub struct AwsLcProvider;

impl Provider for AwsLcProvider {
    fn name(&self) -> &'static str {
        "aws-lc"
    }

    fn private_key(&self, pkcs8_der: &[u8]) -> Result<Arc<dyn PrivateKeyOperations>, Error> {
        let signing = KeyPair::from_pkcs8(pkcs8_der).map_err(unusable)?;
        let decrypting = PrivateDecryptingKey::from_pkcs8(pkcs8_der).map_err(unusable)?;
        let decrypting = OaepPrivateDecryptingKey::new(decrypting).map_err(unusable)?;
        Ok(Arc::new(AwsLcPrivateKey { signing, decrypting }))
    }

    fn public_key(&self, modulus: &[u8], exponent: &[u8]) -> Result<Arc<dyn PublicKeyOperations>, Error> {
        let components = RsaPublicKeyComponents { n: modulus, e: exponent };
        let verifying = components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).map_err(unusable)?;
        let encrypting: PublicEncryptingKey = components.try_into().map_err(unusable)?;
        let encrypting = OaepPublicEncryptingKey::new(encrypting).map_err(unusable)?;
        Ok(Arc::new(AwsLcPublicKey { verifying, encrypting }))
    }

    fn ciphers(&self) -> Arc<dyn ContentCiphers> {
        Arc::new(AwsLcCiphers)
    }
}

struct AwsLcPrivateKey {
    signing: KeyPair,
    decrypting: OaepPrivateDecryptingKey,
}

impl PrivateKeyOperations for AwsLcPrivateKey {
    fn sign_pkcs1_sha256(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let mut signature = vec![0_u8; self.signing.public_modulus_len()];
        self.signing
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(failed)?;
        Ok(signature)
    }

    fn decrypt_oaep_sha1(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut plaintext = Zeroizing::new(vec![0_u8; self.decrypting.min_output_size()]);
        let length = self
            .decrypting
            .decrypt(&OAEP_SHA1_MGF1SHA1, ciphertext, &mut plaintext, None)
            .map_err(|_| Error::decryption_failed())?
            .len();
        plaintext.truncate(length);
        Ok(plaintext)
    }
}

struct AwsLcPublicKey {
    verifying: ParsedPublicKey,
    encrypting: OaepPublicEncryptingKey,
}

impl PublicKeyOperations for AwsLcPublicKey {
    fn verify_pkcs1_sha256(&self, message: &[u8], signature: &[u8]) -> Result<(), Error> {
        self.verifying.verify_sig(message, signature).map_err(|_| Error::new(ErrorKind::VerificationFailed))
    }

    fn encrypt_oaep_sha1(&self, _random: &dyn SecureRandom, plaintext: &[u8]) -> Result<Vec<u8>, Error> {
        let mut ciphertext = vec![0_u8; self.encrypting.ciphertext_size()];
        let length = self
            .encrypting
            .encrypt(&OAEP_SHA1_MGF1SHA1, plaintext, &mut ciphertext, None)
            .map_err(failed)?
            .len();
        ciphertext.truncate(length);
        Ok(ciphertext)
    }
}

struct AwsLcCiphers;

impl ContentCiphers for AwsLcCiphers {
    fn aes_256_ctr(&self, key: &[u8; 32], counter_block: &[u8; 16], in_out: &mut [u8]) -> Result<(), Error> {
        let key = UnboundCipherKey::new(&AES_256, key).and_then(EncryptingKey::ctr).map_err(failed)?;
        let context = EncryptionContext::Iv128(FixedLength::from(counter_block));
        // In counter mode encryption and decryption are the same operation.
        key.less_safe_encrypt(in_out, context).map_err(failed)?;
        Ok(())
    }

    fn aes_256_gcm_seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        buffer: &mut Vec<u8>,
    ) -> Result<(), Error> {
        gcm(key)
            .and_then(|key| {
                let nonce = Nonce::assume_unique_for_key(*nonce);
                key.seal_in_place_append_tag(nonce, Aad::from(associated_data), buffer)
            })
            .map_err(failed)
    }

    fn aes_256_gcm_open(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        buffer: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let key = gcm(key).map_err(|_| Error::decryption_failed())?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = key
            .open_in_place(nonce, Aad::from(associated_data), buffer)
            .map_err(|_| Error::decryption_failed())?
            .len();
        buffer.truncate(length);
        Ok(())
    }
}

fn gcm(key: &[u8; 32]) -> Result<LessSafeKey, Unspecified> {
    UnboundKey::new(&AES_256_GCM, key).map(LessSafeKey::new)
}

fn unusable<E: std::error::Error + Send + Sync + 'static>(cause: E) -> Error {
    Error::new(ErrorKind::UnusableKey).with_source(cause)
}

fn failed(cause: Unspecified) -> Error {
    Error::new(ErrorKind::Provider).with_source(cause)
}
