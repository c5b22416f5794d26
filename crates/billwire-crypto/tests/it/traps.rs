//! The traps of the specification that concern keys and messages: Q2 Biller Direct description, section 3.2 "Trap table".

use billwire_crypto::envelope::{self, Envelope};
use billwire_crypto::jwks::{JwkForm, JwkSet, PublishedKey, render_key};
use billwire_crypto::testing::keys;
use billwire_crypto::{ErrorKind, OsRandom, jwe};
use serde_json::{Value, json};

use crate::support::{base64_url, on_both, private_ring, public, refused};

/// Trap T19: `x5c` is a string in print and an array in RFC 7517. Both are read; the service's form and ours are written.
#[test]
fn a_certificate_is_a_text_or_an_array() {
    on_both(|provider| {
        let key = public(provider, keys::API_ENCRYPTION);
        let published = PublishedKey::encryption(key).with_certificate(&[1, 2, 3]);
        for (form, expected) in [(JwkForm::Documented, json!("AQID")), (JwkForm::Rfc7517, json!(["AQID"]))] {
            let written: Value = serde_json::from_str(&render_key(&published, form).unwrap()).unwrap();
            assert_eq!(written["x5c"], expected);
            let set = JwkSet::parse(provider, &json!({ "keys": [written] }).to_string()).unwrap();
            assert_eq!(set.keys[0].certificates, ["AQID"]);
        }
    });
}

/// Trap T30: the printed `hash` is one part of 256 bytes without a bar, of a scheme that was given up in 2020.
#[test]
fn a_hash_without_a_bar_is_refused() {
    on_both(|provider| {
        let ring = private_ring(provider, &[keys::API_ENCRYPTION]);
        let sealed = envelope::seal(&public(provider, keys::API_ENCRYPTION), &OsRandom, b"{}").unwrap();
        assert!(envelope::open(&ring, &sealed).is_ok());
        // What RSA made, alone, has the printed size.
        let (rsa, _) = sealed.hash.split_once('|').unwrap();
        assert_eq!(rsa.len(), 344);
        let printed = Envelope { hash: rsa.to_owned(), ..sealed.clone() };
        refused(envelope::open(&ring, &printed), ErrorKind::MalformedInput);
    });
}

/// Trap T31: the printed JWE is the sample of RFC 7516, with other algorithms than the settings say. The settings hold.
#[test]
fn the_algorithms_of_the_printed_jwe_are_refused() {
    on_both(|provider| {
        let pair = keys::PARTNER_WEBHOOK_ENCRYPTION;
        let ring = private_ring(provider, &[pair]);
        let good = jwe::encrypt(&public(provider, pair), &OsRandom, b"{}", None).unwrap();
        assert!(jwe::decrypt(&ring, &good).is_ok());
        let (_, rest) = good.split_once('.').unwrap();
        let printed = base64_url(br#"{"alg":"RSA1_5","enc":"A128CBC-HS256"}"#);
        assert_eq!(printed, "eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0");
        refused(jwe::decrypt(&ring, &format!("{printed}.{rest}")), ErrorKind::AlgorithmNotAllowed);
    });
}
