//! Payload envelopes beyond the published vectors.

use billwire_crypto::envelope::{self, Envelope, MAX_HASH_BYTES, MAX_PLAINTEXT_BYTES};
use billwire_crypto::testing::{BrokenRandom, FixedRandom, SeededRandom, keys};
use billwire_crypto::{ErrorKind, KeyRing, OsRandom, PublicKey};
use serde_json::json;

use crate::support::{PROVIDERS, from_base64, on_both, private_ring, public, refused};

const BODY: &[u8] = br#"{"identifier":"customer-1"}"#;

#[test]
fn what_one_provider_seals_the_other_opens() {
    for sealing in PROVIDERS {
        for opening in PROVIDERS {
            let sealed = envelope::seal(&public(sealing, keys::API_ENCRYPTION), &OsRandom, BODY).unwrap();
            let ring = private_ring(opening, &[keys::API_ENCRYPTION_SECOND, keys::API_ENCRYPTION]);
            assert_eq!(envelope::open(&ring, &sealed).unwrap().as_slice(), BODY);
        }
    }
}

#[test]
fn keys_of_both_providers_share_a_ring() {
    let mut ring = private_ring(PROVIDERS[0], &[keys::API_ENCRYPTION]);
    for key in &private_ring(PROVIDERS[1], &[keys::API_ENCRYPTION_SECOND]) {
        ring.insert(key.clone()).unwrap();
    }
    for pair in [keys::API_ENCRYPTION, keys::API_ENCRYPTION_SECOND] {
        let sealed = envelope::seal(&public(PROVIDERS[0], pair), &OsRandom, BODY).unwrap();
        assert_eq!(envelope::open(&ring, &sealed).unwrap().as_slice(), BODY);
    }
}

#[test]
fn every_seal_draws_anew() {
    on_both(|provider| {
        let key = public(provider, keys::API_ENCRYPTION);
        let random = SeededRandom::new(1);
        let (first, second) =
            (envelope::seal(&key, &random, BODY).unwrap(), envelope::seal(&key, &random, BODY).unwrap());
        let parts = |sealed: &Envelope| sealed.hash.split('|').map(from_base64).collect::<Vec<_>>();
        assert_ne!(parts(&first)[0], parts(&second)[0]);
        assert_ne!(parts(&first)[1], parts(&second)[1]);
        assert_eq!((parts(&first)[0].len(), parts(&first)[1].len()), (256, BODY.len()));
    });
}

#[test]
fn a_source_that_fails_fails_the_seal() {
    on_both(|provider| {
        let key = public(provider, keys::API_ENCRYPTION);
        refused(envelope::seal(&key, &BrokenRandom, BODY), ErrorKind::Random);
        refused(envelope::seal(&key, &FixedRandom::new([0; 47]), BODY), ErrorKind::Random);
    });
    let key = public(PROVIDERS[0], keys::API_ENCRYPTION);
    // The portable provider draws its padding from the same source, and must not go on without.
    refused(envelope::seal(&key, &FixedRandom::new([0; 67]), BODY), ErrorKind::Random);
    assert!(envelope::seal(&key, &FixedRandom::new([0; 68]), BODY).is_ok());
}

#[test]
fn sealing_needs_a_key_id_json_and_a_size() {
    on_both(|provider| {
        let bare = PublicKey::from_pem(provider, keys::API_ENCRYPTION.public_pem).unwrap();
        refused(envelope::seal(&bare, &OsRandom, BODY), ErrorKind::MissingKeyId);
        let key = public(provider, keys::API_ENCRYPTION);
        for body in [b"".as_slice(), b"{", b"{} x", b"hello", b"{\"a\":\"\xff\"}"] {
            refused(envelope::seal(&key, &OsRandom, body), ErrorKind::MalformedInput);
        }
        let text = |length: usize| format!("\"{}\"", "x".repeat(length - 2)).into_bytes();
        let largest = envelope::seal(&key, &OsRandom, &text(MAX_PLAINTEXT_BYTES)).unwrap();
        assert!(largest.hash.len() <= MAX_HASH_BYTES);
        assert!(envelope::open(&private_ring(provider, &[keys::API_ENCRYPTION]), &largest).is_ok());
        refused(envelope::seal(&key, &OsRandom, &text(MAX_PLAINTEXT_BYTES + 1)), ErrorKind::TooLarge);
    });
}

