//! The written form of everything that can be restored.

use std::borrow::Cow;

#[cfg(feature = "q2")]
use crate::q2::{
    self, WebhookConfiguration,
    partner_keys::{PartnerKeys, WrittenPartnerKeys},
    quirks::Quirks,
    request_signing::RequestSigning,
};
#[cfg(feature = "q2")]
use crate::service_keys::{ServiceKeys, WrittenKey};
use billwire_crypto::Provider;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::Api;
#[cfg(feature = "q2")]
use crate::bill_pay::World;
#[cfg(feature = "billerapi")]
use crate::billerapi;
use crate::clock::ClockMode;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind};
use crate::faults::FaultBook;
use crate::moment::Moment;
use crate::request_log::RequestLog;
#[cfg(feature = "unbill")]
use crate::unbill;
use crate::webhook_sender::EventLog;

/// Version of the written state.
const STATE_VERSION: u32 = 2;

/// The members of Q2 lie open, those of the other APIs each in one. An API that it says nothing of begins with its seed, so
/// that a state stays good when a feature adds an API.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Snapshot<'a> {
    version: u32,
    now: Moment,
    clock_mode: ClockMode,
    seed: u64,
    #[cfg(feature = "q2")]
    #[serde(default)]
    q2: Option<Cow<'a, World>>,
    #[cfg(feature = "unbill")]
    #[serde(default)]
    unbill: Option<Cow<'a, unbill::State>>,
    #[cfg(feature = "billerapi")]
    #[serde(default)]
    billerapi: Option<Cow<'a, billerapi::State>>,
    events: Cow<'a, EventLog>,
    #[cfg(feature = "q2")]
    #[serde(default)]
    webhooks: Option<Cow<'a, WebhookConfiguration>>,
    #[cfg(feature = "q2")]
    #[serde(default)]
    request_signing: Option<Cow<'a, RequestSigning>>,
    #[cfg(feature = "q2")]
    #[serde(default)]
    partner_keys: WrittenPartnerKeys,
    #[cfg(feature = "q2")]
    #[serde(default)]
    keys: Option<Vec<WrittenKey>>,
    #[cfg(feature = "q2")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retired_signing_key: Option<WrittenKey>,
    #[serde(default)]
    faults: FaultBook,
    #[cfg(feature = "q2")]
    #[serde(default)]
    quirks: Quirks,
    #[cfg(not(feature = "q2"))]
    #[serde(
        default,
        skip_serializing,
        alias = "webhooks",
        alias = "requestSigning",
        alias = "partnerKeys",
        alias = "keys",
        alias = "retiredSigningKey",
        alias = "quirks",
        deserialize_with = "not_compiled_in::q2"
    )]
    q2: (),
    #[cfg(not(feature = "unbill"))]
    #[serde(default, skip_serializing, deserialize_with = "not_compiled_in::unbill")]
    unbill: (),
    #[cfg(not(feature = "billerapi"))]
    #[serde(default, skip_serializing, deserialize_with = "not_compiled_in::billerapi")]
    billerapi: (),
}

/// What a state says of an API that is not there.
#[cfg(not(all(feature = "q2", feature = "unbill", feature = "billerapi")))]
mod not_compiled_in {
    use serde::Deserializer;
    use serde::de::Error as _;

    pub(super) fn q2<'de, D: Deserializer<'de>>(_: D) -> Result<(), D::Error> {
        Err(D::Error::custom(message("q2")))
    }

    pub(super) fn unbill<'de, D: Deserializer<'de>>(_: D) -> Result<(), D::Error> {
        Err(D::Error::custom(message("unbill")))
    }

    pub(super) fn billerapi<'de, D: Deserializer<'de>>(_: D) -> Result<(), D::Error> {
        Err(D::Error::custom(message("billerapi")))
    }

    fn message(feature: &str) -> String {
        format!("it holds an API that is not compiled in; switch the feature \"{feature}\" of the sandbox on")
    }
}

impl Engine {
    /// The whole state as JSON text, written without a copy in between: that of a large population is long.
    pub(crate) fn state(&self) -> Result<Vec<u8>, Error> {
        let snapshot = Snapshot {
            version: STATE_VERSION,
            now: self.now(),
            clock_mode: self.clock.mode(),
            seed: self.seed(),
            #[cfg(feature = "q2")]
            q2: Some(Cow::Borrowed(&self.q2.world)),
            #[cfg(feature = "unbill")]
            unbill: Some(Cow::Borrowed(&self.unbill)),
            #[cfg(feature = "billerapi")]
            billerapi: Some(Cow::Borrowed(&self.billerapi)),
            events: Cow::Borrowed(&self.events),
            #[cfg(feature = "q2")]
            webhooks: Some(Cow::Borrowed(&self.q2.webhooks)),
            #[cfg(feature = "q2")]
            request_signing: Some(Cow::Borrowed(&self.q2.request_signing)),
            #[cfg(feature = "q2")]
            partner_keys: self.q2.partner_keys.written().clone(),
            #[cfg(feature = "q2")]
            keys: Some(self.q2.keys.written()),
            #[cfg(feature = "q2")]
            retired_signing_key: self.q2.keys.written_retired(),
            faults: self.faults.clone(),
            #[cfg(feature = "q2")]
            quirks: self.q2.quirks,
            #[cfg(not(feature = "q2"))]
            q2: (),
            #[cfg(not(feature = "unbill"))]
            unbill: (),
            #[cfg(not(feature = "billerapi"))]
            billerapi: (),
        };
        serde_json::to_vec(&snapshot).map_err(|cause| {
            Error::new(ErrorKind::InvalidInput, "the state cannot be written").with_source(cause)
        })
    }

