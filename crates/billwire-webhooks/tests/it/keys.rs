//! Rotation: keys change while the verifier works.

use billwire_crypto::{PrivateKeys, PublicKeys};
use billwire_webhooks::q2::testing::BEARER_TOKEN;
use billwire_webhooks::q2::{KnownTokens, Policy, Verifier};
use billwire_webhooks::{DecryptionProblem, ErrorKind, RejectionReason, SignatureProblem};

use crate::support::{assert_refused, now, open, services, verifier};

#[test]
fn signature_keys_are_replaced_at_work() {
    for service in services() {
        let verifier = verifier(&service);
        let delivery = service.delivery(now()).build().unwrap();
        open(&verifier, &delivery).unwrap();
        let new_only = service.signature_keys().iter().skip(1).cloned().collect::<Vec<_>>();
        verifier.replace_signature_keys(PublicKeys::from_keys(new_only).unwrap()).unwrap();
        let unknown = RejectionReason::SignatureInvalid(SignatureProblem::UnknownKey);
        assert_refused(open(&verifier, &delivery), unknown);
        verifier.replace_signature_keys(service.signature_keys()).unwrap();
        open(&verifier, &delivery).unwrap();
    }
}

#[test]
fn encryption_keys_are_replaced_at_work() {
    for service in services() {
        let verifier = verifier(&service);
        let delivery = service.delivery(now()).build().unwrap();
        let renamed = service
            .encryption_keys()
            .iter()
            .map(|key| key.clone().with_key_id("next".into()))
            .collect::<Vec<_>>();
        verifier.replace_encryption_keys(PrivateKeys::from_keys(renamed).unwrap()).unwrap();
        let unknown = RejectionReason::NotDecryptable(DecryptionProblem::UnknownKey);
        assert_refused(open(&verifier, &delivery), unknown);
        verifier.replace_encryption_keys(service.encryption_keys()).unwrap();
        open(&verifier, &delivery).unwrap();
    }
}

#[test]
fn an_empty_ring_does_not_replace_anything() {
    for service in services() {
        let verifier = verifier(&service);
        assert_eq!(verifier.replace_signature_keys(PublicKeys::new()).unwrap_err().kind(), ErrorKind::NoKeys);
        assert_eq!(
            verifier.replace_encryption_keys(PrivateKeys::new()).unwrap_err().kind(),
            ErrorKind::NoKeys
        );
        open(&verifier, &service.delivery(now()).build().unwrap()).unwrap();
    }
}

#[test]
fn a_check_is_never_switched_on_by_the_way() {
    for service in services() {
        let policy = Policy::builder().with_bearer(KnownTokens::new([BEARER_TOKEN])).build().unwrap();
        let verifier = Verifier::new(policy);
        let error = verifier.replace_signature_keys(service.signature_keys()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CheckNotConfigured);
        let error = verifier.replace_encryption_keys(service.encryption_keys()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CheckNotConfigured);
    }
}
