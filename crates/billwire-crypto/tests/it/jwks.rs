//! Key sets: the lenient reader, the strict writer.

use billwire_crypto::jwks::{
    JwkForm, JwkKey, JwkSet, KeyAlgorithm, KeyUse, MAX_SET_BYTES, MAX_SET_KEYS, PublishedKey, SkipReason,
    render, render_key,
};
use billwire_crypto::testing::keys;
use billwire_crypto::{ErrorKind, PublicKey};
use serde_json::{Value, json};

use crate::support::{PROVIDERS, base64_url, on_both, public, refused};

/// The bare members of a good key.
fn good(kid: &str) -> Value {
    let key = public(PROVIDERS[0], keys::REQUEST_SIGNING);
    json!({"kty": "RSA", "kid": kid, "n": base64_url(key.modulus()), "e": "AQAB"})
}

fn with(kid: &str, more: &Value) -> Value {
    let mut key = good(kid);
    key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    key
}

fn set(elements: &[Value]) -> String {
    json!({ "keys": elements }).to_string()
}

#[test]
fn one_odd_key_does_not_lose_the_set() {
    let short = base64_url(&[0xff; 128]);
    let padded = format!("{}=", good("x")["n"].as_str().unwrap());
    let odd = [
        json!("text"),
        json!(null),
        json!({}),
        json!({"kid": "no-kty", "n": "AQAB", "e": "AQAB"}),
        json!({"kty": "AKP", "kid": "akp", "alg": "ML-DSA-44", "pub": "AA"}),
        json!({"kty": "EC", "kid": "ec", "crv": "P-256", "x": "AA", "y": "AA"}),
        json!({"kty": "oct", "kid": "oct", "k": "AA"}),
        json!({"kty": "rsa", "kid": "case", "n": "AQAB", "e": "AQAB"}),
        json!({"kty": "RSA", "kid": "no-n", "e": "AQAB"}),
        json!({"kty": "RSA", "kid": "empty-n", "n": "", "e": "AQAB"}),
        with("no-e", &json!({"e": null})),
        with("short", &json!({"n": short})),
        with("padded", &json!({"n": padded})),
        with("standard-alphabet", &json!({"n": "a+/b"})),
        with("even-e", &json!({"e": "Ag"})),
        with("private", &json!({"d": "AQAB"})),
        with("use", &json!({"use": ["sig"]})),
        with("alg", &json!({"alg": 1})),
        with("x5c", &json!({"x5c": [1]})),
        with("", &json!({"kid": 7})),
    ];
    on_both(|provider| {
        let mut elements = odd.to_vec();
        elements.insert(10, good("good"));
        let set = JwkSet::parse(provider, &set(&elements)).unwrap();
        assert_eq!(set.keys.len(), 1);
        assert_eq!(set.keys[0].key.key_id().unwrap().as_str(), "good");
        let reported: Vec<_> = set
            .skipped
            .iter()
            .map(|key| (key.index, key.key_id.as_ref().map_or("-", |id| id.as_str())))
            .collect();
        let names = [
            "-",
            "-",
            "-",
            "no-kty",
            "akp",
            "ec",
            "oct",
            "case",
            "no-n",
            "empty-n",
            "no-e",
            "short",
            "padded",
            "standard-alphabet",
            "even-e",
            "private",
            "use",
            "alg",
            "x5c",
            "-",
        ];
        let indexes = (0..10).chain(11..21);
        assert_eq!(reported, indexes.zip(names).collect::<Vec<_>>());
        let reasons: Vec<_> = set.skipped.iter().map(|key| &key.reason).collect();
        assert_eq!(reasons[..2], [&SkipReason::NotAnObject; 2]);
        assert_eq!(reasons[2..8], [&SkipReason::UnsupportedKeyType; 6]);
        assert_eq!(reasons[8], &SkipReason::Malformed("`n`"));
        assert!(
            matches!(reasons[9], SkipReason::Unusable(text) if text.contains("0 bits")),
            "{:?}",
            reasons[9]
        );
        assert_eq!(reasons[10], &SkipReason::Malformed("`n` or `e`"));
        assert!(matches!(reasons[11], SkipReason::Unusable(text) if text.contains("1024 bits")));
        assert_eq!(reasons[12..14], [&SkipReason::Malformed("`n` or `e`"); 2]);
        assert!(matches!(reasons[14], SkipReason::Unusable(text) if text.contains("exponent")));
        assert_eq!(reasons[15], &SkipReason::PrivateKeyExposed);
        assert_eq!(reasons[16..], ["use", "alg", "x5c", "kid"].map(SkipReason::Malformed).each_ref());
        for key in &set.skipped {
            assert!(key.reason.to_string().len() > 20, "{}", key.reason);
        }
    });
}

