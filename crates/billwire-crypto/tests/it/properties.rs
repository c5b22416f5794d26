//! What must hold for every input: round trips, no panic on anything, no flipped bit unnoticed.

use billwire_crypto::envelope::{self, Envelope};
use billwire_crypto::jwks::JwkSet;
use billwire_crypto::jwt::{self, HeaderOptions, Policy};
use billwire_crypto::request::{self, RequestParts};
use billwire_crypto::testing::keys;
use billwire_crypto::{ErrorKind, KeyRing, OsRandom, PrivateKey, PublicKey, jwe};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{PROVIDERS, base64_url, from_base64_url, private, private_ring, public, public_ring};

const JWE_PAIR: keys::TestKey = keys::PARTNER_WEBHOOK_ENCRYPTION;
const JWT_PAIR: keys::TestKey = keys::Q2_WEBHOOK_SIGNING_OLD;

fn cases(cases: u32) -> ProptestConfig {
    // No file of past failures: a failing case belongs into a test of its own.
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn envelopes_round_trip(text in ".{0,400}", sealing in 0..2_usize, opening in 0..2_usize) {
        let body = json!({ "text": text }).to_string();
        let sealed = envelope::seal(&public(PROVIDERS[sealing], keys::API_ENCRYPTION), &OsRandom, body.as_bytes());
        let ring = private_ring(PROVIDERS[opening], &[keys::API_ENCRYPTION]);
        let opened = envelope::open(&ring, &sealed.unwrap()).unwrap();
        prop_assert_eq!(opened.as_slice(), body.as_bytes());
    }

    #[test]
    fn jwe_round_trips(plaintext in proptest::collection::vec(any::<u8>(), 0..400), encrypting in 0..2_usize, decrypting in 0..2_usize) {
        let compact = jwe::encrypt(&public(PROVIDERS[encrypting], JWE_PAIR), &OsRandom, &plaintext, None).unwrap();
        let opened = jwe::decrypt(&private_ring(PROVIDERS[decrypting], &[JWE_PAIR]), &compact).unwrap();
        prop_assert_eq!(opened.as_slice(), plaintext.as_slice());
    }

    #[test]
    fn jwt_round_trips(issuer in ".{0,40}", expiry in 1_i64..4_000_000_000, signing in 0..2_usize, verifying in 0..2_usize) {
        let claims = json!({"iss": issuer, "exp": expiry});
        let token = jwt::sign(&private(PROVIDERS[signing], JWT_PAIR), &claims, &HeaderOptions::default()).unwrap();
        let ring = public_ring(PROVIDERS[verifying], &[JWT_PAIR]);
        let policy = Policy::default().with_issuer(issuer.clone());
        let verified = jwt::verify(&ring, &token, &policy, expiry - 1).unwrap();
        prop_assert_eq!(verified.issuer(), Some(issuer.as_str()));
        prop_assert_eq!(verified.expires_at(), Some(expiry));
    }

    #[test]
    fn request_signatures_round_trip(path in "/[!-~&&[^#]]{0,60}", api_key in "[!-~]{1,40}", signing in 0..2_usize) {
        let parts = RequestParts { method: "GET", path_and_query: &path, api_key: &api_key, date: "2024-02-29T23:59:59.999Z" };
        let signature = request::sign(&private(PROVIDERS[signing], keys::REQUEST_SIGNING), &parts).unwrap();
        for provider in PROVIDERS {
            prop_assert!(request::verify(&[public(provider, keys::REQUEST_SIGNING)], &parts, &signature).is_ok());
        }
    }
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn a_flipped_bit_of_a_jwe_is_refused(part in 0..5_usize, position in any::<prop::sample::Index>(), bit in 0..8_u8, which in 0..2_usize) {
        let provider = PROVIDERS[which];
        let compact = jwe::encrypt(&public(provider, JWE_PAIR), &OsRandom, br#"{"event":{"type":"bill.update"}}"#, None).unwrap();
        let flipped = flip(&compact, part, position, bit);
        let error = jwe::decrypt(&private_ring(provider, &[JWE_PAIR]), &flipped).unwrap_err();
        if part > 0 {
            prop_assert_eq!(error.kind(), ErrorKind::DecryptionFailed);
        }
    }

    #[test]
    fn a_flipped_bit_of_a_jwt_is_refused(part in 0..3_usize, position in any::<prop::sample::Index>(), bit in 0..8_u8, which in 0..2_usize) {
        let provider = PROVIDERS[which];
        let claims = json!({"iss": "example issuer", "exp": 1000});
        let token = jwt::sign(&private(provider, JWT_PAIR), &claims, &HeaderOptions::default()).unwrap();
        let flipped = flip(&token, part, position, bit);
        let error = jwt::verify(&public_ring(provider, &[JWT_PAIR]), &flipped, &Policy::default(), 999).unwrap_err();
        if part > 0 {
            prop_assert_eq!(error.kind(), ErrorKind::VerificationFailed);
        }
    }

    /// Not so the payload envelope, which has no tag: the content key is safe, the body is not.
    #[test]
    fn a_flipped_bit_of_an_envelopes_key_is_refused(position in any::<prop::sample::Index>(), bit in 0..8_u8, which in 0..2_usize) {
        use base64ct::Encoding as _;
        let provider = PROVIDERS[which];
        let sealed = envelope::seal(&public(provider, keys::API_ENCRYPTION), &OsRandom, b"{}").unwrap();
        let (encrypted_key, body) = sealed.hash.split_once('|').unwrap();
        let mut bytes = crate::support::from_base64(encrypted_key);
        let index = position.index(bytes.len());
        bytes[index] ^= 1 << bit;
        let hash = format!("{}|{body}", base64ct::Base64::encode_string(&bytes));
        let changed = Envelope { hash, ..sealed.clone() };
        let error = envelope::open(&private_ring(provider, &[keys::API_ENCRYPTION]), &changed).unwrap_err();
        prop_assert_eq!(error.kind(), ErrorKind::DecryptionFailed);
    }
}

/// Flips one bit of one decoded part.
fn flip(compact: &str, part: usize, position: prop::sample::Index, bit: u8) -> String {
    let mut parts: Vec<_> = compact.split('.').map(str::to_owned).collect();
    let mut bytes = from_base64_url(&parts[part]);
    let index = position.index(bytes.len());
    bytes[index] ^= 1 << bit;
    parts[part] = base64_url(&bytes);
    parts.join(".")
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn decoders_never_panic_on_any_text(text in ".{0,300}", bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for provider in PROVIDERS {
            swallow(provider, &text);
            swallow(provider, &String::from_utf8_lossy(&bytes));
            let encoded = base64_url(&bytes);
            swallow(provider, &format!("{encoded}.{encoded}.{encoded}"));
            swallow(provider, &format!("{encoded}.{encoded}.{encoded}.{encoded}.{encoded}"));
            let pem = base64ct_standard(&bytes);
            for label in ["PUBLIC KEY", "RSA PUBLIC KEY", "PRIVATE KEY", "RSA PRIVATE KEY"] {
                swallow(provider, &format!("-----BEGIN {label}-----\n{pem}\n-----END {label}-----"));
            }
            swallow(provider, &json!({"kty": "RSA", "kid": text, "n": encoded, "e": "AQAB", "d": encoded}).to_string());
            swallow(provider, &json!({"kty": "RSA", "kid": text, "n": encoded, "e": encoded}).to_string());
        }
    }

    /// Damaged but nearly right: bytes of a good key are replaced.
    #[test]
    fn damaged_keys_never_panic(position in any::<prop::sample::Index>(), byte in any::<u8>(), public in any::<bool>()) {
        let pem = if public { keys::API_ENCRYPTION.public_pem } else { keys::API_ENCRYPTION.private_pem };
        let (label, body) = block(pem);
        let mut der = crate::support::from_base64(&body);
        // The structure is in the first bytes; the numbers that follow are long.
        let index = position.index(40);
        der[index] = byte;
        let text = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----", base64ct_standard(&der));
        for provider in PROVIDERS {
            let _ = PublicKey::from_pem(provider, &text);
            let _ = PrivateKey::from_pem(provider, &text);
        }
    }
}

fn block(pem: &str) -> (String, String) {
    let lines: Vec<_> = pem.lines().skip_while(|line| !line.starts_with("-----BEGIN")).collect();
    let label = lines[0].trim_start_matches("-----BEGIN ").trim_end_matches('-').to_owned();
    let body = lines[1..].iter().take_while(|line| !line.starts_with('-')).copied().collect();
    (label, body)
}

fn base64ct_standard(bytes: &[u8]) -> String {
    use base64ct::Encoding as _;
    base64ct::Base64::encode_string(bytes)
}

/// Gives `text` to every decoder. What comes out does not matter, as long as it comes back.
fn swallow(provider: &dyn billwire_crypto::Provider, text: &str) {
    let private_keys = private_ring(provider, &[JWE_PAIR]);
    let public_keys = KeyRing::from_keys([private(provider, JWT_PAIR).public_key()]).unwrap();
    let _ = jwe::decrypt(&private_keys, text);
    let _ = jwt::verify(&public_keys, text, &Policy::default(), 0);
    let _ = JwkSet::parse(provider, text);
    let _ = PublicKey::from_pem(provider, text);
    let _ = PublicKey::from_jwk_json(provider, text);
    let _ = PrivateKey::from_pem(provider, text);
    let _ = PrivateKey::from_jwk_json(provider, text);
    let _ = PrivateKey::from_pkcs8_der(provider, text.as_bytes());
    let _ = request::is_signable_date(text);
    let parts = RequestParts { method: text, path_and_query: text, api_key: text, date: text };
    let _ = request::verify(public_keys.as_slice(), &parts, text);
    let hash = format!("{text}|{text}");
    let _ = envelope::open(&private_keys, &Envelope { encrypted: JWE_PAIR.key_id.to_owned(), hash });
    let _ = envelope::open(&private_keys, &Envelope { encrypted: text.to_owned(), hash: text.to_owned() });
}
