//! The whole of a sandbox's state: deterministic, without I/O. The asynchronous shell only moves bytes.

use billwire_crypto::Provider;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::{ClockMode, VirtualClock};
use crate::error::{Error, ErrorKind};
use crate::moment::Moment;
use crate::q2::event_types::{EventSwitches, EventType};
use crate::q2::events::NewEvent;
use crate::q2::quirks::Quirks;
use crate::q2::request_signing::RequestSigning;
use crate::q2::world::World;
use crate::request_log::{RequestLog, RequestRecord};
use crate::seed::Seed;
use crate::service_keys::{ServiceKeys, WrittenKey};
use crate::webhook_sender::{
    DeliveryAttempt, DeliveryJob, DeliveryState, EventLog, EventRecord, WebhookConfiguration,
};

/// Version of the written state.
const STATE_VERSION: u32 = 1;

pub(crate) struct Engine {
    pub(crate) clock: VirtualClock,
    pub(crate) world: World,
    pub(crate) events: EventLog,
    webhooks: WebhookConfiguration,
    pub(crate) request_signing: RequestSigning,
    pub(crate) keys: ServiceKeys,
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
struct Snapshot {
    version: u32,
    now: Moment,
    clock_mode: ClockMode,
    q2: World,
    events: EventLog,
    webhooks: WebhookConfiguration,
    request_signing: RequestSigning,
    keys: Vec<WrittenKey>,
    #[serde(default)]
    quirks: Quirks,
}

/// The next thing to do on the way to a moment.
pub(crate) enum Step {
    /// Something happened by itself.
    Happened { at: Moment, what: String },
    /// An event is to be sent.
    Deliver(Box<DeliveryJob>),
    /// Nothing more is due.
    Done,
}

impl Engine {
    pub(crate) fn new(provider: &dyn Provider, seed: u64, clock: VirtualClock) -> Result<Self, Error> {
        Ok(Self {
            keys: ServiceKeys::new(provider, clock.now())?,
            clock,
            world: World::new(seed),
            events: EventLog::new(),
            webhooks: WebhookConfiguration::default(),
            request_signing: RequestSigning::off(),
            quirks: Quirks::none(),
            first_quirks: Quirks::none(),
            requests: RequestLog::default(),
            request_ids: Seed::new(seed),
        })
    }

    /// With these quirks from the beginning.
    pub(crate) fn with_quirks(self, quirks: Quirks) -> Self {
        Self { quirks, first_quirks: quirks, ..self }
    }

    /// Back to the beginning, with another seed if one is given.
    pub(crate) fn reset(&mut self, provider: &dyn Provider, seed: Option<u64>) -> Result<(), Error> {
        let mut clock = self.clock;
        clock.reset();
        let first = Self::new(provider, seed.unwrap_or_else(|| self.world.seed()), clock)?;
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

    /// When the next thing is due, be it an effect or a delivery.
    pub(crate) fn next_due(&self) -> Option<Moment> {
        self.world.next_due().into_iter().chain(self.events.next_due()).min()
    }

    /// Does the next thing that is due at or before `until`; of two at the same time the effect comes first.
    pub(crate) fn step(&mut self, until: Moment) -> Step {
        let effect_due = self.world.next_due().filter(|at| *at <= until);
        let delivery_due = self.events.next_due().filter(|at| *at <= until);
        match (effect_due, delivery_due) {
            (None, None) => {
                self.follow(until);
                Step::Done
            }
            (Some(effect), delivery) if delivery.is_none_or(|delivery| effect <= delivery) => {
                self.happen(until)
            }
            _ => self.next_delivery(),
        }
    }

    fn happen(&mut self, until: Moment) -> Step {
        let Some((at, effect)) = self.world.run_next(until) else { return Step::Done };
        self.follow(at);
        self.collect_events();
        Step::Happened { at, what: effect.describe() }
    }

    fn next_delivery(&mut self) -> Step {
        let Some((due, record)) = self.events.next() else { return Step::Done };
        let job = DeliveryJob {
            event_id: record.id.clone(),
            kind: record.kind.clone(),
            at: due,
            event: record.event.clone(),
            overridden: record.overridden,
            quirks: self.quirks,
            configuration: self.webhooks.clone(),
            signing_key: self.keys.signing(),
        };
        self.follow(due);
        Step::Deliver(Box::new(job))
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
        for event in self.world.take_events() {
            self.record(event);
        }
    }

    fn record(&mut self, event: NewEvent) {
        let delivery = self.delivery_of(event.kind);
        self.events.add(event.created, event, delivery);
    }

    /// Records an event that was asked for: it is sent even if its type is not switched on.
    pub(crate) fn record_forced(&mut self, event: NewEvent) {
        let delivery = match self.webhooks.url {
            Some(_) => DeliveryState::Waiting,
            None => DeliveryState::NotConfigured,
        };
        self.events.add(event.created, event, delivery);
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
        self.events.find(id).cloned()
    }

    pub(crate) fn state(&self) -> Result<Value, Error> {
        let snapshot = Snapshot {
            version: STATE_VERSION,
            now: self.now(),
            clock_mode: self.clock.mode(),
            q2: self.world.clone(),
            events: self.events.clone(),
            webhooks: self.webhooks.clone(),
            request_signing: self.request_signing.clone(),
            keys: self.keys.written(),
            quirks: self.quirks,
        };
        serde_json::to_value(snapshot).map_err(|cause| {
            Error::new(ErrorKind::InvalidInput, "the state cannot be written").with_source(cause)
        })
    }

    /// Becomes what `state` says: nothing of before is left, and nothing changes if it cannot be read.
    pub(crate) fn restore(&mut self, provider: &dyn Provider, state: &Value) -> Result<(), Error> {
        // The values may be personal data of a test: only the reason is told.
        let snapshot = Snapshot::deserialize(state).map_err(|cause| {
            Error::new(
                ErrorKind::InvalidInput,
                format!("this is no state of a sandbox: {cause}; give back what GET /control/state answered"),
            )
        })?;
        if snapshot.version != STATE_VERSION {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("this state has version {}; this sandbox reads {STATE_VERSION}", snapshot.version),
            ));
        }
        self.keys = ServiceKeys::read(provider, snapshot.keys)?;
        self.clock.set(snapshot.clock_mode, snapshot.now);
        self.world = snapshot.q2;
        self.events = snapshot.events;
        self.webhooks = snapshot.webhooks;
        self.request_signing = snapshot.request_signing;
        self.quirks = snapshot.quirks;
        Ok(())
    }
}
