//! `q2-webhooks.json`: keys, encrypted events, signed tokens, whole deliveries.

use std::time::Duration;

use billwire_crypto::jwks::JwkSet;
use billwire_crypto::jwt::{self, HeaderOptions, Policy, VerifiedToken};
use billwire_crypto::testing::FixedRandom;
use billwire_crypto::{Error, ErrorKind, KeyRing, PrivateKey, Provider, PublicKey, jwe};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::message_security::check_key;
use super::tracked::Node;
use crate::support::{from_base64, from_base64_url, hex, sha256_hex};

pub(crate) fn check(root: &Node<'_>, provider: &dyn Provider) {
    let keys = root.get("keys");
    check_keys(&keys, provider);
    for event in root.get("events").elements() {
        let name = event.get("name").text();
        event.vector(name);
        let body = event.get("body_utf8").text();
        assert_eq!(sha256_hex(body.as_bytes()), event.get("sha256_hex").text(), "{name}");
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["event"]["type"], name);
    }
    let decrypting = decrypting_keys(&keys, provider);
    let section = root.get("payload_encryption");
    let parameters = json!({
        "serialization": "compact (RFC 7516)",
        "alg": "RSA-OAEP (SHA-1, MGF1-SHA-1)",
        "enc": "A256GCM",
        "kid": "in the protected header",
        "content_type": "application/jose+json",
    });
    assert_eq!(section.get("parameters").whole(), &parameters);
    for vector in section.get("valid").elements() {
        check_valid_jwe(&vector, &decrypting);
    }
    for vector in section.get("invalid").elements() {
        check_invalid_jwe(&vector, &decrypting);
    }
    let section = root.get("signature_jwt");
    let active = active_keys(&keys, provider);
    let key_ids: Vec<_> = active.iter().map(|key| key.key_id().unwrap().as_str()).collect();
    let parameters = json!({
        "alg": "RS256",
        "default_header": "signature",
        "claims": "iss, aud, exp: all optional",
        "active_keys": key_ids,
    });
    assert_eq!(section.get("parameters").whole(), &parameters);
    for vector in section.get("valid").elements() {
        check_valid_jwt(&vector, &keys, &active, provider);
    }
    for vector in section.get("invalid").elements() {
        check_invalid_jwt(&vector, &active);
    }
    check_oauth(&root.get("oauth_client_credentials"));
    for delivery in root.get("deliveries").elements() {
        check_delivery(&delivery, &active, &decrypting);
    }
}

fn check_keys(keys: &Node<'_>, provider: &dyn Provider) {
    for (name, key) in keys.members() {
        check_key(name, &key, provider);
        if let Some(certificate) = key.find("certificate_der_base64") {
            let thumbprint = jwt::certificate_thumbprint(&from_base64(certificate.text()));
            assert_eq!(thumbprint, key.get("x5t_sha1_base64url").text(), "{name}");
        }
        if let Some(response) = key.find("public_key_url_response") {
            let set = JwkSet::parse(provider, &response.whole().to_string()).unwrap();
            assert_eq!((set.keys.len(), set.skipped.len()), (1, 0), "{name}");
            assert!(set.encryption_keys().by_id(key.get("kid").text()).is_some(), "{name}");
            assert!(set.signing_keys().is_empty(), "{name}");
        }
    }
}

fn decrypting_keys(keys: &Node<'_>, provider: &dyn Provider) -> KeyRing<PrivateKey> {
    let key = keys.get("partner_webhook_encryption");
    let private = PrivateKey::from_pem(provider, key.get("private_pkcs8_pem").text()).unwrap();
    KeyRing::from_keys([private.with_key_id(key.get("kid").text().into())]).unwrap()
}

fn active_keys(keys: &Node<'_>, provider: &dyn Provider) -> KeyRing<PublicKey> {
    KeyRing::from_keys(["q2_webhook_signing_old", "q2_webhook_signing_new"].map(|name| {
        let key = keys.get(name);
        let public = PublicKey::from_pem(provider, key.get("public_spki_pem").text()).unwrap();
        public.with_key_id(key.get("kid").text().into())
    }))
    .unwrap()
}

