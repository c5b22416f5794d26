//! The handle: starts a sandbox in this process and steers it.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinHandle;

use crate::bill_pay::LedgerEntry;
#[cfg(feature = "q2")]
use crate::bill_pay::Rules;
use crate::builder::{API_KEY, SandboxBuilder};
use crate::clock::ClockMode;
#[cfg(feature = "validate-answers")]
use crate::contract::Violation;
use crate::control;
use crate::control::clock::ClockChange;
#[cfg(feature = "q2")]
use crate::control::keys::NewKey;
use crate::error::{Error, ErrorKind};
use crate::event::Trigger;
use crate::faults::{FaultReport, Faults};
use crate::info::{self, Info, Urls};
use crate::moment::Moment;
#[cfg(feature = "q2")]
use crate::q2::{WebhookConfiguration, quirks::Quirks, request_signing::RequestSigning};
use crate::request_log::RequestRecord;
#[cfg(feature = "q2")]
use crate::service_keys::{KeyUsage, ServiceKey};
use crate::shared::{ClockReport, Shared};
use crate::webhook_sender::EventRecord;

/// The base port of the command; a sandbox in a test takes free ports.
pub const DEFAULT_PORT: u16 = 7700;

/// A running sandbox. Dropping it stops it.
///
/// Its clock stands still by default, at `2026-03-02T12:00:00.000Z`: nothing happens by itself, also not at once.
/// What a request has set in motion (a validation, a payment, a webhook) happens when time is moved: by
/// [`Sandbox::advance`], or by [`Sandbox::settle`] for what is due at this very moment. Both return after every effect
/// has happened and every due webhook has been answered, so a test needs no waiting.
///
/// What such a call has begun is brought to its end, also if its future is dropped, for instance by a timeout.
///
/// A webhook receiver may call the emulated API while it answers, but must not move the clock of the sandbox that calls
/// it: that waits for the receiver's own answer until the delivery times out.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), billwire_sandbox::Error> {
/// use billwire_sandbox::Sandbox;
///
/// let sandbox = Sandbox::start().await?;
/// println!("API at {}", sandbox.urls().q2);
/// let report = sandbox.advance("P10D").await?;
/// assert_eq!(report.now.to_string(), "2026-03-12T12:00:00.000Z");
/// assert!(sandbox.ledger().is_empty());
/// # Ok(())
/// # }
/// ```
pub struct Sandbox {
    pub(crate) shared: Arc<Shared>,
    pub(crate) tasks: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox on free ports with the default seed and a frozen clock.
    ///
    /// # Errors
    /// [`ErrorKind::Listen`] if no port can be opened.
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// A sandbox with other settings.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::new()
    }

    /// Where it listens.
    pub fn urls(&self) -> &Urls {
        &self.shared.urls
    }

    /// Addresses, credentials, ids and public keys.
    pub fn info(&self) -> Info {
        info::of(&self.shared)
    }

    /// The first API key.
    pub fn api_key(&self) -> &str {
        self.shared.api_keys.first().map_or(API_KEY, String::as_str)
    }

    /// The time on the virtual clock.
    pub fn now(&self) -> Moment {
        self.shared.engine().now()
    }

    /// Moves the clock forward by an ISO 8601 duration such as `PT30S` or `P10D`, with everything that happens on the
    /// way, in order.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if the text is no duration or leads into the past.
    pub async fn advance(&self, duration: &str) -> Result<ClockReport, Error> {
        let change = ClockChange { advance: Some(duration.to_owned()), ..ClockChange::default() };
        control::clock::change(&self.shared, change).await
    }

    /// Moves the clock forward to `instant`, with everything that happens on the way, in order.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if `instant` has passed.
    pub async fn advance_to(&self, instant: Moment) -> Result<ClockReport, Error> {
        let change = ClockChange { now: Some(instant), ..ClockChange::default() };
        control::clock::change(&self.shared, change).await
    }

    /// Lets happen what is due at this moment, without moving the clock.
    pub async fn settle(&self) -> ClockReport {
        self.shared.settle().await
    }

    /// Stops the clock, or lets it run from where it is.
    ///
    /// # Errors
    /// None at present.
    pub async fn set_clock_mode(&self, mode: ClockMode) -> Result<ClockReport, Error> {
        control::clock::change(&self.shared, ClockChange { mode: Some(mode), ..ClockChange::default() }).await
    }

    /// Back to the beginning, with another seed if one is given: world, configuration, keys, events and clock.
    ///
    /// # Errors
    /// [`ErrorKind::Key`] if the embedded keys cannot be used by the provider.
    pub async fn reset(&self, seed: Option<u64>) -> Result<(), Error> {
        control::state::reset(&self.shared, seed).await.map(|_| ())
    }

    /// Everything as JSON: clients, bills, what is scheduled, configuration, keys, events. Test data, but secrets of the
    /// test all the same.
    ///
    /// # Errors
    /// None at present.
    pub fn state(&self) -> Result<Value, Error> {
        let text = self.state_text()?;
        serde_json::from_slice(&text).map_err(|cause| {
            Error::new(ErrorKind::InvalidInput, "the state cannot be read back").with_source(cause)
        })
    }

    /// The same as [`Sandbox::state`] as JSON text, byte for byte what `GET /control/state` answers: the same steps with
    /// the same seed give the same bytes.
    ///
    /// # Errors
    /// None at present.
    pub fn state_text(&self) -> Result<Vec<u8>, Error> {
        self.shared.engine().state()
    }

    /// Becomes what [`Sandbox::state`] of this or another sandbox returned; a snapshot can be restored many times.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if this is no state; then nothing has changed.
    pub async fn restore(&self, state: &Value) -> Result<(), Error> {
        control::state::restore(&self.shared, state).await.map(|_| ())
    }

    /// Every applied payment of every API, oldest first.
    pub fn ledger(&self) -> Vec<LedgerEntry> {
        self.shared.engine().ledger()
    }

    /// Every event with its delivery attempts, oldest first.
    pub fn events(&self) -> Vec<EventRecord> {
        self.shared.engine().events.records().collect()
    }

    /// The last thousand requests to the emulated APIs, redacted.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.shared.engine().requests.records()
    }

    /// Makes an event of `kind` from the documented sample and delivers it at once; of several APIs that have the type the
    /// first one's (see [`Sandbox::trigger_event_of`]). `resource_id` names a bill, auth or client of this sandbox; `overrides` replace members by path, such as `("payload.data.amount", json!("1.00"))`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for an unknown type, a path that leads nowhere, or an override that changes nothing;
    /// [`ErrorKind::NotFound`] for an unknown resource.
    pub async fn trigger_event(
        &self,
        kind: &str,
        resource_id: Option<&str>,
        overrides: impl IntoIterator<Item = (&str, Value)>,
    ) -> Result<EventRecord, Error> {
        self.trigger(None, kind, resource_id, overrides).await
    }

    /// The same for an event of the API with this name, such as `unbill`.
    ///
    /// # Errors
    /// As [`Sandbox::trigger_event`], and [`ErrorKind::InvalidInput`] for an unknown API.
    pub async fn trigger_event_of(
        &self,
        api: &str,
        kind: &str,
        resource_id: Option<&str>,
        overrides: impl IntoIterator<Item = (&str, Value)>,
    ) -> Result<EventRecord, Error> {
        self.trigger(Some(api), kind, resource_id, overrides).await
    }

    async fn trigger(
        &self,
        api: Option<&str>,
        kind: &str,
        resource_id: Option<&str>,
        overrides: impl IntoIterator<Item = (&str, Value)>,
    ) -> Result<EventRecord, Error> {
        let trigger = Trigger {
            api: api.map(ToOwned::to_owned),
            kind: kind.to_owned(),
            resource_id: resource_id.map(ToOwned::to_owned),
            overrides: overrides.into_iter().map(|(path, value)| (path.to_owned(), value)).collect(),
        };
        control::events::trigger(&self.shared, trigger).await
    }

    /// Delivers an event once more, with its own id.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for an unknown event; [`ErrorKind::InvalidInput`] without a receiver.
    pub async fn redeliver_event(&self, id: &str) -> Result<EventRecord, Error> {
        control::events::redeliver(&self.shared, id).await
    }

    /// What the sandbox was about to send though its description does not allow it, oldest first. Feature
    /// `validate-answers` only.
    ///
    /// Dropping a sandbox with violations panics, so that no test passes over them; [`Sandbox::take_violations`] forgets
    /// them.
    #[cfg(feature = "validate-answers")]
    pub fn violations(&self) -> Vec<Violation> {
        self.shared.contract.violations().clone()
    }

    /// The violations, which are then forgotten. Feature `validate-answers` only.
    #[cfg(feature = "validate-answers")]
    pub fn take_violations(&self) -> Vec<Violation> {
        std::mem::take(&mut *self.shared.contract.violations())
    }

    /// Replaces the faults: what goes wrong with the next answers and deliveries.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for an unknown operation, event type or API, or for settings that do not belong to a
    /// fault's kind.
    pub fn set_faults(&self, faults: Faults) -> Result<(), Error> {
        control::faults::set(&self.shared, faults).map(|_| ())
    }

    /// The faults with their counts, and the requests that wait for the clock because of one.
    pub fn faults(&self) -> FaultReport {
        control::faults::shown(&self.shared)
    }

    /// Removes the faults. Requests that one of them holds go on, and what is due at this moment happens; returns when
    /// it has.
    pub async fn clear_faults(&self) {
        control::faults::clear(&self.shared).await;
    }

    /// Waits until at least `count` requests are held by a fault ([`HttpFault::delay`](crate::HttpFault::delay)), so
    /// that a test knows that they have arrived before it moves the clock.
    pub async fn held(&self, count: usize) {
        self.shared.held(count).await;
    }

    #[cfg(all(test, feature = "validate-answers"))]
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Waits as long as the sandbox runs: for a program that does nothing else.
    pub async fn wait(&mut self) {
        for task in &mut self.tasks {
            drop(task.await);
        }
    }
}

