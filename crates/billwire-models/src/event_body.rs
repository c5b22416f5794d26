//! Reading the body of a webhook: what the APIs have in common.
//!
//! An event must not be lost because of a form that nobody expected: a receiver that refuses a delivery may never see it
//! again. So a body is taken as loosely as it can be without guessing: any JSON in UTF-8, repeated members (the last one
//! counts), a wrapper or none, and an envelope whose other members are missing or odd, as long as id and type are there.
//! Which forms an API has, and what its events are, stands beside the API (`behaviour/event.rs`).

mod mend;
mod problem;

use serde_json::Value;

pub use self::problem::InvalidEvent;

pub(crate) use self::mend::{as_text, mended, with_data};

/// A value before and after a change.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change<'a, T> {
    /// Before. `None` if the event does not say, as at the first aggregation.
    pub previous: Option<&'a T>,
    /// Now.
    pub current: &'a T,
}

impl<'a, T> Change<'a, T> {
    pub(crate) const fn new(previous: Option<&'a T>, current: &'a T) -> Self {
        Self { previous, current }
    }
}

impl<T> Clone for Change<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Change<'_, T> {}

/// The JSON value in the bytes of a body; a byte order mark is skipped.
pub(crate) fn json(body: &[u8]) -> Result<Value, InvalidEvent> {
    let text = std::str::from_utf8(body).map_err(|_| InvalidEvent::not_utf8())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // A generic value first: one documented sample repeats members at two levels, and the wrapper decides what the rest
    // must be.
    serde_json::from_str(text).map_err(|error| InvalidEvent::not_json(&error))
}

/// The event inside the member `event`, or the value itself when it has `type` and `payload`; the value back when it is
/// neither.
pub(crate) fn unwrapped(value: Value) -> Result<Value, Value> {
    let Value::Object(mut members) = value else { return Err(value) };
    if members.get("event").is_some_and(Value::is_object) {
        return Ok(members.remove("event").unwrap_or_default());
    }
    let bare = members.contains_key("type") && members.contains_key("payload");
    if bare { Ok(Value::Object(members)) } else { Err(Value::Object(members)) }
}
