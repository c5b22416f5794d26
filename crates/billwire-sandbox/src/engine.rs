//! The whole of a sandbox's state: deterministic, without I/O. The asynchronous shell only moves bytes.

use billwire_crypto::Provider;

use crate::api::{APIS, Addressed, Api, Outgoing};
#[cfg(feature = "q2")]
use crate::bill_pay::population::Population;
use crate::bill_pay::{Effect, LedgerEntry, PaymentCount};
#[cfg(feature = "billerapi")]
use crate::billerapi;
use crate::clock::{ClockMode, VirtualClock};
use crate::error::{Error, ErrorKind};
use crate::event::{NewEvent, Trigger};
use crate::faults::{Due, FaultBook, Held, HeldRequests, Plan};
use crate::moment::Moment;
#[cfg(feature = "q2")]
use crate::q2::{self, quirks::Quirks, request_signing::RequestSigning};
use crate::request_log::{RequestLog, RequestRecord};
use crate::seed::Seed;
#[cfg(feature = "unbill")]
use crate::unbill;
use crate::webhook_sender::{
    DeliveryAttempt, DeliveryJob, DeliveryState, EventLog, EventRecord, Front, LaneKey, Turn,
};

pub(crate) struct Engine {
    pub(crate) clock: VirtualClock,
    seed: u64,
    #[cfg(feature = "q2")]
    pub(crate) q2: q2::State,
    #[cfg(feature = "unbill")]
    pub(crate) unbill: unbill::State,
    #[cfg(feature = "billerapi")]
    pub(crate) billerapi: billerapi::State,
    pub(crate) events: EventLog,
    pub(crate) faults: FaultBook,
    /// Not part of the state: they belong to open connections.
    pub(crate) held: HeldRequests,
    pub(crate) requests: RequestLog,
    /// Not part of the state: reading must not change what a snapshot says. A restored state begins anew.
    request_ids: Seed,
}

/// What a sandbox begins with, also after a reset.
#[derive(Clone, Copy, Default)]
pub(crate) struct Beginning {
    #[cfg(feature = "q2")]
    pub(crate) population: Option<Population>,
    #[cfg(feature = "q2")]
    pub(crate) quirks: Quirks,
}

/// The next thing to do on the way to a moment.
pub(crate) enum Step {
    /// Something happened by itself.
    Happened { at: Moment, what: Happening },
    /// A request that a fault held may go on.
    GoOn { at: Moment, held: Held },
    /// The partner is to be asked for its signing keys.
    #[cfg(feature = "q2")]
    Poll { at: Moment, configuration: Box<RequestSigning> },
    /// An event is to be sent.
    Deliver(Box<DeliveryJob>),
    /// Nothing more is due.
    Done,
}

/// What happened by itself; the words for it are only made if somebody reads them.
pub(crate) enum Happening {
    /// In a bill-pay world.
    Effect(Effect),
    /// Anything else, in words.
    Told(String),
}

impl Happening {
    pub(crate) fn describe(self) -> String {
        match self {
            Self::Effect(effect) => effect.describe(),
            Self::Told(what) => what,
        }
    }
}

impl Engine {
    pub(crate) fn new(
        provider: &dyn Provider,
        seed: u64,
        clock: VirtualClock,
        beginning: Beginning,
    ) -> Result<Self, Error> {
        #[cfg(not(feature = "q2"))]
        let _ = (provider, beginning);
        let mut engine = Self {
            #[cfg(feature = "q2")]
            q2: q2::State::new(provider, seed, clock.now(), beginning.quirks)?,
            #[cfg(feature = "unbill")]
            unbill: unbill::State::new(seed),
            #[cfg(feature = "billerapi")]
            billerapi: billerapi::State::new(seed),
            clock,
            seed,
            events: EventLog::new(),
            faults: FaultBook::default(),
            held: HeldRequests::default(),
            requests: RequestLog::default(),
            request_ids: Seed::new(seed),
        };
        engine.number_payments();
        #[cfg(feature = "q2")]
        if let Some(population) = beginning.population {
            engine.populate(population);
        }
        Ok(engine)
    }

    /// Lets all worlds number their payments from one count.
    pub(crate) fn number_payments(&mut self) {
        let count = PaymentCount::default();
        for api in APIS {
            (api.world_mut)(self).count_payments_with(&count);
        }
    }

    /// Lets the customers join and live up to now; nobody hears of that.
    #[cfg(feature = "q2")]
    fn populate(&mut self, population: Population) {
        let now = self.now();
        self.q2.world.populate(now, population);
        while self.q2.world.run_next(now).is_some() {
            self.collect_events(&q2::API);
        }
    }

    /// What a reset begins with again.
    fn beginning(&self) -> Beginning {
        #[cfg(feature = "q2")]
        let (population, quirks) = self.q2.beginning();
        Beginning {
            #[cfg(feature = "q2")]
            population,
            #[cfg(feature = "q2")]
            quirks,
        }
    }

