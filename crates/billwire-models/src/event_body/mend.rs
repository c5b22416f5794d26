//! What is left of an event whose envelope is not the documented one: everything that can be read.
//!
//! A receiver that refuses a delivery because `created` is missing loses the event: nobody knows whether the service
//! sends it again. Id and type are enough to store it, to tell a repetition, and to read the object back.
//!
//! Source: Q2 Biller Direct description, section 10.1 "Envelope".

use serde_json::{Map, Value, json};

/// The event with everything that its `payload` says in `data`, if that is missing: an event is kept whole, whatever form it
/// has. An empty payload stays without data.
pub(crate) fn with_data(mut event: Value) -> Value {
    if let Some(payload) = event.get_mut("payload") {
        *payload = in_data(payload.take());
    }
    event
}

/// The event with its envelope brought into the documented form: `optional_texts` are texts or absent, `created` is
/// there, `payload` has a `resource`. Id, type and data stay as they are.
pub(crate) fn mended(event: Value, optional_texts: &[&str]) -> Value {
    let Value::Object(mut event) = event else { return event };
    for name in optional_texts {
        if let Some(member) = event.remove(*name).as_ref().and_then(as_text) {
            event.insert((*name).to_owned(), Value::String(member));
        }
    }
    if !event.get("created").is_some_and(|created| created.is_string() || created.is_number()) {
        event.insert("created".to_owned(), Value::String(String::new()));
    }
    let mut payload = object_of(event.remove("payload"));
    let resource = object_of(payload.remove("resource"));
    let text = |name: &str| resource.get(name).and_then(as_text).unwrap_or_default();
    payload.insert("resource".to_owned(), json!({"type": text("type"), "id": text("id")}));
    event.insert("payload".to_owned(), Value::Object(payload));
    Value::Object(event)
}

/// The text of a value that is one, or that can be written as one without loss.
pub(crate) fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        // A number with a fraction, or beyond 64 bits, may have been rounded when it was read.
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        Value::Number(_) | Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn in_data(payload: Value) -> Value {
    match payload {
        Value::Null => Value::Null,
        Value::Object(mut members) if !members.contains_key("data") => {
            let resource = members.remove("resource").map(|resource| ("resource".to_owned(), resource));
            let data = (!members.is_empty()).then(|| ("data".to_owned(), Value::Object(members)));
            Value::Object(resource.into_iter().chain(data).collect())
        }
        Value::Object(members) => Value::Object(members),
        other => json!({ "data": other }),
    }
}

fn object_of(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}
