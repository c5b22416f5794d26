//! Keys in the forms people paste, and the ones that are refused.

use billwire_crypto::key::{MAX_KEY_TEXT_BYTES, MAX_MODULUS_BITS};
use billwire_crypto::testing::keys;
use billwire_crypto::{ErrorKind, KeyId, KeyRing, OsRandom, PrivateKey, PublicKey, jwe, request};

use crate::support::{on_both, private, public, refused};

const PRIVATE: &str = keys::API_ENCRYPTION.private_pem;
const PUBLIC: &str = keys::API_ENCRYPTION.public_pem;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../fixtures/keys/", $name))
    };
}

/// The bare block, without the warning above it.
fn bare(pem: &str) -> &str {
    pem.get(pem.find("-----BEGIN").unwrap()..).unwrap().trim_end()
}

fn pasted(pem: &str) -> Vec<String> {
    let block = bare(pem);
    let lines: Vec<_> = block.lines().collect();
    let body = lines[1..lines.len() - 1].concat();
    let (first, last) = (lines[0], lines[lines.len() - 1]);
    vec![
        block.to_owned(),
        format!("{block}\n"),
        block.replace('\n', "\r\n"),
        block.replace('\n', "\r"),
        block.replace('\n', "\\n"),
        block.replace('\n', "\\r\\n"),
        format!("\"{}\"", block.replace('\n', "\\n")),
        block.replace('\n', " "),
        format!("{first}{body}{last}"),
        format!("{first}\n{body}\n{last}"),
        format!("   {}   ", block.replace('\n', "\n    ")),
        format!("\u{feff}{block}"),
        format!(
            "Bag Attributes\n    friendlyName: a: b\nKey Attributes: <No Attributes>\n{block}\nthe end\n"
        ),
        format!("PRIVATE_KEY='{block}'"),
        format!("{}\n{block}", bare(fixture!("certificate.pem"))),
    ]
}

