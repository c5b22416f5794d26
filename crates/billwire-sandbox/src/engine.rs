//! The whole of a sandbox's state: deterministic, without I/O. The asynchronous shell only moves bytes.

use std::borrow::Cow;

use billwire_crypto::Provider;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::{ClockMode, VirtualClock};
use crate::error::{Error, ErrorKind};
use crate::faults::{Due, FaultBook, Held, HeldRequests, Plan, Protections, WebhookFaultKind};
use crate::moment::Moment;
use crate::q2::event_types::{EventSwitches, EventType};
use crate::q2::events::NewEvent;
use crate::q2::partner_keys::{PartnerKeys, WrittenPartnerKeys};
use crate::q2::population::Population;
use crate::q2::quirks::Quirks;
use crate::q2::request_signing::RequestSigning;
use crate::q2::world::{Effect, World};
use crate::request_log::{RequestLog, RequestRecord};
use crate::seed::Seed;
use crate::service_keys::{KeyUsage, ServiceKeys, WrittenKey};
use crate::webhook_sender::{
    DeliveryAttempt, DeliveryJob, DeliveryState, EventLog, EventRecord, Front, WebhookConfiguration,
};

/// Version of the written state.
const STATE_VERSION: u32 = 1;

pub(crate) struct Engine {
    pub(crate) clock: VirtualClock,
    pub(crate) world: World,
    pub(crate) events: EventLog,
    webhooks: WebhookConfiguration,
    pub(crate) request_signing: RequestSigning,
    /// The partner's keys for request signing.
    pub(crate) partner_keys: PartnerKeys,
    pub(crate) keys: ServiceKeys,
    pub(crate) faults: FaultBook,
    /// Not part of the state: they belong to open connections.
    pub(crate) held: HeldRequests,
    /// The untidy forms in which things leave.
    pub(crate) quirks: Quirks,
    /// Those it started with.
    first_quirks: Quirks,
    pub(crate) requests: RequestLog,
    /// Not part of the state: reading must not change what a snapshot says.
    request_ids: Seed,
}

/// The written form of everything that can be restored.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Snapshot<'a> {
    version: u32,
    now: Moment,
    clock_mode: ClockMode,
    q2: Cow<'a, World>,
    events: Cow<'a, EventLog>,
    webhooks: Cow<'a, WebhookConfiguration>,
    request_signing: Cow<'a, RequestSigning>,
    #[serde(default)]
    partner_keys: WrittenPartnerKeys,
    keys: Vec<WrittenKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retired_signing_key: Option<WrittenKey>,
    #[serde(default)]
    faults: FaultBook,
    #[serde(default)]
    quirks: Quirks,
}

/// The next thing to do on the way to a moment.
pub(crate) enum Step {
    /// Something happened by itself.
    Happened { at: Moment, what: Happening },
    /// A request that a fault held may go on.
    GoOn { at: Moment, held: Held },
    /// The partner is to be asked for its signing keys.
    Poll { at: Moment, configuration: Box<RequestSigning> },
    /// An event is to be sent.
    Deliver(Box<DeliveryJob>),
    /// Nothing more is due.
    Done,
}

/// What happened by itself; the words for it are only made if somebody reads them.
pub(crate) enum Happening {
    Effect(Effect),
    /// A fault did something to a delivery.
    Fault(String),
}

impl Happening {
    pub(crate) fn describe(self) -> String {
        match self {
            Self::Effect(effect) => effect.describe(),
            Self::Fault(what) => what,
        }
    }
}

impl Engine {
    pub(crate) fn new(
        provider: &dyn Provider,
        seed: u64,
        clock: VirtualClock,
        population: Option<Population>,
    ) -> Result<Self, Error> {
        let mut engine = Self {
            keys: ServiceKeys::new(provider, clock.now())?,
            clock,
            world: World::new(seed),
            events: EventLog::new(),
            webhooks: WebhookConfiguration::default(),
            request_signing: RequestSigning::off(),
            partner_keys: PartnerKeys::default(),
            faults: FaultBook::default(),
            held: HeldRequests::default(),
            quirks: Quirks::none(),
            first_quirks: Quirks::none(),
            requests: RequestLog::default(),
            request_ids: Seed::new(seed),
        };
        if let Some(population) = population {
            engine.populate(population);
        }
        Ok(engine)
    }

    /// Lets the customers join and live up to now; nobody hears of that.
    fn populate(&mut self, population: Population) {
        let now = self.now();
        self.world.populate(now, population);
        while self.world.run_next(now).is_some() {
            self.collect_events();
        }
    }

    /// With these quirks from the beginning.
    pub(crate) fn with_quirks(self, quirks: Quirks) -> Self {
        Self { quirks, first_quirks: quirks, ..self }
    }

