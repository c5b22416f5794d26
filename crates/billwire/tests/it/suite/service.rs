//! The service at the other end, as its control API shows it.

use std::sync::Arc;

use billwire::core::{Transport, TransportLimits};
use billwire::reqwest::ReqwestTransport;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Larger than any answer of the control API in these tests.
const LARGEST: usize = 1 << 24;

/// A sandbox on a frozen clock. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Service {
    /// What `GET /control/info` says.
    pub(crate) info: Arc<Value>,
    transport: Arc<ReqwestTransport>,
}

impl Service {
    /// `info` is what the sandbox says about itself.
    pub(crate) fn new(info: Value) -> Self {
        Self { info: Arc::new(info), transport: Arc::new(ReqwestTransport::new().expect("a transport")) }
    }

    /// Where it serves `what`: an API, or `control`.
    pub(crate) fn url(&self, what: &str) -> &str {
        self.info["urls"][what].as_str().unwrap_or_else(|| panic!("no URL of {what}: {}", self.info))
    }

    /// One of the credentials it takes.
    pub(crate) fn credential(&self, name: &str) -> String {
        let value = &self.info["credentials"][name];
        let value = value.get(0).unwrap_or(value);
        value.as_str().unwrap_or_else(|| panic!("no credential {name}: {}", self.info)).to_owned()
    }

    /// A call of the control API, which must succeed.
    pub(crate) async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let url = format!("{}/{path}", self.url("control"));
        let (status, answer) = self.plain(method, &url, &[], body).await;
        assert!((200..300).contains(&status), "{method} {url}: {status} {answer}");
        answer
    }

    /// A request of no client: status and body, which is `null` if it is no JSON.
    pub(crate) async fn plain(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> (u16, Value) {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let mut request = http::Request::builder().method(method).uri(url);
        request = request.header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).expect("a request");
        let answer = self.transport.send(request, &TransportLimits::new(LARGEST)).await.expect("an answer");
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(answer.body()).unwrap_or_default())
    }

    /// Lets virtual time pass.
    pub(crate) async fn advance(&self, duration: &str) {
        self.control("PUT", "clock", json!({"advance": duration})).await;
    }

    pub(crate) async fn now(&self) -> Timestamp {
        let clock = self.control("GET", "clock", Value::Null).await;
        clock["now"].as_str().and_then(|now| now.parse().ok()).expect("a time")
    }

    /// Every request so far, oldest first.
    pub(crate) async fn requests(&self) -> Vec<Value> {
        let requests = self.control("GET", "requests", Value::Null).await;
        requests["data"].as_array().cloned().expect("a list")
    }

    /// The ids of the operations that were asked for.
    pub(crate) async fn operations(&self) -> Vec<String> {
        let requests = self.requests().await.into_iter();
        requests.filter_map(|request| request["operation"].as_str().map(str::to_owned)).collect()
    }

    /// `BILL AMOUNT` of every payment that was carried out, oldest first.
    pub(crate) async fn ledger(&self) -> Vec<String> {
        self.payments(&["billId", "amount"]).await
    }

    /// The method of every payment that was carried out, oldest first.
    pub(crate) async fn payers(&self) -> Vec<String> {
        self.payments(&["paymentMethodId"]).await
    }

    async fn payments(&self, members: &[&str]) -> Vec<String> {
        let ledger = self.control("GET", "ledger", Value::Null).await;
        let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let shown = |entry| members.iter().map(|name| text(entry, name)).collect::<Vec<_>>().join(" ");
        ledger["data"].as_array().expect("a list").iter().map(shown).collect()
    }

    /// Asks until there is an answer, a second of virtual time apart.
    pub(crate) async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        for _ in 0..60 {
            if let Some(found) = look().await {
                return found;
            }
            self.advance("PT1S").await;
        }
        panic!("it did not happen in time: {what}")
    }
}
