//! The client of Unbill: every request, and what is its own about answers and time.

mod answers;
mod requests;

use std::sync::Arc;

use billwire_core::testing::{ManualClock, ScriptedTransport, Step};
use billwire_core::unbill::{Client, Config, ConfigBuilder};
use billwire_core::{ApiKey, Environment};
use billwire_crypto::testing::SeededRandom;
use billwire_models::unbill::{CreateAuth, MfaChallenge, StepAuth};

pub(crate) const API_KEY: &str = "a5d3c6c0-9a1e-11e7-abc4-cec278b6b50a";
pub(crate) const TOKEN: &str = "566595c8ce88ccec69328566";

pub(crate) fn builder() -> ConfigBuilder {
    let environment = Environment::custom_sandbox("http://127.0.0.1:7702/v1");
    Config::builder(environment, ApiKey::for_sandbox(API_KEY)).with_random(Arc::new(SeededRandom::new(7)))
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
        let clock = ManualClock::jumping("2018-10-01T12:00:00Z".parse().expect("a timestamp"));
        let transport = ScriptedTransport::new(Arc::new(clock.clone()), steps);
        let config = builder.build().expect("a usable configuration");
        let client = Client::new(config, Arc::new(transport.clone()), Arc::new(clock.clone()));
        Self { client, transport, clock }
    }
}

pub(crate) fn login() -> CreateAuth {
    let form = [("username", "test"), ("password", "test")];
    let form = form.map(|(name, value)| (name.to_owned(), value.into()));
    CreateAuth::new("c".into(), "co".into(), form.into())
}

pub(crate) fn step() -> StepAuth {
    let challenge = format!(
        r#"{{"token": "{TOKEN}", "method": "questions", "mfa": [{{"identifier": "q", "question": "Pet?"}}]}}"#
    );
    let challenge: MfaChallenge = serde_json::from_str(&challenge).expect("a challenge");
    StepAuth::answering(&challenge, [("q", "Rex")]).expect("an answer")
}
