//! Rows in the order of their creation, found by id or by a second name.

use std::hash::Hash;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::hash::Index;

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
/// The hash maps are only asked, never walked: the order of everything comes from the rows alone.
#[derive(Clone)]
pub(crate) struct Table<R: Row> {
    /// By place; a removed row leaves a hole until there are many.
    rows: Vec<Option<R>>,
    places: Index<R::Id, usize>,
    names: Index<String, usize>,
}

impl<R: Row> Table<R> {
    pub(crate) fn new() -> Self {
        Self { rows: Vec::new(), places: Index::default(), names: Index::default() }
    }

    pub(crate) fn insert(&mut self, row: R) {
        let place = self.rows.len();
        self.places.insert(row.id().clone(), place);
        if let Some(name) = row.name() {
            self.names.insert(name.to_owned(), place);
        }
        self.rows.push(Some(row));
    }

    pub(crate) fn find(&self, id: &R::Id) -> Option<&R> {
        self.rows.get(*self.places.get(id)?)?.as_ref()
    }

    pub(crate) fn find_mut(&mut self, id: &R::Id) -> Option<&mut R> {
        self.rows.get_mut(*self.places.get(id)?)?.as_mut()
    }

    /// The row with this second name.
    pub(crate) fn find_named(&self, name: &str) -> Option<&R> {
        self.rows.get(*self.names.get(name)?)?.as_ref()
    }

    pub(crate) fn remove(&mut self, id: &R::Id) -> Option<R> {
        let place = self.places.remove(id)?;
        let row = self.rows.get_mut(place)?.take()?;
        if let Some(name) = row.name() {
            self.names.remove(name);
        }
        let holes = self.rows.len() - self.places.len();
        if holes > HOLES_KEPT && holes > self.places.len() {
            self.move_together();
        }
        Some(row)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &R> {
        self.rows.iter().flatten()
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    fn move_together(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        self.places.clear();
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
            let named_twice = row.name().is_some_and(|name| table.names.contains_key(name));
            if named_twice || table.places.contains_key(row.id()) {
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
