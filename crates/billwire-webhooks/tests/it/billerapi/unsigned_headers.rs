//! What the headers beside the signature say, which nothing proves.

use billwire_models::billerapi::behaviour::Envelope;
use billwire_webhooks::billerapi::UnsignedHeaders;
use billwire_webhooks::billerapi::testing::Service;
use http::{HeaderMap, HeaderValue};

use super::invalid_kinds::{now, verifier};

const NAMES: [&str; 5] = [
    "x-webhook-event-type",
    "x-webhook-id",
    "x-webhook-timestamp",
    "x-webhook-client-id",
    "x-webhook-source",
];

const TIME: &str = "2026-05-20T12:00:00Z";

fn known(headers: &HeaderMap) -> [bool; 5] {
    let said = UnsignedHeaders::of(headers);
    let texts = [said.event_type(), said.event_id(), said.client_id(), said.source()];
    let [event_type, event_id, client_id, source] = texts.map(|text| text.is_some());
    [event_type, event_id, said.timestamp().is_some(), client_id, source]
}

#[test]
fn a_repeated_header_says_nothing() {
    let value = HeaderValue::from_static(TIME);
    let mut headers = HeaderMap::new();
    assert_eq!(known(&headers), [false; 5]);
    for name in NAMES {
        headers.insert(name, value.clone());
    }
    assert_eq!(known(&headers), [true; 5]);
    for (repeated, name) in NAMES.iter().enumerate() {
        let mut twice = headers.clone();
        twice.append(*name, value.clone());
        let expected: Vec<_> = (0..5).map(|place| place != repeated).collect();
        assert_eq!(known(&twice).to_vec(), expected, "{name}");
    }
}

/// Section 6.2, the row `client_id`: in the newest envelope only a header names the client. It stays a hint: neither the
/// event nor the key of a repetition takes it.
#[test]
fn the_client_of_the_newest_envelope_is_a_hint() {
    let service = Service::new();
    let mut delivery = service.delivery(now()).in_envelope(Envelope::Newest).build();
    for client in ["client_xyz", "client_of_a_stranger"] {
        delivery.headers_mut().insert("x-webhook-client-id", HeaderValue::from_static(client));
        let event = verifier(&service).open(&delivery.inbound(), now()).unwrap();
        assert_eq!(event.client_id, None);
        assert_eq!(event.dedupe_key(), (None, &event.id));
        assert_eq!(UnsignedHeaders::of(delivery.headers()).client_id(), Some(client));
    }
    for envelope in [Envelope::Oldest, Envelope::Flat] {
        let mut delivery = service.delivery(now()).in_envelope(envelope).build();
        delivery.headers_mut().insert("x-webhook-client-id", HeaderValue::from_static("another"));
        let event = verifier(&service).open(&delivery.inbound(), now()).unwrap();
        assert_eq!(event.dedupe_key().0.unwrap().as_str(), "client_xyz", "the body counts");
    }
}