    /// Back to the beginning, with another seed if one is given.
    pub(crate) fn reset(&mut self, provider: &dyn Provider, seed: Option<u64>) -> Result<(), Error> {
        let mut clock = self.clock;
        clock.reset();
        let seed = seed.unwrap_or_else(|| self.world.seed());
        let first = Self::new(provider, seed, clock, self.world.population())?;
        *self = first.with_quirks(self.first_quirks);
        Ok(())
    }

    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    pub(crate) fn next_request_id(&mut self) -> String {
        self.request_ids.uuid("request")
    }

    pub(crate) fn log_request(&mut self, record: RequestRecord) {
        self.requests.add(record);
    }

    /// When the next thing is due, be it an effect, a poll, a held request or a delivery.
    pub(crate) fn next_due(&self) -> Option<Moment> {
        self.dues().into_iter().flatten().min()
    }

    /// When the next thing of each sort is due, in the order in which those of one moment are done.
    fn dues(&self) -> [Option<Moment>; 4] {
        [self.world.next_due(), self.partner_keys.next_poll(), self.held.next_due(), self.events.next_due()]
    }

    /// Does the next thing that is due at or before `until`.
    pub(crate) fn step(&mut self, provider: &dyn Provider, until: Moment) -> Step {
        let [effect, poll, held, delivery] = self.dues();
        let Some(next) = self.next_due().filter(|at| *at <= until) else {
            self.follow(until);
            return Step::Done;
        };
        let is_next = |due: Option<Moment>| due == Some(next);
        if is_next(effect) {
            self.happen(until)
        } else if is_next(poll) {
            self.follow(next);
            Step::Poll { at: next, configuration: Box::new(self.request_signing.clone()) }
        } else if is_next(held) {
            self.go_on(until)
        } else if is_next(delivery) {
            self.next_delivery(provider)
        } else {
            Step::Done
        }
    }

    fn go_on(&mut self, until: Moment) -> Step {
        let Some(held) = self.held.pop_due(until) else { return Step::Done };
        let at = held.shown.until;
        self.follow(at);
        Step::GoOn { at, held }
    }

    /// Takes over what a poll of the partner's keys brought, unless another configuration came meanwhile.
    pub(crate) fn polled(
        &mut self,
        provider: &dyn Provider,
        at: Moment,
        configuration: &RequestSigning,
        document: Result<Option<String>, Error>,
    ) -> Option<String> {
        if self.request_signing != *configuration {
            return None;
        }
        let document = document.transpose()?;
        Some(self.partner_keys.polled(provider, at, document))
    }

    fn happen(&mut self, until: Moment) -> Step {
        let Some((at, effect)) = self.world.run_next(until) else { return Step::Done };
        self.follow(at);
        self.collect_events();
        Step::Happened { at, what: Happening::Effect(effect) }
    }

    fn next_delivery(&mut self, provider: &dyn Provider) -> Step {
        let Some((at, record)) = self.events.next() else { return Step::Done };
        let (event_id, kind, event) = (record.id, record.kind, record.event);
        let overridden = record.overridden;
        let client_id = record.client_id;
        self.follow(at);
        let front = self.events.front(&client_id).unwrap_or_default();
        let plan = self.faults.of_delivery(&Due {
            api: "q2",
            event_id: &event_id,
            event_type: &kind,
            at,
            first: front.attempts == 0,
            next: front.next.as_deref(),
            protections: self.protections(),
        });
        match plan {
            Plan::Send(fault) => {
                let signing_key = match fault {
                    Some(WebhookFaultKind::WrongKey) => self.keys.foreign_signing(),
                    Some(WebhookFaultKind::RetiredKey) => self.keys.retired_signing(provider),
                    Some(WebhookFaultKind::NewerKey) => self.keys.newest_signing(),
                    _ => self.keys.signing(),
                };
                let configuration = self.webhooks.clone();
                Step::Deliver(Box::new(DeliveryJob {
                    event_id,
                    kind,
                    at,
                    event,
                    overridden,
                    quirks: self.quirks,
                    configuration,
                    signing_key,
                    fault,
                }))
            }
            Plan::Postpone(until) => {
                self.events.postpone(&client_id, until);
                let what = format!("delivery of event {event_id} held back until {until} by a fault");
                Step::Happened { at, what: Happening::Fault(what) }
            }
            Plan::Swap => {
                self.events.swap(&client_id, at);
                let what = format!("event {event_id} and the next one of its client swapped by a fault");
                Step::Happened { at, what: Happening::Fault(what) }
            }
        }
    }

    fn protections(&self) -> Protections {
        Protections {
            signature: self.webhooks.signature.is_some(),
            encryption: self.webhooks.encryption.is_some(),
            bearer: self.webhooks.oauth.is_some(),
            two_signing_keys: self.keys.count(KeyUsage::Signing) > 1,
        }
    }

