//! Hostile events: whatever comes, an event with an id and a type is never lost.

use serde_json::Value;

use super::Event;
use super::sample::{Case, Change, Field, MARKS, Sample, told};
use crate::examples::Happening;

/// What is hostile to the events of one API.
trait Hostile: Happening {
    /// Without these two there is no event.
    const ID: &'static str;
    const KIND: &'static str;
    /// Without these nobody can tell which of the documented forms came.
    const FORM: &'static [&'static str];

    /// Why the data is not the documented one, if it is not.
    fn problem(&self) -> Option<&str>;

    /// The data as it came, if it was not decoded.
    fn kept(&self) -> Option<&Value>;
}

macro_rules! hostile {
    ($api:ident, $id:literal, $kind:literal, $form:expr) => {
        impl Hostile for billwire_models::$api::Event {
            const ID: &'static str = $id;
            const KIND: &'static str = $kind;
            const FORM: &'static [&'static str] = $form;

            fn problem(&self) -> Option<&str> {
                match &self.data {
                    billwire_models::$api::EventData::Undecodable { problem, .. } => Some(problem),
                    _ => None,
                }
            }

            fn kept(&self) -> Option<&Value> {
                use billwire_models::$api::EventData::{Undecodable, Unrecognized};
                match &self.data {
                    Unrecognized(data) | Undecodable { data, .. } => Some(data),
                    _ => None,
                }
            }
        }
    };
}
#[cfg(feature = "billerapi")]
hostile!(billerapi, "/id", "/type", &["/object"]);
#[cfg(feature = "q2")]
hostile!(q2, "/event/_id", "/event/type", &[]);
#[cfg(feature = "unbill")]
hostile!(unbill, "/_id", "/type", &["/payload"]);

fn check<E: Hostile>(kind: &str, data: &str, field: &Field, case: &Case) {
    let what = format!("{kind} {} {:?}", field.at, case.change);
    let outcome = E::read(&case.body);
    if let Err(error) = &outcome {
        assert!(!MARKS.iter().any(|mark| error.text.contains(mark)), "{what} quotes: {}", error.text);
    }
    // A generic reader comes first, and it goes 128 levels deep.
    let is_json = serde_json::from_slice::<Value>(&case.body).is_ok();
    if !is_json {
        let error = outcome.expect_err(&what);
        assert!(!error.is_json, "{what}: {}", error.text);
        assert_eq!(error.text.contains("UTF-8"), case.change == Change::Broken("invalid UTF-8"), "{what}");
        return;
    }
    let is_identity = field.at == E::ID || field.at == E::KIND;
    let tells_the_form = E::FORM.contains(&field.at.as_str()) && case.change == Change::Missing;
    let is_lost = is_identity && field.accepts(case.change) != Some(true)
        || field.at == E::ID && case.change == Change::Other("empty text");
    let event = match outcome {
        Err(error) if is_lost || tells_the_form => {
            let name = field.at.rsplit('/').next().unwrap_or_default();
            let text = error.text;
            assert!(text.contains(&format!("`{name}`")), "{what}: the error does not name it: {text}");
            return;
        }
        Err(error) => unreachable!("{what} lost the event: {}", error.text),
        Ok(event) => event,
    };
    assert!(!is_lost, "{what} passes for an event");
    let again = E::read(event.body().to_string().as_bytes());
    assert_eq!(again.expect("what is written can be read"), event, "{what}: it means the same");
    check_kept(&event, data, field, case, &what);
    check_data(&event, kind, data, field, case.change, &what);
}

/// What is not decoded is what came, whole: also where something else stands in the place of what holds the data.
fn check_kept<E: Hostile>(event: &E, data: &str, field: &Field, case: &Case, what: &str) {
    let Some(kept) = event.kept() else { return };
    let body: Value = serde_json::from_slice(&case.body).expect("an event is JSON");
    let came = body.pointer(data).or_else(|| body.pointer(&field.at)).unwrap_or(&Value::Null);
    let holds_nothing = came.is_null() || came.as_object().is_some_and(serde_json::Map::is_empty);
    assert!(kept == came || holds_nothing && kept.is_null(), "{what}: {came} became {kept}");
}

/// The data decodes or is kept whole, and then it says where it is not the documented one.
fn check_data<E: Hostile>(event: &E, kind: &str, data: &str, field: &Field, change: Change, what: &str) {
    let (_, decoded) = event.kinds();
    let Some(inside) = field.at.strip_prefix(data) else {
        let decides =
            data.starts_with(&field.at) || field.at == E::KIND || E::FORM.contains(&field.at.as_str());
        assert!(decides || decoded.is_some(), "{what}: the data is still good");
        return;
    };
    match (event.problem(), field.accepts(change)) {
        (Some(problem), accepts) => {
            assert!(accepts != Some(true) || inside.is_empty(), "{what}: {problem}");
            let (parent, name) = inside.rsplit_once('/').unwrap_or_default();
            let place = told(if change == Change::Missing { parent } else { inside });
            assert!(problem.starts_with(&place), "{what} is told as {problem}");
            let names = inside.is_empty() || problem.contains(&format!("`{name}`"));
            assert!(change != Change::Missing || names, "{what}: {problem}");
            assert!(!MARKS.iter().any(|mark| problem.contains(mark)), "{what} quotes: {problem}");
        }
        (None, accepts) => {
            assert_ne!(accepts, Some(false), "{what} passes for good");
            assert_eq!(decoded.as_deref(), Some(kind), "{what}");
        }
    }
}

/// Every event of one API, with something else in every place. Gives back the number of cases.
fn play<E: Hostile>(events: &[Event]) -> usize {
    let mut count = 0;
    for event in events {
        let mut sample = Sample::read(event.sample);
        for place in E::FORM {
            sample.tell(place, "event");
        }
        let original = E::read(&sample.original()).expect("the sample decodes");
        assert_eq!(original.kinds().1.as_deref(), Some(event.kind), "{original:?}");
        for place in sample.places() {
            for case in place.cases() {
                check::<E>(event.kind, &sample.data, place.field, &case);
                count += 1;
            }
        }
        for (name, body) in sample.nonsense() {
            assert!(E::read(&body).is_err(), "{}: {name}", event.kind);
            count += 1;
        }
    }
    count
}

#[cfg(feature = "billerapi")]
#[test]
fn no_hostile_event_of_billerapi_panics_or_is_lost_while_it_has_an_id_and_a_type() {
    use crate::billerapi_samples::EVENTS;

    let count = play::<billwire_models::billerapi::Event>(EVENTS);
    println!("figure: hostile events of BillerAPI: {count} cases of {} events, decoded", EVENTS.len());
    assert!(count >= 2_000, "{count}");
}

#[cfg(feature = "q2")]
#[test]
fn no_hostile_event_panics_or_is_lost_while_it_has_an_id_and_a_type() {
    use crate::q2_samples::EVENTS;

    let count = play::<billwire_models::q2::Event>(EVENTS);
    println!("figure: hostile events: {count} cases of {} events, decoded", EVENTS.len());
    assert!(count >= 3_000, "{count}");
}

#[cfg(feature = "unbill")]
#[test]
fn no_hostile_event_of_unbill_panics_or_is_lost_while_it_has_an_id_and_a_type() {
    use crate::unbill_samples::EVENTS;

    let count = play::<billwire_models::unbill::Event>(EVENTS);
    println!("figure: hostile events of Unbill: {count} cases of {} events, decoded", EVENTS.len());
    assert!(count >= 500, "{count}");
}
