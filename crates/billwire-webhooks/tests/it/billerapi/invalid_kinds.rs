//! Every invalid kind is refused, each with its own reason inside and all with the same answer outside.

use std::collections::BTreeSet;

use billwire_models::billerapi::behaviour::Envelope;
use billwire_webhooks::billerapi::testing::{InvalidKind, Service};
use billwire_webhooks::billerapi::{Policy, Verifier};
use billwire_webhooks::{Proved, RejectionReason};
use http::StatusCode;
use jiff::Timestamp;

pub(super) fn now() -> Timestamp {
    "2026-05-20T12:00:00Z".parse().unwrap()
}

pub(super) fn verifier(service: &Service) -> Verifier {
    Verifier::new(service.policy().build().unwrap())
}

#[test]
fn each_kind_is_refused_for_its_reason_and_all_get_the_same_answer() {
    let service = Service::new();
    let verifier = verifier(&service);
    let mut answers = BTreeSet::new();
    let mut names = BTreeSet::new();
    for kind in InvalidKind::ALL {
        let delivery = service.delivery(now()).build_invalid(*kind);
        let rejection = verifier.open(&delivery.inbound(), now()).expect_err(kind.as_str());
        assert_eq!(rejection.reason(), kind.reason(), "{kind}: {rejection:?}");
        assert!(!rejection.is_own_trouble(), "{kind}");
        let answer = rejection.answer();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        answers.insert(format!("{:?} {:?} {:?}", answer.status(), answer.headers(), answer.body()));
        names.insert(kind.to_string());
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(names.len(), InvalidKind::ALL.len());
}

/// Contradiction C2 and checklist, client (10): the same verifier takes all three envelopes.
#[test]
fn every_envelope_passes_in_both_signatures() {
    let service = Service::default();
    let strict = verifier(&service);
    let lenient = Verifier::new(service.policy().with_legacy_signature().build().unwrap());
    for envelope in Envelope::ALL {
        let builder = service.delivery(now()).in_envelope(*envelope);
        for delivery in [builder.build(), builder.clone().with_both_signatures().build()] {
            let event = strict.open(&delivery.inbound(), now()).unwrap();
            assert_eq!(event.proved(), Proved::SenderAndBody);
            assert!(event.resource_id().is_some(), "{envelope:?}");
        }
        let legacy = builder.with_legacy_signature_only().build();
        assert!(lenient.open(&legacy.inbound(), now()).is_ok());
        assert_eq!(
            strict.open(&legacy.inbound(), now()).unwrap_err().reason(),
            RejectionReason::MissingSignature
        );
    }
}

#[test]
fn unsigned_deliveries_only_where_the_policy_says_so() {
    let service = Service::new();
    let unsigned = service.delivery(now()).unsigned().build();
    let open = Policy::builder().dangerously_accept_unsigned_deliveries();
    for policy in [open.clone(), open.with_secret(billwire_webhooks::billerapi::testing::SECRET)] {
        let verifier = Verifier::new(policy.build().unwrap());
        let event = verifier.open(&unsigned.inbound(), now()).unwrap();
        assert_eq!((event.proved(), event.evidence().mac()), (Proved::Nothing, None));
        // Whoever signs must sign right, and the legacy header is no way around it.
        for kind in [InvalidKind::WrongSecret, InvalidKind::MissingTime, InvalidKind::LegacySignatureOnly] {
            let delivery = service.delivery(now()).build_invalid(kind);
            assert_eq!(verifier.open(&delivery.inbound(), now()).unwrap_err().reason(), kind.reason());
        }
    }
}

#[test]
fn a_signed_body_in_an_unknown_envelope_is_not_lost() {
    let service = Service::new();
    let delivery = service.delivery(now()).with_body(r#"{"specversion":"1.0"}"#).build();
    let verified = verifier(&service).open_any_form(&delivery.inbound(), now()).unwrap();
    assert_eq!(verified.proved(), Proved::SenderAndBody);
    assert_eq!(verified.plain_body(), br#"{"specversion":"1.0"}"#);
}
