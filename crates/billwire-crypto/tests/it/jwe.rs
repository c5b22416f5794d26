//! JWE beyond the published vectors.

use billwire_crypto::jwe::{self, MAX_COMPACT_BYTES};
use billwire_crypto::testing::{BrokenRandom, FixedRandom, keys};
use billwire_crypto::{ErrorKind, KeyRing, OsRandom, PrivateKey, Provider};

use crate::support::{
    PROVIDERS, base64_url, from_base64_url, on_both, private, private_ring, public, refused,
};

const PAIR: keys::TestKey = keys::PARTNER_WEBHOOK_ENCRYPTION;
const PLAINTEXT: &[u8] = br#"{"event":{"type":"bill.update"}}"#;

/// A good JWE whose header is replaced by `header`. The tag does not fit any more, so whatever is refused with
/// another kind was refused for its header.
fn with_header(provider: &dyn Provider, header: &str) -> String {
    let good = jwe::encrypt(&public(provider, PAIR), &OsRandom, PLAINTEXT, None).unwrap();
    let (_, rest) = good.split_once('.').unwrap();
    format!("{}.{rest}", base64_url(header.as_bytes()))
}

#[test]
fn what_one_provider_encrypts_the_other_decrypts() {
    for encrypting in PROVIDERS {
        for decrypting in PROVIDERS {
            for plaintext in [PLAINTEXT, b"", &[0xff; 10_000]] {
                let compact = jwe::encrypt(&public(encrypting, PAIR), &OsRandom, plaintext, None).unwrap();
                let ring = private_ring(decrypting, &[PAIR]);
                assert_eq!(jwe::decrypt(&ring, &compact).unwrap().as_slice(), plaintext);
            }
        }
    }
}

