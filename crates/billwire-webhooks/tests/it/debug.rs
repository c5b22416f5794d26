//! Nothing that is printed holds a secret, a token or a piece of a body.

use std::error::Error as _;
use std::fmt::Debug;
use std::sync::Arc;

use billwire_webhooks::q2::axum::{Receiver, VerifiedEvent};
use billwire_webhooks::q2::testing::{BEARER_TOKEN, InvalidKind};
use billwire_webhooks::q2::{BearerVerdict, KnownTokens, Verifier};

use crate::support::{now, open, services, verifier};

/// Pieces of what must not be printed: bearer token, personal data and amounts of the sample.
const FORBIDDEN: &[&str] = &[BEARER_TOKEN, "52.11", "Netflix", "example-id-123", "BEGIN", "eyJ"];

#[track_caller]
fn silent(value: &dyn Debug) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!text.is_empty());
        for piece in FORBIDDEN {
            assert!(!text.contains(piece), "{piece} in {text}");
        }
    }
}

#[test]
fn every_public_type_is_silent() {
    for service in services() {
        let builder = service.delivery(now());
        let delivery = builder.build().unwrap();
        let policy = service.policy().with_remembered_tokens(3);
        silent(&KnownTokens::new([BEARER_TOKEN]));
        silent(&BearerVerdict::Accepted);
        silent(&service);
        silent(&service.signature_check());
        silent(&service.encryption_keys());
        silent(&builder);
        silent(&delivery);
        silent(&delivery.inbound());
        silent(&policy);
        silent(&policy.clone().build().unwrap());
        let verifier = Arc::new(Verifier::new(policy.build().unwrap()));
        silent(&verifier);
        silent(&verifier.admit(delivery.headers(), now()).unwrap());
        let event = open(&verifier, &delivery).unwrap();
        silent(event.evidence());
        silent(&event);
        silent(&VerifiedEvent(event));
        silent(&verifier.open_any_form(&delivery.inbound(), now()).unwrap());
        silent(&verifier);
        silent(&Receiver::new(verifier, now));
    }
}

#[test]
fn rejections_and_their_causes_are_silent() {
    for service in services() {
        let verifier = verifier(&service);
        for kind in InvalidKind::ALL {
            let delivery = service.delivery(now()).build_invalid(*kind).unwrap();
            let rejection = open(&verifier, &delivery).unwrap_err();
            silent(&rejection);
            let mut texts = vec![rejection.to_string(), rejection.reason().to_string()];
            let mut cause = rejection.source();
            while let Some(current) = cause {
                texts.push(current.to_string());
                cause = current.source();
            }
            for text in texts {
                assert!(text.len() > 10 && !text.contains('\n'), "{kind}: {text}");
                for piece in FORBIDDEN.iter().chain(&["another issuer", "other.example.com", "of-nobody"]) {
                    assert!(!text.contains(piece), "{kind}: {piece} in {text}");
                }
            }
            let name = rejection.reason().as_str();
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
        }
    }
}

#[test]
fn a_body_with_a_secret_is_not_quoted_when_it_is_refused() {
    for service in services() {
        let verifier = verifier(&service);
        for body in [
            "top-secret-text",
            r#"{"event": {"_id": "top-secret-text"}}"#,
            r#"{"resource": "top-secret-text", "data": 1}"#,
        ] {
            let delivery = service.delivery(now()).with_body(body).build().unwrap();
            let rejection = open(&verifier, &delivery).unwrap_err();
            let cause = rejection.source().map(ToString::to_string).unwrap_or_default();
            let text = format!("{rejection} {rejection:?} {cause}");
            assert!(!text.contains("top-secret"), "{text}");
        }
        // An odd envelope is no reason to lose an event; what is odd about it is not printed.
        for body in [
            r#"{"event": {"_id": "1", "type": "t", "created": "top-secret-text", "payload": {"resource": {"type": "a", "id": "b"}}}}"#,
            r#"{"event": {"_id": "1", "type": "t", "created": "2016-04-20T16:51:12Z", "clientId": ["top-secret-text"], "payload": {"resource": {"type": "a", "id": "b"}}}}"#,
        ] {
            let delivery = service.delivery(now()).with_body(body).build().unwrap();
            let text = format!("{:?}", open(&verifier, &delivery).unwrap());
            assert!(!text.contains("top-secret"), "{text}");
        }
    }
}
