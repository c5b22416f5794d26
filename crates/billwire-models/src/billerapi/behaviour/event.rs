//! The body of a webhook: three envelopes, one event.

use std::fmt;

use jiff::Timestamp;
use serde::Deserialize as _;
use serde_json::{Map, Value, json};

use super::envelope::Envelope;
use crate::billerapi::{
    ClientId, ClientUserId, Event, EventData, EventEnvironment, EventId, EventMode, EventType,
};
use crate::event_body::{self, InvalidEvent};
use crate::scalar::Hidden;

/// What the body of a webhook turned out to be.
///
/// The documents show three envelopes, and nobody can tell which one the service sends. All of them become one
/// [`Event`]; what an envelope lacks is `None`.
///
/// ```
/// use billwire_models::billerapi::behaviour::{Envelope, EventBody};
///
/// let body = br#"{"event_type": "bill.created", "event_id": "evt_abc123", "timestamp": "2026-05-20T12:00:00Z",
///     "client_id": "client_xyz", "mode": "sandbox", "data": {"bill_id": "bill_456"}}"#;
/// let EventBody::Event { event, envelope } = EventBody::decode(body)? else { unreachable!() };
/// assert_eq!(envelope, Envelope::Flat);
/// assert_eq!((event.id.as_str(), event.created), ("evt_abc123", 1_779_278_400));
/// assert_eq!(event.resource_id(), Some("bill_456"));
/// assert_eq!(event.is_live(), Some(false));
/// # Ok::<(), billwire_models::event_body::InvalidEvent>(())
/// ```
///
/// Source: BillerAPI description, section 6.2 "Three envelopes".
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum EventBody {
    /// An event.
    Event {
        /// The event, whatever it came in.
        event: Box<Event>,
        /// What it came in.
        envelope: Envelope,
    },
    /// A JSON object that is none of the three envelopes, kept as it came: a fourth one may exist by now.
    UnknownEnvelope(Map<String, Value>),
}

impl EventBody {
    /// Reads the bytes of a body. Verify its signature first, on these very bytes.
    ///
    /// Repeated members are not an error, the last one counts. An event of an unknown type, or with data that does not
    /// decode, is an event all the same: see [`EventData`]. So is one whose other members are missing or odd, as long as
    /// it has an id and a type: an optional member that cannot be read is absent, and `created` is 0.
    ///
    /// # Errors
    /// [`InvalidEvent`] if the bytes are not a JSON object in UTF-8, or the event has no id or no type. Refuse the
    /// delivery.
    pub fn decode(body: &[u8]) -> Result<Self, InvalidEvent> {
        Self::from_value(event_body::json(body)?)
    }

    /// Reads a body that was parsed already.
    ///
    /// # Errors
    /// [`InvalidEvent`] if it is no object, or the event has no id or no type.
    pub fn from_value(value: Value) -> Result<Self, InvalidEvent> {
        let Value::Object(members) = value else { return Err(InvalidEvent::not_an_object()) };
        let Some(envelope) = Envelope::of(&members) else { return Ok(Self::UnknownEnvelope(members)) };
        let value = Value::Object(members);
        let (id, kind) = envelope.id_and_type();
        // The error of the decoder may quote what it read; the place that is wrong is looked up instead.
        let problem = InvalidEvent::in_event(&value, id, kind);
        let value = envelope.in_newest(value);
        let own_id = (envelope == Envelope::Flat).then(|| own_id(&value)).flatten();
        let event = Event::deserialize(&value).or_else(|_| serde_json::from_value(mended(value)));
        let mut event: Event = event.map_err(|_| problem)?;
        if let Some(id) = own_id {
            event.data.set_resource_id(&id);
        }
        // All events without an id would pass for repetitions of the first one.
        if event.id.as_str().is_empty() {
            return Err(InvalidEvent::empty_id(id));
        }
        Ok(Self::Event { event: Box::new(event), envelope })
    }

