//! Rows in the order of their creation, found by id or by a second name.

use std::hash::Hash;

use hashbrown::HashTable;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::hash::hash_of;

/// Holes that a table keeps before it moves its rows together.
const HOLES_KEPT: usize = 64;

pub(crate) trait Row {
    type Id: Eq + Hash + Clone;

    fn id(&self) -> &Self::Id;

    /// Another text that at most one row has, such as a client's identifier. It must not change while the row is in a
    /// table.
    fn name(&self) -> Option<&str> {
        None
    }
}

/// An insertion-ordered table; its JSON form is the array of its rows.
///
/// The hash tables are only asked, never walked: the order of everything comes from the rows alone. They hold nothing but
/// places, because a large population has as much of them as fits into a cache, and not more.
#[derive(Clone)]
pub(crate) struct Table<R: Row> {
    /// By place; a removed row leaves a hole until there are many.
    rows: Vec<Option<R>>,
    /// The places of the rows, by id and by name.
    ids: HashTable<usize>,
    names: HashTable<usize>,
}

impl<R: Row> Table<R> {
    pub(crate) fn new() -> Self {
        Self { rows: Vec::new(), ids: HashTable::new(), names: HashTable::new() }
    }

    pub(crate) fn insert(&mut self, row: R) {
        let place = self.rows.len();
        let (id, name) = (hash_of(row.id()), row.name().map(hash_of));
        self.rows.push(Some(row));
        let at = |place: &usize| self.rows.get(*place).and_then(Option::as_ref);
        self.ids.insert_unique(id, place, |place| at(place).map_or(0, |row| hash_of(row.id())));
        if let Some(name) = name {
            self.names.insert_unique(name, place, |place| at(place).and_then(R::name).map_or(0, hash_of));
        }
    }

    pub(crate) fn find(&self, id: &R::Id) -> Option<&R> {
        self.rows.get(self.place(id)?)?.as_ref()
    }

    pub(crate) fn find_mut(&mut self, id: &R::Id) -> Option<&mut R> {
        let place = self.place(id)?;
        self.rows.get_mut(place)?.as_mut()
    }

    /// The row with this second name.
    pub(crate) fn find_named(&self, name: &str) -> Option<&R> {
        let place = self.names.find(hash_of(name), |place| self.name_at(*place) == Some(name))?;
        self.rows.get(*place)?.as_ref()
    }

    pub(crate) fn remove(&mut self, id: &R::Id) -> Option<R> {
        let place = self.place(id)?;
        let (id, name) = (hash_of(id), self.name_at(place).map(hash_of));
        if let Ok(entry) = self.ids.find_entry(id, |known| *known == place) {
            entry.remove();
        }
        if let Some(name) = name
            && let Ok(entry) = self.names.find_entry(name, |known| *known == place)
        {
            entry.remove();
        }
        let row = self.rows.get_mut(place)?.take();
        let holes = self.rows.len() - self.ids.len();
        if holes > HOLES_KEPT && holes > self.ids.len() {
            self.move_together();
        }
        row
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &R> {
        self.rows.iter().flatten()
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    fn place(&self, id: &R::Id) -> Option<usize> {
        let is_it = |place: &usize| matches!(self.rows.get(*place), Some(Some(row)) if row.id() == id);
        self.ids.find(hash_of(id), is_it).copied()
    }

    fn name_at(&self, place: usize) -> Option<&str> {
        self.rows.get(place)?.as_ref()?.name()
    }

    fn move_together(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        self.ids.clear();
        self.names.clear();
        for row in rows.into_iter().flatten() {
            self.insert(row);
        }
    }
}

impl<R: Row + Serialize> Serialize for Table<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, R: Row + Deserialize<'de>> Deserialize<'de> for Table<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut table = Self::new();
        for row in Vec::<R>::deserialize(deserializer)? {
            let named_twice = row.name().is_some_and(|name| table.find_named(name).is_some());
            if named_twice || table.find(row.id()).is_some() {
                return Err(serde::de::Error::custom("two rows of one table have the same id"));
            }
            table.insert(row);
        }
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Person {
        id: String,
        name: String,
    }

    impl Row for Person {
        type Id = String;

        fn id(&self) -> &String {
            &self.id
        }

        fn name(&self) -> Option<&str> {
            Some(&self.name)
        }
    }

    fn person(number: usize) -> Person {
        Person { id: format!("id-{number}"), name: format!("name-{number}") }
    }

    fn table(count: usize) -> Table<Person> {
        let mut table = Table::new();
        (0..count).for_each(|number| table.insert(person(number)));
        table
    }

    #[test]
    fn rows_keep_their_order_however_many_are_removed() {
        let mut table = table(1000);
        for number in (0..1000).filter(|number| number % 10 != 3) {
            assert_eq!(table.remove(&format!("id-{number}")), Some(person(number)));
        }
        assert_eq!((table.len(), table.iter().count()), (100, 100));
        let left: Vec<Person> = (0..1000).filter(|number| number % 10 == 3).map(person).collect();
        assert!(table.iter().eq(&left));
        assert_eq!(table.find(&"id-993".to_owned()), Some(&person(993)));
        assert_eq!(table.find_named("name-993"), Some(&person(993)));
        assert_eq!(table.find_named("name-994"), None);
        assert!(table.rows.len() < 300, "the holes are closed");
    }

    #[test]
    fn two_rows_of_the_same_id_or_name_are_refused() {
        let twice = |rows: &[Person]| {
            serde_json::from_str::<Table<Person>>(&serde_json::to_string(rows).expect("rows")).is_err()
        };
        assert!(twice(&[person(1), Person { id: "id-2".to_owned(), ..person(1) }]));
        assert!(twice(&[person(1), Person { name: "name-2".to_owned(), ..person(1) }]));
        assert!(!twice(&[person(1), person(2)]));
    }
}
