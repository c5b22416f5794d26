//! The extractor over a router, without a network.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use billwire_models::billerapi::behaviour::{Envelope, EventBody};
use billwire_webhooks::RejectionReason;
use billwire_webhooks::billerapi::axum::{Receiver, VerifiedBody, VerifiedEvent};
use billwire_webhooks::billerapi::testing::{InvalidKind, Service};
use futures_util::stream;
use http::{Request, StatusCode};
use tower::ServiceExt as _;

use super::invalid_kinds::{now, verifier};

/// Keeps what came, in whatever envelope: the body comes back to be compared.
async fn keep(VerifiedBody(body): VerifiedBody) -> (StatusCode, Vec<u8>) {
    assert!(body.proved().body());
    let status = match body.value() {
        EventBody::Event { .. } => StatusCode::OK,
        EventBody::UnknownEnvelope(members) if !members.is_empty() => StatusCode::ACCEPTED,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    (status, body.plain_body().to_vec())
}

async fn handle(VerifiedEvent(event): VerifiedEvent) -> StatusCode {
    if event.proved().body() { StatusCode::NO_CONTENT } else { StatusCode::INTERNAL_SERVER_ERROR }
}

fn router(service: &Service) -> (Router, Arc<Mutex<Vec<RejectionReason>>>) {
    let reasons = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&reasons);
    let receiver = Receiver::new(Arc::new(verifier(service)), now)
        .with_rejection_hook(move |rejection| seen.lock().unwrap().push(rejection.reason()));
    let router = Router::new().route("/webhooks", post(handle)).route("/any", post(keep));
    (router.with_state(receiver), reasons)
}

async fn send(router: &Router, request: Request<Body>) -> StatusCode {
    router.clone().oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn verified_events_reach_the_handler_and_no_others() {
    let service = Service::new();
    let (router, reasons) = router(&service);
    let uri: http::Uri = "/webhooks".parse().unwrap();
    let genuine = service.delivery(now()).build().into_request(uri.clone()).map(Body::from);
    assert_eq!(send(&router, genuine).await, StatusCode::NO_CONTENT);
    for kind in InvalidKind::ALL {
        let delivery = service.delivery(now()).build_invalid(*kind);
        let status = send(&router, delivery.into_request(uri.clone()).map(Body::from)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{kind}");
    }
    let expected: Vec<_> = InvalidKind::ALL.iter().map(|kind| kind.reason()).collect();
    assert_eq!(*reasons.lock().unwrap(), expected);
}

/// Section 6.2, tolerant decoding 2: a signed body in a fourth envelope reaches the handler, whole; what is not signed, or
/// no event, does not.
#[tokio::test]
async fn a_signed_body_reaches_the_handler_in_any_envelope() {
    let service = Service::new();
    let (router, reasons) = router(&service);
    let uri: http::Uri = "/any".parse().unwrap();
    let unknown = service.delivery(now()).build_invalid(InvalidKind::UnknownEnvelope);
    let known = Envelope::ALL.iter().map(|envelope| service.delivery(now()).in_envelope(*envelope).build());
    let expected = known.map(|delivery| (delivery, StatusCode::OK)).chain([(unknown, StatusCode::ACCEPTED)]);
    for (delivery, status) in expected {
        let request = delivery.clone().into_request(uri.clone()).map(Body::from);
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status);
        let kept = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert_eq!(kept, delivery.body());
    }
    assert_eq!(*reasons.lock().unwrap(), []);
    let others = InvalidKind::ALL.iter().filter(|kind| **kind != InvalidKind::UnknownEnvelope);
    for kind in others.clone() {
        let delivery = service.delivery(now()).build_invalid(*kind);
        let status = send(&router, delivery.into_request(uri.clone()).map(Body::from)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{kind}");
    }
    assert_eq!(*reasons.lock().unwrap(), others.map(|kind| kind.reason()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_stale_delivery_is_refused_before_its_body_is_read() {
    let service = Service::new();
    let (router, reasons) = router(&service);
    for kind in [InvalidKind::TooOld, InvalidKind::MissingSignature, InvalidKind::NotASignature] {
        let never = Body::from_stream(stream::pending::<Result<Vec<u8>, std::io::Error>>());
        let delivery = service.delivery(now()).build_invalid(kind);
        let request = delivery.into_request("/webhooks".parse().unwrap()).map(|_| never);
        assert_eq!(send(&router, request).await, StatusCode::UNAUTHORIZED);
        assert_eq!(reasons.lock().unwrap().pop(), Some(kind.reason()));
    }
}
