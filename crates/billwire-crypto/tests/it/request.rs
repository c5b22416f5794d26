//! Request signatures beyond the published vectors.

use billwire_crypto::request::{self, MAX_CANONICAL_BYTES, RequestParts, is_signable_date};
use billwire_crypto::testing::keys;
use billwire_crypto::{ErrorKind, PrivateKey};

use crate::support::{PROVIDERS, base64_url, from_base64, on_both, private, public, refused};

const GOOD: RequestParts<'_> = RequestParts {
    method: "POST",
    path_and_query: "/v1/client/create-token?x=%20&y=a:b",
    api_key: "dc220490-e6ee-11e5-8a94-e7385a8d929e",
    date: "2019-09-17T14:14:24.874Z",
};

#[test]
fn what_one_provider_signs_the_other_verifies() {
    let signatures =
        PROVIDERS.map(|provider| request::sign(&private(provider, keys::REQUEST_SIGNING), &GOOD).unwrap());
    assert_eq!(signatures[0], signatures[1], "PKCS#1 v1.5 is deterministic");
    on_both(|provider| {
        let keys = [public(provider, keys::REQUEST_SIGNING)];
        assert_eq!(request::verify(&keys, &GOOD, &signatures[0]).unwrap().key_index(), 0);
    });
}

#[test]
fn every_part_is_covered_and_nothing_else_fits() {
    on_both(|provider| {
        let registered = [public(provider, keys::REQUEST_SIGNING)];
        let signature = request::sign(&private(provider, keys::REQUEST_SIGNING), &GOOD).unwrap();
        for changed in [
            RequestParts { method: "PUT", ..GOOD },
            RequestParts { path_and_query: "/v1/client/create-token?x=%20&y=a:c", ..GOOD },
            RequestParts { api_key: "dc220490-e6ee-11e5-8a94-e7385a8d929f", ..GOOD },
            RequestParts { date: "2019-09-17T14:14:24.874+00:00", ..GOOD },
        ] {
            refused(request::verify(&registered, &changed, &signature), ErrorKind::VerificationFailed);
        }
        let other = [public(provider, keys::REQUEST_SIGNING_SECOND)];
        refused(request::verify(&other, &GOOD, &signature), ErrorKind::VerificationFailed);
        refused(request::verify(&[], &GOOD, &signature), ErrorKind::UnknownKey);
    });
}

#[test]
fn parts_are_checked_when_signing_and_when_verifying() {
    on_both(|provider| {
        let key = private(provider, keys::REQUEST_SIGNING);
        for (bad, hint) in [
            (RequestParts { method: "post", ..GOOD }, "upper case"),
            (RequestParts { method: "", ..GOOD }, "upper case"),
            (RequestParts { method: "PO ST", ..GOOD }, "upper case"),
            (RequestParts { path_and_query: "", ..GOOD }, "start with `/`"),
            (RequestParts { path_and_query: "https://api.q2open.io/v1/client", ..GOOD }, "no host"),
            (RequestParts { path_and_query: "/v1/client#top", ..GOOD }, "fragment"),
            (RequestParts { path_and_query: "/v1/a b", ..GOOD }, "percent-encoded"),
            (RequestParts { path_and_query: "/v1/é", ..GOOD }, "percent-encoded"),
            (RequestParts { api_key: "", ..GOOD }, "API key"),
            (RequestParts { api_key: "Bearer abc", ..GOOD }, "without `Bearer `"),
            (RequestParts { api_key: "abc\n", ..GOOD }, "API key"),
            (RequestParts { date: "Tue, 17 Sep 2019 14:14:24 GMT", ..GOOD }, "not an HTTP date"),
            (RequestParts { date: "", ..GOOD }, "ISO 8601"),
        ] {
            let text = refused(request::sign(&key, &bad), ErrorKind::MalformedInput);
            assert!(text.contains(hint), "{text}");
            refused(request::verify(&[key.public_key()], &bad, "AAAA"), ErrorKind::MalformedInput);
        }
        let long = format!("/{}", "a".repeat(MAX_CANONICAL_BYTES));
        refused(request::sign(&key, &RequestParts { path_and_query: &long, ..GOOD }), ErrorKind::TooLarge);
    });
}

#[test]
fn the_size_limit_is_exact() {
    let other = GOOD.method.len() + GOOD.api_key.len() + GOOD.date.len() + 3;
    let path = format!("/{}", "a".repeat(MAX_CANONICAL_BYTES - other - 1));
    let largest = request::canonical_string(&RequestParts { path_and_query: &path, ..GOOD }).unwrap();
    assert_eq!(largest.len(), MAX_CANONICAL_BYTES);
    let path = format!("{path}a");
    refused(request::canonical_string(&RequestParts { path_and_query: &path, ..GOOD }), ErrorKind::TooLarge);
}

#[test]
fn the_signature_text_is_exact() {
    on_both(|provider| {
        let registered = [public(provider, keys::REQUEST_SIGNING)];
        let signature = request::sign(&private(provider, keys::REQUEST_SIGNING), &GOOD).unwrap();
        for bad in [
            base64_url(&from_base64(&signature)),
            signature.trim_end_matches('=').to_owned(),
            format!("{signature}\n"),
            format!(" {signature}"),
            format!("{signature}===="),
        ] {
            refused(request::verify(&registered, &GOOD, &bad), ErrorKind::MalformedInput);
        }
        refused(request::verify(&registered, &GOOD, ""), ErrorKind::VerificationFailed);
        refused(request::verify(&registered, &GOOD, "AAAA"), ErrorKind::VerificationFailed);
        refused(request::verify(&registered, &GOOD, &"A".repeat(10_000)), ErrorKind::TooLarge);
    });
}

#[test]
fn the_date_is_iso_8601() {
    assert!(is_signable_date(GOOD.date));
    assert!(!is_signable_date("Tue, 17 Sep 2019 14:14:24 GMT"));
}

#[test]
fn the_key_that_fits_is_named() {
    on_both(|provider| {
        let key = PrivateKey::from_pem(provider, keys::REQUEST_SIGNING_SECOND.private_pem).unwrap();
        let signature = request::sign(&key, &GOOD).unwrap();
        let registered =
            [public(provider, keys::REQUEST_SIGNING), public(provider, keys::REQUEST_SIGNING_SECOND)];
        let verified = request::verify(&registered, &GOOD, &signature).unwrap();
        assert_eq!(verified.key_index(), 1);
        assert_eq!(verified.key_id().unwrap().as_str(), "partner-signing-test-2");
        assert_eq!(request::verify(&[key.public_key()], &GOOD, &signature).unwrap().key_id(), None);
    });
}
