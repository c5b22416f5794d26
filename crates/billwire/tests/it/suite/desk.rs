//! The partner's own server: it takes every delivery and keeps it as it came.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::Service;

/// One delivery, and when it came on the clock of the service.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) at: Timestamp,
}

/// A running server. Dropping it stops it.
pub(crate) struct Desk {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    clock: Service,
    deliveries: Mutex<Vec<Delivery>>,
    /// Answers that are given in place of 204, one after the other.
    answers: Mutex<Vec<u16>>,
}

impl Desk {
    /// Listens on a free port. `clock` is asked for the time of each delivery.
    pub(crate) async fn open(clock: Service) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared { clock, deliveries: Mutex::default(), answers: Mutex::default() });
        let router = Router::new().fallback(take).with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Self { address, shared, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Everything that came, oldest first.
    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        self.shared.deliveries.lock().expect("no holder panics").clone()
    }

    /// Answers the next deliveries with these statuses.
    pub(crate) fn answers_with(&self, statuses: &[u16]) {
        *self.shared.answers.lock().expect("no holder panics") = statuses.to_vec();
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let at = shared.clock.now().await;
    shared.deliveries.lock().expect("no holder panics").push(Delivery { headers, body, at });
    let mut answers = shared.answers.lock().expect("no holder panics");
    let status = if answers.is_empty() { 204 } else { answers.remove(0) };
    StatusCode::from_u16(status).expect("a status")
}
