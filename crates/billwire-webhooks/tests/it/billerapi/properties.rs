//! Whatever a stranger sends: no panic, and nothing passes that was not signed.

use billwire_webhooks::billerapi::testing::Service;
use billwire_webhooks::billerapi::{SIGNATURE_HEADER, Verifier};
use billwire_webhooks::{Inbound, Proved};
use http::{HeaderMap, HeaderValue};
use jiff::SignedDuration;
use proptest::prelude::*;

use super::invalid_kinds::{now, verifier};

fn lenient(service: &Service) -> Verifier {
    Verifier::new(service.policy().with_legacy_signature().build().unwrap())
}

proptest! {
    #[test]
    fn a_stranger_gets_nothing_through(
        current in proptest::option::of("[tv10-9a-f=, ]{0,140}"),
        legacy in proptest::option::of("(sha256=)?[0-9a-f]{60,68}"),
        body in proptest::collection::vec(any::<u8>(), 0..200),
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
            prop_assert!(verifier.open_any_form(&Inbound::new(&headers, &body), now()).is_err());
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