#[test]
fn pasted_forms_are_all_the_same_key() {
    on_both(|provider| {
        let expected = public(provider, keys::API_ENCRYPTION);
        for text in pasted(PUBLIC) {
            let key =
                PublicKey::from_pem(provider, &text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
            assert_eq!(key.with_key_id(keys::API_ENCRYPTION.key_id.into()), expected);
        }
        for text in pasted(PRIVATE) {
            let key = PrivateKey::from_pem(provider, &text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(key.with_key_id(keys::API_ENCRYPTION.key_id.into()).public_key(), expected);
        }
    });
}

#[test]
fn what_is_not_wanted_is_named() {
    let cut = bare(PUBLIC).replace("-----END PUBLIC KEY-----", "");
    let crossed = bare(PUBLIC).replace("END PUBLIC", "END RSA PUBLIC");
    let damaged = bare(PUBLIC).replacen("MII", "M!I", 1);
    let twice = format!("{}\n{}", bare(PUBLIC), bare(PUBLIC));
    let long = format!("{}{}", " ".repeat(MAX_KEY_TEXT_BYTES), bare(PUBLIC));
    let truncated = {
        let lines: Vec<_> = bare(PUBLIC).lines().collect();
        [&lines[..2], &lines[lines.len() - 1..]].concat().join("\n")
    };
    let (malformed, unusable) = (ErrorKind::MalformedInput, ErrorKind::UnusableKey);
    on_both(|provider| {
        for (text, kind, hint) in [
            ("", malformed, "no PEM block"),
            ("os8th269xgj7tyku7wxl", malformed, "`BEGIN PUBLIC KEY` or `BEGIN RSA PUBLIC KEY`"),
            (&cut, malformed, "incomplete"),
            ("-----BEGIN PUBLIC KEY", malformed, "incomplete"),
            (&crossed, malformed, "do not fit together"),
            (&damaged, malformed, "not base64"),
            (&truncated, unusable, "damaged"),
            (&twice, unusable, "more than one key"),
            (&long, ErrorKind::TooLarge, "longer than"),
            (PRIVATE, unusable, "this is a private key, but a public key is wanted"),
            (fixture!("encrypted.pkcs8.pem"), unusable, "this is a private key"),
            (fixture!("certificate.pem"), unusable, "this is a certificate"),
            (fixture!("ec.public.pem"), unusable, "not an RSA key"),
            (fixture!("rsa-pss.public.pem"), unusable, "not an RSA key"),
            (fixture!("rsa-1024.public.pem"), unusable, "1024 bits"),
            ("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----", unusable, "damaged"),
            (
                "-----BEGIN PGP PUBLIC KEY BLOCK-----\n-----END PGP PUBLIC KEY BLOCK-----",
                unusable,
                "unknown kind",
            ),
        ] {
            let message = refused(PublicKey::from_pem(provider, text), kind);
            assert!(message.contains(hint), "{message}");
        }
        for (text, kind, hint) in [
            ("", malformed, "`BEGIN PRIVATE KEY` or `BEGIN RSA PRIVATE KEY`"),
            (PUBLIC, unusable, "this is a public key, but a private key is wanted"),
            (fixture!("certificate.pem"), unusable, "this is a certificate"),
            (fixture!("encrypted.pkcs8.pem"), unusable, "encrypted with a passphrase"),
            (fixture!("encrypted.traditional.pem"), unusable, "encrypted with a passphrase"),
            (fixture!("ec.private.pem"), unusable, "not an RSA key"),
            (fixture!("ec.sec1.pem"), unusable, "not an RSA key"),
            (fixture!("rsa-pss.private.pem"), unusable, "not an RSA key"),
            (fixture!("rsa-1024.private.pem"), unusable, "1024 bits"),
            (fixture!("three-primes.private.pem"), unusable, "more than two primes"),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nComment: x\n\nAA==\n-----END RSA PRIVATE KEY-----",
                malformed,
                "header lines",
            ),
        ] {
            let message = refused(PrivateKey::from_pem(provider, text), kind);
            assert!(message.contains(hint), "{message}");
        }
    });
}

#[test]
fn sizes_from_2048_to_8192_bits_work() {
    on_both(|provider| {
        for (pem, bits) in
            [(fixture!("rsa-3072.private.pem"), 3072), (fixture!("rsa-8192.private.pem"), 8192)]
        {
            let key = PrivateKey::from_pem(provider, pem).unwrap();
            assert_eq!(key.public_key().modulus_bits(), bits);
            let spki = key.public_key().to_spki_pem().unwrap();
            assert_eq!(PublicKey::from_pem(provider, &spki).unwrap(), key.public_key());
            let parts = request::RequestParts {
                method: "GET",
                path_and_query: "/v1/company/1",
                api_key: "key",
                date: "2019-09-17T14:14:24.874Z",
            };
            let signature = request::sign(&key, &parts).unwrap();
            request::verify(&[key.public_key()], &parts, &signature).unwrap();
            let compact = jwe::encrypt(&key.public_key(), &OsRandom, b"{}", None).unwrap();
            assert_eq!(
                jwe::decrypt(&KeyRing::from_keys([key]).unwrap(), &compact).unwrap().as_slice(),
                b"{}"
            );
        }
    });
}

#[test]
fn an_exponent_of_3_works() {
    on_both(|provider| {
        let key = PrivateKey::from_pem(provider, fixture!("exponent-3.private.pem")).unwrap();
        assert_eq!(key.public_key().exponent(), [3]);
        let compact = jwe::encrypt(&key.public_key(), &OsRandom, b"{}", None).unwrap();
        assert!(jwe::decrypt(&KeyRing::from_keys([key]).unwrap(), &compact).is_ok());
    });
}

#[test]
fn modulus_and_exponent_have_limits() {
    let number = |bits: usize| {
        let mut bytes = vec![0xff; bits.div_ceil(8)];
        bytes[0] = 0xff >> (bytes.len() * 8 - bits);
        bytes
    };
    on_both(|provider| {
        let accepts = |n: &[u8], e: &[u8]| PublicKey::from_modulus_exponent(provider, n, e);
        for bits in [2048, 2049, 3000, 4096, 4097, MAX_MODULUS_BITS] {
            assert_eq!(accepts(&number(bits), &[1, 0, 1]).unwrap().modulus_bits(), bits);
        }
        for bits in [1, 8, 512, 1024, 2040, 2047, MAX_MODULUS_BITS + 1, MAX_MODULUS_BITS * 2] {
            let message = refused(accepts(&number(bits), &[1, 0, 1]), ErrorKind::UnusableKey);
            assert!(message.contains(&format!("{bits} bits")), "{message}");
        }
        let mut even = number(2048);
        even[255] = 0xfe;
        assert!(refused(accepts(&even, &[1, 0, 1]), ErrorKind::UnusableKey).contains("even"));
        for exponent in
            [&[3_u8][..], &[17], &[1, 0, 1], &[0, 0, 1, 0, 1], &[0xff; 4], &[1, 0xff, 0xff, 0xff, 0xff]]
        {
            assert!(accepts(&number(2048), exponent).is_ok(), "{exponent:?}");
        }
        for exponent in [&[][..], &[0], &[1], &[2], &[1, 0, 0], &[2, 0, 0, 0, 1], &[1; 6], &[0xff; 256]] {
            let message = refused(accepts(&number(2048), exponent), ErrorKind::UnusableKey);
            assert!(message.contains("exponent"), "{message}");
        }
        // Leading zeros make no other key.
        let padded = [vec![0; 3], number(2048)].concat();
        assert_eq!(accepts(&padded, &[0, 3]).unwrap(), accepts(&number(2048), &[3]).unwrap());
        refused(accepts(&[], &[3]), ErrorKind::UnusableKey);
        refused(accepts(&[0; 256], &[3]), ErrorKind::UnusableKey);
    });
}

/// The JWK with another `d` and nothing to compare it with.
fn without_primes(jwk: &serde_json::Value, private_exponent: &str) -> String {
    let (modulus, exponent) = (&jwk["n"], &jwk["e"]);
    serde_json::json!({"kty": "RSA", "n": modulus, "e": exponent, "d": private_exponent}).to_string()
}

#[test]
fn inconsistent_private_numbers_are_refused() {
    let good: serde_json::Value = {
        let file = include_str!("../fixtures/q2-message-security.json");
        let vectors: serde_json::Value = serde_json::from_str(file).unwrap();
        vectors["keys"]["api_encryption"]["private_jwk"].clone()
    };
    let changed = |change: &dyn Fn(&mut serde_json::Map<String, serde_json::Value>)| {
        let mut jwk = good.clone();
        change(jwk.as_object_mut().unwrap());
        jwk.to_string()
    };
    let (malformed, unusable) = (ErrorKind::MalformedInput, ErrorKind::UnusableKey);
    on_both(|provider| {
        let read = |json: &str| PrivateKey::from_jwk_json(provider, json);
        assert_eq!(read(&good.to_string()).unwrap().key_id().unwrap().as_str(), "os8th269xgj7tyku7wxl");
        // The derived numbers may be missing; they are not looked at either.
        let short = changed(&|jwk| jwk.retain(|name, _| ["kty", "n", "e", "d"].contains(&name.as_str())));
        assert_eq!(
            read(&short).unwrap().public_key().modulus(),
            read(&good.to_string()).unwrap().public_key().modulus()
        );
        for (json, kind, hint) in [
            (changed(&|jwk| drop(jwk.remove("d"))), unusable, "no member `d`"),
            (changed(&|jwk| drop(jwk.remove("p"))), unusable, "only one of its primes"),
            (changed(&|jwk| drop(jwk.insert("d".into(), "AQAB".into()))), unusable, "do not fit together"),
            (changed(&|jwk| drop(jwk.insert("d".into(), "AA".into()))), unusable, "do not fit together"),
            (without_primes(&good, "AA"), unusable, "do not fit together"),
            (without_primes(&good, ""), unusable, "do not fit together"),
            (without_primes(&good, "AQ"), unusable, "do not fit together"),
            (changed(&|jwk| drop(jwk.insert("p".into(), jwk["q"].clone()))), unusable, "do not fit together"),
            (changed(&|jwk| drop(jwk.insert("p".into(), "AA".into()))), unusable, "do not fit together"),
            (changed(&|jwk| drop(jwk.insert("n".into(), "AQAB".into()))), unusable, "17 bits"),
            (changed(&|jwk| drop(jwk.insert("e".into(), "Ag".into()))), unusable, "do not fit together"),
            (changed(&|jwk| drop(jwk.insert("kty".into(), "EC".into()))), unusable, "`kty` is not `RSA`"),
            (changed(&|jwk| drop(jwk.insert("oth".into(), serde_json::json!([])))), unusable, "two primes"),
            (changed(&|jwk| drop(jwk.insert("d".into(), "a=b".into()))), malformed, "base64url"),
            (changed(&|jwk| drop(jwk.insert("d".into(), 7.into()))), malformed, "not a private RSA JWK"),
            (changed(&|jwk| drop(jwk.remove("n"))), malformed, "not a private RSA JWK"),
            (fixture!("unbalanced.private.json").to_owned(), unusable, "very different size"),
            (String::new(), malformed, "not a private RSA JWK"),
            (format!("{}{good}", " ".repeat(MAX_KEY_TEXT_BYTES)), ErrorKind::TooLarge, "larger"),
        ] {
            let message = refused(read(&json), kind);
            assert!(message.contains(hint), "{message}");
        }
    });
}

#[test]
fn a_ring_holds_one_key_per_id() {
    on_both(|provider| {
        let key = |id: &str| public(provider, keys::API_ENCRYPTION).with_key_id(id.into());
        let mut ring = KeyRing::from_keys([key("a"), key("b")]).unwrap();
        let message = refused(ring.insert(key("a")), ErrorKind::DuplicateKeyId);
        assert!(message.contains("\"a\""), "{message}");
        assert_eq!(ring.len(), 2);
        refused(KeyRing::from_keys([key("a"), key("a")]), ErrorKind::DuplicateKeyId);
        assert_eq!(ring.by_id("b").unwrap().key_id().unwrap().as_str(), "b");
        assert!(ring.by_id("B").is_none() && ring.by_id("").is_none());
        assert_eq!((&ring).into_iter().count(), 2);
        assert!(KeyRing::<PublicKey>::default().is_empty());
        // Keys without an id do not get in each other's way.
        let bare = PublicKey::from_pem(provider, PUBLIC).unwrap();
        assert_eq!(KeyRing::from_keys([bare.clone(), bare]).unwrap().len(), 2);
    });
}

#[test]
fn ids_and_equality() {
    assert_eq!(KeyId::from("a").to_string(), "a");
    assert_eq!(KeyId::from("a".to_owned()), KeyId::new("a"));
    assert_eq!(format!("{:?}", KeyId::new("a\n")), r#""a\n""#);
    on_both(|provider| {
        let key = private(provider, keys::REQUEST_SIGNING);
        assert_eq!(key.key_id(), key.public_key().key_id());
        assert_ne!(key.public_key(), key.public_key().with_key_id("other".into()));
        assert_ne!(key.public_key(), public(provider, keys::REQUEST_SIGNING_SECOND));
    });
}

/// The keys for users' tests are those of the vectors.
#[test]
fn testing_keys_are_the_published_ones() {
    let files =
        [include_str!("../fixtures/q2-message-security.json"), include_str!("../fixtures/q2-webhooks.json")];
    let mut seen = 0;
    for file in files {
        let vectors: serde_json::Value = serde_json::from_str(file).unwrap();
        for key in vectors["keys"].as_object().unwrap().values() {
            let public = key["public_spki_pem"].as_str().unwrap().trim_end();
            if let Some(kid) = key["kid"].as_str() {
                let pair = keys::ALL.into_iter().find(|pair| pair.key_id == kid).unwrap();
                assert_eq!(bare(pair.public_pem), public);
                assert_eq!(bare(pair.private_pem), key["private_pkcs8_pem"].as_str().unwrap().trim_end());
                assert!(pair.private_pem.starts_with("TEST ONLY"));
                seen += 1;
            } else {
                assert_eq!(bare(keys::UNREGISTERED_PUBLIC_PEM), public);
            }
        }
    }
    assert_eq!(seen, keys::ALL.len());
}
