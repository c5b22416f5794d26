//! What the partner's own server does in this story: it reads webhooks as hints. There is nothing to verify about them.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use billwire::unbill::Event;
use billwire::unbill::webhooks::{Reader, Unproved};
use billwire::webhooks::Inbound;

use crate::demo::fault::Fault;
use crate::demo::receiver::{Arrival, Desk};

pub(super) const WEBHOOKS: &str = "/webhooks/unbill";
/// What somebody on the way makes of an amount.
const AMOUNT: (&str, &str) = ("100.00", "999.99");

#[derive(Clone)]
struct Shared {
    desk: Desk<Unproved<Event>>,
    reader: Reader,
    tampers: bool,
}

/// The server's routes.
pub(super) fn routes(desk: Desk<Unproved<Event>>, fault: Option<Fault>) -> Router {
    let tampers = fault == Some(Fault::TamperedWebhook);
    let shared = Shared { desk, reader: Reader::new(), tampers };
    Router::new().route(WEBHOOKS, post(receive)).with_state(shared)
}

/// A real receiver stores the event here, unique by its id, before it answers.
async fn receive(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let body = if shared.tampers { altered(&body) } else { body };
    let (arrival, status) = match shared.reader.read(&Inbound::new(&headers, &body)) {
        Ok(hint) => (Arrival::Taken(Box::new(hint)), StatusCode::NO_CONTENT),
        Err(rejection) => {
            let reason = format!("{rejection} ({})", rejection.reason().as_str());
            (Arrival::Refused(reason), rejection.answer().status())
        }
    };
    match shared.desk.send(arrival) {
        Ok(()) => status,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// What somebody on the way makes of a payment.
fn altered(body: &Bytes) -> Bytes {
    let text = String::from_utf8_lossy(body);
    if text.contains("bill.payment") { text.replace(AMOUNT.0, AMOUNT.1).into() } else { body.clone() }
}
