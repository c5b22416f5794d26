//! Lists in which one bad element does not lose the others.

use std::cell::Cell;
use std::fmt;
use std::ops::Deref;

use serde::de::{DeserializeOwned, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::answer::{Answer, Path};

/// How many rejected elements one decoding reports with their JSON, lists inside lists included. A report takes about a
/// hundred times the room of a short element, so without a bound a hostile answer of 16 MiB would take gigabytes.
const MOST_REPORTS: usize = 100;

/// A received list. Elements that decode are in `items`; each one that does not is reported in `rejected`, with its
/// place, its problem and its JSON. An answer has a hundred such reports at most, lists inside lists included; further
/// elements that do not decode are counted in `unreported`.
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
    /// How many more elements did not, after those in `rejected`.
    pub unreported: usize,
}

impl<T> List<T> {
    /// The items, if every element is one: for callers who want all or nothing. Lists inside the items are not looked at.
    ///
    /// # Errors
    /// [`IncompleteList`] with the first [`RejectedElement`]. Report it to the maintainers of these models, with its
    /// problem but without its JSON, which is personal data.
    pub fn into_complete(self) -> Result<Vec<T>, IncompleteList> {
        let missing = self.rejected.len() + self.unreported;
        if missing == 0 {
            return Ok(self.items);
        }
        Err(IncompleteList { missing, first: self.rejected.into_iter().next() })
    }

    /// The place in the received list of the item that is now at `position`, if no element before it went unreported.
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

/// A list with elements that did not decode.
#[derive(Clone, Debug)]
pub struct IncompleteList {
    missing: usize,
    first: Option<RejectedElement>,
}

impl IncompleteList {
    /// How many elements did not decode.
    pub fn missing(&self) -> usize {
        self.missing
    }

    /// The first of them; `None` if other lists of the answer took the room for reports.
    pub fn first(&self) -> Option<&RejectedElement> {
        self.first.as_ref()
    }
}

impl fmt::Display for IncompleteList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} element(s) of the list do not decode", self.missing)?;
        self.first.as_ref().map_or(Ok(()), |first| write!(formatter, "; {first}"))
    }
}

impl std::error::Error for IncompleteList {}

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
        Self { items: Vec::new(), rejected: Vec::new(), unreported: 0 }
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, rejected: Vec::new(), unreported: 0 }
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

/// Two lists are equal when their items are, and they rejected the same places and left as many unreported.
impl<T: PartialEq> PartialEq for List<T> {
    fn eq(&self, other: &Self) -> bool {
        let places = |list: &Self| list.rejected.iter().map(RejectedElement::index).collect::<Vec<_>>();
        self.items == other.items && places(self) == places(other) && self.unreported == other.unreported
    }
}

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rejected.is_empty() && self.unreported == 0 {
            return fmt::Debug::fmt(&self.items, formatter);
        }
        formatter
            .debug_struct("List")
            .field("items", &self.items)
            .field("rejected", &self.rejected)
            .field("unreported", &self.unreported)
            .finish()
    }
}

impl<T: Answer> Answer for List<T> {
    fn visit_rejected(&self, path: &Path<'_>, report: &mut dyn FnMut(&Path<'_>, &RejectedElement)) {
        for rejected in &self.rejected {
            report(&path.index(rejected.index), rejected);
        }
        // An item with a report inside was decoded while there was room for reports, and so was everything before it:
        // its place is exact.
        for (position, item) in self.items.iter().enumerate() {
            item.visit_rejected(&path.index(self.received_index(position)), report);
        }
    }

    fn unreported_count(&self) -> usize {
        self.unreported + self.items.iter().map(Answer::unreported_count).sum::<usize>()
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
        let _room = Room::enter();
        let mut list = List::default();
        let mut index = 0;
        while let Some(json) = elements.next_element::<Box<RawValue>>()? {
            let before = Room::left();
            match serde_json::from_str(json.get()) {
                Ok(item) => list.items.push(item),
                Err(_) if before == 0 => list.unreported += 1,
                Err(_) => {
                    let problem = problem::<T>(&json);
                    list.rejected.push(RejectedElement { index, problem, json });
                    // Reports inside the element went with it.
                    Room::set(before - 1);
                }
            }
            index += 1;
        }
        Ok(list)
    }
}

thread_local! {
    /// The reports that the decoding of the outermost list on this thread has left; `None` outside of one. A decoder
    /// cannot be handed anything by the one that calls it, and it never leaves its thread.
    static ROOM: Cell<Option<usize>> = const { Cell::new(None) };
}

