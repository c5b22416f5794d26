//! Lists in which one bad element does not lose the others.

use std::fmt;
use std::ops::Deref;

use serde::de::{DeserializeOwned, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::answer::{Answer, Path};

/// A received list. Elements that decode are in `items`; each one that does not is reported in `rejected`, with its
/// place, its problem and its JSON, so that nothing is lost.
///
/// Decodes from JSON text or from a [`serde_json::Value`]. Written back, it holds the decoded items only.
///
/// ```
/// use billwire_models::scalar::{List, Money};
///
/// let amounts: List<Money> = serde_json::from_str(r#"["1.00", "a lot", "2.00"]"#)?;
/// assert_eq!(amounts.len(), 2);
/// assert_eq!(amounts.rejected[0].index(), 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct List<T> {
    /// The elements that decoded, in the order of the answer.
    pub items: Vec<T>,
    /// The elements that did not, in the order of the answer.
    pub rejected: Vec<RejectedElement>,
}

impl<T> List<T> {
    /// The items, or the first rejected element if there is one: for callers who want all or nothing.
    ///
    /// # Errors
    /// The first [`RejectedElement`]. Report it to the maintainers of these models, with its problem but without its
    /// JSON, which is personal data.
    pub fn into_complete(mut self) -> Result<Vec<T>, RejectedElement> {
        if self.rejected.is_empty() { Ok(self.items) } else { Err(self.rejected.swap_remove(0)) }
    }

    /// The place in the received list of the item that is now at `position`.
    fn received_index(&self, position: usize) -> usize {
        let mut index = position;
        for rejected in &self.rejected {
            if rejected.index <= index {
                index += 1;
            }
        }
        index
    }
}

/// A list element that did not decode.
#[derive(Clone)]
pub struct RejectedElement {
    index: usize,
    problem: String,
    json: Box<RawValue>,
}

impl RejectedElement {
    /// The report of `json`, the element at `index` of a list of `T`, which did not decode as one. For readers that take
    /// a list apart by themselves.
    #[must_use]
    pub fn of<T: DeserializeOwned>(index: usize, json: Box<RawValue>) -> Self {
        Self { index, problem: problem::<T>(&json), json }
    }

    /// The place in the received list, counted from zero.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Where inside the element and why: `bill.balance: not an exact amount of money: …`.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// The element as it came. It may hold personal data: do not log it.
    pub fn json(&self) -> &str {
        self.json.get()
    }
}

impl fmt::Debug for RejectedElement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RejectedElement")
            .field("index", &self.index)
            .field("problem", &self.problem)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for RejectedElement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "element {} does not decode: {}", self.index, self.problem)
    }
}

impl std::error::Error for RejectedElement {}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { items: Vec::new(), rejected: Vec::new() }
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, rejected: Vec::new() }
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Vec::from_iter(items).into()
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a List<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

/// Two lists are equal when their items are and they rejected the same places.
impl<T: PartialEq> PartialEq for List<T> {
    fn eq(&self, other: &Self) -> bool {
        let places = |list: &Self| list.rejected.iter().map(RejectedElement::index).collect::<Vec<_>>();
        self.items == other.items && places(self) == places(other)
    }
}

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rejected.is_empty() {
            return fmt::Debug::fmt(&self.items, formatter);
        }
        formatter.debug_struct("List").field("items", &self.items).field("rejected", &self.rejected).finish()
    }
}

impl<T: Answer> Answer for List<T> {
    fn visit_rejected(&self, path: &Path<'_>, report: &mut dyn FnMut(&Path<'_>, &RejectedElement)) {
        for rejected in &self.rejected {
            report(&path.index(rejected.index), rejected);
        }
        for (position, item) in self.items.iter().enumerate() {
            item.visit_rejected(&path.index(self.received_index(position)), report);
        }
    }
}

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.items.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor(std::marker::PhantomData))
    }
}

struct ListVisitor<T>(std::marker::PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<List<T>, A::Error> {
        let mut list = List::default();
        let mut index = 0;
        while let Some(json) = elements.next_element::<Box<RawValue>>()? {
            match serde_json::from_str(json.get()) {
                Ok(item) => list.items.push(item),
                Err(_) => list.rejected.push(RejectedElement::of::<T>(index, json)),
            }
            index += 1;
        }
        Ok(list)
    }
}

/// Decodes a bad element once more, this time keeping track of the place, which the happy path does not pay for.
fn problem<T: DeserializeOwned>(json: &RawValue) -> String {
    let mut deserializer = serde_json::Deserializer::from_str(json.get());
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(_) => "decodes only in part".to_owned(),
        Err(error) => super::problem::describe(&error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Money;
    use super::*;

    impl Answer for Money {}

    #[test]
    fn a_bad_element_is_reported_and_the_others_arrive() {
        let list: List<Money> = serde_json::from_str(r#"["1.00", {"a": 1}, null, "2.00"]"#).unwrap();
        assert_eq!(list.items, [Money::from_cents(100), Money::from_cents(200)]);
        assert_eq!(list.rejected.iter().map(RejectedElement::index).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(list.rejected[0].json(), r#"{"a": 1}"#);
        assert!(list.rejected[0].problem().starts_with("invalid type: map"), "{:?}", list.rejected[0]);
        assert!(list.clone().into_complete().is_err());
        assert_eq!(list.received_index(0), 0);
        assert_eq!(list.received_index(1), 3);
    }

    #[test]
    fn the_report_names_the_place() {
        let list: List<List<Money>> = serde_json::from_str(r#"[["1.00"], ["1.00", "x"], 5]"#).unwrap();
        let mut places = Vec::new();
        list.visit_rejected(&Path::root().field("data"), &mut |path, _| places.push(path.to_string()));
        assert_eq!(places, ["data[2]", "data[1][1]"]);
        assert_eq!(list.rejected_count(), 2);
    }

    #[test]
    fn decodes_from_a_value_and_through_a_path_tracker() {
        let value = serde_json::json!(["1.00", 7.5, []]);
        assert_eq!(serde_json::from_value::<List<Money>>(value).unwrap().rejected_count(), 1);
        let mut deserializer = serde_json::Deserializer::from_str(r#"["1.00", []]"#);
        let list: List<Money> = serde_path_to_error::deserialize(&mut deserializer).unwrap();
        assert_eq!((list.items.len(), list.rejected.len()), (1, 1));
    }

    #[test]
    fn what_is_not_a_list_is_an_error() {
        assert!(serde_json::from_str::<List<Money>>(r#"{"data": []}"#).is_err());
        assert!(serde_json::from_str::<List<Money>>(r#"["1.00", nonsense]"#).is_err());
    }

    #[test]
    fn a_rejected_element_hides_its_json() {
        let list: List<bool> = serde_json::from_str(r#"[{"name": "Demo User"}, "Demo User", 4111]"#).unwrap();
        let shown = format!("{list:?} {}", list.rejected[1]);
        assert!(!shown.contains("Demo") && !shown.contains("4111"), "{shown}");
        assert_eq!(list.rejected[1].problem(), "invalid type: string, expected a boolean");
    }
}
