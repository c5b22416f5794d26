//! Debug and errors are silent about secrets.

use billwire_crypto::envelope::{self, Envelope};
use billwire_crypto::jwks::{JwkSet, PublishedKey};
use billwire_crypto::jwt::{self, HeaderOptions, Policy};
use billwire_crypto::request::{self, RequestParts};
use billwire_crypto::testing::{FixedRandom, keys};
use billwire_crypto::{KeyRing, OsRandom, PrivateKey, PublicKey};

use crate::support::{on_both, private, private_ring, public};

#[test]
fn keys_and_rings_print_id_and_size_only() {
    on_both(|provider| {
        let key = private(provider, keys::REQUEST_SIGNING);
        let text = format!("{key:?}");
        assert_eq!(text, r#"PrivateKey { key_id: Some("partner-signing-test-1"), modulus_bits: 2048, .. }"#);
        let text = format!("{:?}", key.public_key());
        let expected = format!(
            r#"PublicKey {{ key_id: Some("partner-signing-test-1"), modulus_bits: 2048, provider: "{}", .. }}"#,
            provider.name()
        );
        assert_eq!(text, expected);
        let text = format!("{:?}", KeyRing::from_keys([key]).unwrap());
        assert_eq!(text, r#"[Some("partner-signing-test-1")]"#);
    });
}

#[test]
fn an_api_key_is_in_no_text() {
    const API_KEY: &str = "dc220490-e6ee-11e5-8a94-e7385a8d929e";
    let good = RequestParts {
        method: "GET",
        path_and_query: "/v1/company/1",
        api_key: API_KEY,
        date: "2019-09-17T14:14:24.874Z",
    };
    assert!(!format!("{good:?}").contains(API_KEY));
    assert!(format!("{good:?}").contains("[hidden]"));
    let with_prefix = format!("Bearer {API_KEY}");
    let long = API_KEY.repeat(1000);
    for bad in [
        RequestParts { method: "get", ..good },
        RequestParts { path_and_query: "v1", ..good },
        RequestParts { api_key: &with_prefix, ..good },
        RequestParts { api_key: &long, ..good },
        RequestParts { date: "today", ..good },
    ] {
        let error = request::canonical_string(&bad).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(API_KEY), "{error:?}");
    }
}

#[test]
fn sealed_and_opened_values_do_not_print_their_content() {
    on_both(|provider| {
        let sealed =
            envelope::seal(&public(provider, keys::API_ENCRYPTION), &OsRandom, br#"{"a":"secret"}"#).unwrap();
        let text = format!("{sealed:?}");
        assert!(text.starts_with(r#"Envelope { encrypted: "os8th269xgj7tyku7wxl", hash_bytes: "#), "{text}");
        assert!(!text.contains(&sealed.hash));

        let claims = serde_json::json!({"iss": "hidden issuer", "exp": 100});
        let key = private(provider, keys::Q2_WEBHOOK_SIGNING_OLD);
        let token = jwt::sign(&key, &claims, &HeaderOptions::default()).unwrap();
        let ring = KeyRing::from_keys([key.public_key()]).unwrap();
        let verified = jwt::verify(&ring, &token, &Policy::default(), 50).unwrap();
        let expected = r#"VerifiedToken { key_id: Some("ory6xbfthn7y0vpufk8k"), expires_at: Some(100), .. }"#;
        assert_eq!(format!("{verified:?}"), expected);
        let error = jwt::verify(&ring, &token, &Policy::default().with_issuer("x"), 50).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hidden issuer"));
    });
}

#[test]
fn errors_about_private_keys_do_not_repeat_them() {
    on_both(|provider| {
        let pem = keys::API_ENCRYPTION.private_pem;
        let line = pem.lines().nth(5).unwrap();
        let damaged = pem.replacen(line, &line.replacen(|c: char| c.is_ascii_alphanumeric(), "!", 1), 1);
        let error = PrivateKey::from_pem(provider, &damaged).unwrap_err();
        let as_public = PublicKey::from_pem(provider, pem).unwrap_err();
        let json = r#"{"kty":"RSA","n":"AQAB","e":"AQAB","d":12345678901234567890}"#;
        let wrong_type = PrivateKey::from_jwk_json(provider, json).unwrap_err();
        let json = r#"{"kty":"RSA","n":"AQAB","e":"AQAB","d":"c2VjcmV0LXZhbHVl!"}"#;
        let wrong_text = PrivateKey::from_jwk_json(provider, json).unwrap_err();
        for error in [error, as_public, wrong_type, wrong_text] {
            let text = format!("{error} {error:?}");
            for secret in [line, "1234567890", "c2VjcmV0"] {
                assert!(!text.contains(secret), "{text}");
            }
        }
    });
}

#[test]
fn providers_sets_and_helpers_print() {
    on_both(|provider| {
        assert!(!format!("{provider:?}").is_empty());
        let set = JwkSet::parse(provider, r#"{"keys":[{"kty":"oct","kid":"a","k":"c2VjcmV0"}]}"#).unwrap();
        assert!(!format!("{set:?}").contains("c2VjcmV0"), "{set:?}");
        let published = PublishedKey::signing(public(provider, keys::REQUEST_SIGNING));
        assert!(format!("{published:?}").contains("partner-signing-test-1"));
        assert_eq!(private_ring(provider, &[keys::REQUEST_SIGNING]).iter().count(), 1);
    });
    assert!(!format!("{:?}", keys::ALL).contains("PRIVATE"));
    let envelope = Envelope { encrypted: "kid".to_owned(), hash: "secret|secret".to_owned() };
    assert!(!format!("{envelope:?}").contains("secret"));
    assert_eq!(FixedRandom::new([1, 2, 3]).remaining(), 3);
}