/// The room for reports, shared by a list and the lists inside it.
struct Room {
    is_outermost: bool,
}

impl Room {
    fn enter() -> Self {
        let is_outermost = ROOM.get().is_none();
        if is_outermost {
            ROOM.set(Some(MOST_REPORTS));
        }
        Self { is_outermost }
    }

    fn left() -> usize {
        ROOM.get().unwrap_or_default()
    }

    fn set(left: usize) {
        ROOM.set(Some(left));
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if self.is_outermost {
            ROOM.set(None);
        }
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

    fn array_of(element: &str, count: usize) -> String {
        format!("[{}]", vec![element; count].join(","))
    }

    #[test]
    fn a_hostile_list_costs_no_more_than_its_reports() {
        let list: List<bool> = serde_json::from_str(&array_of("1", 200_000)).unwrap();
        assert_eq!((list.rejected.len(), list.unreported), (MOST_REPORTS, 200_000 - MOST_REPORTS));
        assert!(
            list.rejected.capacity() < 2 * MOST_REPORTS && list.items.capacity() == 0,
            "nothing else is kept"
        );
        let kept: usize = list.rejected.iter().map(|one| one.json.get().len() + one.problem.capacity()).sum();
        assert!(kept < 100 * MOST_REPORTS, "{kept} bytes");
        assert!(format!("{list:?}").contains("unreported: 199900"));
        assert!(list.clone().into_complete().is_err());
        let mut shorter = list.clone();
        shorter.unreported -= 1;
        assert_ne!(list, shorter);
    }

    #[test]
    fn good_elements_arrive_however_many_bad_ones_stand_between() {
        let pair = r#"{}, "1.00""#;
        let list: List<Money> = serde_json::from_str(&array_of(pair, 5_000)).unwrap();
        assert_eq!((list.len(), list.rejected.len(), list.unreported), (5_000, MOST_REPORTS, 4_900));
        assert_eq!(list.rejected_count(), 5_000);
    }

    #[test]
    fn lists_inside_lists_share_the_room_and_keep_their_places() {
        // Element 0 and every third have two good and one bad element, the others are bad as a whole.
        let inner = r#"["1.00", "x", "1.00"], 5, {}"#;
        let list: List<List<Money>> = serde_json::from_str(&array_of(inner, 1_000)).unwrap();
        assert_eq!((list.len(), list.rejected_count()), (1_000, 3_000), "every rejected element is counted");
        let mut places = Vec::new();
        list.visit_rejected(&Path::root(), &mut |path, _| places.push(path.to_string()));
        assert_eq!(places.len(), MOST_REPORTS, "and a hundred are reported");
        for place in places {
            let digits = place.trim_matches(['[', ']']);
            let (outer, inner) = digits.split_once("][").unwrap_or((digits, "whole"));
            let is_whole = outer.parse::<usize>().unwrap() % 3 != 0;
            assert_eq!(inner == "whole", is_whole, "{place}");
            assert!(is_whole || inner == "1", "{place}");
        }
        let next: List<bool> = serde_json::from_str("[1]").unwrap();
        assert_eq!(next.rejected.len(), 1, "the next decoding has all the room again");
    }

    #[test]
    fn reports_inside_a_rejected_element_take_no_room() {
        let inner = r#"[["x", "x", "x"], 5]"#;
        let list: List<(List<Money>, String)> = serde_json::from_str(&array_of(inner, 200)).unwrap();
        assert_eq!((list.rejected.len(), list.unreported), (MOST_REPORTS, 100));
        assert!(serde_json::from_str::<List<Money>>("[1, nonsense").is_err());
        let next: List<bool> = serde_json::from_str("[1]").unwrap();
        assert_eq!(next.rejected.len(), 1, "an error gives the room back too");
    }

    #[test]
    fn a_list_that_lost_elements_without_a_report_is_not_complete() {
        let bad = array_of(r#""x""#, MOST_REPORTS);
        let lists: List<List<Money>> = serde_json::from_str(&format!(r#"[{bad}, ["1.00", "x"]]"#)).unwrap();
        let second = lists[1].clone();
        assert_eq!((second.rejected.len(), second.unreported), (0, 1));
        assert!(format!("{second:?}").contains("unreported: 1"), "{second:?}");
        let error = second.into_complete().expect_err("an element is missing");
        assert!(error.to_string().contains("1 element"), "{error}");
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