    /// The event.
    ///
    /// # Errors
    /// [`InvalidEvent`] if the envelope is unknown.
    pub fn into_event(self) -> Result<Event, InvalidEvent> {
        match self {
            Self::Event { event, .. } => Ok(*event),
            Self::UnknownEnvelope(_) => Err(InvalidEvent::form(
                "unknown envelope: expected `object` with `event`, or `event_type`, or `type`",
            )),
        }
    }
}

impl fmt::Debug for EventBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event { event, envelope } => {
                formatter.debug_struct("Event").field("event", event).field("envelope", envelope).finish()
            }
            Self::UnknownEnvelope(_) => formatter.debug_tuple("UnknownEnvelope").field(&Hidden).finish(),
        }
    }
}

impl Event {
    /// When it happened, to the second. `None` if the event had no time that could be read.
    ///
    /// A fraction of a second, which only the two older envelopes can have, is left out.
    #[must_use]
    pub fn occurred_at(&self) -> Option<Timestamp> {
        (self.created != 0).then(|| Timestamp::from_second(self.created).ok()).flatten()
    }

    /// Whether it is about real bills: `mode` says `production`, or `environment` says `prod`. `None` if the event does
    /// not say, or says something this version does not know: `mode` is empty for internal causes such as scheduled jobs,
    /// and the oldest envelope never says.
    ///
    /// The two members have words of their own that are not mapped onto each other: `staging` is not `sandbox`.
    ///
    /// Source: BillerAPI description, section 10 "Contradictions and recommended decisions", C11.
    #[must_use]
    pub fn is_live(&self) -> Option<bool> {
        let by_mode = match self.mode.as_ref() {
            Some(EventMode::Production) => Some(true),
            Some(EventMode::Sandbox | EventMode::Development) => Some(false),
            _ => None,
        };
        let by_environment = match self.environment.as_ref() {
            Some(EventEnvironment::Prod) => Some(true),
            Some(EventEnvironment::Dev | EventEnvironment::Staging) => Some(false),
            _ => None,
        };
        match (by_mode, by_environment) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), _) | (_, Some(false)) => Some(false),
            (None, None) => None,
        }
    }

    /// By what a repeated delivery is known: the client, if the envelope names it, and the id of the event. Never use the
    /// signature or a digest of the body for it. Keep them at least 7 days (`inferred`).
    ///
    /// The newest envelope names no client, only the header `X-Webhook-Client-Id` does, which is not signed. A key that
    /// took it from there could be made to look new: give each client an address or a secret of its own instead.
    ///
    /// Source: BillerAPI description, section 6.9 "Dedupe, and 404 after a webhook".
    #[must_use]
    pub fn dedupe_key(&self) -> (Option<&ClientId>, &EventId) {
        (self.client_id.as_ref(), &self.id)
    }

    /// Id of what the event is about: a bill, an account link, a link or a request to link, by the type. It is found in
    /// data that does not decode too. Of an event that this version does not know it is `id` of the data. Read that
    /// resource again before acting.
    ///
    /// Source: BillerAPI description, section 6.2 "Three envelopes".
    #[must_use]
    pub fn resource_id(&self) -> Option<&str> {
        match &self.data {
            EventData::BillCreated(data) | EventData::BillUpdated(data) => Some(data.id.as_str()),
            EventData::AccountLinkCreated(data) | EventData::AccountLinkUpdated(data) => {
                Some(data.id.as_str())
            }
            EventData::LinkCreated(data) | EventData::LinkUpdated(data) | EventData::LinkCompleted(data) => {
                Some(data.id.as_str())
            }
            EventData::RequestToLinkCreated(data) | EventData::RequestToLinkUpdated(data) => {
                Some(data.id.as_str())
            }
            EventData::Unrecognized(data) | EventData::Undecodable { data, .. } => {
                let text = |name: &str| data.get(name).and_then(Value::as_str);
                resource_key(&self.kind).and_then(text).or_else(|| text("id"))
            }
        }
    }

    /// Your own id of the user, whatever the envelope calls it: `client_user_id`, or else `user_id`. An event that has both
    /// keeps the other one in its data.
    ///
    /// Source: BillerAPI description, section 6.2 "Three envelopes"; section 10 "Contradictions and recommended
    /// decisions", C16.
    #[must_use]
    pub fn client_user_id(&self) -> Option<ClientUserId> {
        let (ours, other) = match &self.data {
            EventData::BillCreated(data) | EventData::BillUpdated(data) => {
                (&data.client_user_id, &data.user_id)
            }
            EventData::AccountLinkCreated(data) | EventData::AccountLinkUpdated(data) => {
                (&data.client_user_id, &data.user_id)
            }
            EventData::LinkCreated(data) | EventData::LinkUpdated(data) | EventData::LinkCompleted(data) => {
                (&data.client_user_id, &data.user_id)
            }
            EventData::RequestToLinkCreated(data) | EventData::RequestToLinkUpdated(data) => {
                (&data.client_user_id, &data.user_id)
            }
            EventData::Unrecognized(data) | EventData::Undecodable { data, .. } => {
                let text = |name: &str| data.get(name).and_then(Value::as_str);
                return text("client_user_id").or_else(|| text("user_id")).map(ClientUserId::new);
            }
        };
        ours.as_ref().or(other.as_ref()).cloned()
    }
}

