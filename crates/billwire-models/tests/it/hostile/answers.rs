//! Hostile answers to calls.

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
                    assert!(
                        failure.at.starts_with(&at) || at == failure.at,
                        "{what} is told at {}",
                        failure.at
                    );
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
            Change::Null => {
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
        Change::Missing => (told(parent), format!("missing field `{name}`")),
        _ => (told(at), String::new()),
    }
}

/// Every answer of one API, with something else in every place. Gives back the number of cases.
fn play(answers: &[Answer]) -> usize {
    let mut count = 0;
    for answer in answers {
        let sample = Sample::read(answer.sample);
        let original = (answer.decode)(&sample.original()).expect("the sample decodes");
        assert!(original.rejected.is_empty(), "{}: {:?}", answer.name, original.rejected);
        assert_eq!(original.value, sample.body, "{}: every member of the sample is read", answer.name);
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
            assert!(outcome.is_err(), "{}: {name} decodes to {outcome:?}", answer.name);
            count += 1;
        }
    }
    count
}

#[cfg(feature = "q2")]
#[test]
fn no_hostile_answer_panics_loses_a_list_or_hides_its_place() {
    use crate::q2_samples::ANSWERS;

    let count = play(ANSWERS);
    println!("figure: hostile answers: {count} cases of {} answers, decoded", ANSWERS.len());
    assert!(count >= 3_000, "{count}");
}
