//! What the partner's own server does in this story: it verifies webhooks before anything else happens.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use billwire::billerapi::Event;
use billwire::billerapi::webhooks::Verifier;
use billwire::webhooks::{Inbound, Verified};
use billwire_sandbox::Sandbox;
use jiff::SignedDuration;

use crate::demo::fault::Fault;
use crate::demo::receiver::{Arrival, Desk};

pub(super) const WEBHOOKS: &str = "/webhooks/billerapi";
/// How late somebody sends a recorded webhook again.
const LATE: SignedDuration = SignedDuration::from_mins(10);

#[derive(Clone)]
struct Shared {
    desk: Desk<Verified<Event>>,
    verifier: Arc<Verifier>,
    sandbox: Arc<Sandbox>,
    fault: Option<Fault>,
}

/// The server's routes. The time of a delivery is the sandbox's.
pub(super) fn routes(
    desk: Desk<Verified<Event>>,
    verifier: Verifier,
    sandbox: Arc<Sandbox>,
    fault: Option<Fault>,
) -> Router {
    let shared = Shared { desk, verifier: Arc::new(verifier), sandbox, fault };
    Router::new().route(WEBHOOKS, post(receive)).with_state(shared)
}

/// A real receiver stores the event here, unique by its id, before it answers.
async fn receive(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let (body, now) = on_the_way(&shared, body);
    let opened = shared.verifier.open(&Inbound::new(&headers, &body), now);
    let (arrival, status) = match opened {
        Ok(event) => (Arrival::Taken(Box::new(event)), StatusCode::NO_CONTENT),
        Err(rejection) => {
            let reason = format!("{rejection} ({})", rejection.reason().as_str());
            (Arrival::Refused(reason), StatusCode::UNAUTHORIZED)
        }
    };
    match shared.desk.send(arrival) {
        Ok(()) => status,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// What somebody between the service and us makes of a delivery: changes it, or keeps it and sends it later.
fn on_the_way(shared: &Shared, body: Bytes) -> (Bytes, jiff::Timestamp) {
    let now = shared.sandbox.now().timestamp();
    match shared.fault {
        Some(Fault::TamperedWebhook) => (String::from_utf8_lossy(&body).replace("evt_", "evt_0").into(), now),
        Some(Fault::ReplayedWebhook) => (body, now + LATE),
        _ => (body, now),
    }
}
