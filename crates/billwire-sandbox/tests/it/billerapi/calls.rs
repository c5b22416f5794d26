//! A plain client of the emulated BillerAPI, and a sandbox to talk to.

use billwire_sandbox::{AccountToLink, LinkedAccount, Sandbox, SandboxBuilder};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::http::{Answer, text};

pub(super) const CLIENT: &str = "client_sandbox";
pub(super) const SECRET: &str = "bb_test_sandbox_secret";
/// TEST ONLY: that of a second client.
pub(super) const OTHER_SECRET: &str = "bb_test_other_secret";
pub(super) const ELECTRIC: &str = "test_electric_company";

/// With what a request is made.
#[derive(Clone, Copy)]
pub(super) enum With<'a> {
    Nothing,
    Client(&'a str, &'a str),
    Bearer(&'a str),
}

pub(super) const FIRST: With<'static> = With::Client(CLIENT, SECRET);
pub(super) const OTHER: With<'static> = With::Client("client_other", OTHER_SECRET);

pub(super) struct Biller {
    pub(super) sandbox: Sandbox,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Biller {
    pub(super) async fn start() -> Self {
        Self::start_with(Sandbox::builder()).await
    }

    pub(super) async fn start_with(builder: SandboxBuilder) -> Self {
        let sandbox = builder.start().await.expect("a sandbox");
        Self { sandbox, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    /// With a second client, `client_other`.
    pub(super) async fn start_with_two_clients() -> Self {
        let api = Self::start().await;
        api.sandbox.billerapi().add_client("client_other", OTHER_SECRET).expect("a client");
        api
    }

    pub(super) async fn ask(
        &self,
        with: With<'_>,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        let url = format!("{}{path}", self.sandbox.urls().billerapi);
        self.send(with, method, &url, headers, body).await
    }

    async fn send(
        &self,
        with: With<'_>,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(url).header("accept", "application/json");
        request = match with {
            With::Nothing => request,
            With::Client(id, secret) => request.header("X-Client-ID", id).header("X-Client-Secret", secret),
            With::Bearer(token) => request.header("authorization", format!("Bearer {token}")),
        };
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body.unwrap_or_default()))).expect("a request");
        let response = self.client.request(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub(super) async fn get_as(&self, with: With<'_>, path: &str) -> Answer {
        self.ask(with, "GET", path, &[], None).await
    }

    pub(super) async fn post_as(&self, with: With<'_>, path: &str, body: Value) -> Answer {
        self.ask(with, "POST", path, &[], Some(body.to_string())).await
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.get_as(FIRST, path).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_as(FIRST, path, body).await
    }

    /// With an idempotency key.
    pub(super) async fn post_once(&self, key: &str, path: &str, body: Value) -> Answer {
        self.ask(FIRST, "POST", path, &[("Idempotency-Key", key)], Some(body.to_string())).await
    }

    /// The same, where no answer may come.
    pub(super) async fn try_post_once(&self, key: &str, path: &str, body: &Value) -> Option<u16> {
        let request = Request::post(format!("{}{path}", self.sandbox.urls().billerapi))
            .header("X-Client-ID", CLIENT)
            .header("X-Client-Secret", SECRET)
            .header("Idempotency-Key", key)
            .body(Full::new(Bytes::from(body.to_string())))
            .expect("a request");
        let response = self.client.request(request).await.ok()?;
        let status = response.status().as_u16();
        drop(response.into_body().collect().await);
        Some(status)
    }

    /// A request to the control API; `path` is below `/control/billerapi`.
    pub(super) async fn control(&self, method: &str, path: &str, body: Value) -> Answer {
        self.sandbox_control(method, &format!("/billerapi{path}"), body).await
    }

    /// A request to the control API of every sandbox; `path` is below `/control`.
    pub(super) async fn sandbox_control(&self, method: &str, path: &str, body: Value) -> Answer {
        let url = format!("{}{path}", self.sandbox.urls().control);
        self.send(With::Nothing, method, &url, &[], Some(body.to_string())).await
    }

    pub(super) async fn advance(&self, duration: &str) {
        self.sandbox.advance(duration).await.expect("time moves");
    }

    /// A link token for `user_123`: its id and itself.
    pub(super) async fn link_token(&self) -> (String, String) {
        let body = json!({
            "client_id": CLIENT,
            "client_user_id": "user_123",
            "consents": ["bills"],
            "biller_id": ELECTRIC,
        });
        let answer = self.post("/link/token/create", body).await.is(201);
        (text(&answer["link_token_id"]), text(&answer["link_token"]))
    }

    /// One step of a link flow.
    pub(super) async fn step(&self, link: &str, step: &str, body: Value) -> Value {
        self.post(&format!("/link/{link}/{step}"), body).await.ok()
    }

    pub(super) async fn submit(&self, link: &str, account_number: &str) -> Value {
        self.step(link, "submit-credentials", json!({ "account_number": account_number })).await
    }

    /// From the link token to the public token.
    pub(super) async fn public_token(&self, account_number: &str) -> String {
        let (link, _) = self.link_token().await;
        let answer = self.submit(&link, account_number).await;
        if answer["status"] == json!("mfa_required") {
            self.step(&link, "submit-mfa", json!({ "mfa_code": "123456" })).await;
        }
        self.step(&link, "discover-accounts", json!({})).await;
        text(&self.step(&link, "complete", json!({ "account_id": "da_1" })).await["public_token"])
    }

    pub(super) async fn exchange(&self, public_token: &str) -> Answer {
        self.post("/link/token/exchange", json!({ "public_token": public_token, "client_id": CLIENT })).await
    }

    /// A linked account with the bills of this number, without a flow.
    pub(super) async fn linked(&self, account_number: &str) -> LinkedAccount {
        let account = AccountToLink::of_user("user_123").with_account_number(account_number);
        self.sandbox.billerapi().link_account(&account).await.expect("an account")
    }

    pub(super) async fn bills(&self, account: &str) -> Vec<Value> {
        let answer = self.get(&format!("/bills/get?account_link_id={account}&limit=100")).await.ok();
        answer["bills"].as_array().expect("bills").clone()
    }

    pub(super) async fn trigger(&self, account: &str) -> Value {
        let body = json!({ "account_link_id": account });
        self.post("/bills/sync/trigger", body).await.is(202)
    }

    pub(super) async fn account(&self, id: &str) -> Value {
        let accounts = self.get("/bills/accounts").await.ok()["accounts"].clone();
        let mut accounts = accounts.as_array().expect("accounts").iter();
        accounts.find(|account| account["id"] == json!(id)).expect("the account").clone()
    }

    /// The types of the events so far, oldest first.
    pub(super) fn event_types(&self) -> Vec<String> {
        self.sandbox.events().into_iter().map(|event| event.kind).collect()
    }
}

impl Answer {
    /// A good answer with this status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }
}
