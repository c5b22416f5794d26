//! The samples of the standards themselves.

use billwire_crypto::jwt::{self, Policy};
use billwire_crypto::{ErrorKind, KeyRing, PrivateKey, PublicKey, jwe};
use serde_json::Value;

use crate::support::{on_both, refused};

fn sample(name: &str) -> Value {
    let samples: Value = serde_json::from_str(include_str!("../fixtures/rfc.json")).unwrap();
    samples[name].clone()
}

#[test]
fn rfc_7515_a2_verifies() {
    let sample = sample("rfc7515_a2");
    let token = sample["jws"].as_str().unwrap();
    on_both(|provider| {
        let key = PublicKey::from_jwk_json(provider, &sample["jwk"].to_string()).unwrap();
        let ring = KeyRing::from_keys([key]).unwrap();
        let policy = Policy::default().with_issuer("joe");
        let verified = jwt::verify(&ring, token, &policy, 1_300_819_379).unwrap();
        assert_eq!(verified.expires_at(), Some(1_300_819_380));
        assert_eq!(verified.claims()["http://example.com/is_root"], true);
        refused(jwt::verify(&ring, token, &policy, 1_300_819_380 + 60), ErrorKind::Expired);
    });
}

#[test]
fn rfc_7516_a1_decrypts() {
    let sample = sample("rfc7516_a1");
    on_both(|provider| {
        // The key comes without its primes, which are recovered.
        let key = PrivateKey::from_jwk_json(provider, &sample["jwk"].to_string()).unwrap();
        let plaintext =
            jwe::decrypt(&KeyRing::from_keys([key]).unwrap(), sample["jwe"].as_str().unwrap()).unwrap();
        assert_eq!(plaintext.as_slice(), sample["plaintext"].as_str().unwrap().as_bytes());
    });
}

#[test]
fn rfc_7638_thumbprint() {
    let sample = sample("rfc7638_3_1");
    on_both(|provider| {
        let key = PublicKey::from_jwk_json(provider, &sample["jwk"].to_string()).unwrap();
        assert_eq!(key.thumbprint(), sample["thumbprint"].as_str().unwrap());
        assert_eq!(key.key_id().unwrap().as_str(), "2011-04-29");
        // The id is no part of it.
        assert_eq!(key.clone().with_key_id("other".into()).thumbprint(), key.thumbprint());
    });
}
