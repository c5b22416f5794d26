//! What a verified event proves, and what it does not.

use std::time::Duration;

use billwire_models::q2::EventType;
use billwire_models::q2::behaviour::EventBody;
use billwire_webhooks::q2::testing::{BEARER_TOKEN, InvalidKind};
use billwire_webhooks::q2::{KnownTokens, Policy, Verifier};
use billwire_webhooks::{Inbound, Proved, RejectionReason, TokenUse};

use crate::support::{assert_refused, now, open, services, verifier};

const OTHER_BODY: &str = r#"{"event":{"_id":"x","type":"bill.payment.sent","created":"2016-04-20T16:51:12Z","payload":{"resource":{"type":"bill","id":"1"},"data":{"amount":"0.01"}}}}"#;

#[test]
fn a_swapped_body_is_not_noticed_and_not_claimed_to_be_proved() {
    for service in services() {
        let policy = Policy::builder().with_signature(service.signature_check()).with_remembered_tokens(8);
        let verifier = Verifier::new(policy.build().unwrap());
        let genuine = service.delivery(now()).plain().without_bearer().build().unwrap();
        let first = open(&verifier, &genuine).unwrap();
        let swapped = open(&verifier, &genuine.with_body(OTHER_BODY)).unwrap();
        assert_eq!(swapped.kind, EventType::BillPaymentSent);
        for event in [&first, &swapped] {
            assert_eq!(event.proved(), Proved::Sender);
            assert!(event.proved().sender());
            assert!(!event.proved().body());
        }
        assert_eq!(first.evidence().token_use(), Some(TokenUse::First));
        assert_eq!(
            swapped.evidence().token_use(),
            Some(TokenUse::AgainWithOtherBody),
            "reported, not refused"
        );
    }
}

#[test]
fn a_repeated_delivery_is_told_from_a_swapped_one_although_encryption_changes_its_bytes() {
    for service in services() {
        let verifier = Verifier::new(service.policy().with_remembered_tokens(8).build().unwrap());
        let builder = service.delivery(now());
        let first = builder.build().unwrap();
        let again = builder.clone().with_seed(1).build().unwrap();
        assert_ne!(first.body(), again.body());
        assert_eq!(open(&verifier, &first).unwrap().evidence().token_use(), Some(TokenUse::First));
        assert_eq!(
            open(&verifier, &again).unwrap().evidence().token_use(),
            Some(TokenUse::AgainWithSameBody)
        );
    }
}

#[test]
fn a_refused_delivery_is_not_remembered() {
    for service in services() {
        let verifier = Verifier::new(service.policy().with_remembered_tokens(8).build().unwrap());
        let genuine = service.delivery(now()).build().unwrap();
        assert!(open(&verifier, &genuine.clone().with_body("no")).is_err());
        assert_eq!(open(&verifier, &genuine).unwrap().evidence().token_use(), Some(TokenUse::First));
    }
}

#[test]
fn without_a_memory_nothing_is_said_about_reuse() {
    for service in services() {
        let delivery = service.delivery(now()).build().unwrap();
        assert_eq!(open(&verifier(&service), &delivery).unwrap().evidence().token_use(), None);
    }
}

#[test]
fn each_check_leaves_its_own_evidence() {
    for service in services() {
        let delivery = service.delivery(now()).build().unwrap();
        let plain = service.delivery(now()).plain().build().unwrap();

        let everything = open(&verifier(&service), &delivery).unwrap();
        assert!(everything.evidence().bearer_accepted() && everything.evidence().encrypted_to_us());
        assert!(everything.evidence().signature().is_some());
        assert_eq!(everything.proved(), Proved::Sender, "all three together do not prove the body");
        assert_eq!(everything.plain_body(), plain.body().as_ref());

        let bearer = Policy::builder().with_bearer(KnownTokens::new([BEARER_TOKEN])).build().unwrap();
        let event = open(&Verifier::new(bearer), &plain).unwrap();
        assert!(event.evidence().bearer_accepted());
        assert_eq!(event.proved(), Proved::Sender);
        assert_eq!(event.evidence().signature(), None, "a check that was not made leaves no evidence");

        let encryption = Policy::builder()
            .with_encryption(service.encryption_keys())
            .dangerously_accept_unproved_senders()
            .build()
            .unwrap();
        let event = open(&Verifier::new(encryption), &delivery).unwrap();
        assert!(event.evidence().encrypted_to_us() && !event.evidence().bearer_accepted());
        assert_eq!(event.proved(), Proved::Nothing);
    }
}

