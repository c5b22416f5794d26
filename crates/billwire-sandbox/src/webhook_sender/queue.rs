//! Every event of every API with its attempts, and whose turn it is: where an API says so, strictly in order per client.

#[cfg(test)]
mod tests;
mod written;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::record::{DeliveryAttempt, DeliveryState, EventRecord, Record};
use super::records::Records;
use crate::api::{Api, Ordering};
use crate::count;
use crate::event::NewEvent;
use crate::id_text::IdText;
use crate::moment::Moment;
use crate::seed::Digest;

/// How many events are remembered that nothing is going to happen to any more.
const KEPT: usize = 50_000;

/// Which events wait for one another: those of a client, or an event alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LaneKey(&'static str, IdText);

fn lane_of(api: &'static Api, id: &IdText, client_id: &IdText) -> LaneKey {
    let whose = match api.ordering {
        Ordering::PerClient => client_id,
        Ordering::None => id,
    };
    LaneKey(api.name, whose.clone())
}

impl Record {
    fn lane(&self) -> LaneKey {
        lane_of(self.api, &self.id, &self.client_id)
    }
}

/// The newest events, and what is still to be sent. Of the others only a count and a digest are left.
#[derive(Clone)]
pub(crate) struct EventLog {
    records: Records,
    /// Of every event, in order.
    digest: Digest,
    /// Later events of a lane wait for earlier ones.
    lanes: BTreeMap<LaneKey, Lane>,
    /// Whose turn it is: the lanes by their next attempt and their order.
    turns: BTreeSet<(Moment, u64, LaneKey)>,
    next_order: u64,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lane {
    waiting: VecDeque<IdText>,
    next_attempt: Moment,
    #[serde(deserialize_with = "count::deserialize")]
    order: u64,
    /// Attempts made for the first event in this round.
    attempts: u32,
}

/// The events that are next in a lane.
#[derive(Debug, Default)]
pub(crate) struct Front {
    pub(crate) first: String,
    pub(crate) next: Option<String>,
    /// Attempts made for the first one in this round.
    pub(crate) attempts: u32,
}

/// An event whose turn it is, with the time it was meant for.
pub(crate) struct Turn {
    pub(crate) at: Moment,
    pub(crate) api: &'static Api,
    pub(crate) lane: LaneKey,
    pub(crate) record: EventRecord,
}

impl EventLog {
    pub(crate) fn new() -> Self {
        Self {
            records: Records::default(),
            digest: Digest::new(),
            lanes: BTreeMap::new(),
            turns: BTreeSet::new(),
            next_order: 0,
        }
    }

    /// Adds an event; returns its lane if it waits to be sent.
    pub(crate) fn add(
        &mut self,
        now: Moment,
        api: &'static Api,
        mut event: NewEvent,
        delivery: DeliveryState,
    ) -> Option<LaneKey> {
        let (id, client_id) = (IdText::new(&event.id), event.client_id.clone());
        let text = std::mem::take(&mut event.body).into_text();
        self.digest.add(text.as_bytes());
        self.records.push(&text, |place| Record::new(api, event, delivery, place));
        let lane = (delivery == DeliveryState::Waiting).then(|| lane_of(api, &id, &client_id));
        if let Some(lane) = &lane {
            self.enqueue(now, id, lane);
        }
        self.forget_old();
        lane
    }

    /// Sends an event once more, after what waits already.
    pub(crate) fn redeliver(&mut self, now: Moment, id: &str) -> bool {
        let Some(record) = self.records.find_mut(id) else { return false };
        if record.delivery != DeliveryState::Waiting {
            record.delivery = DeliveryState::Waiting;
            let lane = record.lane();
            self.enqueue(now, IdText::new(id), &lane);
        }
        true
    }

    /// Nothing of an API is sent any more: what waits can be redelivered once there is a receiver again.
    pub(crate) fn stop(&mut self, api: &'static Api) {
        self.turns.retain(|(_, _, lane)| lane.0 != api.name);
        let (stopped, others) =
            std::mem::take(&mut self.lanes).into_iter().partition(|(lane, _)| lane.0 == api.name);
        self.lanes = others;
        let stopped: BTreeMap<LaneKey, Lane> = stopped;
        for id in stopped.into_values().flat_map(|lane| lane.waiting) {
            if let Some(record) = self.records.find_mut(id.as_str()) {
                record.delivery = DeliveryState::NotConfigured;
            }
            self.records.forget_if_aside(id.as_str());
        }
    }

    /// The API of an event.
    pub(crate) fn api_of(&self, id: &str) -> Option<&'static Api> {
        self.records.find(id).map(|record| record.api)
    }

    pub(crate) fn find(&self, id: &str) -> Option<EventRecord> {
        self.records.find(id).map(|record| self.records.shown(record))
    }

