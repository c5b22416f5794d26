//! Tokens beyond the published vectors.

use std::time::Duration;

use billwire_crypto::jwt::{self, HeaderOptions, MAX_TOKEN_BYTES, Policy, VerifiedToken};
use billwire_crypto::testing::keys;
use billwire_crypto::{Error, ErrorKind, KeyRing, PrivateKey, Provider, PublicKey};
use serde_json::{Value, json};

use crate::support::{PROVIDERS, base64_url, on_both, private, public_ring, refused};

const PAIR: keys::TestKey = keys::Q2_WEBHOOK_SIGNING_OLD;
const OTHER: keys::TestKey = keys::Q2_WEBHOOK_SIGNING_NEW;
const NOW: i64 = 1_579_754_900;

fn sign(provider: &dyn Provider, claims: &Value) -> String {
    jwt::sign(&private(provider, PAIR), claims, &HeaderOptions::default()).unwrap()
}

fn verify(provider: &dyn Provider, token: &str, policy: &Policy) -> Result<VerifiedToken, Error> {
    jwt::verify(&public_ring(provider, &[PAIR, OTHER]), token, policy, NOW)
}

/// Any header and any claims, well signed.
fn signed_raw(provider: &dyn Provider, header: &str, claims: &str) -> String {
    let input = format!("{}.{}", base64_url(header.as_bytes()), base64_url(claims.as_bytes()));
    let der = pkcs8_der();
    let signature = provider.private_key(&der).unwrap().sign_pkcs1_sha256(input.as_bytes()).unwrap();
    format!("{input}.{}", base64_url(&signature))
}

fn pkcs8_der() -> Vec<u8> {
    let body: String = PAIR
        .private_pem
        .lines()
        .skip_while(|line| !line.starts_with("-----BEGIN"))
        .skip(1)
        .take_while(|line| !line.starts_with("-----END"))
        .collect();
    crate::support::from_base64(&body)
}

#[test]
fn what_one_provider_signs_the_other_verifies() {
    let claims = json!({"exp": NOW + 60});
    let tokens = PROVIDERS.map(|provider| sign(provider, &claims));
    assert_eq!(tokens[0], tokens[1], "RS256 is deterministic");
    on_both(|provider| {
        let verified = verify(provider, &tokens[0], &Policy::default()).unwrap();
        assert_eq!(verified.key_id().unwrap().as_str(), PAIR.key_id);
        assert_eq!(verified.expires_at(), Some(NOW + 60));
        assert_eq!(Value::Object(verified.claims().clone()), claims);
    });
}

