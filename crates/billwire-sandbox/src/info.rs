//! What a user needs to know about a running sandbox.

use std::fmt;

use serde::Serialize;

use crate::clock::ClockMode;
use crate::moment::Moment;
use crate::q2::population::Population;
use crate::q2::seed_data;
use crate::q2::world::Counts;
use crate::service_keys::ServiceKey;
use crate::shared::Shared;

/// Addresses, credentials, ids and keys of a sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Info {
    /// Version of this crate.
    pub version: String,
    /// Where it listens.
    pub urls: Urls,
    /// What opens it.
    pub credentials: Credentials,
    /// The test companies; those of a population are found by `POST /company/search`.
    pub companies: Vec<CompanyInfo>,
    /// How many things there are.
    pub counts: Counts,
    /// The customers it was started with, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub population: Option<Population>,
    /// The events so far.
    pub events: EventsInfo,
    /// The public keys of the emulated service.
    pub keys: Vec<ServiceKey>,
    /// Values with a meaning.
    pub test_values: TestValues,
    /// The seed all ids come from.
    pub seed: u64,
    /// The time on the virtual clock.
    pub now: Moment,
    /// Whether it passes by itself.
    pub clock_mode: ClockMode,
}

/// Where a sandbox listens; loopback only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Urls {
    /// The page for a person.
    pub console: String,
    /// The control API, without a trailing slash.
    pub control: String,
    /// The base URL of the emulated Q2 API, with `/v1` and without a trailing slash.
    pub q2: String,
}

/// What opens a sandbox; worthless anywhere else.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Credentials {
    /// The API keys of the Q2 API.
    pub q2_api_keys: Vec<String>,
    /// The partner they belong to.
    pub q2_partner_id: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("q2_partner_id", &self.q2_partner_id)
            .finish_non_exhaustive()
    }
}

/// What the event log holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct EventsInfo {
    /// Every event so far.
    pub count: u64,
    /// Those that can still be read: the newest fifty thousand, and those that wait for their delivery.
    pub kept: usize,
    /// Equal for two runs if all their events were the same, byte for byte and in the same order. Not cryptographic.
    pub digest: String,
}

/// A company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CompanyInfo {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The members `form` needs.
    pub login_fields: Vec<String>,
}

/// Inputs with a documented effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TestValues {
    /// A card that pays.
    pub card: String,
    /// A card that is accepted and declined at payment.
    pub declined_card: String,
    /// A routing number that is accepted.
    pub routing_number: String,
    /// An account number that pays; numbers ending in `99` are declined.
    pub account_number: String,
    /// The right answer to a code challenge.
    pub mfa_code: String,
    /// User names that work at every company.
    pub user_names: Vec<String>,
}

pub(crate) fn of(shared: &Shared) -> Info {
    let engine = shared.engine();
    Info {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        urls: shared.urls.clone(),
        credentials: Credentials {
            q2_api_keys: shared.api_keys.clone(),
            q2_partner_id: seed_data::PARTNER_ID.to_owned(),
        },
        companies: seed_data::companies()
            .iter()
            .map(|company| CompanyInfo {
                id: company.id.to_string(),
                name: company.name.to_owned(),
                login_fields: company.login_fields.iter().map(|field| field.name.to_owned()).collect(),
            })
            .collect(),
        counts: engine.world.counts(),
        population: engine.world.population(),
        events: EventsInfo {
            count: engine.events.count(),
            kept: engine.events.kept(),
            digest: engine.events.digest().to_string(),
        },
        keys: engine.keys.list(),
        test_values: test_values(),
        seed: engine.world.seed(),
        now: engine.now(),
        clock_mode: engine.clock.mode(),
    }
}

fn test_values() -> TestValues {
    let names = [
        "test",
        "testfail",
        "testhold",
        "testmfaquestion",
        "testmfacode",
        "testmfaprompt",
        "testpaymentfail",
    ];
    TestValues {
        card: "4111111111111111".to_owned(),
        declined_card: "4000000000000002".to_owned(),
        routing_number: "021000021".to_owned(),
        account_number: "9900000002".to_owned(),
        mfa_code: crate::q2::world::RIGHT_CODE.to_owned(),
        user_names: names.map(str::to_owned).to_vec(),
    }
}
