//! The published vectors, each through the whole verifier, on both providers.

use std::collections::BTreeSet;

use billwire_crypto::{PrivateKey, PrivateKeys, Provider, PublicKey, PublicKeys};
use billwire_models::q2::Event;
use billwire_webhooks::q2::{KnownTokens, Policy, PolicyBuilder, SignatureCheck, Verifier};
use billwire_webhooks::{
    DecryptionProblem, Inbound, Proved, Rejection, RejectionReason, SignatureProblem, Verified,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::support::{PROVIDERS, at};

fn fixture() -> Value {
    serde_json::from_str(include_str!("../fixtures/q2-webhooks.json")).unwrap()
}

fn members<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    value.pointer(path).unwrap_or_else(|| panic!("{path} is not in the vectors")).as_array().unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no text {name} in {value}"))
}

/// Both signing keys of the vectors.
fn signature_keys(provider: &dyn Provider, fixture: &Value) -> PublicKeys {
    let key = |name: &str| {
        let key = &fixture["keys"][name];
        PublicKey::from_pem(provider, text(key, "public_spki_pem"))
            .unwrap()
            .with_key_id(text(key, "kid").into())
    };
    PublicKeys::from_keys([key("q2_webhook_signing_old"), key("q2_webhook_signing_new")]).unwrap()
}

fn encryption_keys(provider: &dyn Provider, fixture: &Value) -> PrivateKeys {
    let key = &fixture["keys"]["partner_webhook_encryption"];
    let pem = text(key, "private_pkcs8_pem");
    PrivateKeys::from_keys([PrivateKey::from_pem(provider, pem)
        .unwrap()
        .with_key_id(text(key, "kid").into())])
    .unwrap()
}

fn signature_check(provider: &dyn Provider, fixture: &Value, vector: &Value) -> SignatureCheck {
    let policy = &vector["policy"];
    let leeway = std::time::Duration::from_secs(policy["leeway_seconds"].as_u64().unwrap());
    let mut check = SignatureCheck::new(signature_keys(provider, fixture))
        .with_required_expiry(policy["require_exp"].as_bool().unwrap())
        .with_leeway(leeway);
    if let Some(issuer) = policy["issuer"].as_str() {
        check = check.with_issuer(issuer);
    }
    if let Some(audience) = policy["audience"].as_str() {
        check = check.with_audience(audience);
    }
    if let Some(header) = vector["signature_header"].as_str() {
        check = check.with_header(header.parse().unwrap());
    }
    check
}

fn open(
    policy: PolicyBuilder,
    headers: &HeaderMap,
    body: &str,
    second: i64,
) -> Result<Verified<Event>, Rejection> {
    let verifier = Verifier::new(policy.build().unwrap());
    verifier.open(&Inbound::new(headers, body.as_bytes()), at(second))
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&str, &str)| {
        (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
    };
    pairs.iter().map(pair).collect()
}

#[test]
fn deliveries() {
    let fixture = fixture();
    let mut seen = BTreeSet::new();
    for provider in PROVIDERS {
        for delivery in members(&fixture, "/deliveries") {
            let name = text(delivery, "name");
            seen.insert(name);
            let pairs: Vec<_> = delivery["headers"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(k, v)| (k.as_str(), v.as_str().unwrap()))
                .collect();
            let mut policy = Policy::builder();
            if delivery.get("policy").is_some() {
                policy = policy.with_signature(signature_check(provider, &fixture, delivery));
            }
            if let Some(token) = delivery["expected_bearer_token"].as_str() {
                policy = policy.with_bearer(KnownTokens::new([token]));
            }
            if text(&delivery["headers"], "content-type").contains("jose") {
                policy = policy.with_encryption(encryption_keys(provider, &fixture));
            }
            let expected_proof = match name {
                "plain-json" => {
                    policy = policy.dangerously_accept_unproved_senders();
                    Proved::Nothing
                }
                "signed-json"
                | "signed-json-custom-header"
                | "oauth-encrypted-signed"
                | "body-swap-is-undetected" => Proved::Sender,
                unknown => panic!("the vector {unknown} is new: say what it proves"),
            };
            let second = delivery["verify_at_unix"].as_i64().unwrap_or_default();
            let event = open(policy, &headers(&pairs), text(delivery, "body"), second).unwrap();

            assert_eq!(event.proved(), expected_proof, "{name}");
            assert!(!event.proved().body(), "{name}");
            assert_eq!(event.evidence().bearer_accepted(), name == "oauth-encrypted-signed");
            assert_eq!(event.evidence().encrypted_to_us(), name == "oauth-encrypted-signed");
            let wrapped = serde_json::to_value(event.wrapped()).unwrap();
            assert_eq!(wrapped, delivery["expected_event"], "{name}");
            if let Some(signature) = event.evidence().signature() {
                assert_eq!(signature.key_id(), Some("ory6xbfthn7y0vpufk8k"));
                assert_eq!(signature.issuer(), Some("example issuer"));
                assert_eq!(signature.audience(), Some("audience.example.com"));
                assert_eq!(signature.expires_at(), Some(at(1_579_754_951)));
            }
        }
    }
    assert_eq!(seen.len(), members(&fixture, "/deliveries").len());
    println!("{} delivery vectors on {} providers", seen.len(), PROVIDERS.len());
}