#[test]
fn the_header_is_checked_before_a_key_is_touched() {
    on_both(|provider| {
        let ring = private_ring(provider, &[PAIR]);
        let check = |header: &str, kind| refused(jwe::decrypt(&ring, &with_header(provider, header)), kind);
        let not_allowed = ErrorKind::AlgorithmNotAllowed;
        check(r#"{"alg":"RSA1_5","enc":"A256GCM"}"#, not_allowed);
        check(r#"{"alg":"RSA-OAEP-256","enc":"A256GCM"}"#, not_allowed);
        check(r#"{"alg":"dir","enc":"A256GCM"}"#, not_allowed);
        check(r#"{"alg":"rsa-oaep","enc":"A256GCM"}"#, not_allowed);
        check(r#"{"alg":"RSA-OAEP","enc":"A128CBC-HS256"}"#, not_allowed);
        check(r#"{"alg":"RSA-OAEP","enc":"A256GCM","zip":"DEF"}"#, not_allowed);
        check(r#"{"alg":"RSA-OAEP","enc":"A256GCM","zip":null}"#, not_allowed);
        check(r#"{"alg":"RSA-OAEP","enc":"A256GCM","crit":[]}"#, not_allowed);
        check(r#"{"alg":"RSA-OAEP","enc":"A256GCM","crit":["exp"],"exp":1}"#, not_allowed);
        let malformed = ErrorKind::MalformedInput;
        check(r#"{"enc":"A256GCM"}"#, malformed);
        check(r#"{"alg":"RSA-OAEP"}"#, malformed);
        check(r#"{"alg":["RSA-OAEP"],"enc":"A256GCM"}"#, malformed);
        check(r#"{"alg":"RSA-OAEP","enc":"A256GCM","kid":1}"#, malformed);
        check(r#"{"alg":"RSA-OAEP","alg":"RSA-OAEP","enc":"A256GCM"}"#, malformed);
        check(r#"{"alg":"RSA-OAEP","enc":"A256GCM","\u0061lg":"RSA-OAEP"}"#, malformed);
        check(r#"["RSA-OAEP"]"#, malformed);
        check("", malformed);
        // Tolerated, but then the tag does not fit.
        let kid = PAIR.key_id;
        let tolerated =
            format!(r#"{{"alg":"RSA-OAEP","enc":"A256GCM","kid":"{kid}","jku":"https://x","typ":1}}"#);
        check(&tolerated, ErrorKind::DecryptionFailed);
    });
    // Without any key the header is still what is complained about.
    let compact = with_header(PROVIDERS[0], r#"{"alg":"dir","enc":"A256GCM"}"#);
    refused(jwe::decrypt(&KeyRing::new(), &compact), ErrorKind::AlgorithmNotAllowed);
}

#[test]
fn a_missing_key_id_is_fine_with_one_key_only() {
    on_both(|provider| {
        let bare = PrivateKey::from_pem(provider, PAIR.private_pem).unwrap();
        let compact = jwe::encrypt(&bare.public_key(), &OsRandom, PLAINTEXT, None).unwrap();
        let header = from_base64_url(compact.split('.').next().unwrap());
        assert_eq!(header, br#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#);
        assert!(jwe::decrypt(&private_ring(provider, &[PAIR]), &compact).is_ok());
        assert!(jwe::decrypt(&KeyRing::from_keys([bare]).unwrap(), &compact).is_ok());
        let two = private_ring(provider, &[PAIR, keys::API_ENCRYPTION]);
        refused(jwe::decrypt(&two, &compact), ErrorKind::UnknownKey);
        refused(jwe::decrypt(&KeyRing::new(), &compact), ErrorKind::UnknownKey);
    });
}

#[test]
fn a_named_key_is_never_replaced_by_another() {
    on_both(|provider| {
        let compact = jwe::encrypt(&public(provider, PAIR), &OsRandom, PLAINTEXT, None).unwrap();
        let renamed = private(provider, PAIR).with_key_id("other".into());
        refused(jwe::decrypt(&KeyRing::from_keys([renamed]).unwrap(), &compact), ErrorKind::UnknownKey);
        let unnamed = PrivateKey::from_pem(provider, PAIR.private_pem).unwrap();
        let text =
            refused(jwe::decrypt(&KeyRing::from_keys([unnamed]).unwrap(), &compact), ErrorKind::UnknownKey);
        assert!(text.contains("with_key_id"), "{text}");
    });
}

#[test]
fn all_decryption_failures_look_the_same() {
    on_both(|provider| {
        let ring = private_ring(provider, &[PAIR]);
        let good = jwe::encrypt(&public(provider, PAIR), &OsRandom, PLAINTEXT, None).unwrap();
        let parts: Vec<_> = good.split('.').map(str::to_owned).collect();
        let replaced = |index: usize, bytes: &[u8]| {
            let mut parts = parts.clone();
            parts[index] = base64_url(bytes);
            parts.join(".")
        };
        let mut texts = Vec::new();
        for bad in [
            replaced(1, &[]),
            replaced(1, &[0; 255]),
            replaced(1, &[0; 256]),
            replaced(1, &[0xff; 256]),
            replaced(1, &[0; 257]),
            replaced(2, &[]),
            replaced(2, &[0; 11]),
            replaced(2, &[0; 13]),
            replaced(2, &[0; 12]),
            replaced(3, &[]),
            replaced(4, &[]),
            replaced(4, &[0; 15]),
            replaced(4, &[0; 16]),
            replaced(4, &[0; 17]),
            with_header(
                provider,
                &format!(r#"{{"alg":"RSA-OAEP","enc":"A256GCM", "kid":"{}"}}"#, PAIR.key_id),
            ),
        ] {
            texts.push(refused(jwe::decrypt(&ring, &bad), ErrorKind::DecryptionFailed));
        }
        texts.dedup();
        assert_eq!(texts, ["the message could not be decrypted"]);
    });
}

/// The content key that stands in for one that did not come out is no secret: a message that is well encrypted under
/// it must be refused like any other.
#[test]
fn the_stand_in_content_key_opens_nothing() {
    on_both(|provider| {
        let header = base64_url(br#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#);
        let mut buffer = PLAINTEXT.to_vec();
        provider.ciphers().aes_256_gcm_seal(&[0; 32], &[0; 12], header.as_bytes(), &mut buffer).unwrap();
        let (ciphertext, tag) = buffer.split_at(PLAINTEXT.len());
        let parts = [&[0xff; 256], [0; 12].as_slice(), ciphertext, tag].map(base64_url);
        let compact = format!("{header}.{}", parts.join("."));
        refused(jwe::decrypt(&private_ring(provider, &[PAIR]), &compact), ErrorKind::DecryptionFailed);
    });
}

/// A content key of another length comes out of OAEP well, and is refused all the same.
#[test]
fn a_content_key_of_another_length_is_refused() {
    on_both(|provider| {
        let ring = private_ring(provider, &[PAIR]);
        let key = public(provider, PAIR);
        let operations = provider.public_key(key.modulus(), key.exponent()).unwrap();
        let good = jwe::encrypt(&key, &OsRandom, PLAINTEXT, None).unwrap();
        let parts: Vec<_> = good.split('.').collect();
        for length in [0, 16, 31, 33] {
            let encrypted_key = operations.encrypt_oaep_sha1(&OsRandom, &vec![0; length]).unwrap();
            let encrypted_key = base64_url(&encrypted_key);
            let bad = [parts[0], encrypted_key.as_str(), parts[2], parts[3], parts[4]].join(".");
            refused(jwe::decrypt(&ring, &bad), ErrorKind::DecryptionFailed);
        }
    });
}

#[test]
fn white_space_is_removed_wherever_it_is() {
    on_both(|provider| {
        let ring = private_ring(provider, &[PAIR]);
        let good = jwe::encrypt(&public(provider, PAIR), &OsRandom, PLAINTEXT, None).unwrap();
        let broken = format!(" \t{}\r\n", good.replace('.', " .\n").replace('A', "A\r\n"));
        assert_eq!(jwe::decrypt(&ring, &broken).unwrap().as_slice(), PLAINTEXT);
        // Only ASCII white space, and nothing else.
        refused(jwe::decrypt(&ring, &good.replacen('.', ".\u{a0}", 1)), ErrorKind::MalformedInput);
        refused(jwe::decrypt(&ring, &format!("{good}=")), ErrorKind::MalformedInput);
    });
}

#[test]
fn the_shape_is_exact() {
    on_both(|provider| {
        let ring = private_ring(provider, &[PAIR]);
        let good = jwe::encrypt(&public(provider, PAIR), &OsRandom, PLAINTEXT, None).unwrap();
        for bad in [
            String::new(),
            "....".to_owned(),
            r#"{"event":{}}"#.to_owned(),
            good.replacen('.', "", 1),
            format!("{good}."),
            format!(".{good}"),
            good.replacen('.', "=.", 1),
            good.replacen('.', ".+", 1),
        ] {
            refused(jwe::decrypt(&ring, &bad), ErrorKind::MalformedInput);
        }
    });
}

#[test]
fn sizes_are_bounded_both_ways() {
    on_both(|provider| {
        let key = public(provider, PAIR);
        let ring = private_ring(provider, &[PAIR]);
        // Three bytes become four characters; the rest is header, key, nonce and tag.
        let largest = MAX_COMPACT_BYTES / 4 * 3 - 600;
        let compact = jwe::encrypt(&key, &OsRandom, &vec![b'x'; largest], None).unwrap();
        assert_eq!(jwe::decrypt(&ring, &compact).unwrap().len(), largest);
        refused(jwe::encrypt(&key, &OsRandom, &vec![b'x'; largest + 600], None), ErrorKind::TooLarge);
        refused(jwe::encrypt(&key, &OsRandom, &vec![b'x'; MAX_COMPACT_BYTES + 1], None), ErrorKind::TooLarge);
        refused(jwe::decrypt(&ring, &" ".repeat(MAX_COMPACT_BYTES + 1)), ErrorKind::TooLarge);
        refused(jwe::decrypt(&ring, &" ".repeat(MAX_COMPACT_BYTES)), ErrorKind::MalformedInput);
    });
}

#[test]
fn a_source_that_fails_fails_the_encryption() {
    on_both(|provider| {
        let key = public(provider, PAIR);
        refused(jwe::encrypt(&key, &BrokenRandom, PLAINTEXT, None), ErrorKind::Random);
        refused(jwe::encrypt(&key, &FixedRandom::new([0; 43]), PLAINTEXT, None), ErrorKind::Random);
    });
}

#[test]
fn header_texts_are_escaped() {
    on_both(|provider| {
        let key = private(provider, PAIR).with_key_id(r#"quote " and \ and é"#.into());
        let compact =
            jwe::encrypt(&key.public_key(), &OsRandom, PLAINTEXT, Some("application/json")).unwrap();
        assert_eq!(
            jwe::decrypt(&KeyRing::from_keys([key]).unwrap(), &compact).unwrap().as_slice(),
            PLAINTEXT
        );
    });
}
