//! Every invalid kind is refused, each with its own reason inside and all with the same answer outside.

use std::collections::BTreeSet;

use billwire_webhooks::RejectionReason;
use billwire_webhooks::q2::testing::{Concern, InvalidKind};
use billwire_webhooks::q2::{Policy, Verifier};
use http::StatusCode;

use crate::support::{now, open, service, services, verifier};

#[test]
fn each_kind_is_refused_for_its_reason_and_all_get_the_same_answer() {
    let mut answers = BTreeSet::new();
    for service in services() {
        let verifier = verifier(&service);
        for kind in InvalidKind::ALL {
            let delivery = service.delivery(now()).build_invalid(*kind).unwrap();
            let rejection = open(&verifier, &delivery).expect_err(kind.as_str());
            assert_eq!(rejection.reason(), kind.reason(), "{kind}: {rejection:?}");
            assert!(!rejection.is_own_trouble(), "{kind}");
            let answer = rejection.answer();
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
            assert!(answer.body().is_empty());
            answers.insert(format!("{:?} {:?} {:?}", answer.status(), answer.headers(), answer.body()));
        }
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[test]
fn the_same_kinds_on_plain_deliveries() {
    for service in services() {
        let policy = Policy::builder().with_signature(service.signature_check()).build().unwrap();
        let verifier = Verifier::new(policy);
        let plain = service.delivery(now()).plain().without_bearer();
        open(&verifier, &plain.build().unwrap()).unwrap();
        for kind in InvalidKind::ALL {
            let opened = open(&verifier, &plain.build_invalid(*kind).unwrap());
            match kind.concern() {
                Concern::Signature | Concern::Content => {
                    assert_eq!(opened.expect_err(kind.as_str()).reason(), kind.reason(), "{kind}");
                }
                // Without the bearer check nobody looks at that header.
                Concern::Bearer => assert!(opened.is_ok(), "{kind}"),
                _ if *kind == InvalidKind::PlainInsteadOfEncrypted => assert!(opened.is_ok(), "{kind}"),
                _ => assert_eq!(
                    opened.expect_err(kind.as_str()).reason(),
                    RejectionReason::EncryptedBodyRefused,
                    "{kind}"
                ),
            }
        }
    }
}

#[test]
fn every_kind_has_its_own_name() {
    let names: BTreeSet<_> = InvalidKind::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(names.len(), InvalidKind::ALL.len());
    for concern in [Concern::Bearer, Concern::Signature, Concern::Encryption, Concern::Content] {
        assert!(InvalidKind::ALL.iter().any(|kind| kind.concern() == concern), "{concern:?}");
    }
}

#[test]
fn the_checks_come_in_the_documented_order() {
    let service = service();
    let verifier = verifier(&service);
    let mut delivery = service.delivery(now()).build_invalid(InvalidKind::NotJson).unwrap();
    assert_eq!(open(&verifier, &delivery).unwrap_err().reason(), RejectionReason::NotJson);
    delivery = delivery.with_body("neither five parts nor JSON");
    assert!(matches!(open(&verifier, &delivery).unwrap_err().reason(), RejectionReason::NotDecryptable(_)));
    delivery.headers_mut().remove("content-type");
    delivery.headers_mut().insert("signature", http::HeaderValue::from_static("x"));
    assert!(matches!(open(&verifier, &delivery).unwrap_err().reason(), RejectionReason::SignatureInvalid(_)));
    delivery.headers_mut().remove("authorization");
    assert_eq!(open(&verifier, &delivery).unwrap_err().reason(), RejectionReason::MissingBearer);
}
