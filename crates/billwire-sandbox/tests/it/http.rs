//! A plain HTTP client, and a sandbox to talk to.

use billwire_sandbox::{Sandbox, SandboxBuilder};
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

pub(crate) const REGULAR_1: &str = "5bd885fccd274b4324a20001";
pub(crate) const REGULAR_2: &str = "5bd885fccd274b4324a20002";
pub(crate) const REGULAR_3: &str = "5bd885fccd274b4324a20003";
pub(crate) const REGULAR_4: &str = "5bd885fccd274b4324a20004";
pub(crate) const REGULAR_5: &str = "5bd885fccd274b4324a20005";
pub(crate) const MFA_1: &str = "5bd885fccd274b4324a20101";
pub(crate) const MFA_2: &str = "5bd885fccd274b4324a20102";

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// An error answer: its status is as expected and its message says what is expected.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, says: &str) {
        assert_eq!(self.status, status, "{}", self.body);
        let message = self.body["message"].as_str().unwrap_or_default();
        assert!(message.contains(says), "\"{message}\" does not say \"{says}\"");
        assert_eq!(self.body["statusCode"], json!(status));
        assert!(self.body["error"].is_string());
    }
}

/// A sandbox and the credential to use.
pub(crate) struct Api {
    pub(crate) sandbox: Sandbox,
    client: Client<HttpConnector, Full<Bytes>>,
    credential: String,
}

impl Api {
    pub(crate) async fn start() -> Self {
        Self::start_with(Sandbox::builder()).await
    }

    pub(crate) async fn start_with(builder: SandboxBuilder) -> Self {
        let sandbox = builder.start().await.expect("a sandbox");
        let credential = sandbox.api_key().to_owned();
        Self { sandbox, client: Client::builder(TokioExecutor::new()).build_http(), credential }
    }

    /// The raw exchange.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        let response = self.client.request(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub(crate) async fn request(&self, method: &str, path: &str, body: Option<String>) -> Answer {
        self.request_as(&self.credential, method, path, body).await
    }

    pub(crate) async fn request_as(
        &self,
        credential: &str,
        method: &str,
        path: &str,
        body: Option<String>,
    ) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.sandbox.urls().q2))
            .header("authorization", format!("Bearer {credential}"))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body.unwrap_or_default())))
            .expect("a request");
        self.send(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.request("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.request("POST", path, Some(body.to_string())).await
    }

    /// A request to the control API; `path` is below `/control`.
    pub(crate) async fn control(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.sandbox.urls().control))
            .body(Full::new(Bytes::from(body)))
            .expect("a request");
        self.send(request).await
    }

    pub(crate) async fn client(&self, identifier: &str) -> String {
        let body = self.post("/client", json!({ "identifier": identifier })).await.ok();
        text(&body["clientId"])
    }

    pub(crate) async fn token(&self, body: Value) -> String {
        text(&self.post("/client/create-token", body).await.ok()["token"])
    }

    pub(crate) async fn card(&self, client: &str, number: &str) -> String {
        text(&self.post("/payment", card(client, number)).await.ok()["paymentMethodId"])
    }

    /// Starts an auth with the inputs balance, due date and status; its outcome is not awaited.
    pub(crate) async fn auth(&self, client: &str, company: &str, inputs: [&str; 3]) -> String {
        let [balance, due, status] = inputs;
        let form = json!({ "balance": balance, "dueDate": due, "status": status });
        self.auth_with(client, company, form).await
    }

    pub(crate) async fn auth_with(&self, client: &str, company: &str, form: Value) -> String {
        let body = json!({ "clientId": client, "companyId": company, "items": ["bill"], "form": form });
        let answer = self.post("/auth", body).await.ok();
        assert_eq!(answer["success"], json!(true));
        text(&answer["authId"])
    }

    /// A verified auth with its bill: the bill's id.
    pub(crate) async fn bill(&self, client: &str, company: &str, inputs: [&str; 3]) -> String {
        let auth = self.auth(client, company, inputs).await;
        self.advance("PT5S").await;
        let bills = self.bills(client).await;
        let bill = bills.iter().find(|pair| pair["bill"]["auth"]["_id"] == json!(auth)).expect("a bill");
        text(&bill["bill"]["_id"])
    }

    pub(crate) async fn bills(&self, client: &str) -> Vec<Value> {
        list(&self.get(&format!("/bill/list/{client}")).await.ok())
    }

    pub(crate) async fn read_bill(&self, bill: &str) -> Value {
        self.get(&format!("/bill/{bill}")).await.ok()["bill"].clone()
    }

    #[track_caller]
    pub(crate) fn bill_status(&self, bill: &str) -> impl Future<Output = String> {
        let path = format!("/bill/{bill}");
        async move { text(&self.get(&path).await.ok()["bill"]["status"]["type"]) }
    }

    pub(crate) async fn auths(&self, client: &str) -> Vec<Value> {
        list(&self.get(&format!("/auth/list/{client}")).await.ok())
    }

    pub(crate) async fn methods(&self, client: &str) -> Vec<Value> {
        list(&self.get(&format!("/payment/list/{client}")).await.ok())
    }

    pub(crate) async fn pay_now(&self, bill: &str) {
        self.post("/payment/schedule", json!({ "billId": bill })).await.ok();
        self.advance("PT5S").await;
    }

    pub(crate) async fn advance(&self, duration: &str) {
        self.sandbox.advance(duration).await.expect("time moves");
    }

    /// The types of the events so far, oldest first.
    pub(crate) fn event_types(&self) -> Vec<String> {
        self.sandbox.events().into_iter().map(|event| event.kind).collect()
    }

    /// The payload data of the latest event of a type.
    #[track_caller]
    pub(crate) fn last_event(&self, kind: &str) -> Value {
        let events = self.sandbox.events();
        let event = events.iter().rev().find(|event| event.kind == kind).expect("such an event");
        event.event["payload"]["data"].clone()
    }
}

pub(crate) fn card(client: &str, number: &str) -> Value {
    json!({
        "clientId": client,
        "paymentType": "card",
        "cardNumber": number,
        "cardCode": "123",
        "expMonth": "12",
        "expYear": "2030",
        "zipcode": "12345",
        "name": "Demo User",
    })
}

pub(crate) fn bank(client: &str, account: &str) -> Value {
    json!({
        "clientId": client,
        "paymentType": "bank",
        "routingNumber": "021000021",
        "accountNumber": account,
        "accountType": "checking",
        "name": "Demo User",
    })
}

#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

#[track_caller]
fn list(answer: &Value) -> Vec<Value> {
    answer["data"].as_array().expect("data").clone()
}