impl EventData {
    fn set_resource_id(&mut self, id: &str) {
        match self {
            Self::BillCreated(data) | Self::BillUpdated(data) => data.id = id.into(),
            Self::AccountLinkCreated(data) | Self::AccountLinkUpdated(data) => data.id = id.into(),
            Self::LinkCreated(data) | Self::LinkUpdated(data) | Self::LinkCompleted(data) => {
                data.id = id.into();
            }
            Self::RequestToLinkCreated(data) | Self::RequestToLinkUpdated(data) => data.id = id.into(),
            // Kept as it came.
            Self::Unrecognized(_) | Self::Undecodable { .. } => {}
        }
    }
}

/// What the flat envelope calls the id of the resource.
const fn resource_key(kind: &EventType) -> Option<&'static str> {
    match kind {
        EventType::BillCreated | EventType::BillUpdated => Some("bill_id"),
        EventType::AccountLinkCreated | EventType::AccountLinkUpdated => Some("account_link_id"),
        EventType::LinkCreated | EventType::LinkUpdated | EventType::LinkCompleted => Some("link_id"),
        EventType::RequestToLinkCreated | EventType::RequestToLinkUpdated => Some("request_to_link_id"),
        EventType::Unrecognized(_) => None,
    }
}

/// The id under the key of its own, in an event that was flat: there it counts before an `id` (`inferred`).
fn own_id(event: &Value) -> Option<String> {
    let kind = EventType::from(event.get("type")?.as_str()?);
    let id = event.get("data")?.get("object")?.get(resource_key(&kind)?)?;
    id.as_str().map(str::to_owned)
}

/// The event with everything but id, type and data brought into a form that decodes.
fn mended(event: Value) -> Value {
    let Value::Object(mut event) = event else { return event };
    for name in ["object", "api_version", "environment", "mode", "client_id"] {
        if let Some(member) = event.remove(name).as_ref().and_then(event_body::as_text) {
            event.insert(name.to_owned(), Value::String(member));
        }
    }
    let created = event.get("created").and_then(whole_seconds).unwrap_or_default();
    event.insert("created".to_owned(), created.into());
    let request = event.remove("request").unwrap_or_default();
    let text = |name: &str| request.get(name).and_then(event_body::as_text);
    event.insert("request".to_owned(), json!({"id": text("id"), "idempotency_key": text("idempotency_key")}));
    Value::Object(event)
}

/// Unix seconds from a number, with a fraction or not, or from a text of either documented form.
pub(super) fn whole_seconds(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let text = number.to_string();
            text.split_once('.')?.0.parse().ok()
        }),
        Value::String(text) => {
            text.parse().ok().or_else(|| text.parse::<Timestamp>().ok().map(Timestamp::as_second))
        }
        _ => None,
    }
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