#[test]
fn an_oversized_hash_is_refused_before_it_is_decoded() {
    on_both(|provider| {
        let ring = private_ring(provider, &[keys::API_ENCRYPTION]);
        let envelope = Envelope {
            encrypted: keys::API_ENCRYPTION.key_id.to_owned(),
            hash: "A".repeat(MAX_HASH_BYTES + 1),
        };
        refused(envelope::open(&ring, &envelope), ErrorKind::TooLarge);
    });
}

#[test]
fn base64_is_exact() {
    on_both(|provider| {
        let ring = private_ring(provider, &[keys::API_ENCRYPTION]);
        let good = envelope::seal(&public(provider, keys::API_ENCRYPTION), &OsRandom, b"{}").unwrap();
        let (rsa, aes) = good.hash.split_once('|').unwrap();
        let bare_rsa = rsa.trim_end_matches('=');
        let stray_bits = format!("{}{}=", &aes[..2], if &aes[2..3] == "B" { "C" } else { "B" });
        for hash in [
            format!("{bare_rsa}|{aes}"),
            format!("{rsa}|{}", aes.trim_end_matches('=')),
            format!(" {rsa}|{aes}"),
            format!("{rsa}|{aes}\n"),
            format!("{}\n{}|{aes}", &rsa[..64], &rsa[64..]),
            format!("{rsa}|{stray_bits}"),
            format!("{rsa}={aes}"),
            String::new(),
        ] {
            let envelope = Envelope { hash, ..good.clone() };
            refused(envelope::open(&ring, &envelope), ErrorKind::MalformedInput);
        }
        let three = Envelope { hash: format!("{}|{aes}", good.hash), ..good.clone() };
        assert!(refused(envelope::open(&ring, &three), ErrorKind::MalformedInput).contains("one bar"));
        // Empty parts are base64, but not of a ciphertext.
        for hash in ["|".to_owned(), format!("|{aes}"), format!("{rsa}|")] {
            let envelope = Envelope { hash, ..good.clone() };
            refused(envelope::open(&ring, &envelope), ErrorKind::DecryptionFailed);
        }
    });
}

#[test]
fn all_decryption_failures_look_the_same() {
    on_both(|provider| {
        let ring = private_ring(provider, &[keys::API_ENCRYPTION, keys::API_ENCRYPTION_SECOND]);
        let good = envelope::seal(&public(provider, keys::API_ENCRYPTION), &OsRandom, BODY).unwrap();
        let (rsa, aes) = good.hash.split_once('|').unwrap();
        let zeros = |length: usize| {
            use base64ct::Encoding as _;
            base64ct::Base64::encode_string(&vec![0; length])
        };
        let wrong_key = Envelope { encrypted: keys::API_ENCRYPTION_SECOND.key_id.to_owned(), ..good.clone() };
        let mut texts = vec![refused(envelope::open(&ring, &wrong_key), ErrorKind::DecryptionFailed)];
        for hash in [
            format!("{}|{aes}", zeros(256)),
            format!("{}|{aes}", zeros(255)),
            format!("{}|{aes}", zeros(257)),
            format!("{rsa}|{}", zeros(27)),
        ] {
            let envelope = Envelope { hash, ..good.clone() };
            texts.push(refused(envelope::open(&ring, &envelope), ErrorKind::DecryptionFailed));
        }
        texts.dedup();
        assert_eq!(texts, ["the message could not be decrypted"]);
    });
}

