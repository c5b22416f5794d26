//! Providers as values: names, object safety, and what they agree on.

use std::sync::Arc;

use billwire_crypto::provider::{ContentCiphers, PrivateKeyOperations, PublicKeyOperations};
use billwire_crypto::testing::keys;
use billwire_crypto::{Error, ErrorKind, PrivateKey, Provider, PublicKey};

use crate::support::{PROVIDERS, hex, on_both, refused};

#[test]
fn both_are_there_under_their_names() {
    assert_eq!(PROVIDERS.map(Provider::name), ["portable", "aws-lc"]);
}

#[test]
fn keys_can_be_shared_between_threads() {
    fn check<T: Send + Sync + 'static>() {}
    check::<billwire_crypto::KeyRing<PrivateKey>>();
    check::<billwire_crypto::KeyRing<PublicKey>>();
    check::<Arc<dyn Provider>>();
    check::<Error>();
    let key = crate::support::private(PROVIDERS[1], keys::REQUEST_SIGNING);
    let signing = std::thread::spawn(move || {
        let claims = serde_json::json!({});
        billwire_crypto::jwt::sign(&key, &claims, &billwire_crypto::jwt::HeaderOptions::default()).is_ok()
    });
    assert!(signing.join().unwrap());
}

/// NIST SP 800-38A, appendix F.5.5, CTR-AES256: the whole block counts.
#[test]
fn counter_mode_is_the_nist_one_in_both_directions() {
    let key = hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    let counter = hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    let plaintext = hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
    let ciphertext = hex("601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5");
    on_both(|provider| {
        let (key, counter) = (key.as_slice().try_into().unwrap(), counter.as_slice().try_into().unwrap());
        let mut buffer = plaintext.clone();
        provider.ciphers().aes_256_ctr(key, counter, &mut buffer).unwrap();
        assert_eq!(buffer, ciphertext);
        provider.ciphers().aes_256_ctr(key, counter, &mut buffer).unwrap();
        assert_eq!(buffer, plaintext);
        provider.ciphers().aes_256_ctr(key, counter, &mut []).unwrap();
    });
}

#[test]
fn nonsense_is_refused_and_not_a_panic() {
    on_both(|provider| {
        for der in [b"".as_slice(), b"\x30\x00", b"nonsense", &[0xff; 64]] {
            assert_eq!(provider.private_key(der).err().unwrap().kind(), ErrorKind::UnusableKey);
        }
        assert_eq!(provider.public_key(&[], &[]).err().unwrap().kind(), ErrorKind::UnusableKey);
        let ciphers = provider.ciphers();
        for length in 0..16 {
            let mut buffer = vec![0; length];
            let error = ciphers.aes_256_gcm_open(&[0; 32], &[0; 12], b"", &mut buffer).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::DecryptionFailed);
        }
    });
}

#[test]
fn too_long_a_plaintext_is_an_error() {
    on_both(|provider| {
        let key = PublicKey::from_pem(provider, keys::API_ENCRYPTION.public_pem).unwrap();
        let operations = provider.public_key(key.modulus(), key.exponent()).unwrap();
        let random = billwire_crypto::testing::SeededRandom::new(7);
        // 256 bytes of modulus, less two SHA-1 digests, less two.
        assert_eq!(operations.encrypt_oaep_sha1(&random, &[0; 214]).unwrap().len(), 256);
        assert_eq!(operations.encrypt_oaep_sha1(&random, &[0; 215]).unwrap_err().kind(), ErrorKind::Provider);
    });
}

/// A provider written outside of the crate, as one for other hardware would be. This one has no keys.
#[derive(Debug)]
struct Unplugged;

impl Provider for Unplugged {
    fn name(&self) -> &'static str {
        "unplugged"
    }

    fn private_key(&self, _pkcs8_der: &[u8]) -> Result<Arc<dyn PrivateKeyOperations>, Error> {
        let cause = std::io::Error::other("no token in the slot");
        Err(Error::new(ErrorKind::Provider).with_source(cause))
    }

    fn public_key(&self, _modulus: &[u8], _exponent: &[u8]) -> Result<Arc<dyn PublicKeyOperations>, Error> {
        Err(Error::new(ErrorKind::UnusableKey))
    }

    fn ciphers(&self) -> Arc<dyn ContentCiphers> {
        PROVIDERS[0].ciphers()
    }
}

#[test]
fn a_foreign_provider_fits_and_its_errors_come_through() {
    let pem = keys::API_ENCRYPTION.public_pem;
    refused(PublicKey::from_pem(&Unplugged, pem), ErrorKind::UnusableKey);
    let error = PrivateKey::from_pem(&Unplugged, keys::API_ENCRYPTION.private_pem).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnusableKey, "the public half is made first");
    let error = Unplugged.private_key(&[]).err().unwrap();
    assert_eq!(error.to_string(), "the cryptography provider failed");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "no token in the slot");
}
