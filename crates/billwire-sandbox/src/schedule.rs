//! What will happen, in order: by time, and at one time in the order in which it was decided.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::count;
use crate::moment::Moment;

/// Names one entry of a schedule, to take it out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct EntryKey {
    at: Moment,
    #[serde(deserialize_with = "count::deserialize")]
    sequence: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schedule<E> {
    next_sequence: u64,
    entries: BTreeMap<EntryKey, E>,
}

impl<E> Schedule<E> {
    pub(crate) fn new() -> Self {
        Self { next_sequence: 0, entries: BTreeMap::new() }
    }

    pub(crate) fn add(&mut self, at: Moment, effect: E) -> EntryKey {
        let key = EntryKey { at, sequence: self.next_sequence };
        self.next_sequence += 1;
        self.entries.insert(key, effect);
        key
    }

    /// Takes `key` out; nothing happens if it has run or was taken out before.
    pub(crate) fn remove(&mut self, key: EntryKey) {
        self.entries.remove(&key);
    }

    pub(crate) fn next_due(&self) -> Option<Moment> {
        self.entries.first_key_value().map(|(key, _)| key.at)
    }

    /// The first entry, if it is due at or before `until`, with the time it was meant for.
    pub(crate) fn pop_due(&mut self, until: Moment) -> Option<(Moment, E)> {
        let first = self.entries.first_entry()?;
        if first.key().at > until {
            return None;
        }
        let (key, effect) = first.remove_entry();
        Some((key.at, effect))
    }

    /// What is due at or before `until`, in order.
    pub(crate) fn due_until(&self, until: Moment) -> impl Iterator<Item = &E> {
        self.entries.iter().take_while(move |(key, _)| key.at <= until).map(|(_, effect)| effect)
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    #[cfg(test)]
    pub(crate) fn effects(&self) -> impl Iterator<Item = &E> {
        self.entries.values()
    }
}

/// The JSON form: what is still to come, in order.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written<E> {
    #[serde(deserialize_with = "count::deserialize")]
    next_sequence: u64,
    entries: Vec<WrittenEntry<E>>,
}

#[derive(Serialize, Deserialize)]
struct WrittenEntry<E> {
    #[serde(flatten)]
    key: EntryKey,
    effect: E,
}

impl<E: Serialize> Serialize for Schedule<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = self.entries.iter().map(|(key, effect)| WrittenEntry { key: *key, effect }).collect();
        Written { next_sequence: self.next_sequence, entries }.serialize(serializer)
    }
}

impl<'de, E: Deserialize<'de>> Deserialize<'de> for Schedule<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::<E>::deserialize(deserializer)?;
        let entries: BTreeMap<EntryKey, E> =
            written.entries.into_iter().map(|entry| (entry.key, entry.effect)).collect();
        let highest = entries.keys().map(|key| key.sequence + 1).max().unwrap_or(0);
        Ok(Self { next_sequence: written.next_sequence.max(highest), entries })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Moment {
        Moment::new(jiff::Timestamp::from_second(second).expect("in range"))
    }

    #[test]
    fn runs_by_time_then_by_order_of_decision() {
        let mut schedule = Schedule::new();
        schedule.add(at(2), "second");
        schedule.add(at(1), "first");
        schedule.add(at(2), "third");
        let gone = schedule.add(at(1), "never");
        schedule.remove(gone);
        assert_eq!(schedule.next_due(), Some(at(1)));
        let mut seen = Vec::new();
        while let Some((_, effect)) = schedule.pop_due(at(2)) {
            seen.push(effect);
        }
        assert_eq!(seen, ["first", "second", "third"]);
    }

    #[test]
    fn keeps_what_is_not_due() {
        let mut schedule = Schedule::new();
        schedule.add(at(5), "later");
        assert_eq!(schedule.pop_due(at(4)), None);
        assert_eq!(schedule.pop_due(at(5)), Some((at(5), "later")));
    }

    #[test]
    fn survives_a_round_trip_through_json() {
        let mut schedule = Schedule::new();
        schedule.add(at(3), "three".to_owned());
        schedule.add(at(1), "one".to_owned());
        let text = serde_json::to_string(&schedule).expect("serialises");
        let restored: Schedule<String> = serde_json::from_str(&text).expect("deserialises");
        assert_eq!(restored, schedule);
    }
}
