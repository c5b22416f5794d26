//! The traps of the specification that concern deliveries: Q2 Biller Direct description, section 3.2 "Trap table".

use billwire_models::q2::EventType;
use billwire_webhooks::q2::{Policy, Verifier};
use billwire_webhooks::{DecryptionProblem, RejectionReason};

use crate::support::{assert_refused, now, open, services, verifier};

/// Trap T32: the body is a compact JWE, and its printed content type is that of the JSON form. Both types are taken, with
/// parameters too; a plain body must not come in under either.
#[test]
fn both_content_types_of_an_encrypted_body_are_taken() {
    for service in services() {
        let mut delivery = service.delivery(now()).build().unwrap();
        assert_eq!(delivery.headers()["content-type"], "application/jose+json", "as the service sends it");
        let mut plain = service.delivery(now()).plain().build().unwrap();
        for value in ["application/jose+json", "application/jose", "application/jose+json; charset=utf-8"] {
            delivery.headers_mut().insert("content-type", value.parse().unwrap());
            open(&verifier(&service), &delivery).unwrap();
            plain.headers_mut().insert("content-type", value.parse().unwrap());
            assert!(open(&verifier(&service), &plain).is_err(), "{value}");
        }
    }
}

/// Trap T31: only RSA-OAEP with A256GCM is opened, and what the documents print is neither.
#[test]
fn the_printed_jwe_header_is_refused() {
    for service in services() {
        let delivery = service.delivery(now()).build().unwrap();
        let text = std::str::from_utf8(delivery.body()).unwrap();
        let (_, rest) = text.split_once('.').unwrap();
        let printed = format!("eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.{rest}");
        let delivery = delivery.with_body(printed);
        let expected = RejectionReason::NotDecryptable(DecryptionProblem::AlgorithmNotAllowed);
        assert_refused(open(&verifier(&service), &delivery), expected);
    }
}

/// Trap T10: one l or two, in the type of an event, mean the same.
#[test]
fn an_event_may_be_canceled_or_cancelled() {
    for service in services() {
        let policy = Policy::builder().with_signature(service.signature_check()).build().unwrap();
        let verifier = Verifier::new(policy);
        for spelt in ["bill.payment.cancelled", "bill.payment.canceled"] {
            let body = format!(
                r#"{{"event":{{"_id":"e","type":"{spelt}","created":"2026-03-02T12:00:00Z",
                    "payload":{{"resource":{{"type":"bill","id":"b"}},"data":{{"trigger":"client"}}}}}}}}"#
            );
            let delivery = service.delivery(now()).plain().with_body(body.into_bytes()).build().unwrap();
            let verified = open(&verifier, &delivery).unwrap();
            assert_eq!(verified.value().kind, EventType::BillPaymentCancelled, "{spelt}");
        }
    }
}
