//! The body of a webhook: the forms it may have, and the one that is sent.

use std::fmt;

use serde::{Deserialize as _, Serialize};
use serde_json::{Map, Value};

use crate::event_body::{self, InvalidEvent};
use crate::q2::{Event, EventResource};
use crate::scalar::Hidden;

/// Members of the envelope that are texts if they are there at all.
const OPTIONAL_TEXTS: [&str; 4] = ["clientId", "partnerId", "identifier", "sessionId"];

const BARE_PAYLOAD: &str = "the body is a bare payload without event id and type: it occurs in the documents only, and was not asked for";
const BAD_RESOURCE: &str = "`resource` is not an object with the texts `type` and `id`";

/// What the body of a webhook turned out to be.
///
/// Three forms are documented: the event wrapped as `{"event": {…}}`, which is what arrives; the bare event; and the bare
/// payload `{"resource": …, "data": …}`, which occurs in the documents only and has neither id nor type.
///
/// ```
/// use billwire_models::q2::behaviour::EventBody;
/// use billwire_models::q2::{EventData, EventType};
///
/// let body = br#"{"event": {
///     "_id": "580e3e11dec21e861b5a3719", "type": "bill.moon-phase", "created": "2016-04-20T16:51:12Z",
///     "payload": {"resource": {"type": "bill", "id": "579b695decfa11012711875d"}, "data": {"phase": "full"}}
/// }}"#;
/// let event = EventBody::decode(body)?.into_event()?;
/// assert_eq!(event.kind.as_str(), "bill.moon-phase");
/// assert!(matches!(event.data, EventData::Unrecognized(_)), "a new type of event is kept whole");
/// # Ok::<(), billwire_models::q2::behaviour::InvalidEvent>(())
/// ```
///
/// Source: Q2 Biller Direct description, section 10.1 "Envelope".
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum EventBody {
    /// An event, wrapped or bare.
    Event(Box<Event>),
    /// A payload without an event around it.
    BarePayload(BarePayload),
}

impl EventBody {
    /// Reads the bytes of a body that is not, or no longer, encrypted.
    ///
    /// Repeated members are not an error, the last one counts. An event of an unknown type, or with data that does not
    /// decode, is an event all the same: see [`EventData`](crate::q2::EventData). So is one whose other members are
    /// missing or have an undocumented form, as long as it has an id and a type, because an event must not be lost: an
    /// optional member that cannot be read is absent, `created` is [unreadable](crate::scalar::Zone::Unreadable), and
    /// the texts of an incomplete `resource` are empty. A byte order mark is skipped.
    ///
    /// # Errors
    /// [`InvalidEvent`] if the bytes are not JSON in UTF-8, have none of the three forms, or the event has no id or no
    /// type. Refuse the delivery.
    pub fn decode(body: &[u8]) -> Result<Self, InvalidEvent> {
        Self::from_value(event_body::json(body)?)
    }

    /// Reads a body that was parsed already.
    ///
    /// # Errors
    /// [`InvalidEvent`] if it has none of the three forms, or the event has no id or no type.
    pub fn from_value(value: Value) -> Result<Self, InvalidEvent> {
        match event_body::unwrapped(value) {
            Ok(value) => event(value),
            Err(Value::Object(mut members))
                if members.contains_key("resource") && members.contains_key("data") =>
            {
                bare_payload(&mut members)
            }
            Err(Value::Object(_)) => Err(InvalidEvent::unknown_form()),
            Err(_) => Err(InvalidEvent::not_an_object()),
        }
    }

    /// The event.
    ///
    /// # Errors
    /// [`InvalidEvent`] if it is a bare payload: without an id, a repeated delivery could not be told from a new event.
    pub fn into_event(self) -> Result<Event, InvalidEvent> {
        match self {
            Self::Event(event) => Ok(*event),
            Self::BarePayload(_) => Err(InvalidEvent::form(BARE_PAYLOAD)),
        }
    }
}

impl fmt::Debug for EventBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(event) => formatter.debug_tuple("Event").field(event).finish(),
            Self::BarePayload(payload) => formatter.debug_tuple("BarePayload").field(payload).finish(),
        }
    }
}

/// The inside of an event without id, type and time. It occurs in samples of the documents only.
///
/// Source: Q2 Biller Direct description, section 10.1 "Envelope".
#[derive(Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BarePayload {
    /// What the event would be about.
    pub resource: EventResource,
    /// What would have happened, as it came: without a type there is no telling what it is.
    pub data: Value,
}

impl fmt::Debug for BarePayload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BarePayload")
            .field("resource", &self.resource)
            .field("data", &Hidden)
            .finish()
    }
}

/// An event in the form that is sent: `{"event": {…}}`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct WrappedEvent<'a> {
    event: &'a Event,
}

impl Event {
    /// The event in the form that is sent, to be serialised.
    ///
    /// ```
    /// use billwire_models::q2::behaviour::EventBody;
    ///
    /// let body = r#"{"event":{"_id":"580e3e11dec21e861b5a3719","type":"bill.created","created":"2016-04-20T16:51:12Z","payload":{"resource":{"type":"bill","id":"579b695decfa11012711875d"},"data":{}}}}"#;
    /// let event = EventBody::decode(body.as_bytes())?.into_event()?;
    /// assert_eq!(serde_json::to_string(&event.wrapped())?, body);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: Q2 Biller Direct description, section 10.1 "Envelope".
    #[must_use]
    pub fn wrapped(&self) -> WrappedEvent<'_> {
        WrappedEvent { event: self }
    }
}

fn event(value: Value) -> Result<EventBody, InvalidEvent> {
    let value = event_body::with_data(value);
    // The error of the decoder may quote what it read; the place that is wrong is looked up instead.
    let problem = InvalidEvent::in_event(&value, "_id", "type");
    let event = Event::deserialize(&value)
        .or_else(|_| serde_json::from_value(event_body::mended(value, &OPTIONAL_TEXTS)));
    let event: Event = event.map_err(|_| problem)?;
    // All events without an id would pass for repetitions of the first one.
    if event.id.as_str().is_empty() {
        return Err(InvalidEvent::empty_id("_id"));
    }
    Ok(EventBody::Event(Box::new(event)))
}

fn bare_payload(members: &mut Map<String, Value>) -> Result<EventBody, InvalidEvent> {
    let resource = members.remove("resource").unwrap_or_default();
    let data = members.remove("data").unwrap_or_default();
    let resource = serde_json::from_value(resource).map_err(|_| InvalidEvent::form(BAD_RESOURCE))?;
    Ok(EventBody::BarePayload(BarePayload { resource, data }))
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
