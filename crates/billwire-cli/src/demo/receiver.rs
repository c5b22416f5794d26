//! The partner's own server in the story: it publishes keys and receives webhooks, verified before anything else happens.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRef, Request, State};
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, serve};
use billwire::crypto::jwks::{self, JwkForm, PublishedKey};
use billwire::q2::Event;
use billwire::q2::webhooks::Verifier;
use billwire::q2::webhooks::axum::{Receiver as WebhookReceiver, VerifiedEvent};
use billwire::webhooks::Verified;
use billwire_sandbox::Sandbox;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use super::fault::Fault;
use super::keys::Keys;
use crate::error::Error;
use crate::exit::Exit;

const WEBHOOKS: &str = "/webhooks/q2";
const SIGNING_KEYS: &str = "/keys/request-signing.json";
const ENCRYPTION_KEYS: &str = "/keys/webhook-encryption.json";
/// Larger than any delivery of the story.
const LARGEST_BODY: usize = 1024 * 1024;

/// What became of one delivery.
pub(crate) enum Arrival {
    /// It passed every check.
    Verified(Box<Verified<Event>>),
    /// It was refused, for this reason.
    Refused(String),
}

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Receiver {
    origin: String,
    arrivals: UnboundedReceiver<Arrival>,
    task: JoinHandle<()>,
}

#[derive(Clone)]
struct Shared {
    webhooks: WebhookReceiver,
    arrivals: UnboundedSender<Arrival>,
    signing_keys: Arc<str>,
    encryption_keys: Arc<str>,
}

impl FromRef<Shared> for WebhookReceiver {
    fn from_ref(shared: &Shared) -> Self {
        shared.webhooks.clone()
    }
}

impl Receiver {
    /// Starts serving on a free port. The time of a delivery is the sandbox's.
    pub(crate) async fn start(
        verifier: Verifier,
        keys: &Keys,
        sandbox: Arc<Sandbox>,
        fault: Option<Fault>,
    ) -> Result<Self, Error> {
        let (sender, arrivals) = unbounded_channel();
        let refused = sender.clone();
        let webhooks = WebhookReceiver::new(Arc::new(verifier), move || sandbox.now().timestamp())
            .with_rejection_hook(move |rejection| {
                let reason = format!("{rejection} ({})", rejection.reason().as_str());
                // Nobody listens any more once the story has ended.
                let _ = refused.send(Arrival::Refused(reason));
            });
        let shared = Shared {
            webhooks,
            arrivals: sender,
            signing_keys: published(&PublishedKey::signing(keys.registered.clone()))?,
            encryption_keys: published(&PublishedKey::encryption(keys.published.clone()))?,
        };
        let not_open = |error: std::io::Error| {
            Error::new(Exit::SandboxStart, "the demo's webhook receiver cannot listen")
                .with_cause(error)
                .with_advice("check that this user may open ports on the loopback interface")
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(not_open)?;
        let origin = format!("http://{}", listener.local_addr().map_err(not_open)?);
        let router = router(shared, fault);
        // A server that ends early shows as missing webhooks.
        let task = tokio::spawn(async move { drop(serve(listener, router).await) });
        Ok(Self { origin, arrivals, task })
    }

    pub(crate) fn webhook_url(&self) -> String {
        format!("{}{WEBHOOKS}", self.origin)
    }

    /// Where our request signing key is published.
    pub(crate) fn signing_keys_url(&self) -> String {
        format!("{}{SIGNING_KEYS}", self.origin)
    }

    /// Where the key is published that webhooks are encrypted to.
    pub(crate) fn encryption_keys_url(&self) -> String {
        format!("{}{ENCRYPTION_KEYS}", self.origin)
    }

    /// What has arrived since the last look.
    pub(crate) fn arrivals(&mut self) -> Vec<Arrival> {
        std::iter::from_fn(|| self.arrivals.try_recv().ok()).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
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
    match shared.arrivals.send(Arrival::Verified(Box::new(event))) {
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
