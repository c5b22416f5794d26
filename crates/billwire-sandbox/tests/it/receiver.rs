//! The partner's side: a receiver of webhooks that also publishes keys and issues tokens.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

#[derive(Default)]
struct Script {
    received: Vec<Received>,
    /// Statuses for the next webhooks; 200 afterwards.
    statuses: VecDeque<u16>,
    /// What a path other than the hook answers.
    documents: Vec<(String, u16, String)>,
    hangs: bool,
}

pub(crate) struct Receiver {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
    task: JoinHandle<()>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let script = Arc::new(Mutex::new(Script::default()));
        let state = Arc::clone(&script);
        let router = Router::new().fallback(move |request| answer(Arc::clone(&state), request));
        let task = tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Self { address, script, task }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The statuses of the next webhooks.
    pub(crate) fn answers(&self, statuses: impl IntoIterator<Item = u16>) {
        self.script().statuses.extend(statuses);
    }

    /// Publishes a document at a path, instead of the one before.
    pub(crate) fn publishes(&self, path: &str, status: u16, text: impl Into<String>) {
        let mut script = self.script();
        script.documents.retain(|(known, ..)| known != path);
        script.documents.push((path.to_owned(), status, text.into()));
    }

    /// Never answers a webhook from now on.
    pub(crate) fn hangs(&self) {
        self.script().hangs = true;
    }

    pub(crate) fn received(&self, path: &str) -> Vec<Received> {
        self.script().received.iter().filter(|received| received.path == path).cloned().collect()
    }

    /// The types of the plain webhooks, in the order of their arrival.
    pub(crate) fn types(&self) -> Vec<String> {
        let types =
            self.received("/hook").into_iter().map(|received| received.json()["event"]["type"].clone());
        types.map(|kind| kind.as_str().expect("a type").to_owned()).collect()
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.script.lock().expect("no test panics while it holds this")
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(script: Arc<Mutex<Script>>, request: Request<Body>) -> Response<String> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let path = parts.uri.path().to_owned();
    let (status, text, hangs) = {
        let mut script = script.lock().expect("no test panics while it holds this");
        script.received.push(Received {
            method: parts.method.to_string(),
            path: path.clone(),
            headers: parts.headers,
            body,
        });
        let document = script.documents.iter().find(|(known, ..)| *known == path).cloned();
        match document {
            Some((_, status, text)) => (status, text, false),
            None => (script.statuses.pop_front().unwrap_or(200), String::new(), script.hangs),
        }
    };
    if hangs {
        std::future::pending::<()>().await;
    }
    Response::builder().status(status).body(text).expect("an answer")
}
