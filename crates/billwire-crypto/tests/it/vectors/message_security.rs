//! `q2-message-security.json`: keys, payload envelopes, request signatures, key sets.

use billwire_crypto::envelope::{self, Envelope};
use billwire_crypto::jwks::{self, JwkForm, JwkSet, PublishedKey};
use billwire_crypto::request::{self, RequestParts};
use billwire_crypto::testing::FixedRandom;
use billwire_crypto::{ErrorKind, KeyRing, PrivateKey, Provider, PublicKey};
use serde_json::{Value, json};

use super::tracked::Node;
use crate::support::{from_base64, hex, sha256_hex};

pub(crate) fn check(root: &Node<'_>, provider: &dyn Provider) {
    let keys = root.get("keys");
    for (name, key) in keys.members() {
        check_key(name, &key, provider);
    }
    check_payload_encryption(&root.get("payload_encryption"), &keys, provider);
    check_request_signing(&root.get("request_signing"), &keys, provider);
    check_partner_jwks(&root.get("partner_jwks_endpoint"), &keys, provider);
    check_public_keys_api(&root.get("public_keys_api"), &keys, provider);
}

/// Every form of a key is the same key.
pub(crate) fn check_key(name: &str, key: &Node<'_>, provider: &dyn Provider) {
    let reference = PublicKey::from_pem(provider, key.get("public_spki_pem").text()).unwrap();
    key.vector(name);
    assert_eq!(reference.modulus_bits(), 2048, "{name}");
    assert_eq!(
        reference.to_spki_pem().unwrap().trim_end(),
        key.get("public_spki_pem").text().trim_end(),
        "{name}"
    );
    let key_id = key.find("kid").map(|kid| kid.text());
    let as_jwk = |key: PublicKey| key_id.map_or(key.clone(), |id| key.with_key_id(id.into()));

    for form in ["private_pkcs8_pem", "private_pkcs1_pem"] {
        if let Some(pem) = key.find(form) {
            key.vector(form);
            assert_eq!(
                PrivateKey::from_pem(provider, pem.text()).unwrap().public_key(),
                reference,
                "{name} {form}"
            );
        }
    }
    if let Some(pem) = key.find("public_pkcs1_pem") {
        key.vector("public_pkcs1_pem");
        assert_eq!(PublicKey::from_pem(provider, pem.text()).unwrap(), reference, "{name}");
    }
    for form in ["public_jwk_as_documented", "public_jwk_rfc7517", "public_jwk"] {
        if let Some(jwk) = key.find(form) {
            key.vector(form);
            let text = jwk.whole().to_string();
            assert_eq!(
                PublicKey::from_jwk_json(provider, &text).unwrap(),
                as_jwk(reference.clone()),
                "{name} {form}"
            );
            check_rendering(jwk.whole(), &reference, provider);
        }
    }
    if let Some(jwk) = key.find("private_jwk") {
        key.vector("private_jwk");
        let private = PrivateKey::from_jwk_json(provider, &jwk.whole().to_string()).unwrap();
        assert_eq!(private.public_key(), as_jwk(reference), "{name}");
        assert_eq!(jwk.get("kid").text(), key_id.unwrap());
    }
}

/// What was read can be written again, member for member.
fn check_rendering(jwk: &Value, key: &PublicKey, provider: &dyn Provider) {
    let read = jwks::JwkKey::parse(provider, &jwk.to_string()).unwrap();
    let key = key.clone().with_key_id(jwk["kid"].as_str().unwrap().into());
    assert_eq!(read.key, key);
    let published = match jwk["use"].as_str() {
        Some("sig") => PublishedKey::signing(key),
        _ => PublishedKey::encryption(key),
    };
    let published = read
        .certificates
        .iter()
        .fold(published, |published, text| published.with_certificate(&from_base64(text)));
    let form = if jwk["x5c"].is_array() || jwk.get("alg").is_some() {
        JwkForm::Rfc7517
    } else {
        JwkForm::Documented
    };
    let mut written: Value = serde_json::from_str(&jwks::render_key(&published, form).unwrap()).unwrap();
    if jwk.get("alg").is_none() {
        // The RFC form always states `alg`.
        written.as_object_mut().unwrap().remove("alg");
    }
    assert_eq!(&written, jwk);
}