    /// Back to the beginning, with another seed if one is given.
    pub(crate) fn reset(&mut self, provider: &dyn Provider, seed: Option<u64>) -> Result<(), Error> {
        let mut clock = self.clock;
        clock.reset();
        *self = Self::new(provider, seed.unwrap_or(self.seed), clock, self.beginning())?;
        Ok(())
    }

    /// Goes on with the seed of a state that was restored. Its requests have other ids than those before it, which events
    /// and things may name, and the same ones each time.
    pub(crate) fn begin_with(&mut self, seed: u64) {
        self.seed = seed;
        let caused: u64 = APIS.iter().map(|api| (api.world)(self).caused()).sum();
        self.request_ids =
            Seed::of(seed, &format!("after {} events and {caused} things", self.events.count()));
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
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
        self.next().map(|(at, _)| at)
    }

    /// What is due next; of several things of one moment the first of this order.
    fn next(&self) -> Option<(Moment, Next)> {
        let mut next: Option<(Moment, Next)> = None;
        let mut consider = |due: Option<Moment>, what: Next| {
            if let Some(at) = due
                && next.is_none_or(|(first, _)| at < first)
            {
                next = Some((at, what));
            }
        };
        for api in APIS {
            consider((api.world)(self).next_due(), Next::Effect(api));
        }
        #[cfg(feature = "q2")]
        consider(self.q2.partner_keys.next_poll(), Next::Poll);
        consider(self.held.next_due(), Next::Held);
        consider(self.events.next_due(), Next::Delivery);
        next
    }

    /// Does the next thing that is due at or before `until`.
    pub(crate) fn step(&mut self, provider: &dyn Provider, until: Moment) -> Step {
        let Some((at, next)) = self.next().filter(|(at, _)| *at <= until) else {
            self.follow(until);
            return Step::Done;
        };
        match next {
            Next::Effect(api) => self.happen(api, until),
            #[cfg(feature = "q2")]
            Next::Poll => {
                self.follow(at);
                Step::Poll { at, configuration: Box::new(self.q2.request_signing.clone()) }
            }
            Next::Held => self.go_on(until),
            Next::Delivery => self.next_delivery(provider),
        }
    }

    fn go_on(&mut self, until: Moment) -> Step {
        let Some(held) = self.held.pop_due(until) else { return Step::Done };
        let at = held.shown.until;
        self.follow(at);
        Step::GoOn { at, held }
    }

    /// Takes over what a poll of the partner's keys brought, unless another configuration came meanwhile.
    #[cfg(feature = "q2")]
    pub(crate) fn polled(
        &mut self,
        provider: &dyn Provider,
        at: Moment,
        configuration: &RequestSigning,
        document: Result<Option<String>, Error>,
    ) -> Option<String> {
        if self.q2.request_signing != *configuration {
            return None;
        }
        let document = document.transpose()?;
        Some(self.q2.partner_keys.polled(provider, at, document))
    }

    fn happen(&mut self, api: &'static Api, until: Moment) -> Step {
        let Some((at, what)) = (api.world_mut)(self).run_next(until) else { return Step::Done };
        self.follow(at);
        self.collect_events(api);
        Step::Happened { at, what }
    }

    fn next_delivery(&mut self, provider: &dyn Provider) -> Step {
        let Some(Turn { at, api, lane, record }) = self.events.next() else { return Step::Done };
        let EventRecord { id: event_id, kind, client_id, event, overridden, receiver, .. } = record;
        let to = Addressed { client_id: &client_id, kind: &kind, receiver: receiver.as_deref() };
        self.follow(at);
        // A running clock may be past its time: what is sent says when it is sent, and the next attempt counts from then.
        let at = at.max(self.now());
        let protections = (api.world)(self).protections(&to);
        let front = self.events.front(&lane).unwrap_or_default();
        if front.attempts == 0 {
            self.overtake(&event_id, &lane);
        }
        let plan = self.faults.of_delivery(&Due {
            api: api.name,
            event_id: &event_id,
            event_type: &kind,
            at,
            first: front.attempts == 0,
            next: front.next.as_deref(),
            protections,
        });
        match plan {
            Plan::Send(fault) => {
                let outgoing = Outgoing { event_id: &event_id, to, at, event: &event, fault };
                let parcel = (api.world)(self).parcel(provider, &outgoing);
                Step::Deliver(Box::new(DeliveryJob {
                    api,
                    event_id,
                    kind,
                    at,
                    event,
                    overridden,
                    parcel,
                    fault,
                }))
            }
            Plan::Postpone(until) => {
                self.events.postpone(&lane, until);
                let what = format!("delivery of event {event_id} held back until {until} by a fault");
                Step::Happened { at, what: Happening::Told(what) }
            }
            Plan::Swap => {
                self.events.swap(&lane, at);
                let what = format!("event {event_id} and the next one of its client swapped by a fault");
                Step::Happened { at, what: Happening::Told(what) }
            }
        }
    }

    /// Lets an event that waits to change places go behind the one that came.
    fn let_change_places(&mut self, lane: &LaneKey, now: Moment) {
        if self.faults.is_empty() {
            return;
        }
        let Some(Front { first, next: Some(next), .. }) = self.events.front(lane) else { return };
        if self.faults.another_came(&first, &next) {
            self.events.swap(lane, now);
        }
    }