#[test]
fn unknown_words_are_kept_and_decide_the_rings() {
    let elements = [
        good("plain"),
        with("sig", &json!({"use": "sig", "alg": "RS256", "key_ops": ["verify"]})),
        with("enc", &json!({"use": "enc", "alg": "RSA-OAEP", "key_ops": "wrapKey"})),
        with("enc-256", &json!({"use": "enc", "alg": "RSA-OAEP-256"})),
        with("sig-512", &json!({"use": "sig", "alg": "RS512"})),
        with("new-use", &json!({"use": "tls", "alg": "RS256", "unknown": {"a": [1]}})),
        with("no-ops", &json!({"use": "sig", "key_ops": []})),
        with("other-ops", &json!({"key_ops": ["sign", "attest"]})),
        with("nulls", &json!({"use": null, "alg": null, "key_ops": null, "x5c": null})),
    ];
    on_both(|provider| {
        let set = JwkSet::parse(provider, &set(&elements)).unwrap();
        assert_eq!((set.keys.len(), set.skipped.len()), (elements.len(), 0));
        let ids = |ring: &billwire_crypto::PublicKeys| -> Vec<String> {
            ring.iter().map(|key| key.key_id().unwrap().to_string()).collect()
        };
        assert_eq!(ids(&set.signing_keys()), ["plain", "sig", "nulls"]);
        assert_eq!(ids(&set.encryption_keys()), ["plain", "enc", "nulls"]);
        assert_eq!(set.keys[1].usage, Some(KeyUse::Signature));
        assert_eq!(set.keys[2].algorithm, Some(KeyAlgorithm::RsaOaep));
        assert_eq!(set.keys[4].algorithm.as_ref().unwrap().to_string(), "RS512");
        assert_eq!(set.keys[5].usage, Some(KeyUse::Unrecognized("tls".into())));
        assert_eq!(set.keys[5].usage.as_ref().unwrap().to_string(), "tls");
    });
}

#[test]
fn certificates_are_read_in_both_forms_and_never_trusted() {
    on_both(|provider| {
        let elements = [
            with("array", &json!({"x5c": ["AA==", "AQ=="]})),
            with("string", &json!({"x5c": "AA=="})),
            with("nonsense", &json!({"x5c": "not a certificate"})),
        ];
        let set = JwkSet::parse(provider, &set(&elements)).unwrap();
        let certificates: Vec<_> = set.keys.iter().map(|key| key.certificates.join(",")).collect();
        assert_eq!(certificates, ["AA==,AQ==", "AA==", "not a certificate"]);
    });
}

#[test]
fn a_duplicate_id_is_reported_once_it_could_be_mistaken() {
    let (sig, enc) = (json!({"use": "sig"}), json!({"use": "enc"}));
    let cases = [
        (vec![good("a"), good("a")], vec![1]),
        (vec![with("a", &sig), with("a", &enc)], vec![]),
        (vec![with("a", &sig), with("a", &enc), with("a", &sig)], vec![2]),
        (vec![with("a", &sig), good("a"), with("a", &enc)], vec![1]),
        (vec![good("a"), with("a", &sig)], vec![1]),
        (vec![good("a"), good("A")], vec![]),
    ];
    on_both(|provider| {
        for (elements, expected) in &cases {
            let set = JwkSet::parse(provider, &set(elements)).unwrap();
            let skipped: Vec<_> = set.skipped.iter().map(|key| key.index).collect();
            assert_eq!(&skipped, expected);
            assert!(set.skipped.iter().all(|key| key.reason == SkipReason::DuplicateKeyId));
        }
        // Without an id there is nothing to mistake.
        let bare = json!({"kty": "RSA", "n": good("x")["n"], "e": "AQAB"});
        let set = JwkSet::parse(provider, &set(&[bare.clone(), bare])).unwrap();
        assert_eq!((set.keys.len(), set.signing_keys().len()), (2, 2));
    });
}

