//! Small changes of JSON. Each one does nothing where there is nothing to change.

use serde_json::{Number, Value};

/// Gives the member `from` the name `to`.
pub(super) fn rename(object: &mut Value, from: &str, to: &str) {
    if let Some(members) = object.as_object_mut()
        && let Some(value) = members.remove(from)
    {
        members.insert(to.to_owned(), value);
    }
}

/// Writes a boolean or a number as text.
pub(super) fn as_text(object: &mut Value, member: &str) {
    if let Some(value) = object.get_mut(member)
        && (value.is_boolean() || value.is_number())
    {
        *value = Value::String(value.to_string());
    }
}

/// Writes an amount as a JSON number; two decimals survive the way through binary.
pub(super) fn as_number(object: &mut Value, member: &str) {
    if let Some(value) = object.get_mut(member)
        && let Some(number) = value.as_str().and_then(|text| text.parse().ok()).and_then(Number::from_f64)
    {
        *value = Value::Number(number);
    }
}

/// Changes a text that `change` has another form for.
pub(super) fn text(object: &mut Value, member: &str, change: impl FnOnce(&str) -> Option<String>) {
    if let Some(value) = object.get_mut(member)
        && let Some(changed) = value.as_str().and_then(change)
    {
        *value = Value::String(changed);
    }
}

/// Does something to the member, if it is there.
pub(super) fn inside(object: &mut Value, member: &str, change: impl FnOnce(&mut Value)) {
    if let Some(value) = object.get_mut(member) {
        change(value);
    }
}

/// Does something to every element of the list, if it is there.
pub(super) fn each(object: &mut Value, list: &str, change: impl FnMut(&mut Value)) {
    if let Some(elements) = object.get_mut(list).and_then(Value::as_array_mut) {
        elements.iter_mut().for_each(change);
    }
}