fn private_key(keys: &Node<'_>, kid: &str, provider: &dyn Provider) -> PrivateKey {
    let (_, key) = keys
        .members()
        .into_iter()
        .find(|(_, key)| key.get("kid").text() == kid)
        .unwrap_or_else(|| panic!("no key {kid}"));
    PrivateKey::from_pem(provider, key.get("private_pkcs8_pem").text()).unwrap().with_key_id(kid.into())
}

fn check_payload_encryption(section: &Node<'_>, keys: &Node<'_>, provider: &dyn Provider) {
    let ring = KeyRing::from_keys(
        ["api_encryption", "api_encryption_second"]
            .map(|name| private_key(keys, keys.get(name).get("kid").text(), provider)),
    )
    .unwrap();
    assert_eq!(section.get("parameters").whole(), &payload_parameters());
    for vector in section.get("valid").elements() {
        check_valid_envelope(&vector, &ring);
    }
    check_malleability(&section.get("malleability"), &ring);
    for vector in section.get("invalid").elements() {
        check_invalid_envelope(&vector, &ring);
    }
}

/// The parameters this crate implements. If the file changes here, the implementation has to be looked at.
fn payload_parameters() -> Value {
    json!({
        "aes": "AES-256 in CTR mode, 128-bit big-endian counter, initial counter block = IV, no padding",
        "aes_key_bytes": 32,
        "aes_iv_bytes": 16,
        "rsa": "RSAES-OAEP, hash SHA-1, MGF1 with SHA-1, empty label",
        "rsa_modulus_bits": 2048,
        "base64": "standard alphabet (RFC 4648 section 4) with padding, no line breaks",
        "key_iv_text": "base64(key) | base64(iv), 69 ASCII bytes",
        "hash": "base64(rsa ciphertext) | base64(aes ciphertext)",
        "envelope": {"encrypted": "<key id>", "hash": "<hash>"},
    })
}

fn check_valid_envelope(vector: &Node<'_>, ring: &KeyRing<PrivateKey>) {
    let name = vector.get("name").text();
    vector.vector(name);
    let plaintext = vector.get("plaintext_utf8").text();
    assert_eq!(
        plaintext.len(),
        usize::try_from(vector.get("plaintext_len_bytes").integer()).unwrap(),
        "{name}"
    );
    assert_eq!(sha256_hex(plaintext.as_bytes()), vector.get("plaintext_sha256_hex").text(), "{name}");
    let (content_key, counter_block) =
        (hex(vector.get("aes_key_hex").text()), hex(vector.get("aes_iv_hex").text()));
    assert_eq!(from_base64(vector.get("aes_key_base64").text()), content_key, "{name}");
    assert_eq!(from_base64(vector.get("aes_iv_base64").text()), counter_block, "{name}");

    // Open the published envelope.
    let envelope: Envelope = serde_json::from_value(vector.get("envelope").whole().clone()).unwrap();
    let body: Value = serde_json::from_str(vector.get("envelope_json_body").text()).unwrap();
    assert_eq!(Envelope::detect(&body).unwrap(), envelope, "{name}");
    assert_eq!(envelope::open(ring, &envelope).unwrap().as_slice(), plaintext.as_bytes(), "{name}");
    let kid = vector.get("kid").text();
    assert_eq!(envelope.encrypted, kid, "{name}");
    let aes_part = vector.get("aes_ciphertext_base64").text();
    let rsa_part = vector.get("rsa_oaep_sha1_ciphertext_base64").text();
    assert_eq!(envelope.hash, format!("{rsa_part}|{aes_part}"), "{name}");

    // Seal with the published content key and counter block: the AES part must come out the same.
    let random = FixedRandom::new([content_key, counter_block, vec![7; 20]].concat());
    let public = ring.by_id(kid).unwrap().public_key();
    let sealed = envelope::seal(&public, &random, plaintext.as_bytes()).unwrap();
    assert_eq!(sealed.hash.split('|').nth(1), Some(aes_part), "{name}");
    assert_eq!(hex(vector.get("aes_ciphertext_hex").text()), from_base64(aes_part), "{name}");
    assert_eq!(envelope::open(ring, &sealed).unwrap().as_slice(), plaintext.as_bytes(), "{name}");

    // The text inside the RSA part is the published one.
    let key_iv_text = vector.get("key_iv_text").text();
    assert_eq!(
        key_iv_text.len(),
        usize::try_from(vector.get("key_iv_text_len_bytes").integer()).unwrap(),
        "{name}"
    );
    let pieces: Vec<_> = key_iv_text.split('|').collect();
    assert_eq!(pieces, [vector.get("aes_key_base64").text(), vector.get("aes_iv_base64").text()], "{name}");
}