#[test]
fn a_single_key_and_an_empty_set_are_sets() {
    on_both(|provider| {
        assert_eq!(JwkSet::parse(provider, &good("a").to_string()).unwrap().keys.len(), 1);
        assert!(JwkSet::parse(provider, r#"{"keys":[]}"#).unwrap().signing_keys().is_empty());
        assert_eq!(JwkSet::parse(provider, r#"{"kty":"EC"}"#).unwrap().skipped.len(), 1);
        assert_eq!(JwkSet::parse(provider, &format!("  {}\n", set(&[good("a")]))).unwrap().keys.len(), 1);
    });
}

#[test]
fn what_is_no_set_is_refused() {
    on_both(|provider| {
        for json in
            ["", "{", "[]", "{}", "null", "7", r#"{"keys":{}}"#, r#"{"keys":null}"#, r#"{"keys":[]} x"#]
        {
            refused(JwkSet::parse(provider, json), ErrorKind::MalformedInput);
        }
        let long = format!("{}{}", " ".repeat(MAX_SET_BYTES), set(&[]));
        refused(JwkSet::parse(provider, &long), ErrorKind::TooLarge);
        let many = vec![json!(1); MAX_SET_KEYS];
        assert_eq!(JwkSet::parse(provider, &set(&many)).unwrap().skipped.len(), MAX_SET_KEYS);
        refused(JwkSet::parse(provider, &set(&vec![json!(1); MAX_SET_KEYS + 1])), ErrorKind::TooLarge);
        let message = refused(JwkKey::parse(provider, r#"{"kty":"EC"}"#), ErrorKind::UnusableKey);
        assert!(message.contains("not an RSA key"), "{message}");
        let message = refused(PublicKey::from_jwk_json(provider, "{\n\"kty\":}"), ErrorKind::MalformedInput);
        assert!(message.contains("line 2"), "{message}");
    });
}

#[test]
fn writing_follows_both_forms() {
    on_both(|provider| {
        let signing = public(provider, keys::REQUEST_SIGNING);
        let n = base64_url(signing.modulus());
        let published = PublishedKey::signing(signing.clone()).with_certificate(&[0]).with_certificate(&[1]);
        let written: Value =
            serde_json::from_str(&render_key(&published, JwkForm::Rfc7517).unwrap()).unwrap();
        let expected = json!({
            "kty": "RSA", "n": n, "e": "AQAB", "use": "sig", "alg": "RS256", "kid": "partner-signing-test-1",
            "x5c": ["AA==", "AQ=="],
        });
        assert_eq!(written, expected);
        refused(render_key(&published, JwkForm::Documented), ErrorKind::UnusableKey);
        let published = PublishedKey::encryption(signing).with_certificate(&[0]);
        let written: Value =
            serde_json::from_str(&render_key(&published, JwkForm::Documented).unwrap()).unwrap();
        let expected = json!({
            "kty": "RSA", "n": n, "e": "AQAB", "use": "enc", "kid": "partner-signing-test-1", "x5c": "AA==",
        });
        assert_eq!(written, expected);
        let written: Value = serde_json::from_str(&render(&[published], JwkForm::Rfc7517).unwrap()).unwrap();
        assert_eq!(written["keys"][0]["alg"], "RSA-OAEP");
        assert_eq!(render(&[], JwkForm::Rfc7517).unwrap(), r#"{"keys":[]}"#);
    });
}

#[test]
fn what_is_written_can_be_found_again() {
    on_both(|provider| {
        let signing = public(provider, keys::REQUEST_SIGNING);
        let bare = PublicKey::from_pem(provider, keys::REQUEST_SIGNING.public_pem).unwrap();
        let key = |key: &PublicKey| PublishedKey::signing(key.clone());
        refused(render(&[key(&bare)], JwkForm::Rfc7517), ErrorKind::MissingKeyId);
        refused(render_key(&key(&bare), JwkForm::Documented), ErrorKind::MissingKeyId);
        refused(render(&[key(&signing), key(&signing)], JwkForm::Rfc7517), ErrorKind::DuplicateKeyId);
        let both = [key(&signing), PublishedKey::encryption(signing.clone())];
        let set = JwkSet::parse(provider, &render(&both, JwkForm::Rfc7517).unwrap()).unwrap();
        assert_eq!((set.signing_keys().len(), set.encryption_keys().len()), (1, 1));
        assert!(set.skipped.is_empty());
        let by_thumbprint = bare.clone().with_key_id(bare.thumbprint().into());
        assert!(render(&[key(&by_thumbprint)], JwkForm::Rfc7517).unwrap().contains(&bare.thumbprint()));
    });
}
