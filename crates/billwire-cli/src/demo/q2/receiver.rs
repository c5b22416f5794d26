//! What the partner's own server does in this story: it publishes keys and verifies webhooks before anything else happens.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRef, Request, State};
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use billwire::crypto::jwks::{self, JwkForm, PublishedKey};
use billwire::q2::Event;
use billwire::q2::webhooks::Verifier;
use billwire::q2::webhooks::axum::{Receiver as WebhookReceiver, VerifiedEvent};
use billwire::webhooks::Verified;
use billwire_sandbox::Sandbox;

use super::keys::Keys;
use crate::demo::fault::Fault;
use crate::demo::receiver::{Arrival, Desk};
use crate::error::Error;

pub(super) const WEBHOOKS: &str = "/webhooks/q2";
/// Where our request signing key is published.
pub(super) const SIGNING_KEYS: &str = "/keys/request-signing.json";
/// Where the key is published that webhooks are encrypted to.
pub(super) const ENCRYPTION_KEYS: &str = "/keys/webhook-encryption.json";
/// Larger than any delivery of the story.
const LARGEST_BODY: usize = 1024 * 1024;

#[derive(Clone)]
struct Shared {
    webhooks: WebhookReceiver,
    arrivals: Desk<Verified<Event>>,
    signing_keys: Arc<str>,
    encryption_keys: Arc<str>,
}

impl FromRef<Shared> for WebhookReceiver {
    fn from_ref(shared: &Shared) -> Self {
        shared.webhooks.clone()
    }
}

/// The keys that this server publishes.
pub(super) struct Published {
    signing: Arc<str>,
    encryption: Arc<str>,
}

impl Published {
    pub(super) fn of(keys: &Keys) -> Result<Self, Error> {
        Ok(Self {
            signing: published(&PublishedKey::signing(keys.registered.clone()))?,
            encryption: published(&PublishedKey::encryption(keys.published.clone()))?,
        })
    }
}

/// The server's routes. The time of a delivery is the sandbox's.
pub(super) fn routes(
    desk: Desk<Verified<Event>>,
    verifier: Verifier,
    keys: Published,
    sandbox: Arc<Sandbox>,
    fault: Option<Fault>,
) -> Router {
    let refused = desk.clone();
    let webhooks = WebhookReceiver::new(Arc::new(verifier), move || sandbox.now().timestamp())
        .with_rejection_hook(move |rejection| {
            let reason = format!("{rejection} ({})", rejection.reason().as_str());
            // Nobody listens any more once the story has ended.
            let _ = refused.send(Arrival::Refused(reason));
        });
    let shared =
        Shared { webhooks, arrivals: desk, signing_keys: keys.signing, encryption_keys: keys.encryption };
    router(shared, fault)
}

fn router(shared: Shared, fault: Option<Fault>) -> Router {
    let webhooks = Router::new().route(WEBHOOKS, post(receive));
    let webhooks = if fault == Some(Fault::TamperedWebhook) {
        webhooks.layer(middleware::from_fn(tamper))
    } else {
        webhooks
    };
    webhooks
        .route(SIGNING_KEYS, get(|State(shared): State<Shared>| async move { json(&shared.signing_keys) }))
        .route(
            ENCRYPTION_KEYS,
            get(|State(shared): State<Shared>| async move { json(&shared.encryption_keys) }),
        )
        .with_state(shared)
}

/// A real receiver stores the event here, unique by its id, before it answers.
async fn receive(State(shared): State<Shared>, VerifiedEvent(event): VerifiedEvent) -> StatusCode {
    match shared.arrivals.send(Arrival::Taken(Box::new(event))) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Somebody on the way: changes one character in the middle of the encrypted content.
async fn tamper(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mut body = body.to_vec();
    // The fourth of the five parts of a compact JWE is the content.
    let content =
        body.iter().enumerate().filter(|(_, byte)| **byte == b'.').map(|(index, _)| index + 10).nth(2);
    if let Some(byte) = content.and_then(|index| body.get_mut(index)) {
        *byte = if *byte == b'A' { b'B' } else { b'A' };
    }
    next.run(Request::from_parts(head, Body::from(body))).await
}

fn json(document: &Arc<str>) -> Response {
    ([(CONTENT_TYPE, "application/json")], document.to_string()).into_response()
}

fn published(key: &PublishedKey) -> Result<Arc<str>, Error> {
    jwks::render(std::slice::from_ref(key), JwkForm::Rfc7517).map(Arc::from).map_err(|error| {
        Error::unexpected("the demo's key set cannot be written").with_cause(&error).with_causes_of(&error)
    })
}
