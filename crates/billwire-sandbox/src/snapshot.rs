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

#[cfg(feature = "q2")]
use crate::bill_pay::World;
#[cfg(feature = "billerapi")]
use crate::billerapi;
use crate::clock::ClockMode;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind};
use crate::faults::FaultBook;
use crate::moment::Moment;
#[cfg(feature = "unbill")]
use crate::unbill;
use crate::webhook_sender::EventLog;

/// Version of the written state.
const STATE_VERSION: u32 = 2;

/// The members of Q2 lie open, those of the other APIs each in one.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Snapshot<'a> {
    version: u32,
    now: Moment,
    clock_mode: ClockMode,
    seed: u64,
    #[cfg(feature = "q2")]
    q2: Cow<'a, World>,
    #[cfg(feature = "unbill")]
    unbill: Cow<'a, unbill::State>,
    #[cfg(feature = "billerapi")]
    billerapi: Cow<'a, billerapi::State>,
    events: Cow<'a, EventLog>,
    #[cfg(feature = "q2")]
    webhooks: Cow<'a, WebhookConfiguration>,
    #[cfg(feature = "q2")]
    request_signing: Cow<'a, RequestSigning>,
    #[cfg(feature = "q2")]
    #[serde(default)]
    partner_keys: WrittenPartnerKeys,
    #[cfg(feature = "q2")]
    keys: Vec<WrittenKey>,
    #[cfg(feature = "q2")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retired_signing_key: Option<WrittenKey>,
    #[serde(default)]
    faults: FaultBook,
    #[cfg(feature = "q2")]
    #[serde(default)]
    quirks: Quirks,
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
            q2: Cow::Borrowed(&self.q2.world),
            #[cfg(feature = "unbill")]
            unbill: Cow::Borrowed(&self.unbill),
            #[cfg(feature = "billerapi")]
            billerapi: Cow::Borrowed(&self.billerapi),
            events: Cow::Borrowed(&self.events),
            #[cfg(feature = "q2")]
            webhooks: Cow::Borrowed(&self.q2.webhooks),
            #[cfg(feature = "q2")]
            request_signing: Cow::Borrowed(&self.q2.request_signing),
            #[cfg(feature = "q2")]
            partner_keys: self.q2.partner_keys.written().clone(),
            #[cfg(feature = "q2")]
            keys: self.q2.keys.written(),
            #[cfg(feature = "q2")]
            retired_signing_key: self.q2.keys.written_retired(),
            faults: self.faults.clone(),
            #[cfg(feature = "q2")]
            quirks: self.q2.quirks,
        };
        serde_json::to_vec(&snapshot).map_err(|cause| {
            Error::new(ErrorKind::InvalidInput, "the state cannot be written").with_source(cause)
        })
    }

    /// Becomes what `state` says: nothing of before is left, and nothing changes if its keys cannot be used.
    pub(crate) fn restore(&mut self, provider: &dyn Provider, state: Snapshot<'_>) -> Result<(), Error> {
        #[cfg(feature = "q2")]
        {
            let keys = ServiceKeys::read(provider, state.keys, state.retired_signing_key)?;
            let partner_keys =
                PartnerKeys::read(provider, &state.request_signing, state.partner_keys, state.now)?;
            let q2::State { world, webhooks, request_signing, quirks, .. } = &mut self.q2;
            *world = state.q2.into_owned();
            *webhooks = state.webhooks.into_owned();
            *request_signing = state.request_signing.into_owned();
            *quirks = state.quirks;
            (self.q2.keys, self.q2.partner_keys) = (keys, partner_keys);
        }
        #[cfg(not(feature = "q2"))]
        let _ = provider;
        #[cfg(feature = "unbill")]
        {
            self.unbill = state.unbill.into_owned();
        }
        #[cfg(feature = "billerapi")]
        {
            self.billerapi = state.billerapi.into_owned();
        }
        self.number_payments();
        self.faults = state.faults;
        // Whoever waits is of another world.
        self.held.clear();
        self.clock.set(state.clock_mode, state.now);
        self.events = state.events.into_owned();
        self.begin_with(state.seed);
        Ok(())
    }
}

impl Snapshot<'_> {
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
