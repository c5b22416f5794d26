//! The partner's own server in a story: what it does with a webhook is the story's, that it listens is here.

use axum::{Router, serve};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::error::Error;
use crate::exit::Exit;

/// What became of one delivery.
pub(crate) enum Arrival<E> {
    /// It passed every check there is.
    Taken(Box<E>),
    /// It was refused, for this reason.
    Refused(String),
}

/// Where a server puts what arrived.
pub(crate) type Desk<E> = UnboundedSender<Arrival<E>>;

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Receiver<E> {
    origin: String,
    arrivals: UnboundedReceiver<Arrival<E>>,
    task: JoinHandle<()>,
}

impl<E: Send + 'static> Receiver<E> {
    /// Serves on a free port what `routes` makes.
    pub(crate) async fn start(routes: impl FnOnce(Desk<E>) -> Router) -> Result<Self, Error> {
        let not_open = |error: std::io::Error| {
            Error::new(Exit::SandboxStart, "the demo's webhook receiver cannot listen")
                .with_cause(error)
                .with_advice("check that this user may open ports on the loopback interface")
        };
        let (desk, arrivals) = unbounded_channel();
        let router = routes(desk);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(not_open)?;
        let origin = format!("http://{}", listener.local_addr().map_err(not_open)?);
        // A server that ends early shows as missing webhooks.
        let task = tokio::spawn(async move { drop(serve(listener, router).await) });
        Ok(Self { origin, arrivals, task })
    }
}

impl<E> Receiver<E> {
    /// The address of a path of this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// What has arrived since the last look.
    pub(crate) fn arrivals(&mut self) -> Vec<Arrival<E>> {
        std::iter::from_fn(|| self.arrivals.try_recv().ok()).collect()
    }
}

impl<E> Drop for Receiver<E> {
    fn drop(&mut self) {
        self.task.abort();
    }
}
