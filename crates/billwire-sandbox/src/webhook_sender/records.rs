//! The remembered events, oldest first, found by id.

use std::collections::VecDeque;

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
    /// How many have gone.
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
        let (all, gone) = (&self.all, self.gone);
        self.numbers.insert_unique(hash, number, |number| {
            at(all, gone, *number).map_or(0, |record| hash_of(&record.id))
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
        self.gone += 1;
        self.texts.keep_from(self.all.front().map(|record| record.event));
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn gone(&self) -> u64 {
        self.gone
    }

    /// Of every event so far, also those that are not remembered.
    pub(super) fn count(&self) -> u64 {
        self.gone + self.all.len() as u64
    }

    pub(super) fn find(&self, id: &str) -> Option<&Record> {
        self.all.get(self.place(id)?)
    }

    pub(super) fn find_mut(&mut self, id: &str) -> Option<&mut Record> {
        let place = self.place(id)?;
        self.all.get_mut(place)
    }

    pub(super) fn shown(&self, record: &Record) -> EventRecord {
        record.shown(self.texts.get(record.event))
    }

    /// Those that are to be sent.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &IdText> {
        let waits = |record: &&Record| record.delivery == DeliveryState::Waiting;
        self.all.iter().filter(waits).map(|record| &record.id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = EventRecord> {
        self.all.iter().map(|record| self.shown(record))
    }

    fn place(&self, id: &str) -> Option<usize> {
        let id = IdText::new(id);
        let is_it = |number: &u64| at(&self.all, self.gone, *number).is_some_and(|record| record.id == id);
        let number = *self.numbers.find(hash_of(&id), is_it)?;
        usize::try_from(number.checked_sub(self.gone)?).ok()
    }
}

fn at(all: &VecDeque<Record>, gone: u64, number: u64) -> Option<&Record> {
    all.get(usize::try_from(number.checked_sub(gone)?).ok()?)
}

/// The JSON form: an array. How many have gone is for the log to write.
impl Serialize for Records {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.all.iter().map(|record| record.written(self.texts.get(record.event))))
    }
}
