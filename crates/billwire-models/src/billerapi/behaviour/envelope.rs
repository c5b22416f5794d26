//! Which of the three envelopes a body is, and how the two older ones become the newest.

use serde_json::{Map, Value, json};

use super::event::whole_seconds;

/// What an event came in. The documents show three; which one the service sends is not known.
///
/// Source: BillerAPI description, section 6.2 "Three envelopes"; section 10 "Contradictions and recommended decisions",
/// C2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Envelope {
    /// The oldest (E1): `id`, `type`, `created_at`, `client_id`, `data`. Obsolete by the dates in the documents.
    Oldest,
    /// The flat one (E2): `event_type`, `event_id`, `timestamp`, `client_id`, `mode`, `data`.
    Flat,
    /// The newest (E3): `object`, `type`, `api_version`, `created`, `environment`, `data.object`, `request`.
    Newest,
}

impl Envelope {
    /// All of them, the oldest first.
    pub const ALL: &'static [Self] = &[Self::Oldest, Self::Flat, Self::Newest];

    /// The envelope that `members` are of. The rule is `inferred`.
    pub(super) fn of(members: &Map<String, Value>) -> Option<Self> {
        let object = members.get("data").and_then(|data| data.get("object"));
        if members.get("object").is_some_and(|object| object == "event")
            || (object.is_some_and(Value::is_object) && members.contains_key("created"))
        {
            Some(Self::Newest)
        } else if members.contains_key("event_type") {
            Some(Self::Flat)
        } else {
            members.contains_key("type").then_some(Self::Oldest)
        }
    }

    /// The names of the members that every event must have.
    pub(super) const fn id_and_type(self) -> (&'static str, &'static str) {
        match self {
            Self::Oldest | Self::Newest => ("id", "type"),
            Self::Flat => ("event_id", "event_type"),
        }
    }

    /// The members under the names that they have in the newest envelope, and the data nested as there. What has that
    /// name already stays: an event that was written by this library has them all.
    pub(super) fn in_newest(self, event: Value) -> Value {
        let moved: &[(&str, &str)] = match self {
            Self::Newest => &[],
            Self::Oldest => &[("created_at", "created")],
            Self::Flat => &[("event_id", "id"), ("event_type", "type"), ("timestamp", "created")],
        };
        let Value::Object(mut event) = event else { return event };
        for (old, new) in moved {
            if let Some(value) = event.remove(*old) {
                let value = if *new == "created" { whole_seconds(&value).into() } else { value };
                event.insert((*new).to_owned(), value);
            }
        }
        let data = event.remove("data").unwrap_or_default();
        event.insert("data".to_owned(), self.nested(data));
        Value::Object(event)
    }

    /// `data` with what it says in `object`, so that nothing of it is passed over. What is empty needs no place.
    fn nested(self, data: Value) -> Value {
        let is_nested = match &data {
            Value::Object(members) if members.is_empty() => true,
            Value::Object(members) if self == Self::Newest => {
                let object = members.get("object");
                object.is_some_and(Value::is_object) || (object.is_some() && members.len() == 1)
            }
            _ => false,
        };
        if is_nested { data } else { json!({ "object": data }) }
    }
}