    /// Becomes what `state` says: nothing of before is left, and nothing changes if its keys cannot be used.
    pub(crate) fn restore(&mut self, provider: &dyn Provider, mut state: Snapshot<'_>) -> Result<(), Error> {
        let absent = state.absent();
        #[cfg(feature = "q2")]
        {
            self.q2 = self.read_q2(provider, &mut state)?;
        }
        #[cfg(not(feature = "q2"))]
        let _ = provider;
        #[cfg(feature = "unbill")]
        {
            self.unbill = state.unbill.map_or_else(|| unbill::State::new(state.seed), Cow::into_owned);
        }
        #[cfg(feature = "billerapi")]
        {
            self.billerapi =
                state.billerapi.map_or_else(|| billerapi::State::new(state.seed), Cow::into_owned);
        }
        self.number_payments();
        self.faults = state.faults;
        // Whoever waits is of another world, and so is what was asked.
        self.held.clear();
        self.requests = RequestLog::default();
        self.clock.set(state.clock_mode, state.now);
        self.begin_with(state.seed);
        self.events = state.events.into_owned();
        // What begins has no receiver yet.
        for api in absent {
            self.events.stop(api);
        }
        Ok(())
    }

    /// Q2 as a state has it; it does not change yet, because the keys may be unusable.
    #[cfg(feature = "q2")]
    fn read_q2(&self, provider: &dyn Provider, state: &mut Snapshot<'_>) -> Result<q2::State, Error> {
        let (_, quirks) = self.q2.beginning();
        let mut begun = q2::State::new(provider, state.seed, state.now, quirks)?;
        let members =
            (state.q2.take(), state.webhooks.take(), state.request_signing.take(), state.keys.take());
        let (world, webhooks, request_signing, keys) = match members {
            (Some(world), Some(webhooks), Some(signing), Some(keys)) => (world, webhooks, signing, keys),
            (None, None, None, None) => return Ok(begun),
            _ => {
                let message = "q2, webhooks, requestSigning and keys of a state belong together; give all of them or none";
                return Err(Error::new(ErrorKind::InvalidInput, message));
            }
        };
        let partner_keys = std::mem::take(&mut state.partner_keys);
        begun.keys = ServiceKeys::read(provider, keys, state.retired_signing_key.take())?;
        begun.partner_keys = PartnerKeys::read(provider, &request_signing, partner_keys, state.now)?;
        begun.world = world.into_owned();
        begun.webhooks = webhooks.into_owned();
        begun.request_signing = request_signing.into_owned();
        begun.quirks = state.quirks;
        Ok(begun)
    }
}

impl Snapshot<'_> {
    /// The APIs that it says nothing of.
    fn absent(&self) -> Vec<&'static Api> {
        let there: &[(&'static Api, bool)] = &[
            #[cfg(feature = "q2")]
            (&q2::API, self.q2.is_some()),
            #[cfg(feature = "unbill")]
            (&unbill::API, self.unbill.is_some()),
            #[cfg(feature = "billerapi")]
            (&billerapi::API, self.billerapi.is_some()),
        ];
        there.iter().filter(|(_, there)| !there).map(|(api, _)| *api).collect()
    }

    pub(crate) fn of_value(state: &Value) -> Result<Self, Error> {
        Self::deserialize(state).map_err(|cause| no_state(&cause)).and_then(Self::checked)
    }

    pub(crate) fn of_text(state: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(state).map_err(|cause| no_state(&cause)).and_then(Self::checked)
    }

    fn checked(self) -> Result<Self, Error> {
        if self.version == STATE_VERSION {
            return Ok(self);
        }
        Err(Error::new(
            ErrorKind::InvalidInput,
            format!("this state has version {}; this sandbox reads {STATE_VERSION}", self.version),
        ))
    }
}

/// The values may be personal data of a test: only the reason is told.
fn no_state(cause: &serde_json::Error) -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        format!("this is no state of a sandbox: {cause}; give back what GET /control/state answered"),
    )
}
