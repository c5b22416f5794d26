//! Nothing that is printed holds a secret, a signature or a piece of a body.

use std::error::Error as _;
use std::fmt::Debug;
use std::sync::Arc;

use billwire_webhooks::billerapi::UnsignedHeaders;
use billwire_webhooks::billerapi::axum::{Receiver, VerifiedBody, VerifiedEvent};
use billwire_webhooks::billerapi::testing::{InvalidKind, SECRET, Service};

use super::invalid_kinds::{now, verifier};

/// Pieces of what must not be printed: the secret, its code of the sample, personal data of the body.
const FORBIDDEN: &[&str] = &[SECRET, "whsec", "0123456789abcdef", "775a4d45", "not JSON\"", "specversion"];

#[track_caller]
fn silent(value: &dyn Debug) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        for piece in FORBIDDEN {
            assert!(!text.contains(piece), "{piece} in {text}");
        }
    }
}

/// Checklist, client (11): secrets are hidden.
#[test]
fn every_public_type_is_silent() {
    let service = Service::new();
    let builder = service.delivery(now());
    let delivery = builder.build();
    silent(&service);
    silent(&builder);
    silent(&delivery);
    silent(&service.policy());
    silent(&service.policy().build().unwrap());
    let verifier = Arc::new(verifier(&service));
    silent(&verifier);
    silent(&verifier.admit(delivery.headers(), now()).unwrap());
    let event = verifier.open(&delivery.inbound(), now()).unwrap();
    silent(event.evidence());
    silent(&event);
    silent(&VerifiedEvent(event));
    let unknown = builder.with_body(r#"{"specversion":"1.0"}"#).build();
    let body = verifier.open_any_form(&unknown.inbound(), now()).unwrap();
    silent(&body);
    silent(&VerifiedBody(body));
    let mut headers = delivery.headers().clone();
    for name in ["x-webhook-event-type", "x-webhook-id", "x-webhook-client-id", "x-webhook-source"] {
        headers.insert(name, http::HeaderValue::from_static("specversion"));
    }
    silent(&UnsignedHeaders::of(&headers));
    silent(&Receiver::new(verifier, now));
}

/// Checklist, client (11): neither does a refusal say more than it must.
#[test]
fn rejections_and_their_causes_are_silent() {
    let service = Service::new();
    let verifier = verifier(&service);
    for kind in InvalidKind::ALL {
        let delivery = service.delivery(now()).build_invalid(*kind);
        let rejection = verifier.open(&delivery.inbound(), now()).unwrap_err();
        silent(&rejection);
        let mut texts = vec![rejection.to_string(), rejection.reason().to_string()];
        let mut cause = rejection.source();
        while let Some(current) = cause {
            texts.push(current.to_string());
            cause = current.source();
        }
        for text in texts {
            assert!(text.len() > 10 && !text.contains('\n'), "{kind}: {text}");
            for piece in FORBIDDEN {
                assert!(!text.contains(piece), "{kind}: {piece} in {text}");
            }
        }
        let name = rejection.reason().as_str();
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
    }
}
