//! Every event with its attempts, and whose turn it is: strictly in order per client.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::faults::WebhookFaultKind;
use crate::hash::Index;
use crate::id_text::IdText;
use crate::moment::Moment;
use crate::q2::events::NewEvent;
use crate::seed::Digest;

/// Attempts before an event is given up.
const ATTEMPTS: u32 = 5;
/// The pause after the first failed attempt; each further one is twice as long.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// An event and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct EventRecord {
    /// The event's `_id`.
    pub id: String,
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened, on the virtual clock.
    pub created: Moment,
    /// The client it is about.
    pub client_id: String,
    /// Where its delivery stands.
    pub delivery: DeliveryState,
    /// The attempts so far, oldest first.
    pub attempts: Vec<DeliveryAttempt>,
    /// The event object as it is sent, without the wrapping `event` member and before any quirk.
    pub event: Value,
    /// It was triggered with overrides, so it may be what no description allows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overridden: bool,
}

/// Where the delivery of an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DeliveryState {
    /// There is no receiver; the event can be redelivered once there is one.
    NotConfigured,
    /// Its type is not switched on.
    NotEnabled,
    /// It will be sent, or sent again.
    Waiting,
    /// A receiver answered 2xx.
    Delivered,
    /// Five attempts failed.
    GivenUp,
    /// A fault kept it back for good.
    Dropped,
}

/// One attempt to deliver an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DeliveryAttempt {
    /// When it was made, on the virtual clock.
    pub at: Moment,
    /// The receiver's status, if it answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What was done to it on purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<WebhookFaultKind>,
}

impl DeliveryAttempt {
    /// One that came to nothing before anything was sent.
    pub(crate) fn failed(at: Moment, error: String) -> Self {
        Self { at, status: None, error: Some(error), fault: None }
    }

    pub(crate) fn is_success(&self) -> bool {
        self.error.is_none() && self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Where the delivery stands if this was the last attempt.
    fn end(&self) -> DeliveryState {
        match self.fault {
            _ if self.is_success() => DeliveryState::Delivered,
            Some(WebhookFaultKind::Drop) => DeliveryState::Dropped,
            _ => DeliveryState::GivenUp,
        }
    }
}

/// How many events are remembered that nothing is going to happen to any more.
const KEPT: usize = 50_000;

/// An event as it is kept: its JSON as text, which takes a fifth of the memory of a tree of values.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    id: IdText,
    #[serde(rename = "type")]
    kind: Cow<'static, str>,
    created: Moment,
    client_id: IdText,
    delivery: DeliveryState,
    attempts: Vec<DeliveryAttempt>,
    #[serde(with = "raw")]
    event: Box<str>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    overridden: bool,
}

impl Record {
    fn new(event: NewEvent, delivery: DeliveryState) -> Self {
        Self {
            id: IdText::new(&event.id),
            kind: event.sent_as,
            created: event.created,
            client_id: event.client_id.as_text().clone(),
            delivery,
            attempts: Vec::new(),
            event: event.body.into_text(),
            overridden: event.overridden,
        }
    }

    fn shown(&self) -> EventRecord {
        EventRecord {
            id: self.id.to_string(),
            kind: self.kind.clone().into_owned(),
            created: self.created,
            client_id: self.client_id.to_string(),
            delivery: self.delivery,
            attempts: self.attempts.clone(),
            event: serde_json::from_str(&self.event).unwrap_or(Value::Null),
            overridden: self.overridden,
        }
    }
}

/// JSON text inside JSON, as it is.
mod raw {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::value::RawValue;

