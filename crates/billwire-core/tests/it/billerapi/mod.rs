//! The client of BillerAPI: every request, credentials, keys, repetitions, failures, pages and limits.

mod answers;
mod credentials;
mod demand;
mod history;
mod keys;
mod limits;
mod pages;
mod requests;
mod retries;
mod visible;

use std::sync::Arc;

use billwire_core::billerapi::{Client, Config, ConfigBuilder, calls};
use billwire_core::testing::{ManualClock, ScriptedTransport, Step};
use billwire_core::{Call, ClientCredentials, Delivery, Environment, TransportErrorKind};
use billwire_crypto::testing::SeededRandom;
use billwire_models::billerapi::{
    Bill, CreateLinkToken, CreateRequestToLink, CreatedLinkToken, LinkStep, RequestToLink, SubmitCredentials,
    Sync, TriggerSync,
};
use http::{HeaderName, HeaderValue, StatusCode};

pub(crate) const BASE_URL: &str = "http://127.0.0.1:7703";
pub(crate) const CLIENT_ID: &str = "client_xyz";
pub(crate) const SECRET: &str = "bb_test_4f1c9d2e";
pub(crate) const START: &str = "2026-04-06T12:00:00Z";

pub(crate) fn sandbox() -> Environment {
    Environment::custom_sandbox(BASE_URL)
}

pub(crate) fn builder() -> ConfigBuilder {
    Config::builder(sandbox(), ClientCredentials::new(CLIENT_ID, SECRET))
        .with_random(Arc::new(SeededRandom::new(7)))
}

pub(crate) struct Scene {
    pub(crate) client: Client,
    pub(crate) transport: ScriptedTransport,
    pub(crate) clock: ManualClock,
}

impl Scene {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self::with(builder(), steps)
    }

    pub(crate) fn with(builder: ConfigBuilder, steps: impl IntoIterator<Item = Step>) -> Self {
        let clock = ManualClock::jumping(START.parse().expect("a timestamp"));
        let transport = ScriptedTransport::new(Arc::new(clock.clone()), steps);
        let config = builder.build().expect("a usable configuration");
        let client = Client::new(config, Arc::new(transport.clone()), Arc::new(clock.clone()));
        Self { client, transport, clock }
    }

    pub(crate) fn sent(&self) -> usize {
        self.transport.requests().len()
    }

    /// A header of every request so far.
    pub(crate) fn headers(&self, name: &str) -> Vec<Option<String>> {
        let requests = self.transport.requests();
        let text = |value: &HeaderValue| value.to_str().expect("text").to_owned();
        requests.iter().map(|request| request.headers().get(name).map(text)).collect()
    }

    /// Path and query of every request so far.
    pub(crate) fn targets(&self) -> Vec<String> {
        let requests = self.transport.requests();
        requests.iter().map(|request| request.uri().path_and_query().expect("a path").to_string()).collect()
    }
}

/// A read.
pub(crate) fn read() -> Call<Bill> {
    calls::bill(&"sandbox_bill_1".into())
}

/// The three writes that honour an idempotency key.
pub(crate) fn create_link_token() -> Call<CreatedLinkToken> {
    let request = CreateLinkToken::new(CLIENT_ID.into(), "user_123".into(), vec!["bills".into()]);
    calls::create_link_token(&request).expect("a call")
}

pub(crate) fn create_request_to_link() -> Call<RequestToLink> {
    calls::create_request_to_link(&CreateRequestToLink::new("user_123".into())).expect("a call")
}

pub(crate) fn trigger_sync() -> Call<Sync> {
    calls::trigger_sync(&TriggerSync::new("sb_link_0001".into())).expect("a call")
}

/// A write that carries a key and is not promised to honour it.
pub(crate) fn submit_credentials() -> Call<LinkStep> {
    let request = SubmitCredentials::new("4242424242".into());
    calls::submit_credentials(&"ltid_7Qm2".into(), &request).expect("a call")
}

pub(crate) const BILL: &str = r#"{
    "id": "sandbox_bill_1", "biller_id": "test_electric_company", "biller_name": "Test Electric Company",
    "account_number": "****4242", "amount": 15420, "currency": "USD", "due_date": "2026-04-16",
    "status": "PENDING", "statement_date": "2026-03-28"
}"#;
pub(crate) const LINK_TOKEN: &str = r#"{"success": true, "link_token": "lt_sandbox_7Qm2"}"#;
pub(crate) const REQUEST_TO_LINK: &str =
    r#"{"id": "rtl_0001", "client_id": "client_xyz", "client_user_id": "user_123", "status": "PENDING"}"#;
pub(crate) const SYNC: &str =
    r#"{"id": "sync_0001", "account_link_id": "sb_link_0001", "status": "PENDING"}"#;
pub(crate) const LINK_STEP: &str = r#"{"success": true, "status": "credentials_accepted"}"#;

pub(crate) fn status(code: u16) -> Step {
    let body = r#"{"statusCode": 0, "message": "no", "error": "No"}"#;
    Step::respond(StatusCode::from_u16(code).expect("a status"), body)
}

pub(crate) fn busy(retry_after: &str) -> Step {
    let value = HeaderValue::from_str(retry_after).expect("a value");
    status(429).with_header(HeaderName::from_static("retry-after"), value)
}

pub(crate) fn unclear() -> Step {
    Step::fail(Delivery::Unknown, TransportErrorKind::Interrupted)
}

pub(crate) fn not_sent() -> Step {
    Step::fail(Delivery::NotSent, TransportErrorKind::Connect)
}