#[test]
fn the_policy_is_a_table() {
    let minute = Duration::from_mins(1);
    let none = || Policy::new().with_required_expiry(false);
    let strict = || Policy::new().with_leeway(Duration::ZERO);
    let any_expiry = || strict().with_max_expiry_ahead(None);
    let audience = || none().with_audience("us");
    let issuer = || none().with_issuer("them");
    let expired = Some(ErrorKind::Expired);
    let early = Some(ErrorKind::NotYetValid);
    let mismatch = Some(ErrorKind::ClaimMismatch);
    let day = 24 * 60 * 60;
    let cases: Vec<(Policy, Value, Option<ErrorKind>)> = vec![
        (none(), json!({}), None),
        (Policy::new(), json!({}), mismatch),
        // exp
        (strict(), json!({"exp": NOW + 1}), None),
        (strict(), json!({"exp": NOW}), expired),
        (strict(), json!({"exp": NOW - 1}), expired),
        (Policy::new(), json!({"exp": NOW - 59}), None),
        (Policy::new(), json!({"exp": NOW - 60}), expired),
        (none(), json!({"exp": NOW - 60}), expired),
        (strict(), json!({"exp": NOW + day}), None),
        (strict(), json!({"exp": NOW + day + 1}), mismatch),
        (strict().with_max_expiry_ahead(Some(minute)), json!({"exp": NOW + 61}), mismatch),
        (any_expiry(), json!({"exp": NOW + day + 1}), None),
        (any_expiry(), json!({"exp": i64::MAX}), None),
        (strict(), json!({"exp": i64::MAX}), mismatch),
        (any_expiry(), json!({"exp": i64::MIN}), expired),
        (any_expiry(), json!({"exp": u64::MAX}), mismatch),
        (any_expiry(), json!({"exp": 1e300}), mismatch),
        // JavaScript may write a fraction.
        (strict(), json!({"exp": 1_579_754_901.5}), None),
        (strict(), json!({"exp": 1_579_754_900.9}), expired),
        (strict(), json!({"exp": "1579754951"}), mismatch),
        (none(), json!({"exp": null}), mismatch),
        (strict().with_leeway(Duration::MAX), json!({"exp": NOW - 10 * day}), None),
        // nbf
        (none(), json!({"nbf": NOW + 60}), None),
        (none(), json!({"nbf": NOW + 61}), early),
        (none(), json!({"nbf": 1_579_754_960.5}), early),
        (none(), json!({"nbf": "soon"}), mismatch),
        (none(), json!({"nbf": i64::MAX}), early),
        // aud
        (audience(), json!({"aud": "us"}), None),
        (audience(), json!({"aud": ["them", "us"]}), None),
        (audience(), json!({"aud": []}), mismatch),
        (audience(), json!({"aud": ["them"]}), mismatch),
        (audience(), json!({"aud": ["them", ["us"]]}), mismatch),
        (audience(), json!({"aud": "US"}), mismatch),
        (audience(), json!({"aud": "us,them"}), mismatch),
        (audience(), json!({"aud": {"us": true}}), mismatch),
        (audience(), json!({"aud": null}), mismatch),
        (audience(), json!({}), mismatch),
        (none(), json!({"aud": 7}), None),
        // iss
        (issuer(), json!({"iss": "them"}), None),
        (issuer(), json!({"iss": "them "}), mismatch),
        (issuer(), json!({"iss": ["them"]}), mismatch),
        (issuer(), json!({}), mismatch),
        (none(), json!({"iss": "anyone", "jti": "1", "iat": NOW + day}), None),
    ];
    on_both(|provider| {
        for (policy, claims, expected) in &cases {
            let outcome = verify(provider, &sign(provider, claims), policy);
            assert_eq!(outcome.as_ref().err().map(Error::kind), *expected, "{policy:?} {claims} {outcome:?}");
        }
    });
}

#[test]
fn claims_are_only_read_after_the_signature() {
    on_both(|provider| {
        let token = sign(provider, &json!({"exp": 1}));
        let (input, _) = token.rsplit_once('.').unwrap();
        let forged = format!("{input}.{}", base64_url(&[0; 256]));
        refused(verify(provider, &forged, &Policy::default()), ErrorKind::VerificationFailed);
        refused(verify(provider, &format!("{input}."), &Policy::default()), ErrorKind::VerificationFailed);
        refused(verify(provider, &token, &Policy::default()), ErrorKind::Expired);
    });
}