    /// Where an event has a lane of its own: one that a fault holds back until the next one of its receiver comes goes right
    /// behind this one.
    fn overtake(&mut self, event_id: &str, lane: &LaneKey) {
        let events = &self.events;
        let held = self.faults.awaiting().find_map(|first| {
            let held = events.lane_beside(first, event_id)?;
            Some((first.to_owned(), held))
        });
        if let Some((first, held)) = held
            && self.faults.another_came(&first, event_id)
        {
            self.events.go_behind(&held, lane);
        }
    }

    /// A frozen clock follows what happens; a running one is never held back.
    fn follow(&mut self, at: Moment) {
        if self.clock.mode() == ClockMode::Frozen && at > self.now() {
            self.clock.set(ClockMode::Frozen, at);
        }
    }

    pub(crate) fn attempted(&mut self, event_id: &str, attempt: DeliveryAttempt) {
        let Some(api) = self.events.api_of(event_id) else { return };
        (api.world_mut)(self).attempted(event_id, &attempt);
        let mut events = std::mem::replace(&mut self.events, EventLog::new());
        events.attempted(event_id, attempt, |failed| (api.world)(self).pause_after(failed));
        self.events = events;
    }

    /// Takes the new events of a world over into the log; each one starts its delivery at its own time.
    pub(crate) fn collect_events(&mut self, api: &'static Api) {
        let mut events = (api.world_mut)(self).take_events();
        for event in events.drain(..) {
            let delivery = (api.world)(self).delivery_of(&event);
            self.queue(api, event, delivery);
        }
        (api.world_mut)(self).reuse(events);
    }

    fn queue(&mut self, api: &'static Api, event: NewEvent, delivery: DeliveryState) {
        let created = event.created;
        if let Some(lane) = self.events.add(created, api, event, delivery) {
            self.let_change_places(&lane, created);
        }
    }

    /// Makes an event on demand: it is sent even if its type is not switched on. Returns its id.
    pub(crate) fn trigger(&mut self, trigger: Trigger) -> Result<String, Error> {
        let api = api_of(&trigger)?;
        let now = self.now();
        let world = (api.world_mut)(self);
        let event = world.trigger(now, trigger)?;
        let delivery = if world.has_receiver(&event.addressed()) {
            DeliveryState::Waiting
        } else {
            DeliveryState::NotConfigured
        };
        let id = event.id.clone();
        self.queue(api, event, delivery);
        Ok(id)
    }

    /// An API's receivers have changed: what waits for one that is gone waits no more.
    pub(crate) fn receiver_changed(&mut self, api: &'static Api) {
        let mut events = std::mem::replace(&mut self.events, EventLog::new());
        events.stop(api, |to| (api.world)(self).has_receiver(to));
        self.events = events;
    }

    /// Queues an event once more; if the receiver it was made for is gone, for another one of its client.
    pub(crate) fn redeliver(&mut self, event_id: &str) -> Result<(), Error> {
        let api = self
            .events
            .api_of(event_id)
            .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no event \"{event_id}\"")))?;
        let reaches = |anybody: bool| {
            let to = self.events.addressed(event_id);
            let to = to.map(|to| if anybody { Addressed { receiver: None, ..to } } else { to });
            to.is_some_and(|to| (api.world)(self).has_receiver(&to))
        };
        if !reaches(false) {
            if !reaches(true) {
                return Err(Error::new(
                    ErrorKind::InvalidInput,
                    "there is no webhook URL to deliver to; configure one first",
                ));
            }
            self.events.receiver_is_gone(event_id);
        }
        self.events.redeliver(self.now(), event_id);
        Ok(())
    }

    pub(crate) fn event(&self, id: &str) -> Option<EventRecord> {
        self.events.find(id)
    }

    /// The money that moved through every API, in the order of time.
    pub(crate) fn ledger(&self) -> Vec<LedgerEntry> {
        let mut entries: Vec<LedgerEntry> = APIS.iter().flat_map(|api| (api.world)(self).ledger()).collect();
        entries.sort_by_key(|entry| (entry.at, entry.sequence));
        entries
    }
}

/// What is due next.
#[derive(Clone, Copy)]
enum Next {
    Effect(&'static Api),
    #[cfg(feature = "q2")]
    Poll,
    Held,
    Delivery,
}

/// The API whose event is wanted.
fn api_of(trigger: &Trigger) -> Result<&'static Api, Error> {
    let invalid = |message| Err(Error::new(ErrorKind::InvalidInput, message));
    if let Some(name) = &trigger.api {
        let known: Vec<&str> = APIS.iter().map(|api| api.name).collect();
        let unknown = || format!("there is no API \"{name}\"; known are {}", known.join(", "));
        return Api::named(name).map_or_else(|| invalid(unknown()), Ok);
    }
    let has = |api: &&&'static Api| api.event_types.contains(&trigger.kind.as_str());
    // An older spelling is for the first API to know.
    match APIS.iter().find(has).or(APIS.first()) {
        Some(api) => Ok(api),
        None => invalid("this sandbox has no API".to_owned()),
    }
}
