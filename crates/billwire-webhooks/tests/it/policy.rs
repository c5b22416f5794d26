//! Policies that do not fit together are noticed when they are built.

use billwire_crypto::{PrivateKeys, PublicKeys};
use billwire_webhooks::ErrorKind;
use billwire_webhooks::q2::{KnownTokens, Policy, PolicyBuilder, SignatureCheck};
use http::header::AUTHORIZATION;

use crate::support::services;

#[track_caller]
fn refused(policy: PolicyBuilder, expected: ErrorKind) {
    let error = policy.build().unwrap_err();
    assert_eq!(error.kind(), expected, "{error}");
    assert!(error.to_string().len() > 20, "says what to do: {error}");
}

fn tokens() -> KnownTokens {
    KnownTokens::new(["t"])
}

#[test]
fn something_must_prove_the_sender() {
    refused(Policy::builder(), ErrorKind::SenderNotChecked);
    Policy::builder().with_bearer(tokens()).build().unwrap();
    for service in services() {
        refused(Policy::builder().with_encryption(service.encryption_keys()), ErrorKind::SenderNotChecked);
        Policy::builder().with_signature(service.signature_check()).build().unwrap();
    }
    Policy::builder().dangerously_accept_unproved_senders().build().unwrap();
}

#[test]
fn checks_need_keys() {
    let no_signature_keys = SignatureCheck::new(PublicKeys::new());
    refused(Policy::builder().with_signature(no_signature_keys.clone()), ErrorKind::NoKeys);
    refused(
        Policy::builder().with_signature(no_signature_keys).dangerously_accept_unproved_senders(),
        ErrorKind::NoKeys,
    );
    refused(Policy::builder().with_bearer(tokens()).with_encryption(PrivateKeys::new()), ErrorKind::NoKeys);
}

#[test]
fn one_header_cannot_hold_two_tokens() {
    for service in services() {
        let check = service.signature_check().with_header(AUTHORIZATION);
        let both = Policy::builder().with_bearer(tokens()).with_signature(check.clone());
        refused(both, ErrorKind::HeaderConflict);
        Policy::builder().with_signature(check).build().unwrap();
    }
}

#[test]
fn a_limit_of_zero_is_a_mistake() {
    refused(Policy::builder().with_bearer(tokens()).with_max_body_bytes(0), ErrorKind::InvalidLimit);
}
