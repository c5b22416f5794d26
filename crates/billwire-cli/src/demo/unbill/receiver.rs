//! What the partner's own server does in this story: it reads webhooks. There is nothing to verify about them.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use billwire::unbill::Event;

use crate::demo::fault::Fault;
use crate::demo::receiver::{Arrival, Desk};

pub(super) const WEBHOOKS: &str = "/webhooks/unbill";
/// What somebody on the way makes of an amount.
const AMOUNT: (&str, &str) = ("100.00", "999.99");

#[derive(Clone)]
struct Shared {
    desk: Desk<Event>,
    tampers: bool,
}

/// The server's routes.
pub(super) fn routes(desk: Desk<Event>, fault: Option<Fault>) -> Router {
    let shared = Shared { desk, tampers: fault == Some(Fault::TamperedWebhook) };
    Router::new().route(WEBHOOKS, post(receive)).with_state(shared)
}

/// A real receiver stores the event here, unique by its id, before it answers.
async fn receive(State(shared): State<Shared>, body: Bytes) -> StatusCode {
    let mut text = String::from_utf8_lossy(&body).into_owned();
    if shared.tampers && text.contains("bill.payment") {
        text = text.replace(AMOUNT.0, AMOUNT.1);
    }
    let (arrival, status) = match serde_json::from_str::<Event>(&text) {
        Ok(event) => (Arrival::Taken(Box::new(event)), StatusCode::NO_CONTENT),
        Err(error) => (Arrival::Refused(format!("it is no event: {error}")), StatusCode::BAD_REQUEST),
    };
    match shared.desk.send(arrival) {
        Ok(()) => status,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
