//! What every test needs: a client on a script, and calls of each safety class.

use std::sync::Arc;

use billwire_core::q2::{Client, Config, ConfigBuilder, calls};
use billwire_core::testing::{ManualClock, ScriptedTransport, Step};
use billwire_core::{ApiKey, Call, Environment, call};
use billwire_crypto::testing::SeededRandom;
use billwire_crypto::testing::keys::{API_ENCRYPTION, REQUEST_SIGNING};
use billwire_crypto::{PortableProvider, PrivateKey, PublicKey};
use billwire_models::operation::Operation;
use billwire_models::q2::{
    Acknowledgement, BillList, BillWithPayments, CreateClient, CreatedClient, CreatedPaymentMethod,
    SchedulePayment, operations,
};
use billwire_models::scalar::Timestamp;
use http::StatusCode;
use serde_json::json;

pub(crate) const BASE_URL: &str = "http://127.0.0.1:7701/v1";
pub(crate) const API_KEY: &str = "dc220490-e6ee-11e5-8a94-e7385a8d929e";
pub(crate) const START: &str = "2026-03-01T12:00:00Z";

/// A configuration for the local sandbox with repeatable randomness.
pub(crate) fn builder() -> ConfigBuilder {
    builder_for(Environment::custom_sandbox(BASE_URL))
}

pub(crate) fn builder_for(environment: Environment) -> ConfigBuilder {
    Config::builder(environment, ApiKey::for_sandbox(API_KEY)).with_random(Arc::new(SeededRandom::new(7)))
}

pub(crate) fn config() -> Config {
    builder().build().expect("a usable configuration")
}

/// A client that follows a script, with the things that watch it.
pub(crate) struct Scene {
    pub(crate) client: Client,
    pub(crate) transport: ScriptedTransport,
    pub(crate) clock: ManualClock,
}

impl Scene {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self::with(config(), steps)
    }

    pub(crate) fn with(config: Config, steps: impl IntoIterator<Item = Step>) -> Self {
        let clock = ManualClock::jumping(START.parse().expect("a timestamp"));
        let transport = ScriptedTransport::new(Arc::new(clock.clone()), steps);
        let client = Client::new(config, Arc::new(transport.clone()), Arc::new(clock.clone()));
        Self { client, transport, clock }
    }

    /// How many requests were sent.
    pub(crate) fn sent(&self) -> usize {
        self.transport.requests().len()
    }
}

/// A call that only reads.
pub(crate) fn read() -> Call<BillWithPayments> {
    calls::bill(&BILL_ID.into())
}

/// A read whose answer is a list.
pub(crate) fn list() -> Call<BillList> {
    calls::list_bills(&CLIENT_ID.into())
}

/// A write that may be repeated.
pub(crate) fn idempotent() -> Call<CreatedClient> {
    calls::create_client(&CreateClient::new("Bk0zwVx1Z")).expect("a call")
}

/// A write whose effect can be read back.
pub(crate) fn reconcilable() -> Call<Acknowledgement> {
    let day = Timestamp::parse("2026-10-25T00:00:00.000Z").expect("a timestamp");
    calls::schedule_payment(&SchedulePayment::pay_on(BILL_ID, day)).expect("a call")
}

/// A write whose effect cannot be read back, and which carries card data.
pub(crate) fn never() -> Call<CreatedPaymentMethod> {
    let card = json!({"clientId": CLIENT_ID, "type": "card", "cardNumber": CARD_NUMBER, "cardCode": "737"});
    with_body(&operations::ADD_PAYMENT_METHOD, &card)
}

pub(crate) fn with_body<R>(operation: &'static Operation, body: &serde_json::Value) -> Call<R> {
    let body = call::body(body).expect("JSON");
    Call::new(operation, call::path(operation, &[]), Some(body))
}

pub(crate) const BILL_ID: &str = "566595c8ce88ccec69328566";
pub(crate) const CLIENT_ID: &str = "579b695decfa11012711875d";
pub(crate) const CARD_NUMBER: &str = "4111111111111111";

/// Answers that decode, one for each of the calls above.
pub(crate) fn bill() -> Step {
    let bill = json!({"_id": BILL_ID, "status": {"type": "upcoming"}, "balance": "25.21"});
    Step::ok(json!({"bill": bill, "payments": []}).to_string())
}

pub(crate) fn created_client() -> Step {
    Step::ok(json!({"clientId": CLIENT_ID}).to_string())
}

pub(crate) fn acknowledged() -> Step {
    Step::ok(json!({"success": true}).to_string())
}

pub(crate) fn status(code: u16) -> Step {
    Step::respond(StatusCode::from_u16(code).expect("a status"), r#"{"message":"no"}"#)
}

/// TEST ONLY: publicly known keys of the vectors.
pub(crate) fn signing_key() -> PrivateKey {
    PrivateKey::from_pem(&PortableProvider, REQUEST_SIGNING.private_pem).expect("a test key")
}

/// TEST ONLY: the service's key pair of the vectors.
pub(crate) fn encryption_key_pair() -> (PrivateKey, PublicKey) {
    let private = PrivateKey::from_pem(&PortableProvider, API_ENCRYPTION.private_pem)
        .expect("a test key")
        .with_key_id(API_ENCRYPTION.key_id.into());
    let public = private.public_key();
    (private, public)
}

/// The value of a header as text.
pub(crate) fn header<'a, B>(request: &'a http::Request<B>, name: &str) -> Option<&'a str> {
    request.headers().get(name).map(|value| value.to_str().expect("text"))
}