    pub(super) fn serialize<S: Serializer>(json: &str, serializer: S) -> Result<S::Ok, S::Error> {
        let json: &RawValue = serde_json::from_str(json).map_err(serde::ser::Error::custom)?;
        json.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<str>, D::Error> {
        Ok(Box::<RawValue>::deserialize(deserializer)?.into())
    }
}

/// The newest events, and what is still to be sent. Of the others only a count and a digest are left.
#[derive(Clone)]
pub(crate) struct EventLog {
    records: VecDeque<Record>,
    /// The place of the first record, counted from the first event ever.
    first: u64,
    places: Index<IdText, u64>,
    /// Of every event, in order.
    digest: Digest,
    /// By client; later events of a client wait for earlier ones.
    lanes: BTreeMap<String, Lane>,
    /// Whose turn it is: the lanes by their next attempt and their order.
    turns: BTreeSet<(Moment, u64, String)>,
    next_order: u64,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lane {
    waiting: VecDeque<String>,
    next_attempt: Moment,
    order: u64,
    /// Attempts made for the first event in this round.
    attempts: u32,
}

/// The events that are next for a client.
#[derive(Debug, Default)]
pub(crate) struct Front {
    pub(crate) first: String,
    pub(crate) next: Option<String>,
    /// Attempts made for the first one in this round.
    pub(crate) attempts: u32,
}

impl EventLog {
    pub(crate) fn new() -> Self {
        Self {
            records: VecDeque::new(),
            first: 0,
            places: Index::default(),
            digest: Digest::new(),
            lanes: BTreeMap::new(),
            turns: BTreeSet::new(),
            next_order: 0,
        }
    }

    pub(crate) fn add(&mut self, now: Moment, event: NewEvent, delivery: DeliveryState) {
        let record = Record::new(event, delivery);
        self.digest.add(record.event.as_bytes());
        let waits = (delivery == DeliveryState::Waiting)
            .then(|| (record.id.to_string(), record.client_id.to_string()));
        self.push(record);
        if let Some((id, client_id)) = waits {
            self.enqueue(now, id, &client_id);
        }
        self.forget_old();
    }

    /// Sends an event once more, after what waits already.
    pub(crate) fn redeliver(&mut self, now: Moment, id: &str) -> bool {
        let Some(record) = self.record_mut(id) else { return false };
        if record.delivery != DeliveryState::Waiting {
            record.delivery = DeliveryState::Waiting;
            let client_id = record.client_id.to_string();
            self.enqueue(now, id.to_owned(), &client_id);
        }
        true
    }

    /// Nothing is sent any more: what waits can be redelivered once there is a receiver again.
    pub(crate) fn stop(&mut self) {
        self.turns.clear();
        for id in std::mem::take(&mut self.lanes).into_values().flat_map(|lane| lane.waiting) {
            if let Some(record) = self.record_mut(&id) {
                record.delivery = DeliveryState::NotConfigured;
            }
        }
    }

    pub(crate) fn find(&self, id: &str) -> Option<EventRecord> {
        self.record(id).map(Record::shown)
    }

    /// The remembered events, oldest first.
    pub(crate) fn records(&self) -> impl Iterator<Item = EventRecord> {
        self.records.iter().map(Record::shown)
    }

    /// Every event so far, also those that are not remembered.
    pub(crate) fn count(&self) -> u64 {
        self.first + self.records.len() as u64
    }

    pub(crate) fn kept(&self) -> usize {
        self.records.len()
    }

    /// Equal for two logs if every event so far was the same, in the same order.
    pub(crate) fn digest(&self) -> Digest {
        self.digest
    }

    pub(crate) fn next_due(&self) -> Option<Moment> {
        self.turns.first().map(|(next_attempt, ..)| *next_attempt)
    }

    /// The event whose turn it is, with the time it was meant for.
    pub(crate) fn next(&self) -> Option<(Moment, EventRecord)> {
        let (next_attempt, _, client_id) = self.turns.first()?;
        let id = self.lanes.get(client_id)?.waiting.front()?;
        Some((*next_attempt, self.find(id)?))
    }