/// What only Q2 has.
#[cfg(feature = "q2")]
impl Sandbox {
    /// Says where webhooks go and how they are protected.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for a URL that is not of this machine or an unknown type; [`ErrorKind::Key`] for an
    /// unusable key.
    pub async fn configure_webhooks(&self, configuration: WebhookConfiguration) -> Result<(), Error> {
        control::webhooks::configure(&self.shared, configuration).await
    }

    /// Says which requests must be signed and with what.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] or [`ErrorKind::Key`] for settings that cannot work; [`ErrorKind::Fetch`] if the key
    /// set cannot be fetched.
    pub async fn configure_request_signing(&self, configuration: RequestSigning) -> Result<(), Error> {
        control::request_signing::configure(&self.shared, configuration).await.map(|_| ())
    }

    /// Sets the switches for what the sources leave open.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for an unknown company.
    pub fn set_rules(&self, rules: Rules) -> Result<(), Error> {
        control::rules::set(&self.shared, rules).map(|_| ())
    }

    /// The untidy forms that are switched on.
    pub fn quirks(&self) -> Quirks {
        self.shared.engine().q2.quirks
    }

    /// Switches untidy forms on and off: all but those in `quirks` are off. They hold for the next answer and the next
    /// delivery; what the sandbox itself tells ([`Sandbox::events`], [`Sandbox::ledger`]) stays tidy.
    pub fn set_quirks(&self, quirks: Quirks) {
        self.shared.engine().q2.quirks = quirks;
    }

    /// Takes the next embedded TEST ONLY key of a use into use; at most two are active, the oldest signs.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if two are active.
    pub fn create_key(&self, usage: KeyUsage) -> Result<ServiceKey, Error> {
        control::keys::create(
            &self.shared,
            NewKey { usage, key_id: None, private_key: None, certificate: None },
        )
    }

    /// Retires a key.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for an unknown key; [`ErrorKind::InvalidInput`] for the last one of its use.
    pub fn remove_key(&self, key_id: &str) -> Result<(), Error> {
        control::keys::remove(&self.shared, key_id).map(|_| ())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
        self.shared.steps.stop();
        // They wait for a clock that nobody moves any more.
        self.shared.engine().held.clear();
        #[cfg(feature = "validate-answers")]
        self.shared.contract.insist();
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sandbox").field("urls", self.urls()).finish_non_exhaustive()
    }
}