#[test]
fn tokens() {
    let fixture = fixture();
    let body = text(&fixture["events"][0], "body_utf8");
    let mut seen = 0;
    for provider in PROVIDERS {
        for valid in members(&fixture, "/signature_jwt/valid") {
            let policy = Policy::builder().with_signature(signature_check(provider, &fixture, valid));
            let headers = headers(&[("signature", text(valid, "jwt"))]);
            let event = open(policy, &headers, body, valid["verify_at_unix"].as_i64().unwrap());
            assert_eq!(
                event.unwrap_or_else(|error| panic!("{}: {error:?}", valid["name"])).proved(),
                Proved::Sender
            );
            seen += 1;
        }
        for invalid in members(&fixture, "/signature_jwt/invalid") {
            let policy = Policy::builder().with_signature(signature_check(provider, &fixture, invalid));
            let headers = headers(&[("signature", text(invalid, "jwt"))]);
            let rejection =
                open(policy, &headers, body, invalid["verify_at_unix"].as_i64().unwrap()).unwrap_err();
            assert_eq!(rejection.reason(), token_reason(text(invalid, "name")), "{}", invalid["name"]);
            seen += 1;
        }
    }
    let count =
        members(&fixture, "/signature_jwt/valid").len() + members(&fixture, "/signature_jwt/invalid").len();
    assert_eq!(seen, count * PROVIDERS.len());
    println!("{count} token vectors on {} providers", PROVIDERS.len());
}

fn token_reason(name: &str) -> RejectionReason {
    use RejectionReason::{ClaimMismatch, Expired, SignatureInvalid};

    match name {
        "expired" => Expired,
        "wrong-issuer"
        | "wrong-audience"
        | "missing-issuer"
        | "missing-audience"
        | "missing-exp-when-required" => ClaimMismatch,
        "alg-none" | "hs256-with-public-key-as-secret" | "rs512" => {
            SignatureInvalid(SignatureProblem::AlgorithmNotAllowed)
        }
        "claims-replaced" | "known-kid-wrong-key" | "jwk-header-injection" => {
            SignatureInvalid(SignatureProblem::DoesNotVerify)
        }
        "unknown-kid" => SignatureInvalid(SignatureProblem::UnknownKey),
        "two-parts" => SignatureInvalid(SignatureProblem::Malformed),
        unknown => panic!("the vector {unknown} is new: say how it is refused"),
    }
}

#[test]
fn encrypted_bodies() {
    let fixture = fixture();
    let headers = headers(&[("content-type", "application/jose+json")]);
    let mut seen = 0;
    for provider in PROVIDERS {
        let policy = || {
            Policy::builder()
                .with_encryption(encryption_keys(provider, &fixture))
                .dangerously_accept_unproved_senders()
        };
        for valid in members(&fixture, "/payload_encryption/valid") {
            let event = open(policy(), &headers, text(valid, "compact"), 0).unwrap();
            assert_eq!(event.plain_body(), text(valid, "plaintext_utf8").as_bytes(), "{}", valid["name"]);
            assert_eq!(event.proved(), Proved::Nothing, "everybody can encrypt to a public key");
            assert!(event.evidence().encrypted_to_us());
            seen += 1;
        }
        for invalid in members(&fixture, "/payload_encryption/invalid") {
            let rejection = open(policy(), &headers, text(invalid, "compact"), 0).unwrap_err();
            let expected = RejectionReason::NotDecryptable(decryption_problem(text(invalid, "name")));
            assert_eq!(rejection.reason(), expected, "{}", invalid["name"]);
            seen += 1;
        }
    }
    let count = members(&fixture, "/payload_encryption/valid").len()
        + members(&fixture, "/payload_encryption/invalid").len();
    assert_eq!(seen, count * PROVIDERS.len());
    println!("{count} encryption vectors on {} providers", PROVIDERS.len());
}

fn decryption_problem(name: &str) -> DecryptionProblem {
    match name {
        "tampered-ciphertext" | "tampered-tag" | "tampered-encrypted-key" | "header-changed" => {
            DecryptionProblem::DoesNotOpen
        }
        "unknown-kid" => DecryptionProblem::UnknownKey,
        "alg-rsa-oaep-256" | "enc-a128gcm" | "alg-rsa1_5-header" | "zip-def" | "crit-unknown" => {
            DecryptionProblem::AlgorithmNotAllowed
        }
        "four-parts" => DecryptionProblem::Malformed,
        unknown => panic!("the vector {unknown} is new: say how it is refused"),
    }
}
