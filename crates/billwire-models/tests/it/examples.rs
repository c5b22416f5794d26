//! What every documented example must do: decode, show nothing it should hide, and come back as it was.
//!
//! The generated tests in `…_examples/` call these functions, one test for each example of a description.

#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::fmt::Debug;

use billwire_models::q2::Event;
use billwire_models::q2::behaviour::EventBody;
use billwire_models::scalar::Answer;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A tidy example: decodes whole, from text and from a value, and is re-encoded with the same members.
pub(crate) fn tidy<T>(name: &str, json: &str)
where
    T: DeserializeOwned + Serialize + Answer + Debug + PartialEq,
{
    let decoded = decode::<T>(json);
    let given: Value = serde_json::from_str(json).expect("the fixture is JSON");
    assert_eq!(
        without_nulls(encode(&decoded)),
        without_nulls(given),
        "the round trip of {name} lost or changed something"
    );
    keep(name, &decoded);
}

/// An untidy form that the documents print: decodes whole; what is re-encoded is tidy, so it may differ.
pub(crate) fn quirk<T>(name: &str, json: &str)
where
    T: DeserializeOwned + Serialize + Answer + Debug + PartialEq,
{
    let decoded = decode::<T>(json);
    let again: T = serde_json::from_value(encode(&decoded)).expect("what is written can be read");
    assert_eq!(again, decoded, "the tidy form of {name} means something else");
    keep(name, &decoded);
}

/// A tidy event: wrapped in `event`, of a known type, with data that decodes.
pub(crate) fn tidy_event(name: &str, json: &str) {
    let wrapped: Value = serde_json::from_str(json).expect("the fixture is JSON");
    let inner = wrapped.get("event").expect("tidy events are wrapped").to_string();
    is_known(&decode::<Event>(&inner));
    tidy::<Event>(name, &inner);
}

/// An event in another documented form: wrapped or bare.
pub(crate) fn quirk_event(name: &str, json: &str) {
    let body = EventBody::decode(json.as_bytes()).expect("a documented form of an event");
    let event = body.into_event().expect("a whole event");
    is_known(&event);
    quirk::<Event>(name, &encode(&event).to_string());
}

#[track_caller]
fn is_known(event: &Event) {
    assert_eq!(event.data.kind().as_ref(), Some(&event.kind), "the data must decode by the type: {event:?}");
}

/// Decodes from text and from a value: generated visitors must not depend on the deserializer.
fn decode<T: DeserializeOwned + Answer + Debug + PartialEq>(json: &str) -> T {
    let decoded: T = serde_json::from_str(json).expect("the example decodes");
    let value: Value = serde_json::from_str(json).expect("the fixture is JSON");
    assert_eq!(serde_json::from_value::<T>(value).expect("the example decodes from a value"), decoded);
    assert_eq!(decoded.rejected_count(), 0, "an element of a list was rejected");
    decoded
}

fn encode<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("models serialise")
}

/// `null` and absent mean the same, so only one of the two can come back.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let present = members.into_iter().filter(|(_, value)| !value.is_null());
            present.map(|(name, value)| (name, without_nulls(value))).collect()
        }
        Value::Array(elements) => elements.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

/// Snapshots what logs would show and what would be sent.
fn keep<T: Serialize + Debug>(name: &str, decoded: &T) {
    let json = serde_json::to_string_pretty(decoded).expect("models serialise");
    let text = format!("Debug:\n{decoded:#?}\n\nJSON:\n{json}");
    insta::with_settings!({
        snapshot_path => "q2_examples/snapshots",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, text);
    });
}
