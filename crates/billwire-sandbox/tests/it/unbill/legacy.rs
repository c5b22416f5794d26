//! A sandbox, and a plain client of its Unbill.

use billwire_sandbox::Sandbox;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};

use crate::http::{Answer, Api, bank, card, text};

pub(super) const MERCHANT: &str = "5bd885fccd274b4324a21f57";
pub(super) const BANK_ONLY: &str = "5bd885fccd274b4324a22001";
pub(super) const CARD_ONLY: &str = "5bd885fccd274b4324a22002";
pub(super) const FIXED: &str = "5bd885fccd274b4324a22003";
pub(super) const OTHER: &str = "5bd885fccd274b4324a22004";

/// An error of this version: a status, and a body with a message and nothing else.
#[track_caller]
pub(super) fn refused(answer: &Answer, status: u16, says: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    let members: Vec<&String> = answer.body.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["message"], "{}", answer.body);
    let message = answer.body["message"].as_str().unwrap_or_default();
    assert!(message.contains(says), "\"{message}\" does not say \"{says}\"");
}

pub(super) struct Legacy {
    pub(super) api: Api,
}

impl Legacy {
    pub(super) async fn start() -> Self {
        Self { api: Api::start().await }
    }

    pub(super) fn sandbox(&self) -> &Sandbox {
        &self.api.sandbox
    }

    pub(super) async fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request =
            Request::builder().method(method).uri(format!("{}{path}", self.sandbox().urls().unbill));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = Full::new(Bytes::from(body.to_owned()));
        self.api.send(request.body(body).expect("a request")).await
    }

    pub(super) async fn request(&self, method: &str, path: &str, body: &str) -> Answer {
        let credential = format!("Bearer {}", self.sandbox().api_key());
        let headers = [("authorization", credential.as_str()), ("content-type", "application/json")];
        self.raw(method, path, &headers, body).await
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.request("GET", path, "").await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Answer {
        self.request("POST", path, &body.to_string()).await
    }

    pub(super) async fn client(&self, identifier: &str) -> String {
        text(&self.post("/client", json!({ "identifier": identifier })).await.ok()["clientId"])
    }

    /// What `POST /auth` answers to the test credentials of a case.
    pub(super) async fn log_in(&self, client: &str, company: &str, user_name: &str) -> Answer {
        self.post("/auth", login(client, company, user_name)).await
    }

    /// A verified login with its bill: the ids of both.
    pub(super) async fn verified(&self, client: &str, company: &str, user_name: &str) -> (String, String) {
        let answer = self.log_in(client, company, user_name).await.ok();
        (text(&answer["authId"]), text(&answer["items"][0]["_id"]))
    }

    pub(super) async fn bill(&self, id: &str) -> Value {
        self.get(&format!("/bill/{id}")).await.ok()["bill"].clone()
    }

    pub(super) async fn bill_status(&self, id: &str) -> String {
        text(&self.bill(id).await["status"]["type"])
    }

    pub(super) async fn auths(&self, client: &str) -> Vec<Value> {
        let answer = self.get(&format!("/auth/list/{client}")).await.ok();
        answer["data"].as_array().expect("data").clone()
    }

    pub(super) async fn methods(&self, client: &str) -> Vec<Value> {
        let answer = self.get(&format!("/payment/list/{client}")).await.ok();
        answer["data"].as_array().expect("data").clone()
    }

    /// The method of this id in the list.
    pub(super) async fn method(&self, client: &str, id: &str) -> Value {
        let methods = self.methods(client).await;
        methods.into_iter().find(|method| method["_id"] == json!(id)).expect("such a method")
    }

    pub(super) async fn card(&self, client: &str, number: &str) -> String {
        text(&self.post("/payment", card(client, number)).await.ok()["paymentMethodId"])
    }

    pub(super) async fn bank(&self, client: &str, account: &str) -> String {
        text(&self.post("/payment", bank(client, account)).await.ok()["paymentMethodId"])
    }

    pub(super) async fn schedule(&self, bill: &str, date: Option<&str>) -> Answer {
        let mut body = json!({ "billId": bill });
        if let Some(date) = date {
            body["payDate"] = json!(date);
            body["date"] = json!(date);
        }
        self.post("/payment/schedule", body).await
    }

    pub(super) async fn pay_now(&self, bill: &str) {
        self.schedule(bill, None).await.ok();
        self.advance("PT5S").await;
    }

    pub(super) async fn advance(&self, duration: &str) {
        self.sandbox().advance(duration).await.expect("time moves");
    }

    /// The types of this API's events so far, oldest first.
    pub(super) fn event_types(&self) -> Vec<String> {
        let events = self.sandbox().events().into_iter().filter(|event| event.api == "unbill");
        events.map(|event| event.kind).collect()
    }
}

pub(super) fn login(client: &str, company: &str, user_name: &str) -> Value {
    json!({
        "clientId": client,
        "companyId": company,
        "items": ["bill"],
        "form": { "username": user_name, "password": "test" },
    })
}
