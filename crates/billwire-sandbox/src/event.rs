//! Events on their way from a world into the log, and events on demand.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::api::Addressed;
use crate::error::{Error, ErrorKind};
use crate::id_text::IdText;
use crate::json_text::Json;
use crate::moment::Moment;

/// An event that has happened.
#[derive(Clone)]
pub(crate) struct NewEvent {
    pub(crate) id: String,
    /// The type whose switch decides whether it is sent.
    pub(crate) kind: &'static str,
    pub(crate) created: Moment,
    /// Whom it is about: where an API delivers in order, it is in order for each of them.
    pub(crate) client_id: IdText,
    /// The event's type as it is sent: that of `kind`, unless an event on demand names another one.
    pub(crate) sent_as: Cow<'static, str>,
    /// The event as it is kept; what is made of it for a delivery is for the API to say.
    pub(crate) body: Json,
    /// It was triggered with overrides.
    pub(crate) overridden: bool,
    /// The receiver it is made for, where an API has several.
    pub(crate) receiver: Option<Box<str>>,
}

impl NewEvent {
    pub(crate) fn addressed(&self) -> Addressed<'_> {
        Addressed { client_id: self.client_id.as_str(), kind: self.kind, receiver: self.receiver.as_deref() }
    }
}

/// What `POST /control/events/trigger` takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Trigger {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The API whose event it is; the first one that has the type if absent.
    #[serde(default)]
    pub(crate) api: Option<String>,
    /// What the event is about, such as a bill; an invented one if absent.
    #[serde(default)]
    pub(crate) resource_id: Option<String>,
    /// By path from the event's root, such as `payload.data.amount`.
    #[serde(default)]
    pub(crate) overrides: BTreeMap<String, Value>,
}

/// Replaces the member at `path`; a path that leads nowhere and a value that is there already are mistakes. `id` is the
/// member with the event's own id, which stays.
pub(crate) fn override_member(body: &mut Value, id: &str, path: &str, value: Value) -> Result<(), Error> {
    if path == id {
        return Err(invalid(format!("overrides: the event's own {id} cannot be overridden")));
    }
    let mut place = body;
    for segment in path.split('.') {
        let members = members_of(place);
        place = match place {
            Value::Object(object) => object.get_mut(segment),
            Value::Array(array) => segment.parse::<usize>().ok().and_then(|index| array.get_mut(index)),
            _ => None,
        }
        .ok_or_else(|| {
            invalid(format!("overrides: \"{path}\" leads nowhere at \"{segment}\"; there are {members}"))
        })?;
    }
    if *place == value {
        return Err(invalid(format!(
            "overrides: \"{path}\" has this value already, so the override changes nothing"
        )));
    }
    *place = value;
    Ok(())
}

fn members_of(value: &Value) -> String {
    match value {
        Value::Object(object) => object.keys().cloned().collect::<Vec<_>>().join(", "),
        Value::Array(array) => format!("{} elements", array.len()),
        _ => "no members".to_owned(),
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}