#[test]
fn the_header_decides_nothing() {
    let kid = PAIR.key_id;
    let jwk =
        r#""jwk":{"kty":"RSA","n":"AQAB","e":"AQAB"},"jku":"https://x","x5u":"https://x","x5c":["AA=="]"#;
    let other = OTHER.key_id;
    let malformed = Some(ErrorKind::MalformedInput);
    let not_allowed = Some(ErrorKind::AlgorithmNotAllowed);
    let cases = [
        (r#"{"alg":"RS256"}"#.to_owned(), None),
        (format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#), None),
        (format!(r#"{{"alg":"RS256","kid":"{kid}",{jwk}}}"#), None),
        (format!(r#"{{"alg":"RS256","kid":"{other}"}}"#), Some(ErrorKind::VerificationFailed)),
        (r#"{"alg":"RS256","kid":"nobody"}"#.to_owned(), Some(ErrorKind::UnknownKey)),
        (r#"{"alg":"RS256","kid":""}"#.to_owned(), Some(ErrorKind::UnknownKey)),
        (r#"{"alg":"RS256","kid":null}"#.to_owned(), malformed),
        (r#"{"alg":"RS256","kid":["x"]}"#.to_owned(), malformed),
        (r#"{"alg":"RS256","crit":[]}"#.to_owned(), not_allowed),
        (r#"{"alg":"RS256","crit":["b64"],"b64":false}"#.to_owned(), not_allowed),
        (r#"{"alg":"rs256"}"#.to_owned(), not_allowed),
        (r#"{"alg":"none"}"#.to_owned(), not_allowed),
        (r#"{"alg":"PS256"}"#.to_owned(), not_allowed),
        (r#"{"alg":""}"#.to_owned(), not_allowed),
        (r#"{"typ":"JWT"}"#.to_owned(), malformed),
        (r#"{"alg":["RS256"]}"#.to_owned(), malformed),
        (r#"{"alg":"RS256","alg":"RS256"}"#.to_owned(), malformed),
        ("[]".to_owned(), malformed),
        (String::new(), malformed),
    ];
    on_both(|provider| {
        for (header, expected) in &cases {
            let outcome = verify(
                provider,
                &signed_raw(provider, header, "{}"),
                &Policy::new().with_required_expiry(false),
            );
            assert_eq!(outcome.as_ref().err().map(Error::kind), *expected, "{header} {outcome:?}");
        }
    });
}

#[test]
fn claims_must_be_one_object_with_distinct_members() {
    let policy = Policy::new().with_required_expiry(false);
    on_both(|provider| {
        for claims in ["[]", "null", "", "{", "{} {}", r#"{"exp":1,"exp":99999999999}"#, "\u{feff}{}"] {
            let token = signed_raw(provider, r#"{"alg":"RS256"}"#, claims);
            refused(verify(provider, &token, &policy), ErrorKind::MalformedInput);
        }
        let key = private(provider, PAIR);
        for claims in [json!([]), json!("text"), json!(1), json!(null)] {
            refused(jwt::sign(&key, &claims, &HeaderOptions::default()), ErrorKind::MalformedInput);
        }
    });
}

#[test]
fn the_shape_is_exact() {
    on_both(|provider| {
        let good = sign(provider, &json!({"exp": NOW + 60}));
        for bad in [
            String::new(),
            "..".to_owned(),
            format!("{good}."),
            format!(".{good}"),
            format!("{good}="),
            format!(" {good}"),
            format!("{good}\n"),
            format!("Bearer {good}"),
            good.replacen('.', "", 1),
            good.replacen('.', "=.", 1),
        ] {
            refused(verify(provider, &bad, &Policy::default()), ErrorKind::MalformedInput);
        }
        refused(verify(provider, &"a".repeat(MAX_TOKEN_BYTES + 1), &Policy::default()), ErrorKind::TooLarge);
        let claims = json!({"text": "x".repeat(MAX_TOKEN_BYTES)});
        let key = private(provider, PAIR);
        refused(jwt::sign(&key, &claims, &HeaderOptions::default()), ErrorKind::TooLarge);
    });
}

#[test]
fn without_a_key_id_every_key_is_tried() {
    on_both(|provider| {
        let unnamed = PrivateKey::from_pem(provider, OTHER.private_pem).unwrap();
        let token = jwt::sign(&unnamed, &json!({"exp": NOW + 60}), &HeaderOptions::default()).unwrap();
        let verified = verify(provider, &token, &Policy::default()).unwrap();
        assert_eq!(verified.key_id().unwrap().as_str(), OTHER.key_id);
        let wrong = public_ring(provider, &[PAIR]);
        refused(jwt::verify(&wrong, &token, &Policy::default(), NOW), ErrorKind::VerificationFailed);
        refused(jwt::verify(&KeyRing::new(), &token, &Policy::default(), NOW), ErrorKind::UnknownKey);
        // A key without an id is tried as well.
        let bare = PublicKey::from_pem(provider, OTHER.public_pem).unwrap();
        let bare = KeyRing::from_keys([bare]).unwrap();
        assert_eq!(jwt::verify(&bare, &token, &Policy::default(), NOW).unwrap().key_id(), None);
    });
}

/// A stranger chooses the id, and the text of the error ends up in logs.
#[test]
fn a_foreign_key_id_is_quoted_escaped_and_cut() {
    on_both(|provider| {
        let kid = format!("a\n\u{1b}[31m\u{202e}{}", "x".repeat(5000));
        let header = json!({"alg": "RS256", "kid": kid}).to_string();
        let token = signed_raw(provider, &header, "{}");
        let text = refused(verify(provider, &token, &Policy::default()), ErrorKind::UnknownKey);
        assert!(text.len() < 250 && !text.contains("xxxx".repeat(16).as_str()), "{text}");
        assert!(!text.contains(['\n', '\u{1b}', '\u{202e}']), "{text:?}");
    });
}