/// The content key that stands in for one that did not come out is no secret: a body that is well encrypted under it
/// must be refused like any other.
#[test]
fn the_stand_in_content_key_opens_nothing() {
    use base64ct::Encoding as _;
    on_both(|provider| {
        let mut body = BODY.to_vec();
        provider.ciphers().aes_256_ctr(&[0; 32], &[0; 16], &mut body).unwrap();
        let hash = [&[0xff; 256][..], &body].map(base64ct::Base64::encode_string).join("|");
        let envelope = Envelope { encrypted: keys::API_ENCRYPTION.key_id.to_owned(), hash };
        let ring = private_ring(provider, &[keys::API_ENCRYPTION]);
        refused(envelope::open(&ring, &envelope), ErrorKind::DecryptionFailed);
    });
}

/// What comes out of OAEP well, but is not `base64(32 bytes)|base64(16 bytes)`, is refused.
#[test]
fn the_key_text_is_exact() {
    use base64ct::Encoding as _;
    on_both(|provider| {
        let ring = private_ring(provider, &[keys::API_ENCRYPTION]);
        let key = public(provider, keys::API_ENCRYPTION);
        let operations = provider.public_key(key.modulus(), key.exponent()).unwrap();
        let mut body = b"{}".to_vec();
        provider.ciphers().aes_256_ctr(&[7; 32], &[9; 16], &mut body).unwrap();
        let encode = |bytes: &[u8]| base64ct::Base64::encode_string(bytes);
        let (content_key, counter) = (encode(&[7; 32]), encode(&[9; 16]));
        let open = |text: &str| {
            let encrypted_key = operations.encrypt_oaep_sha1(&OsRandom, text.as_bytes()).unwrap();
            let hash = format!("{}|{}", encode(&encrypted_key), encode(&body));
            envelope::open(&ring, &Envelope { encrypted: keys::API_ENCRYPTION.key_id.to_owned(), hash })
        };
        assert_eq!(open(&format!("{content_key}|{counter}")).unwrap().as_slice(), b"{}");
        for text in [
            format!("{content_key}:{counter}"),
            format!("{content_key}|{counter} "),
            format!("{content_key}|{counter}|"),
            format!(" {content_key}|{}", counter.trim_end_matches('=')),
            format!("{counter}|{content_key}"),
            format!("{}|{counter}", encode(&[7; 31]).replace('=', "A")),
            format!("{}|{counter}", content_key.replace('B', "-")),
            format!("{content_key}|{}", encode(&[9; 17])),
            String::new(),
        ] {
            refused(open(&text), ErrorKind::DecryptionFailed);
        }
    });
}

#[test]
fn keys_are_found_by_id_only() {
    on_both(|provider| {
        let sealed = envelope::seal(&public(provider, keys::API_ENCRYPTION), &OsRandom, BODY).unwrap();
        refused(envelope::open(&KeyRing::new(), &sealed), ErrorKind::UnknownKey);
        let ring = private_ring(provider, &[keys::API_ENCRYPTION_SECOND]);
        let text = refused(envelope::open(&ring, &sealed), ErrorKind::UnknownKey);
        assert!(text.contains("os8th269xgj7tyku7wxl"), "{text}");
        let hostile = Envelope { encrypted: "a\nb".repeat(1000), ..sealed };
        let text = refused(envelope::open(&ring, &hostile), ErrorKind::UnknownKey);
        assert!(text.len() < 300 && !text.contains('\n'), "{text}");
    });
}

#[test]
fn only_an_object_with_both_texts_is_an_envelope() {
    let good = json!({"encrypted": "kid", "hash": "a|b", "extra": 1});
    let found = Envelope::detect(&good).unwrap();
    assert_eq!((found.encrypted.as_str(), found.hash.as_str()), ("kid", "a|b"));
    assert_eq!(serde_json::to_string(&found).unwrap(), r#"{"encrypted":"kid","hash":"a|b"}"#);
    for other in [
        json!({"encrypted": "kid"}),
        json!({"hash": "a|b"}),
        json!({"encrypted": 1, "hash": "a|b"}),
        json!({"encrypted": "kid", "hash": null}),
        json!([{"encrypted": "kid", "hash": "a|b"}]),
        json!("encrypted"),
        json!(null),
    ] {
        assert_eq!(Envelope::detect(&other), None, "{other}");
    }
}