#[test]
fn a_claim_that_was_not_asked_for_is_no_evidence() {
    for service in services() {
        let check = billwire_webhooks::q2::SignatureCheck::new(service.signature_keys());
        let verifier = Verifier::new(Policy::builder().with_signature(check).build().unwrap());
        for kind in [InvalidKind::WrongAudience, InvalidKind::MissingIssuer] {
            let delivery = service.delivery(now()).plain().build_invalid(kind).unwrap();
            let event = open(&verifier, &delivery).unwrap();
            let signature = event.evidence().signature().unwrap();
            assert_eq!((signature.issuer(), signature.audience()), (None, None), "{kind}");
        }
    }
}

#[test]
fn an_expiry_beyond_the_calendar_is_not_told_as_none() {
    for service in services() {
        let check = service.signature_check().with_max_expiry_ahead(None);
        let verifier = Verifier::new(Policy::builder().with_signature(check).build().unwrap());
        let builder = service.delivery(now()).plain().with_token_lifetime(Duration::MAX);
        let event = open(&verifier, &builder.build().unwrap()).unwrap();
        let expires_at = event.evidence().signature().unwrap().expires_at();
        assert_eq!(expires_at, Some(jiff::Timestamp::MAX));

        let without = service.signature_check().with_required_expiry(false);
        let verifier = Verifier::new(Policy::builder().with_signature(without).build().unwrap());
        let delivery = service.delivery(now()).plain().build_invalid(InvalidKind::MissingExpiry).unwrap();
        assert_eq!(open(&verifier, &delivery).unwrap().evidence().signature().unwrap().expires_at(), None);
    }
}

#[test]
fn a_bare_payload_needs_to_be_asked_for() {
    for service in services() {
        let verifier = verifier(&service);
        let delivery = service.delivery(now()).build_invalid(InvalidKind::BarePayload).unwrap();
        assert_refused(open(&verifier, &delivery), RejectionReason::NotAnEvent);
        let opened = verifier.open_any_form(&delivery.inbound(), now()).unwrap();
        assert!(
            matches!(opened.value(), EventBody::BarePayload(payload) if payload.resource.id.as_str() == "1")
        );
        assert_eq!(opened.proved(), Proved::Sender);
        let event = service.delivery(now()).build().unwrap();
        assert!(matches!(
            verifier.open_any_form(&event.inbound(), now()).unwrap().value(),
            EventBody::Event(_)
        ));
    }
}

#[test]
fn headers_can_be_checked_before_the_body_is_there() {
    for service in services() {
        let verifier = verifier(&service);
        let delivery = service.delivery(now()).build().unwrap();
        let admission = verifier.admit(delivery.headers(), now()).unwrap();
        assert_eq!(admission.open(delivery.body()).unwrap().kind, EventType::BillUpdate);
        let admission = verifier.admit(delivery.headers(), now()).unwrap();
        assert_refused(
            admission.open(&vec![b'a'; verifier.max_body_bytes() + 1]),
            RejectionReason::BodyTooLarge,
        );
        assert_refused(verifier.admit(&http::HeaderMap::new(), now()), RejectionReason::MissingBearer);
    }
}

#[test]
fn a_token_is_good_until_its_expiry_and_the_leeway() {
    for service in services() {
        let verifier = verifier(&service);
        let delivery = service.delivery(now()).build().unwrap();
        let inbound = Inbound::new(delivery.headers(), delivery.body());
        let after = |seconds: i64| jiff::Timestamp::from_second(now().as_second() + seconds).unwrap();
        assert!(verifier.open(&inbound, after(300 + 59)).is_ok());
        assert_refused(verifier.open(&inbound, after(300 + 60)), RejectionReason::Expired);
    }
}
