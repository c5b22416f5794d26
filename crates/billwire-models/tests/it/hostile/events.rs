//! Hostile events: whatever comes, an event with an id and a type is never lost.

use billwire_models::q2::EventData;
use billwire_models::q2::behaviour::{EventBody, InvalidEvent};
use serde_json::Value;

use super::sample::{Case, Change, EVENT_DATA, Field, MARKS, Sample, told};
use crate::q2_samples::EVENTS;

fn decode(body: &[u8]) -> Result<billwire_models::q2::Event, InvalidEvent> {
    EventBody::decode(body).and_then(EventBody::into_event)
}

fn check(kind: &str, field: &Field, case: &Case) {
    let what = format!("{kind} {} {:?}", field.at, case.change);
    let outcome = decode(&case.body);
    if let Err(error) = &outcome {
        let text = format!("{error} {error:?}");
        assert!(!MARKS.iter().any(|mark| text.contains(mark)), "{what} quotes: {text}");
    }
    // A generic reader comes first, and it goes 128 levels deep.
    let is_json = serde_json::from_slice::<Value>(&case.body).is_ok();
    if !is_json {
        let error = outcome.expect_err(&what);
        assert!(!error.is_json(), "{what}: {error}");
        assert_eq!(
            error.to_string().contains("UTF-8"),
            case.change == Change::Broken("invalid UTF-8"),
            "{what}"
        );
        return;
    }
    let is_identity = matches!(field.at.as_str(), "/event/_id" | "/event/type");
    let is_lost = is_identity && field.accepts(case.change) != Some(true)
        || field.at == "/event/_id" && case.change == Change::Other("empty text");
    let event = match outcome {
        Err(error) if is_lost => {
            let name = field.at.rsplit('/').next().unwrap_or_default();
            assert!(
                error.to_string().contains(&format!("`{name}`")),
                "{what}: the error does not name it: {error}"
            );
            return;
        }
        Err(error) => unreachable!("{what} lost the event: {error}"),
        Ok(event) => event,
    };
    assert!(!is_lost, "{what} passes for an event");
    let written = serde_json::to_string(&event.wrapped()).expect("events serialise");
    assert_eq!(decode(written.as_bytes()).as_ref(), Ok(&event), "{what}: what is written can be read");
    check_data(&event, kind, field, case.change, &what);
}

/// The data decodes or is kept whole, and then it says where it is not the documented one.
fn check_data(event: &billwire_models::q2::Event, kind: &str, field: &Field, change: Change, what: &str) {
    let Some(inside) = field.at.strip_prefix(EVENT_DATA) else {
        let of_payload = matches!(field.at.as_str(), "/event/payload" | "/event/type");
        assert!(of_payload || event.data.kind().is_some(), "{what}: the data is still good");
        return;
    };
    match (&event.data, field.accepts(change)) {
        (EventData::Undecodable { problem, .. }, accepts) => {
            assert!(accepts != Some(true) || inside.is_empty(), "{what}: {problem}");
            let (parent, name) = inside.rsplit_once('/').unwrap_or_default();
            let place = told(if change == Change::Missing { parent } else { inside });
            assert!(problem.starts_with(&place), "{what} is told as {problem}");
            let names = inside.is_empty() || problem.contains(&format!("`{name}`"));
            assert!(change != Change::Missing || names, "{what}: {problem}");
            assert!(!MARKS.iter().any(|mark| problem.contains(mark)), "{what} quotes: {problem}");
        }
        (data, accepts) => {
            assert_ne!(accepts, Some(false), "{what} passes for good");
            assert_eq!(data.kind().map(|kind| kind.to_string()).as_deref(), Some(kind), "{what}");
        }
    }
}

#[test]
fn no_hostile_event_panics_or_is_lost_while_it_has_an_id_and_a_type() {
    let mut count = 0;
    for event in EVENTS {
        let sample = Sample::read(event.sample);
        let original = decode(&sample.original()).expect("the sample decodes");
        assert_eq!(original.data.kind().as_ref(), Some(&original.kind), "{}: {original:?}", event.kind);
        for place in sample.places() {
            for case in place.cases() {
                check(event.kind, place.field, &case);
                count += 1;
            }
        }
        for (name, body) in sample.nonsense() {
            assert!(decode(&body).is_err(), "{}: {name}", event.kind);
            count += 1;
        }
    }
    println!("figure: hostile events: {count} cases of {} events, decoded", EVENTS.len());
    assert!(count >= 3_000, "{count}");
}