fn check_malleability(vector: &Node<'_>, ring: &KeyRing<PrivateKey>) {
    let name = vector.get("name").text();
    vector.vector(name);
    assert_eq!(vector.get("expected").text(), "decrypts", "{name}");
    let envelope: Envelope = serde_json::from_value(vector.get("envelope").whole().clone()).unwrap();
    let opened = envelope::open(ring, &envelope).unwrap();
    assert_eq!(opened.as_slice(), vector.get("expected_plaintext_utf8").text().as_bytes(), "{name}");
}

fn check_invalid_envelope(vector: &Node<'_>, ring: &KeyRing<PrivateKey>) {
    let name = vector.get("name").text();
    vector.vector(name);
    assert_eq!(vector.get("expected").text(), "reject", "{name}");
    let body = vector.get("envelope").whole();
    let Some(envelope) = Envelope::detect(body) else {
        assert_eq!(name, "hash-not-a-string");
        assert!(serde_json::from_value::<Envelope>(body.clone()).is_err());
        return;
    };
    let expected = match name {
        "unknown-key-id" => ErrorKind::UnknownKey,
        "missing-bar" | "three-parts" | "base64url-alphabet" => ErrorKind::MalformedInput,
        _ => ErrorKind::DecryptionFailed,
    };
    let error = envelope::open(ring, &envelope).unwrap_err();
    assert_eq!(error.kind(), expected, "{name}: {error}");
    if expected == ErrorKind::DecryptionFailed {
        assert_eq!(error.to_string(), "the message could not be decrypted", "{name}");
    }
}

fn parts<'a>(node: &Node<'a>) -> RequestParts<'a> {
    RequestParts {
        method: node.get("method").text(),
        path_and_query: node.get("path_and_query").text(),
        api_key: node.get("api_key").text(),
        date: node.get("date").text(),
    }
}

