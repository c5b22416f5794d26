//! Rows in the order of their creation, found by id.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) trait Row {
    type Id: Ord + Clone;

    fn id(&self) -> &Self::Id;
}

/// An insertion-ordered table; its JSON form is the array of its rows.
#[derive(Clone)]
pub(crate) struct Table<R: Row> {
    next: u64,
    rows: BTreeMap<u64, R>,
    index: BTreeMap<R::Id, u64>,
}

impl<R: Row> Table<R> {
    pub(crate) fn new() -> Self {
        Self { next: 0, rows: BTreeMap::new(), index: BTreeMap::new() }
    }

    pub(crate) fn insert(&mut self, row: R) {
        self.index.insert(row.id().clone(), self.next);
        self.rows.insert(self.next, row);
        self.next += 1;
    }

    pub(crate) fn find(&self, id: &R::Id) -> Option<&R> {
        self.rows.get(self.index.get(id)?)
    }

    pub(crate) fn find_mut(&mut self, id: &R::Id) -> Option<&mut R> {
        self.rows.get_mut(self.index.get(id)?)
    }

    pub(crate) fn remove(&mut self, id: &R::Id) -> Option<R> {
        let place = self.index.remove(id)?;
        self.rows.remove(&place)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &R> {
        self.rows.values()
    }
}

impl<R: Row + Serialize> Serialize for Table<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.values())
    }
}

impl<'de, R: Row + Deserialize<'de>> Deserialize<'de> for Table<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut table = Self::new();
        for row in Vec::<R>::deserialize(deserializer)? {
            if table.index.contains_key(row.id()) {
                return Err(serde::de::Error::custom("two rows of one table have the same id"));
            }
            table.insert(row);
        }
        Ok(table)
    }
}
