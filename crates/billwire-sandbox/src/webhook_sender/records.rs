//! The remembered events, oldest first, found by id.

use std::collections::{BTreeMap, VecDeque};

use hashbrown::HashTable;
use serde::{Serialize, Serializer};

use super::record::{DeliveryState, EventRecord, Record};
use super::texts::{TextPlace, Texts};
use crate::hash::hash_of;
use crate::id_text::IdText;

/// Events go in the order in which they came; each keeps its number, counted from the first event ever.
#[derive(Clone, Default)]
pub(super) struct Records {
    all: VecDeque<Record>,
    texts: Texts,
    /// Those that still wait though younger ones have gone, by their numbers; with their texts.
    aside: BTreeMap<u64, (Record, Box<str>)>,
    /// How many have gone or were set aside.
    gone: u64,
    /// The numbers of the events, by their ids.
    numbers: HashTable<u64>,
}

impl Records {
    /// After so many that have gone already.
    pub(super) fn after(gone: u64) -> Self {
        Self { gone, ..Self::default() }
    }

    /// Adds an event with this text; `record` is told where the text is.
    pub(super) fn push(&mut self, text: &str, record: impl FnOnce(TextPlace) -> Record) {
        let record = record(self.texts.push(text));
        let (number, hash) = (self.count(), hash_of(&record.id));
        self.all.push_back(record);
        let (all, aside, gone) = (&self.all, &self.aside, self.gone);
        self.numbers.insert_unique(hash, number, |number| {
            at(all, aside, gone, *number).map_or(0, |record| hash_of(&record.id))
        });
    }

    pub(super) fn first(&self) -> Option<&Record> {
        self.all.front()
    }

    /// Forgets the oldest one.
    pub(super) fn forget_first(&mut self) {
        let Some(oldest) = self.all.pop_front() else { return };
        if let Ok(entry) = self.numbers.find_entry(hash_of(&oldest.id), |number| *number == self.gone) {
            entry.remove();
        }
        self.first_is_gone();
    }

    /// Keeps the oldest one, but so that it keeps none of those that came after it.
    pub(super) fn set_first_aside(&mut self) {
        let Some(oldest) = self.all.pop_front() else { return };
        let text = self.texts.get(oldest.event).into();
        self.aside.insert(self.gone, (oldest, text));
        self.first_is_gone();
    }

    /// Forgets an event that was set aside and waits no longer.
    pub(super) fn forget_if_aside(&mut self, id: &str) {
        let Some(number) = self.number(id).filter(|number| *number < self.gone) else { return };
        if let Ok(entry) = self.numbers.find_entry(hash_of(&IdText::new(id)), |known| *known == number) {
            entry.remove();
        }
        self.aside.remove(&number);
    }

    fn first_is_gone(&mut self) {
        self.gone += 1;
        self.texts.keep_from(self.all.front().map(|record| record.event));
    }

    /// How many are remembered, without those that were set aside.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn aside(&self) -> usize {
        self.aside.len()
    }

    /// How many are forgotten.
    pub(super) fn gone(&self) -> u64 {
        self.gone - self.aside.len() as u64
    }

    /// Of every event so far, also those that are not remembered.
    pub(super) fn count(&self) -> u64 {
        self.gone + self.all.len() as u64
    }

    pub(super) fn find(&self, id: &str) -> Option<&Record> {
        at(&self.all, &self.aside, self.gone, self.number(id)?)
    }

    pub(super) fn find_mut(&mut self, id: &str) -> Option<&mut Record> {
        let number = self.number(id)?;
        match number.checked_sub(self.gone) {
            Some(place) => self.all.get_mut(usize::try_from(place).ok()?),
            None => self.aside.get_mut(&number).map(|(record, _)| record),
        }
    }

    pub(super) fn shown(&self, record: &Record) -> EventRecord {
        let number = if self.aside.is_empty() { None } else { self.number(record.id.as_str()) };
        match number.and_then(|number| self.aside.get(&number)) {
            Some((_, text)) => record.shown(text),
            None => record.shown(self.texts.get(record.event)),
        }
    }

    /// Those that are to be sent.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &IdText> {
        let waits = |record: &&Record| record.delivery == DeliveryState::Waiting;
        self.all_with_texts().map(|(record, _)| record).filter(waits).map(|record| &record.id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = EventRecord> {
        self.all_with_texts().map(|(record, text)| record.shown(text))
    }

    fn all_with_texts(&self) -> impl Iterator<Item = (&Record, &str)> {
        let aside = self.aside.values().map(|(record, text)| (record, &**text));
        aside.chain(self.all.iter().map(|record| (record, self.texts.get(record.event))))
    }

    fn number(&self, id: &str) -> Option<u64> {
        let id = IdText::new(id);
        let is_it = |number: &u64| {
            at(&self.all, &self.aside, self.gone, *number).is_some_and(|record| record.id == id)
        };
        self.numbers.find(hash_of(&id), is_it).copied()
    }
}

fn at<'a>(
    all: &'a VecDeque<Record>,
    aside: &'a BTreeMap<u64, (Record, Box<str>)>,
    gone: u64,
    number: u64,
) -> Option<&'a Record> {
    match number.checked_sub(gone) {
        Some(place) => all.get(usize::try_from(place).ok()?),
        None => aside.get(&number).map(|(record, _)| record),
    }
}

/// The JSON form: an array. How many have gone is for the log to write.
impl Serialize for Records {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.all_with_texts().map(|(record, text)| record.written(text)))
    }
}