fn check_valid_jwe(vector: &Node<'_>, ring: &KeyRing<PrivateKey>) {
    let name = vector.get("name").text();
    vector.vector(name);
    let plaintext = vector.get("plaintext_utf8").text();
    let compact = vector.get("compact").text();
    assert_eq!(jwe::decrypt(ring, compact).unwrap().as_slice(), plaintext.as_bytes(), "{name}");
    let kid = vector.get("recipient_kid").text();
    let Some(header) = vector.find("protected_header") else {
        assert_eq!(name, "auth-success-with-line-breaks");
        assert!(compact.contains('\n'), "{name}");
        return;
    };

    // Each printed step.
    let parts: Vec<_> = compact.split('.').collect();
    assert_eq!(parts[0], vector.get("aad_ascii").text(), "{name}");
    let header_json = vector.get("protected_header_json").text();
    assert_eq!(from_base64_url(parts[0]), header_json.as_bytes(), "{name}");
    assert_eq!(&serde_json::from_str::<Value>(header_json).unwrap(), header.whole(), "{name}");
    assert_eq!(parts[1], vector.get("encrypted_key_base64url").text(), "{name}");
    let (content_key, nonce) = (hex(vector.get("cek_hex").text()), hex(vector.get("iv_hex").text()));
    assert_eq!(from_base64_url(parts[2]), nonce, "{name}");
    assert_eq!(from_base64_url(parts[3]), hex(vector.get("ciphertext_hex").text()), "{name}");
    assert_eq!(from_base64_url(parts[4]), hex(vector.get("tag_hex").text()), "{name}");

    // The other way: with the printed key and nonce, everything but the randomised part must come out the same.
    let random = FixedRandom::new([content_key, nonce, vec![7; 20]].concat());
    let content_type = header.find("cty").map(|cty| cty.text());
    let made =
        jwe::encrypt(&ring.by_id(kid).unwrap().public_key(), &random, plaintext.as_bytes(), content_type);
    let made = made.unwrap();
    let made_parts: Vec<_> = made.split('.').collect();
    assert_eq!(
        [made_parts[0], made_parts[2], made_parts[3], made_parts[4]],
        [parts[0], parts[2], parts[3], parts[4]]
    );
    assert_eq!(jwe::decrypt(ring, &made).unwrap().as_slice(), plaintext.as_bytes(), "{name}");
}

fn check_invalid_jwe(vector: &Node<'_>, ring: &KeyRing<PrivateKey>) {
    let name = vector.get("name").text();
    vector.vector(name);
    assert_eq!(vector.get("expected").text(), "reject", "{name}");
    let expected = match name {
        "unknown-kid" => ErrorKind::UnknownKey,
        "alg-rsa-oaep-256" | "enc-a128gcm" | "alg-rsa1_5-header" | "zip-def" | "crit-unknown" => {
            ErrorKind::AlgorithmNotAllowed
        }
        "four-parts" => ErrorKind::MalformedInput,
        _ => ErrorKind::DecryptionFailed,
    };
    let error = jwe::decrypt(ring, vector.get("compact").text()).unwrap_err();
    assert_eq!(error.kind(), expected, "{name}: {error}");
    if expected == ErrorKind::DecryptionFailed {
        assert_eq!(error.to_string(), "the message could not be decrypted", "{name}");
    }
}

fn policy(vector: &Node<'_>) -> Policy {
    let node = vector.get("policy");
    let leeway = u64::try_from(node.get("leeway_seconds").integer()).unwrap();
    let mut policy = Policy::default()
        .with_required_expiry(node.get("require_exp").boolean())
        .with_leeway(Duration::from_secs(leeway));
    if let Some(issuer) = node.get("issuer").optional_text() {
        policy = policy.with_issuer(issuer);
    }
    if let Some(audience) = node.get("audience").optional_text() {
        policy = policy.with_audience(audience);
    }
    policy
}

fn verify(vector: &Node<'_>, token: &str, active: &KeyRing<PublicKey>) -> Result<VerifiedToken, Error> {
    jwt::verify(active, token, &policy(vector), vector.get("verify_at_unix").integer())
}