    /// Notes an attempt: the client's next event, another attempt later, or giving up.
    pub(crate) fn attempted(&mut self, id: &str, attempt: DeliveryAttempt) {
        let (at, end) = (attempt.at, attempt.end());
        let Some(record) = self.record_mut(id) else { return };
        record.attempts.push(attempt);
        let client_id = record.client_id.to_string();
        let Some(lane) = self.lanes.get_mut(&client_id) else { return };
        if lane.waiting.front().map(String::as_str) != Some(id) {
            return;
        }
        self.turns.remove(&(lane.next_attempt, lane.order, client_id.clone()));
        lane.attempts += 1;
        let again = end == DeliveryState::GivenUp && lane.attempts < ATTEMPTS;
        if again {
            lane.next_attempt = at.plus(FIRST_PAUSE * 2_i32.pow(lane.attempts - 1));
        } else {
            lane.waiting.pop_front();
            lane.attempts = 0;
            lane.next_attempt = at;
        }
        lane.order = self.next_order;
        self.next_order += 1;
        if lane.waiting.is_empty() {
            self.lanes.remove(&client_id);
        } else {
            self.turns.insert((lane.next_attempt, lane.order, client_id));
        }
        if !again {
            if let Some(record) = self.record_mut(id) {
                record.delivery = end;
            }
            self.forget_old();
        }
    }

    /// What waits for a client.
    pub(crate) fn front(&self, client_id: &str) -> Option<Front> {
        let lane = self.lanes.get(client_id)?;
        let (first, next) = (lane.waiting.front()?.clone(), lane.waiting.get(1).cloned());
        Some(Front { first, next, attempts: lane.attempts })
    }

    /// Nothing of a client is sent before `until`.
    pub(crate) fn postpone(&mut self, client_id: &str, until: Moment) {
        self.turn_at(client_id, until);
    }

    /// The second event that waits for a client goes first, at `at`.
    pub(crate) fn swap(&mut self, client_id: &str, at: Moment) {
        if let Some(lane) = self.lanes.get_mut(client_id)
            && lane.waiting.len() > 1
        {
            lane.waiting.swap(0, 1);
        }
        self.turn_at(client_id, at);
    }

    fn turn_at(&mut self, client_id: &str, at: Moment) {
        let Some(lane) = self.lanes.get_mut(client_id) else { return };
        self.turns.remove(&(lane.next_attempt, lane.order, client_id.to_owned()));
        (lane.next_attempt, lane.order) = (at, self.next_order);
        self.turns.insert((at, self.next_order, client_id.to_owned()));
        self.next_order += 1;
    }

    fn enqueue(&mut self, now: Moment, id: String, client_id: &str) {
        let order = self.next_order;
        self.next_order += 1;
        if let Some(lane) = self.lanes.get_mut(client_id) {
            lane.waiting.push_back(id);
            return;
        }
        let lane = Lane { waiting: VecDeque::from([id]), next_attempt: now, order, attempts: 0 };
        self.turns.insert((now, order, client_id.to_owned()));
        self.lanes.insert(client_id.to_owned(), lane);
    }

    fn push(&mut self, record: Record) {
        self.places.insert(record.id.clone(), self.count());
        self.records.push_back(record);
    }

    /// Lets go of the oldest events, but of none that waits.
    fn forget_old(&mut self) {
        let settled = |record: &Record| record.delivery != DeliveryState::Waiting;
        while self.records.len() > KEPT && self.records.front().is_some_and(settled) {
            if let Some(oldest) = self.records.pop_front() {
                self.places.remove(&oldest.id);
                self.first += 1;
            }
        }
    }

    fn place(&self, id: &str) -> Option<usize> {
        usize::try_from(self.places.get(&IdText::new(id))?.checked_sub(self.first)?).ok()
    }

    fn record(&self, id: &str) -> Option<&Record> {
        self.records.get(self.place(id)?)
    }

