//! The extractor in a real router.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::FromRef;
use axum::routing::post;
use billwire_webhooks::q2::axum::{Receiver, VerifiedEvent};
use billwire_webhooks::q2::testing::{Delivery, InvalidKind};
use billwire_webhooks::{Proved, RejectionReason};
use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::support::{now, service, services, verifier};

/// A router, the reasons it saw, and how often its handler ran.
#[derive(Clone)]
struct Server {
    router: Router,
    reasons: Arc<Mutex<Vec<RejectionReason>>>,
    handled: Arc<AtomicUsize>,
}

#[derive(Clone)]
struct AppState {
    receiver: Receiver,
    handled: Arc<AtomicUsize>,
}

impl FromRef<AppState> for Receiver {
    fn from_ref(state: &AppState) -> Self {
        state.receiver.clone()
    }
}

async fn handle(
    axum::extract::State(state): axum::extract::State<AppState>,
    VerifiedEvent(event): VerifiedEvent,
) -> StatusCode {
    assert_eq!(event.proved(), Proved::Sender);
    state.handled.fetch_add(1, Ordering::Relaxed);
    StatusCode::NO_CONTENT
}

impl Server {
    fn new(service: &billwire_webhooks::q2::testing::Service) -> Self {
        let reasons = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&reasons);
        let receiver = Receiver::new(verifier(service), now)
            .with_rejection_hook(move |rejection| seen.lock().unwrap().push(rejection.reason()))
            .with_body_timeout(Duration::from_secs(5));
        let handled = Arc::new(AtomicUsize::new(0));
        let state = AppState { receiver, handled: Arc::clone(&handled) };
        let router = Router::new().route("/webhooks/q2", post(handle)).with_state(state);
        Self { router, reasons, handled }
    }

    async fn send(&self, request: Request<Body>) -> Response<Bytes> {
        let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        Response::from_parts(head, body.collect().await.unwrap().to_bytes())
    }

    async fn deliver(&self, delivery: Delivery) -> Response<Bytes> {
        self.send(delivery.into_request("/webhooks/q2".parse().unwrap()).map(Body::from)).await
    }

    fn reasons(&self) -> Vec<RejectionReason> {
        self.reasons.lock().unwrap().clone()
    }

    fn handled(&self) -> usize {
        self.handled.load(Ordering::Relaxed)
    }
}

fn outside(response: &Response<Bytes>) -> (StatusCode, Vec<(String, Vec<u8>)>, Bytes) {
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (name.as_str().to_owned(), value.as_bytes().to_vec())
    };
    (response.status(), response.headers().iter().map(header).collect(), response.body().clone())
}

#[tokio::test]
async fn a_verified_event_reaches_the_handler() {
    for service in services() {
        let server = Server::new(&service);
        let response = server.deliver(service.delivery(now()).build().unwrap()).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        assert_eq!((server.handled(), server.reasons()), (1, Vec::new()));
    }
}

#[tokio::test]
async fn every_invalid_kind_gets_the_same_bytes_and_its_own_reason() {
    for service in services() {
        let server = Server::new(&service);
        let mut answers = Vec::new();
        for kind in InvalidKind::ALL {
            answers
                .push(outside(&server.deliver(service.delivery(now()).build_invalid(*kind).unwrap()).await));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
        assert!(answers[0].2.is_empty());
        assert_eq!(server.reasons(), InvalidKind::ALL.iter().map(|kind| kind.reason()).collect::<Vec<_>>());
        assert_eq!(server.handled(), 0);
    }
}

/// A body that counts how many pieces were taken out of it.
fn counted(piece: Bytes, taken: &Arc<AtomicUsize>) -> Body {
    let taken = Arc::clone(taken);
    Body::from_stream(stream::repeat_with(move || {
        taken.fetch_add(1, Ordering::Relaxed);
        Ok::<_, Infallible>(piece.clone())
    }))
}

#[tokio::test]
async fn an_endless_body_is_cut_off_at_the_limit() {
    let service = service();
    let server = Server::new(&service);
    let taken = Arc::new(AtomicUsize::new(0));
    let genuine = service.delivery(now()).build().unwrap();
    let request = genuine
        .into_request("/webhooks/q2".parse().unwrap())
        .map(|_| counted(Bytes::from(vec![b'a'; 64 * 1024]), &taken));
    let response = server.send(request).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(server.reasons(), [RejectionReason::BodyTooLarge]);
    assert_eq!(taken.load(Ordering::Relaxed), 17, "16 pieces fit into 1 MiB; the next one is too much");
}

#[tokio::test]
async fn a_stranger_is_refused_before_the_body_is_read() {
    let service = service();
    let server = Server::new(&service);
    for kind in [InvalidKind::MissingBearer, InvalidKind::ExpiredToken, InvalidKind::UnsupportedContentType] {
        let taken = Arc::new(AtomicUsize::new(0));
        let request = service
            .delivery(now())
            .build_invalid(kind)
            .unwrap()
            .into_request("/webhooks/q2".parse().unwrap())
            .map(|_| counted(Bytes::from_static(b"a"), &taken));
        assert_eq!(server.send(request).await.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(taken.load(Ordering::Relaxed), 0, "{kind}");
    }
}

#[tokio::test]
async fn an_announced_length_beyond_the_limit_is_refused_at_once() {
    let service = service();
    let server = Server::new(&service);
    let taken = Arc::new(AtomicUsize::new(0));
    let mut delivery = service.delivery(now()).build().unwrap();
    delivery.headers_mut().insert("content-length", "1048577".parse().unwrap());
    let request = delivery
        .into_request("/webhooks/q2".parse().unwrap())
        .map(|_| counted(Bytes::from_static(b"a"), &taken));
    server.send(request).await;
    assert_eq!(server.reasons(), [RejectionReason::BodyTooLarge]);
    assert_eq!(taken.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_to_arrive_is_given_up() {
    let service = service();
    let server = Server::new(&service);
    let genuine = service.delivery(now()).build().unwrap();
    let waiting = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
    let request = genuine.into_request("/webhooks/q2".parse().unwrap()).map(|_| waiting);
    assert_eq!(server.send(request).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(server.reasons(), [RejectionReason::BodyTooSlow]);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let service = service();
    let server = Server::new(&service);
    let genuine = service.delivery(now()).build().unwrap();
    let pieces = [Ok(Bytes::from_static(b"eyJ")), Err(std::io::Error::other("connection reset"))];
    let request = genuine
        .into_request("/webhooks/q2".parse().unwrap())
        .map(|_| Body::from_stream(stream::iter(pieces)));
    assert_eq!(server.send(request).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(server.reasons(), [RejectionReason::BodyCutOff]);
}

#[tokio::test]
async fn a_handler_can_look_at_the_rejection_itself() {
    let service = service();
    let receiver = Receiver::new(verifier(&service), now);
    let delivery = service.delivery(now()).build_invalid(InvalidKind::WrongIssuer).unwrap();
    let request = delivery.into_request("/".parse().unwrap()).map(Body::from);
    assert_eq!(receiver.receive(request).await.unwrap_err().reason(), RejectionReason::ClaimMismatch);
    let request = service.delivery(now()).build().unwrap().into_request("/".parse().unwrap()).map(Body::from);
    assert!(receiver.receive(request).await.is_ok());
    assert!(receiver.verifier().replace_signature_keys(service.signature_keys()).is_ok());
}
