//! What every documented example must do: decode, show nothing it should hide, and come back as it was.
//!
//! The generated tests in `…_examples/` call these functions, one test for each example of a description.

#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::fmt::Debug;

use billwire_models::scalar::Answer;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// An event of one API.
pub(crate) trait Happening: DeserializeOwned + Serialize + Answer + Debug + PartialEq + Sized {
    /// Whether the API sends it inside `{"event": …}`.
    const WRAPPED: bool;

    /// Reads the body of a webhook in any documented form.
    ///
    /// # Errors
    /// What the API's own reader says: its text, and whether the body is JSON.
    fn read(body: &[u8]) -> Result<Self, Unread>;

    /// The type of the event, and the type by which its data decoded.
    fn kinds(&self) -> (String, Option<String>);

    /// The body as the API sends it.
    fn body(&self) -> Value {
        let event = encode(self);
        if Self::WRAPPED { serde_json::json!({"event": event}) } else { event }
    }
}

/// Why the body of a webhook is no event.
#[derive(Debug)]
pub(crate) struct Unread {
    /// What a program would show.
    pub(crate) text: String,
    pub(crate) is_json: bool,
}

/// Each API has its own reader of events.
macro_rules! happening {
    ($api:ident, $wrapped:literal, $read:expr) => {
        impl Happening for billwire_models::$api::Event {
            const WRAPPED: bool = $wrapped;

            fn read(body: &[u8]) -> Result<Self, Unread> {
                let read: fn(&[u8]) -> Result<Self, billwire_models::event_body::InvalidEvent> = $read;
                read(body)
                    .map_err(|error| Unread { text: format!("{error} {error:?}"), is_json: error.is_json() })
            }

            fn kinds(&self) -> (String, Option<String>) {
                (self.kind.to_string(), self.data.kind().map(|kind| kind.to_string()))
            }
        }
    };
}
#[cfg(feature = "billerapi")]
happening!(billerapi, false, |body| {
    use billwire_models::billerapi::behaviour::EventBody;
    EventBody::decode(body).and_then(EventBody::into_event)
});
#[cfg(feature = "q2")]
happening!(q2, true, |body| {
    use billwire_models::q2::behaviour::EventBody;
    EventBody::decode(body).and_then(EventBody::into_event)
});
#[cfg(feature = "unbill")]
happening!(unbill, false, Self::from_body);

/// A tidy example: decodes whole, from text and from a value, and is re-encoded with the same members.
pub(crate) fn tidy<T>(folder: &str, name: &str, json: &str)
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
    keep(folder, name, &decoded);
}

/// An untidy form that the documents print: decodes whole; what is re-encoded is tidy, so it may differ.
pub(crate) fn quirk<T>(folder: &str, name: &str, json: &str)
where
    T: DeserializeOwned + Serialize + Answer + Debug + PartialEq,
{
    let decoded = decode::<T>(json);
    let again: T = serde_json::from_value(encode(&decoded)).expect("what is written can be read");
    assert_eq!(again, decoded, "the tidy form of {name} means something else");
    keep(folder, name, &decoded);
}

/// An untidy answer inside one of the `wrappers`, or a bare list: the client undoes both before it decodes.
#[cfg(feature = "billerapi")]
pub(crate) fn quirk_inside<T>(wrappers: &[&str], folder: &str, name: &str, json: &str)
where
    T: DeserializeOwned + Serialize + Answer + Debug + PartialEq,
{
    let printed: Value = serde_json::from_str(json).expect("the fixture is JSON");
    let inside = match &printed {
        Value::Array(_) => serde_json::json!({ "data": printed }),
        _ => wrappers.iter().find_map(|name| printed.get(name)).expect("a documented wrapper").clone(),
    };
    quirk::<T>(folder, name, &inside.to_string());
}

/// A tidy event: as the API sends it, of a known type, with data that decodes.
pub(crate) fn tidy_event<E: Happening>(folder: &str, name: &str, json: &str) {
    let mut inner: Value = serde_json::from_str(json).expect("the fixture is JSON");
    if E::WRAPPED {
        inner = inner.get("event").cloned().expect("tidy events are wrapped");
    }
    let inner = inner.to_string();
    let event = decode::<E>(&inner);
    is_known(&event);
    assert_eq!(E::read(json.as_bytes()).expect("the body of a webhook"), event, "{name}");
    tidy::<E>(folder, name, &inner);
}

/// An event in another documented form.
pub(crate) fn quirk_event<E: Happening>(folder: &str, name: &str, json: &str) {
    let event = E::read(json.as_bytes()).expect("a documented form of an event");
    is_known(&event);
    quirk::<E>(folder, name, &encode(&event).to_string());
}

#[track_caller]
fn is_known<E: Happening>(event: &E) {
    let (kind, decoded) = event.kinds();
    assert_eq!(decoded, Some(kind), "the data must decode by the type: {event:?}");
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
fn keep<T: Serialize + Debug>(folder: &str, name: &str, decoded: &T) {
    let json = serde_json::to_string_pretty(decoded).expect("models serialise");
    let text = format!("Debug:\n{decoded:#?}\n\nJSON:\n{json}");
    insta::with_settings!({
        snapshot_path => format!("{folder}/snapshots"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, text);
    });
}