    /// The remembered events, oldest first.
    pub(crate) fn records(&self) -> impl Iterator<Item = EventRecord> {
        self.records.iter()
    }

    /// Every event so far, also those that are not remembered.
    pub(crate) fn count(&self) -> u64 {
        self.records.count()
    }

    pub(crate) fn kept(&self) -> usize {
        self.records.len() + self.records.aside()
    }

    /// Equal for two logs if every event so far was the same, in the same order.
    pub(crate) fn digest(&self) -> Digest {
        self.digest
    }

    pub(crate) fn next_due(&self) -> Option<Moment> {
        self.turns.first().map(|(next_attempt, ..)| *next_attempt)
    }

    pub(crate) fn next(&self) -> Option<Turn> {
        let (at, _, lane) = self.turns.first()?;
        let id = self.lanes.get(lane)?.waiting.front()?;
        let record = self.records.find(id.as_str())?;
        Some(Turn { at: *at, api: record.api, lane: lane.clone(), record: self.records.shown(record) })
    }

    /// Notes an attempt: the lane's next event, another attempt later, or giving up. `pause_after` says how long to wait
    /// after so many failed attempts, if there is to be another one.
    pub(crate) fn attempted(
        &mut self,
        id: &str,
        attempt: DeliveryAttempt,
        pause_after: impl FnOnce(u32) -> Option<SignedDuration>,
    ) {
        let (at, end) = (attempt.at, attempt.end());
        let Some(record) = self.records.find_mut(id) else { return };
        record.attempts.push(attempt);
        let key = record.lane();
        let Some(lane) = self.lanes.get_mut(&key) else { return };
        if lane.waiting.front().map(IdText::as_str) != Some(id) {
            return;
        }
        self.turns.remove(&(lane.next_attempt, lane.order, key.clone()));
        lane.attempts = lane.attempts.saturating_add(1);
        let again = if end == DeliveryState::GivenUp { pause_after(lane.attempts) } else { None };
        if let Some(pause) = again {
            lane.next_attempt = at.plus(pause);
        } else {
            lane.waiting.pop_front();
            lane.attempts = 0;
            lane.next_attempt = at;
        }
        lane.order = self.next_order;
        self.next_order += 1;
        if lane.waiting.is_empty() {
            self.lanes.remove(&key);
        } else {
            self.turns.insert((lane.next_attempt, lane.order, key));
        }
        if again.is_none() {
            if let Some(record) = self.records.find_mut(id) {
                record.delivery = end;
            }
            self.records.forget_if_aside(id);
            self.forget_old();
        }
    }

    /// What waits in a lane.
    pub(crate) fn front(&self, lane: &LaneKey) -> Option<Front> {
        let lane = self.lanes.get(lane)?;
        let (first, next) = (lane.waiting.front()?.to_string(), lane.waiting.get(1).map(IdText::to_string));
        Some(Front { first, next, attempts: lane.attempts })
    }

    /// Nothing of a lane is sent before `until`.
    pub(crate) fn postpone(&mut self, lane: &LaneKey, until: Moment) {
        self.turn_at(lane, until);
    }

    /// The second event that waits in a lane goes first, at `at`.
    pub(crate) fn swap(&mut self, key: &LaneKey, at: Moment) {
        if let Some(lane) = self.lanes.get_mut(key)
            && lane.waiting.len() > 1
        {
            lane.waiting.swap(0, 1);
        }
        self.turn_at(key, at);
    }

    fn turn_at(&mut self, key: &LaneKey, at: Moment) {
        let Some(lane) = self.lanes.get_mut(key) else { return };
        self.turns.remove(&(lane.next_attempt, lane.order, key.clone()));
        (lane.next_attempt, lane.order) = (at, self.next_order);
        self.turns.insert((at, self.next_order, key.clone()));
        self.next_order += 1;
    }

    fn enqueue(&mut self, now: Moment, id: IdText, key: &LaneKey) {
        let order = self.next_order;
        self.next_order += 1;
        if let Some(lane) = self.lanes.get_mut(key) {
            lane.waiting.push_back(id);
            return;
        }
        let lane = Lane { waiting: VecDeque::from([id]), next_attempt: now, order, attempts: 0 };
        self.turns.insert((now, order, key.clone()));
        self.lanes.insert(key.clone(), lane);
    }

    /// Lets go of the oldest events, but of none that waits.
    fn forget_old(&mut self) {
        while self.records.len() > KEPT {
            match self.records.first().map(|record| record.delivery) {
                Some(DeliveryState::Waiting) => self.records.set_first_aside(),
                Some(_) => self.records.forget_first(),
                None => return,
            }
        }
    }
}