fn check_valid_jwt(vector: &Node<'_>, keys: &Node<'_>, active: &KeyRing<PublicKey>, provider: &dyn Provider) {
    let name = vector.get("name").text();
    vector.vector(name);
    assert_eq!(vector.get("expected").text(), "accept", "{name}");
    let token = vector.get("jwt").text();
    let verified = verify(vector, token, active).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(&Value::Object(verified.claims().clone()), vector.get("claims").whole(), "{name}");
    let signing_input = vector.get("signing_input").text();
    assert!(token.starts_with(&format!("{signing_input}.")), "{name}");

    // The other way: the same header and claims give the same token.
    let header = vector.get("header");
    let stated: Value = serde_json::from_slice(&from_base64_url(token.split('.').next().unwrap())).unwrap();
    assert_eq!(&stated, header.whole(), "{name}");
    let signer = verified.key_id().unwrap().as_str();
    let (_, pair) = keys
        .members()
        .into_iter()
        .find(|(_, key)| key.find("kid").is_some_and(|kid| kid.text() == signer))
        .unwrap();
    let mut key = PrivateKey::from_pem(provider, pair.get("private_pkcs8_pem").text()).unwrap();
    if let Some(kid) = header.find("kid") {
        assert_eq!(kid.text(), signer, "{name}");
        key = key.with_key_id(kid.text().into());
    }
    let mut options = HeaderOptions::default();
    if let Some(thumbprint) = header.find("x5t") {
        options = options.with_certificate_thumbprint(thumbprint.text());
    }
    let claims = String::from_utf8(from_base64_url(signing_input.split('.').nth(1).unwrap())).unwrap();
    let claims = RawValue::from_string(claims).unwrap();
    assert_eq!(jwt::sign(&key, &claims, &options).unwrap(), token, "{name}");
}

fn check_invalid_jwt(vector: &Node<'_>, active: &KeyRing<PublicKey>) {
    let name = vector.get("name").text();
    vector.vector(name);
    assert_eq!(vector.get("expected").text(), "reject", "{name}");
    let expected = match name {
        "expired" => ErrorKind::Expired,
        "wrong-issuer"
        | "wrong-audience"
        | "missing-issuer"
        | "missing-audience"
        | "missing-exp-when-required" => ErrorKind::ClaimMismatch,
        "alg-none" | "hs256-with-public-key-as-secret" | "rs512" => ErrorKind::AlgorithmNotAllowed,
        "unknown-kid" => ErrorKind::UnknownKey,
        "two-parts" => ErrorKind::MalformedInput,
        _ => ErrorKind::VerificationFailed,
    };
    let error = verify(vector, vector.get("jwt").text(), active).unwrap_err();
    assert_eq!(error.kind(), expected, "{name}: {error}");
}

/// OAuth is HTTP and not of this crate; the sample is only held to its shape.
fn check_oauth(section: &Node<'_>) {
    section.vector("oauth_client_credentials");
    let request = section.get("request");
    assert_eq!(request.get("method").text(), "POST");
    assert!(request.get("url").text().starts_with("https://"));
    assert_eq!(request.get("headers").get("content-type").text(), "application/x-www-form-urlencoded");
    assert!(request.get("body").text().starts_with("grant_type=client_credentials&client_id="));
    let response = section.get("response");
    assert_eq!(response.get("status").integer(), 200);
    assert_eq!(response.get("headers").get("content-type").text(), "application/json");
    assert_eq!(response.get("headers").get("cache-control").text(), "no-store");
    let body = response.get("body");
    assert!(!body.get("access_token").text().is_empty());
    assert_eq!((body.get("token_type").text(), body.get("scope").text()), ("Bearer", "webhook"));
    assert!(body.get("expires_in").integer() > 0);
    let error = section.get("error_response");
    assert_eq!(error.get("status").integer(), 401);
    assert_eq!(error.get("body").get("error").text(), "invalid_client");
}

fn check_delivery(delivery: &Node<'_>, active: &KeyRing<PublicKey>, decrypting: &KeyRing<PrivateKey>) {
    let name = delivery.get("name").text();
    delivery.vector(name);
    assert_eq!(delivery.get("method").text(), "POST", "{name}");
    let headers = delivery.get("headers");
    let signature_header = delivery.find("signature_header").map_or("signature", |header| header.text());
    if let Some(token) = headers.find(signature_header) {
        let verified =
            verify(delivery, token.text(), active).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(verified.issuer(), Some("example issuer"), "{name}");
    } else {
        assert_eq!(name, "plain-json");
    }
    if let Some(authorization) = headers.find("authorization") {
        let expected = format!("Bearer {}", delivery.get("expected_bearer_token").text());
        assert_eq!(authorization.text(), expected, "{name}");
    }
    let body = delivery.get("body").text();
    let plaintext = match headers.get("content-type").text() {
        "application/json" => body.as_bytes().to_vec(),
        "application/jose+json" => jwe::decrypt(decrypting, body).unwrap().to_vec(),
        other => panic!("{name}: content type {other}"),
    };
    let event: Value = serde_json::from_slice(&plaintext).unwrap();
    assert_eq!(&event, delivery.get("expected_event").whole(), "{name}");
}
