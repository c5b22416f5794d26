//! What a user needs to know about a running sandbox.

use std::fmt;

use serde::Serialize;

use crate::bill_pay::{self, World};
#[cfg(feature = "billerapi")]
use crate::billerapi;
use crate::clock::ClockMode;
use crate::moment::Moment;
#[cfg(feature = "q2")]
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
    /// The test companies of Q2; those of a population are found by `POST /company/search`.
    #[cfg(feature = "q2")]
    pub companies: Vec<CompanyInfo>,
    /// How many things there are in the world of Q2.
    #[cfg(feature = "q2")]
    pub counts: bill_pay::Counts,
    /// The world of Unbill.
    #[cfg(feature = "unbill")]
    pub unbill: WorldInfo,
    /// The customers it was started with, if any.
    #[cfg(feature = "q2")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub population: Option<bill_pay::population::Population>,
    /// The events so far.
    pub events: EventsInfo,
    /// The public keys of the emulated Q2 service.
    #[cfg(feature = "q2")]
    pub keys: Vec<ServiceKey>,
    /// Values with a meaning for Q2.
    #[cfg(feature = "q2")]
    pub test_values: TestValues,
    /// The seed all ids come from.
    pub seed: u64,
    /// The time on the virtual clock.
    pub now: Moment,
    /// Whether it passes by itself.
    pub clock_mode: ClockMode,
}

/// Where a sandbox listens; loopback only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Urls {
    /// The page for a person.
    pub console: String,
    /// The control API, without a trailing slash.
    pub control: String,
    /// The base URL of the emulated Q2 API, with `/v1` and without a trailing slash.
    #[cfg(feature = "q2")]
    pub q2: String,
    /// The base URL of the emulated Unbill API, with `/v1` and without a trailing slash.
    #[cfg(feature = "unbill")]
    pub unbill: String,
    /// The base URL of the emulated BillerAPI, without a trailing slash.
    #[cfg(feature = "billerapi")]
    pub billerapi: String,
}

impl Urls {
    /// Before the listeners of the APIs are open.
    pub(crate) fn of_control(address: &str) -> Self {
        Self {
            console: format!("http://{address}/"),
            control: format!("http://{address}/control"),
            ..Self::default()
        }
    }
}

/// What opens a sandbox; worthless anywhere else.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Credentials {
    /// The API keys of the Q2 API.
    #[cfg(feature = "q2")]
    pub q2_api_keys: Vec<String>,
    /// The partner they belong to.
    #[cfg(feature = "q2")]
    pub q2_partner_id: String,
    /// The API keys of Unbill.
    #[cfg(feature = "unbill")]
    pub unbill_api_keys: Vec<String>,
    /// The client of BillerAPI that is there from the beginning.
    #[cfg(feature = "billerapi")]
    pub billerapi_client_id: String,
    /// Its secret.
    #[cfg(feature = "billerapi")]
    pub billerapi_client_secret: String,
    /// Its token of the portal.
    #[cfg(feature = "billerapi")]
    pub billerapi_portal_token: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Credentials").finish_non_exhaustive()
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

/// One of the further worlds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WorldInfo {
    /// Its companies.
    pub companies: Vec<CompanyInfo>,
    /// How many things there are in it.
    pub counts: bill_pay::Counts,
}

/// Inputs with a documented effect.
#[cfg(feature = "q2")]
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
            #[cfg(feature = "q2")]
            q2_api_keys: shared.api_keys.clone(),
            #[cfg(feature = "q2")]
            q2_partner_id: bill_pay::PARTNER_ID.to_owned(),
            #[cfg(feature = "unbill")]
            unbill_api_keys: shared.api_keys.clone(),
            #[cfg(feature = "billerapi")]
            billerapi_client_id: billerapi::world::FIRST_CLIENT.to_owned(),
            #[cfg(feature = "billerapi")]
            billerapi_client_secret: billerapi::world::FIRST_SECRET.to_owned(),
            #[cfg(feature = "billerapi")]
            billerapi_portal_token: billerapi::world::portal_token(billerapi::world::FIRST_CLIENT),
        },
        #[cfg(feature = "q2")]
        companies: test_companies(&engine.q2.world),
        #[cfg(feature = "q2")]
        counts: engine.q2.world.counts(),
        #[cfg(feature = "unbill")]
        unbill: WorldInfo {
            companies: test_companies(&engine.unbill.world),
            counts: engine.unbill.world.counts(),
        },
        #[cfg(feature = "q2")]
        population: engine.q2.world.population(),
        events: EventsInfo {
            count: engine.events.count(),
            kept: engine.events.kept(),
            digest: engine.events.digest().to_string(),
        },
        #[cfg(feature = "q2")]
        keys: engine.q2.keys.list(),
        #[cfg(feature = "q2")]
        test_values: test_values(),
        seed: engine.seed(),
        now: engine.now(),
        clock_mode: engine.clock.mode(),
    }
}

/// The companies that are there from the start; a population has too many more.
#[cfg(any(feature = "q2", feature = "unbill"))]
fn test_companies(world: &World) -> Vec<CompanyInfo> {
    let shown = |company: &bill_pay::Company| CompanyInfo {
        id: company.id.to_string(),
        name: company.name.to_owned(),
        login_fields: company.login_fields.iter().map(|field| field.name.to_owned()).collect(),
    };
    world.test_companies().iter().map(shown).collect()
}

#[cfg(feature = "q2")]
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
        mfa_code: bill_pay::RIGHT_CODE.to_owned(),
        user_names: names.map(str::to_owned).to_vec(),
    }
}
