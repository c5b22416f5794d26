//! The partner's own server: it issues bearer tokens and takes webhooks, each verified before it counts.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use billwire::q2::Event;
use billwire::q2::webhooks::Verifier;
use billwire::webhooks::Inbound;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const HOOK: &str = "/webhooks/q2";
const TOKEN: &str = "/oauth/token";
/// What the OAuth endpoint hands out and every webhook must bring back.
pub(crate) const BEARER: &str = "a-token-of-the-contract";

type Clock = Box<dyn Fn() -> jiff::Timestamp + Send + Sync>;

/// A running server. Dropping it stops it.
pub(crate) struct Receiver {
    address: SocketAddr,
    desk: Arc<Desk>,
    task: JoinHandle<()>,
}

struct Desk {
    verifier: Verifier,
    clock: Clock,
    events: Mutex<Vec<Event>>,
    refusals: Mutex<Vec<String>>,
}

impl Receiver {
    /// Listens at `address`; port 0 picks a free one.
    pub(crate) async fn start(address: &str, verifier: Verifier, clock: Clock) -> Self {
        let listener = TcpListener::bind(address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
        let address = listener.local_addr().expect("an address");
        let desk = Arc::new(Desk { verifier, clock, events: Mutex::default(), refusals: Mutex::default() });
        let router =
            Router::new().route(HOOK, post(take)).route(TOKEN, post(issue)).with_state(Arc::clone(&desk));
        let task = tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Self { address, desk, task }
    }

    pub(crate) fn webhook_url(&self) -> String {
        format!("http://{}{HOOK}", self.address)
    }

    pub(crate) fn token_url(&self) -> String {
        format!("http://{}{TOKEN}", self.address)
    }

    /// Every event that passed, oldest first.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.desk.events.lock().expect("no holder panics").clone()
    }

    /// Why deliveries were turned away. There must be none.
    pub(crate) fn refusals(&self) -> Vec<String> {
        self.desk.refusals.lock().expect("no holder panics").clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    match desk.verifier.open(&Inbound::new(&headers, &body), (desk.clock)()) {
        Ok(event) => {
            desk.events.lock().expect("no holder panics").push(event.into_value());
            StatusCode::NO_CONTENT
        }
        Err(rejection) => {
            desk.refusals.lock().expect("no holder panics").push(rejection.to_string());
            StatusCode::UNAUTHORIZED
        }
    }
}

async fn issue() -> ([(&'static str, &'static str); 1], String) {
    let answer = format!(r#"{{"access_token": "{BEARER}", "token_type": "Bearer", "expires_in": 3600}}"#);
    ([("content-type", "application/json")], answer)
}
