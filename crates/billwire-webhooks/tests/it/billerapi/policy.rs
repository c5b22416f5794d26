//! What a policy refuses to be, and secrets that are replaced while deliveries arrive.

use std::time::Duration;

use billwire_webhooks::ErrorKind;
use billwire_webhooks::billerapi::testing::Service;
use billwire_webhooks::billerapi::{Policy, PolicyBuilder, UnsignedHeaders, Verifier};
use http::HeaderMap;

use super::invalid_kinds::now;

#[track_caller]
fn refused(builder: PolicyBuilder, expected: ErrorKind) {
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), expected);
    assert!(error.to_string().len() > 20);
}

#[test]
fn what_a_policy_refuses_to_be() {
    refused(Policy::builder(), ErrorKind::SenderNotChecked);
    refused(Policy::builder().with_legacy_signature(), ErrorKind::SenderNotChecked);
    refused(Policy::builder().with_secret("").with_secret("x"), ErrorKind::NoKeys);
    refused(Policy::builder().with_secret("x").with_max_body_bytes(0), ErrorKind::InvalidLimit);
    refused(Policy::builder().with_secret("x").with_window(Duration::ZERO), ErrorKind::InvalidLimit);
}

#[test]
fn a_window_of_your_own() {
    let service = Service::new();
    let verifier = Verifier::new(service.policy().with_window(Duration::from_secs(10)).build().unwrap());
    let delivery = service.delivery(now()).build();
    let at = |milliseconds: i64| {
        let moment = now() + jiff::SignedDuration::from_millis(milliseconds);
        verifier.open(&delivery.inbound(), moment).is_ok()
    };
    assert!(at(0) && at(10_000) && at(-10_000));
    assert!(!at(10_001) && !at(-10_001), "to the millisecond");
}

#[test]
fn secrets_are_rotated_without_a_gap() {
    let (old, new) = (Service::with_secret("whsec_old"), Service::with_secret("whsec_new"));
    let verifier = Verifier::new(Policy::builder().with_secret("whsec_old").build().unwrap());
    let passes = |service: &Service| verifier.open(&service.delivery(now()).build().inbound(), now()).is_ok();
    assert!(passes(&old) && !passes(&new));
    let delivery = old.delivery(now()).build();
    let admitted = verifier.admit(delivery.headers(), now()).unwrap();
    verifier.replace_secrets(["whsec_new", "whsec_old"]).unwrap();
    assert!(passes(&old) && passes(&new));
    verifier.replace_secrets(["whsec_new"]).unwrap();
    assert!(!passes(&old) && passes(&new));
    assert!(admitted.open(delivery.body()).is_ok(), "what was being checked finishes with its secrets");
    assert_eq!(verifier.replace_secrets([""]).unwrap_err().kind(), ErrorKind::NoKeys);
    assert_eq!(verifier.replace_secrets(Vec::<String>::new()).unwrap_err().kind(), ErrorKind::NoKeys);
    assert!(passes(&new), "a refused replacement changes nothing");
}

#[test]
fn hints_of_the_headers() {
    let mut headers = HeaderMap::new();
    headers.insert("x-webhook-event-type", "bill.created".parse().unwrap());
    headers.insert("x-webhook-id", "evt_1".parse().unwrap());
    headers.insert("x-webhook-timestamp", "2026-05-20T12:00:00Z".parse().unwrap());
    headers.insert("x-webhook-client-id", http::HeaderValue::from_bytes(b"\xff").unwrap());
    let hints = UnsignedHeaders::of(&headers);
    assert_eq!((hints.event_type(), hints.event_id()), (Some("bill.created"), Some("evt_1")));
    assert_eq!((hints.timestamp(), hints.client_id()), (Some(now()), None));
}
