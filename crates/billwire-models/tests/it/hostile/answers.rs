//! Hostile answers to calls.

use serde_json::Value;

use super::sample::{Case, Change, Place, Sample, element_around, told};
use super::{Answer, Decoded};

/// What the decoding of a changed answer must come to.
struct Expected<'a> {
    answer: &'a Answer,
    place: &'a Place<'a>,
    original: &'a Decoded,
}

impl Expected<'_> {
    fn check(&self, case: &Case) {
        let outcome = (self.answer.decode)(&case.body);
        let what = format!("{} {} {:?}", self.answer.name, self.place.field.at, case.change);
        if let Change::Broken(_) = case.change {
            assert!(outcome.is_err(), "{what}: not JSON, and decodes");
            return;
        }
        // An answer that is one of several is read whole before it is decoded, and that goes 128 levels deep.
        let is_choice = self.answer.name.contains('.');
        if is_choice && matches!(case.change, Change::Other("deep array" | "deep object")) {
            return;
        }
        let accepts = self.place.field.accepts(case.change);
        match element_around(&self.place.sample.fields, &self.place.field.at) {
            Some((element, rest)) => {
                let decoded =
                    outcome.unwrap_or_else(|failure| unreachable!("{what} lost the answer: {failure:?}"));
                self.check_neighbours(&decoded, element, &what);
                match accepts {
                    Some(true) => self.check_accepted(&decoded, case, &what),
                    Some(false) => check_report(&decoded, case, element, rest, &what),
                    None => {}
                }
            }
            None => match (accepts, outcome) {
                (Some(true) | None, Ok(decoded)) => self.check_accepted(&decoded, case, &what),
                (Some(false) | None, Err(failure)) => {
                    let (at, names) = told_place(case.change, &self.place.field.at);
                    // What is hidden from users stands in the path that only tests see.
                    let at = at.replace("[hidden]", "quokka second");
                    // A choice is read whole before it is decoded: its errors tell the place in their text.
                    let told = if failure.at == "." { &failure.text } else { &failure.at };
                    assert!(told.starts_with(&at), "{what} is told at {told}");
                    assert!(failure.text.contains(&names), "{what}: {}", failure.text);
                }
                (Some(accepts), outcome) => unreachable!("{what}: accepted {accepts}, and is {outcome:?}"),
            },
        }
    }

    /// The first element of every list arrives, whatever became of the second.
    fn check_neighbours(&self, decoded: &Decoded, element: &str, what: &str) {
        let (list, _) = element.rsplit_once('/').unwrap_or_default();
        let whole = self.original.value.pointer(list).and_then(|list| list.as_array());
        let left = decoded.value.pointer(list).and_then(|list| list.as_array());
        // A list inside a rejected element went with it; the list around that one is what counts then.
        let Some((whole, left)) = whole.zip(left) else { return };
        assert_eq!(left.first(), whole.first(), "{what}: the neighbour changed");
        assert!(left.len() + 1 >= whole.len(), "{what}: {} of {} are left", left.len(), whole.len());
    }

    fn check_accepted(&self, decoded: &Decoded, case: &Case, what: &str) {
        let is_list = self.place.field.kind == "list";
        assert!(decoded.rejected.is_empty() || is_list, "{what}: {:?}", decoded.rejected);
        match case.change {
            Change::Twice => assert_eq!(decoded, self.original, "{what}: the last one counts"),
            Change::Extra if self.place.field.kind == "object" => {
                assert_eq!(decoded, self.original, "{what}: unknown members are skipped");
            }
            Change::Null if self.place.field.kind != "any" => {
                let without = self.place.without();
                let missing = (self.answer.decode)(&without).expect("an optional member may be missing");
                assert_eq!(*decoded, missing, "{what}: null and absent mean the same");
            }
            _ => {}
        }
    }
}

fn check_report(decoded: &Decoded, case: &Case, element: &str, rest: &str, what: &str) {
    let [(place, problem)] = decoded.rejected.as_slice() else {
        unreachable!("{what}: one report is due, and there are {:?}", decoded.rejected)
    };
    assert_eq!(*place, told(element), "{what}");
    if problem == "recursion limit exceeded" {
        assert_eq!(case.change, Change::Other("deep object"), "{what}");
        return;
    }
    let (inside, names) = told_place(case.change, rest);
    assert!(problem.starts_with(&inside) && problem.contains(&names), "{what}: {problem}");
}

/// Where the report must point, and what it must name: a missing member is told by its name at its object.
fn told_place(change: Change, at: &str) -> (String, String) {
    let (parent, name) = at.rsplit_once('/').unwrap_or_default();
    match change {
        Change::Missing => (told(parent), format!("`{name}`")),
        _ => (told(at), String::new()),
    }
}

/// The value with one number in place of every other.
fn without_numbers(value: &Value) -> Value {
    match value {
        Value::Number(_) => Value::from(0),
        Value::Array(elements) => elements.iter().map(without_numbers).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), without_numbers(value))).collect()
        }
        other => other.clone(),
    }
}

/// Every answer of one API, with something else in every place. Gives back the number of cases.
fn play(answers: &[Answer]) -> usize {
    let mut count = 0;
    for answer in answers {
        let sample = Sample::read(answer.sample);
        let original = (answer.decode)(&sample.original()).expect("the sample decodes");
        assert!(original.rejected.is_empty(), "{}: {:?}", answer.name, original.rejected);
        // An amount may come back in another unit, so numbers count as numbers.
        let [read, given] = [&original.value, &sample.body].map(without_numbers);
        assert_eq!(read, given, "{}: every member of the sample is read", answer.name);
        for place in sample.places() {
            let original = (answer.decode)(&place.original()).expect("the small sample decodes");
            let expected = Expected { answer, place: &place, original: &original };
            for case in place.cases() {
                expected.check(&case);
                count += 1;
            }
        }
        for (name, body) in sample.nonsense() {
            let outcome = (answer.decode)(&body);
            // An object that demands nothing skips a member it does not know, whatever bytes are in it.
            let is_empty = outcome.as_ref().is_ok_and(|decoded| decoded.value == serde_json::json!({}));
            let may_skip = name == "invalid UTF-8" && is_empty;
            assert!(outcome.is_err() || may_skip, "{}: {name} decodes to {outcome:?}", answer.name);
            count += 1;
        }
    }
    count
}

#[cfg(feature = "billerapi")]
#[test]
fn no_hostile_answer_of_billerapi_panics_loses_a_list_or_hides_its_place() {
    use crate::billerapi_samples::ANSWERS;

    let count = play(ANSWERS);
    println!("figure: hostile answers of BillerAPI: {count} cases of {} answers, decoded", ANSWERS.len());
    assert!(count >= 2_000, "{count}");
}

#[cfg(feature = "q2")]
#[test]
fn no_hostile_answer_panics_loses_a_list_or_hides_its_place() {
    use crate::q2_samples::ANSWERS;

    let count = play(ANSWERS);
    println!("figure: hostile answers: {count} cases of {} answers, decoded", ANSWERS.len());
    assert!(count >= 3_000, "{count}");
}

#[cfg(feature = "unbill")]
#[test]
fn no_hostile_answer_of_unbill_panics_loses_a_list_or_hides_its_place() {
    use crate::unbill_samples::ANSWERS;

    let count = play(ANSWERS);
    println!("figure: hostile answers of Unbill: {count} cases of {} answers, decoded", ANSWERS.len());
    assert!(count >= 2_000, "{count}");
}