    fn record_mut(&mut self, id: &str) -> Option<&mut Record> {
        let place = self.place(id)?;
        self.records.get_mut(place)
    }
}

/// The JSON form; what can be worked out from it is left out.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    records: Cow<'a, VecDeque<Record>>,
    /// How many came before the first record.
    forgotten: u64,
    digest: Digest,
    lanes: Cow<'a, BTreeMap<String, Lane>>,
    next_order: u64,
}

impl Serialize for EventLog {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (records, lanes) = (Cow::Borrowed(&self.records), Cow::Borrowed(&self.lanes));
        Written { records, forgotten: self.first, digest: self.digest, lanes, next_order: self.next_order }
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for EventLog {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        let mut log = Self { first: written.forgotten, digest: written.digest, ..Self::new() };
        for record in written.records.into_owned() {
            log.push(record);
        }
        log.lanes = written.lanes.into_owned();
        log.next_order = written.next_order;
        log.turns = log
            .lanes
            .iter()
            .map(|(client_id, lane)| (lane.next_attempt, lane.order, client_id.clone()))
            .collect();
        Ok(log)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::q2::event_types::EventType;
    use crate::q2::world::ClientId;

    fn now() -> Moment {
        "2026-03-02T12:00:00Z".parse().expect("an instant")
    }

    fn log(events: &[(&str, &str)]) -> EventLog {
        let mut log = EventLog::new();
        for (id, client) in events {
            let event = NewEvent {
                id: (*id).to_owned(),
                kind: EventType::BillUpdate,
                created: now(),
                client_id: ClientId::new(*client),
                sent_as: EventType::BillUpdate.as_str().into(),
                body: json!({}).into(),
                overridden: false,
            };
            log.add(now(), event, DeliveryState::Waiting);
        }
        log
    }

    fn attempt(log: &mut EventLog, status: u16) -> String {
        let (at, record) = log.next().expect("something to send");
        let id = record.id.clone();
        let error = (status >= 300).then(|| "refused".to_owned());
        log.attempted(&id, DeliveryAttempt { at, status: Some(status), error, fault: None });
        id
    }

    #[test]
    fn a_failing_event_holds_back_its_own_client_only() {
        let mut log = log(&[("a1", "a"), ("a2", "a"), ("b1", "b")]);
        assert_eq!(attempt(&mut log, 500), "a1");
        assert_eq!(attempt(&mut log, 200), "b1", "the other client goes on");
        assert_eq!(log.next_due(), Some(now().plus(SignedDuration::from_secs(5))));
        assert_eq!(attempt(&mut log, 200), "a1", "the same event again, not the next one");
        assert_eq!(attempt(&mut log, 200), "a2");
        assert_eq!(log.next_due(), None);
    }

    #[test]
    fn pauses_double_and_the_fifth_failure_is_the_last() {
        let mut log = log(&[("a1", "a"), ("a2", "a")]);
        let mut seconds = Vec::new();
        for _ in 0..5 {
            let due = log.next_due().expect("due").timestamp();
            seconds.push(due.duration_since(now().timestamp()).as_secs());
            assert_eq!(attempt(&mut log, 503), "a1");
        }
        assert_eq!(seconds, [0, 5, 15, 35, 75]);
        assert_eq!(log.find("a1").map(|record| record.delivery), Some(DeliveryState::GivenUp));
        assert_eq!(attempt(&mut log, 204), "a2", "the next one gets its turn");
        assert_eq!(log.find("a2").map(|record| record.delivery), Some(DeliveryState::Delivered));
    }

    #[test]
    fn a_redelivery_waits_for_its_turn() {
        let mut log = log(&[("a1", "a"), ("a2", "a")]);
        attempt(&mut log, 200);
        assert!(log.redeliver(now(), "a1"));
        assert!(!log.redeliver(now(), "unknown"));
        assert_eq!(attempt(&mut log, 200), "a2");
        assert_eq!(attempt(&mut log, 200), "a1");
        assert_eq!(log.find("a1").map(|record| record.attempts.len()), Some(2));
    }
}