fn check_request_signing(section: &Node<'_>, keys: &Node<'_>, provider: &dyn Provider) {
    let parameters = json!({
        "canonical_string": "METHOD:path-and-query:api-key:date",
        "encoding": "ASCII/UTF-8, no trailing newline",
        "algorithm": "RSASSA-PKCS1-v1_5 with SHA-256",
        "signature_encoding": "standard base64 with padding",
        "headers": ["Signature", "Date"],
    });
    assert_eq!(section.get("parameters").whole(), &parameters);
    let signing = private_key(keys, keys.get("request_signing").get("kid").text(), provider);
    let second = private_key(keys, keys.get("request_signing_second").get("kid").text(), provider);
    let registered = [signing.public_key()];
    for vector in section.get("valid").elements() {
        let name = vector.get("name").text();
        vector.vector(name);
        let parts = parts(&vector);
        let canonical = request::canonical_string(&parts).unwrap();
        assert_eq!(canonical.as_str(), vector.get("canonical_string").text(), "{name}");
        assert_eq!(sha256_hex(canonical.as_bytes()), vector.get("canonical_sha256_hex").text(), "{name}");
        // The signature is deterministic, so both providers must make the published one.
        let signature = vector.get("signature_base64").text();
        assert_eq!(request::sign(&signing, &parts).unwrap(), signature, "{name}");
        // Registered or not, a second key beside the right one does no harm.
        let both = [second.public_key(), signing.public_key()];
        let verified = request::verify(&both, &parts, signature).unwrap();
        assert_eq!(verified.key_index(), 1, "{name}");
        assert_eq!(verified.key_id().unwrap().as_str(), vector.get("signing_kid").text(), "{name}");
        let headers = vector.get("headers");
        assert_eq!(headers.get("Authorization").text(), format!("Bearer {}", parts.api_key), "{name}");
        assert_eq!(headers.get("Signature").text(), signature, "{name}");
        assert_eq!(headers.get("Date").text(), parts.date, "{name}");
    }
    for vector in section.get("invalid").elements() {
        let name = vector.get("name").text();
        vector.vector(name);
        assert_eq!(vector.get("expected").text(), "reject", "{name}");
        let parts = parts(&vector.get("presented_request"));
        let signature = vector.get("signature_base64").text();
        let signed = vector.get("canonical_string_signed").text();
        let presented = format!("{}:{}:{}:{}", parts.method, parts.path_and_query, parts.api_key, parts.date);
        let error = request::verify(&registered, &parts, signature).unwrap_err();
        if vector.find("signature_itself_verifies").is_some_and(|flag| flag.boolean()) {
            assert_eq!(error.kind(), ErrorKind::MalformedInput, "{name}");
            assert_eq!(signed, presented, "{name}");
        } else {
            assert_eq!(error.kind(), ErrorKind::VerificationFailed, "{name}");
            let other_text = ["lowercase-method", "path-without-v1", "full-url", "date-header-differs"];
            assert_eq!(signed != presented, other_text.contains(&name), "{name}");
        }
        if name == "other-key" {
            assert!(request::verify(&[second.public_key()], &parts, signature).is_ok(), "{name}");
        }
    }
}

fn check_partner_jwks(section: &Node<'_>, keys: &Node<'_>, provider: &dyn Provider) {
    section.vector("partner_jwks_endpoint");
    assert_eq!(section.get("content_type").text(), "application/json");
    let example = section.get("example_response").whole();
    let set = JwkSet::parse(provider, &example.to_string()).unwrap();
    assert_eq!((set.keys.len(), set.skipped.len()), (2, 0));
    assert_eq!((set.signing_keys().len(), set.encryption_keys().len()), (2, 0));
    let published: Vec<_> = ["request_signing", "request_signing_second"]
        .map(|name| private_key(keys, keys.get(name).get("kid").text(), provider).public_key())
        .map(PublishedKey::signing)
        .into();
    let written = jwks::render(&published, JwkForm::Rfc7517).unwrap();
    assert_eq!(&serde_json::from_str::<Value>(&written).unwrap(), example);
}

fn check_public_keys_api(section: &Node<'_>, keys: &Node<'_>, provider: &dyn Provider) {
    section.vector("public_keys_api");
    let list = section.get("list_response").whole();
    let set = JwkSet::parse(provider, &list.to_string()).unwrap();
    assert_eq!((set.keys.len(), set.skipped.len()), (2, 0));
    assert_eq!((set.signing_keys().len(), set.encryption_keys().len()), (0, 2));
    let published: Vec<_> = ["api_encryption", "api_encryption_second"]
        .map(|name| {
            let key = private_key(keys, keys.get(name).get("kid").text(), provider).public_key();
            let documented = keys.get(name).get("public_jwk_as_documented");
            PublishedKey::encryption(key).with_certificate(&from_base64(documented.get("x5c").text()))
        })
        .into();
    let written = jwks::render(&published, JwkForm::Documented).unwrap();
    assert_eq!(&serde_json::from_str::<Value>(&written).unwrap(), list);

    let latest = section.get("latest_response").whole();
    let key = jwks::JwkKey::parse(provider, &latest.to_string()).unwrap();
    assert_eq!(key.key.key_id().unwrap().as_str(), keys.get("api_encryption_second").get("kid").text());
    assert_eq!(set.encryption_keys().by_id(key.key.key_id().unwrap().as_str()), Some(&key.key));
}