    /// Lets an event that waits to change places go behind the one that came.
    fn let_change_places(&mut self, client_id: &str, now: Moment) {
        let Some(Front { first, next: Some(next), .. }) = self.events.front(client_id) else { return };
        if self.faults.another_came(&first, &next) {
            self.events.swap(client_id, now);
        }
    }

    /// A frozen clock follows what happens; a running one is never held back.
    fn follow(&mut self, at: Moment) {
        if self.clock.mode() == ClockMode::Frozen && at > self.now() {
            self.clock.set(ClockMode::Frozen, at);
        }
    }

    pub(crate) fn attempted(&mut self, event_id: &str, attempt: DeliveryAttempt) {
        self.events.attempted(event_id, attempt);
    }

    /// Takes the world's new events over into the log; each one starts its delivery at its own time.
    pub(crate) fn collect_events(&mut self) {
        let mut events = self.world.take_events();
        for event in events.drain(..) {
            self.record(event);
        }
        self.world.reuse(events);
    }

    fn record(&mut self, event: NewEvent) {
        let delivery = self.delivery_of(event.kind);
        self.queue(event, delivery);
    }

    fn queue(&mut self, event: NewEvent, delivery: DeliveryState) {
        let created = event.created;
        let lane = (delivery == DeliveryState::Waiting).then(|| event.client_id.to_string());
        self.events.add(created, event, delivery);
        if let Some(client_id) = lane {
            self.let_change_places(&client_id, created);
        }
    }

    /// Records an event that was asked for: it is sent even if its type is not switched on.
    pub(crate) fn record_forced(&mut self, event: NewEvent) {
        let delivery = match self.webhooks.url {
            Some(_) => DeliveryState::Waiting,
            None => DeliveryState::NotConfigured,
        };
        self.queue(event, delivery);
    }

    fn delivery_of(&self, kind: EventType) -> DeliveryState {
        if !self.webhooks.sends(kind) {
            DeliveryState::NotEnabled
        } else if self.webhooks.url.is_none() {
            DeliveryState::NotConfigured
        } else {
            DeliveryState::Waiting
        }
    }

    pub(crate) fn webhooks(&self) -> &WebhookConfiguration {
        &self.webhooks
    }

    pub(crate) fn configure_webhooks(&mut self, configuration: WebhookConfiguration) {
        self.world.event_switches = EventSwitches {
            auth_failed: configuration.sends(EventType::AuthFailed),
            auth_created: configuration.sends(EventType::AuthCreated),
        };
        if configuration.url.is_none() {
            self.events.stop();
        }
        self.webhooks = configuration;
    }

    /// Queues an event once more.
    pub(crate) fn redeliver(&mut self, event_id: &str) -> Result<(), Error> {
        if self.events.find(event_id).is_none() {
            return Err(Error::new(ErrorKind::NotFound, format!("there is no event \"{event_id}\"")));
        }
        if self.webhooks.url.is_none() {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "there is no webhook URL to deliver to; configure one first",
            ));
        }
        self.events.redeliver(self.now(), event_id);
        Ok(())
    }

    pub(crate) fn event(&self, id: &str) -> Option<EventRecord> {
        self.events.find(id)
    }

    /// The whole state as JSON text, written without a copy in between: that of a large population is long.
    pub(crate) fn state(&self) -> Result<Vec<u8>, Error> {
        let snapshot = Snapshot {
            version: STATE_VERSION,
            now: self.now(),
            clock_mode: self.clock.mode(),
            q2: Cow::Borrowed(&self.world),
            events: Cow::Borrowed(&self.events),
            webhooks: Cow::Borrowed(&self.webhooks),
            request_signing: Cow::Borrowed(&self.request_signing),
            partner_keys: self.partner_keys.written().clone(),
            keys: self.keys.written(),
            retired_signing_key: self.keys.written_retired(),
            faults: self.faults.clone(),
            quirks: self.quirks,
        };
        serde_json::to_vec(&snapshot).map_err(|cause| {
            Error::new(ErrorKind::InvalidInput, "the state cannot be written").with_source(cause)
        })
    }

    /// Becomes what `state` says: nothing of before is left, and nothing changes if its keys cannot be used.
    pub(crate) fn restore(&mut self, provider: &dyn Provider, state: Snapshot<'_>) -> Result<(), Error> {
        let keys = ServiceKeys::read(provider, state.keys, state.retired_signing_key)?;
        let partner_keys =
            PartnerKeys::read(provider, &state.request_signing, state.partner_keys, state.now)?;
        (self.keys, self.partner_keys) = (keys, partner_keys);
        self.faults = state.faults;
        // Whoever waits is of another world.
        self.held.clear();
        self.clock.set(state.clock_mode, state.now);
        self.world = state.q2.into_owned();
        self.events = state.events.into_owned();
        self.webhooks = state.webhooks.into_owned();
        self.request_signing = state.request_signing.into_owned();
        self.quirks = state.quirks;
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
