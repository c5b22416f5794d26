//! Whatever a stranger sends: no panic, and nothing passes that was not signed.

use billwire_models::billerapi::behaviour::Envelope;
use billwire_webhooks::billerapi::testing::Service;
use billwire_webhooks::billerapi::{SIGNATURE_HEADER, Verifier};
use billwire_webhooks::{Inbound, Proved, RejectionReason};
use http::{HeaderMap, HeaderValue};
use jiff::SignedDuration;
use proptest::prelude::*;

use super::invalid_kinds::{now, verifier};

fn lenient(service: &Service) -> Verifier {
    Verifier::new(service.policy().with_legacy_signature().build().unwrap())
}

/// Headers in the right form, with any code and a time around the window; and some in no form.
fn current() -> impl Strategy<Value = String> {
    let code = "[0-9a-f]{64}";
    let signed = (-400..400_i64, proptest::collection::vec(code, 1..4)).prop_map(|(offset, codes)| {
        let time = now().as_second() + offset;
        codes.iter().fold(format!("t={time}"), |header, code| format!("{header},v1={code}"))
    });
    prop_oneof![3 => signed, 1 => "[tv10-9a-f=, ]{0,140}"]
}

/// A body that would pass if it were signed, in any envelope.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let envelopes = proptest::sample::select(Envelope::ALL);
    envelopes
        .prop_map(|envelope| Service::new().delivery(now()).in_envelope(envelope).build().body().to_vec())
}

proptest! {
    #[test]
    fn a_stranger_gets_nothing_through(
        current in proptest::option::weighted(0.8, current()),
        legacy in proptest::option::of("(sha256=)?([0-9a-f]{64}|[0-9a-f]{60,68})"),
        body in body(),
    ) {
        let service = Service::new();
        let mut headers = HeaderMap::new();
        if let Some(value) = current {
            headers.insert(SIGNATURE_HEADER, HeaderValue::from_str(&value).unwrap());
        }
        if let Some(value) = legacy {
            headers.insert("x-webhook-signature", HeaderValue::from_str(&value).unwrap());
        }
        for verifier in [verifier(&service), lenient(&service)] {
            let rejection = verifier.open_any_form(&Inbound::new(&headers, &body), now()).unwrap_err();
            // The signature is the reason, not the body.
            let reason = rejection.reason();
            let expected = matches!(
                reason,
                RejectionReason::MissingSignature
                    | RejectionReason::SignatureInvalid(_)
                    | RejectionReason::OutsideWindow
            );
            prop_assert!(expected, "{reason:?}");
        }
    }

    #[test]
    fn what_the_service_signed_passes_and_any_changed_byte_does_not(
        id in "[a-z0-9_]{1,20}",
        kind in "[a-z.-]{1,20}",
        offset in -300..=300_i64,
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let service = Service::new();
        let verifier = verifier(&service);
        let body = format!(r#"{{"event_type":"{kind}","event_id":"{id}","data":{{"text":"é"}}}}"#);
        let delivery = service.delivery(now()).with_body(body.clone()).build();
        let moment = now() + SignedDuration::from_secs(offset);
        let event = verifier.open(&delivery.inbound(), moment).unwrap();
        prop_assert_eq!(event.id.as_str(), id);
        prop_assert_eq!(event.proved(), Proved::SenderAndBody);
        let mut changed = body.into_bytes();
        let place = place.index(changed.len());
        prop_assume!(changed[place] != byte);
        changed[place] = byte;
        prop_assert!(verifier.open(&delivery.with_body(changed).inbound(), moment).is_err());
    }
}
