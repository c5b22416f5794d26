//! The body of a webhook: bare as documented, or wrapped as it was sent later.

use serde::{Deserialize as _, Serialize};
use serde_json::Value;

use crate::event_body::{self, InvalidEvent};
use crate::unbill::Event;

/// An event in the form that the later version of the service sends: `{"event": {…}}`. This version sends it bare, which
/// is how an [`Event`] serialises.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct WrappedEvent<'a> {
    event: &'a Event,
}

impl Event {
    /// Reads the bytes of a body: a bare event, which is the documented form, or one inside the member `event`, as it is
    /// sent since December 2018.
    ///
    /// Repeated members are not an error, the last one counts. An event of an unknown type, or with data that does not
    /// decode, is an event all the same: see [`EventData`](crate::unbill::EventData). So is one whose other members are
    /// missing or odd, as long as it has an id and a type: `created` is then
    /// [unreadable](crate::scalar::Zone::Unreadable), and the texts of an incomplete `resource` are empty.
    ///
    /// **Nothing is proved by it.** This version has no webhook security of any kind: anybody who knows the address can
    /// post such a body. Read the bill back before acting.
    ///
    /// ```
    /// use billwire_models::unbill::{Event, EventData, EventType};
    ///
    /// let bare = r#"{"_id": "580e3e11dec21e861b5a3719", "type": "bill.update", "created": "2016-04-20T16:51:12Z",
    ///     "payload": {"resource": {"type": "bill", "id": "579b695decfa11012711875d"},
    ///         "data": {"previous": {"balance": "0.00"}, "current": {"balance": "52.11"}}}}"#;
    /// let event = Event::from_body(bare.as_bytes())?;
    /// assert_eq!(event, Event::from_body(format!(r#"{{"event": {bare}}}"#).as_bytes())?);
    /// let EventData::BillUpdate(update) = &event.data else { unreachable!() };
    /// assert!(update.is_new_bill());
    /// # Ok::<(), billwire_models::event_body::InvalidEvent>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidEvent`] if the bytes are not JSON in UTF-8, have neither form, or the event has no id or no type. Refuse
    /// the delivery.
    ///
    /// Source: Unbill v1 description, section 7 "Webhooks"; section 3 "Traps of this version", trap L14.
    pub fn from_body(body: &[u8]) -> Result<Self, InvalidEvent> {
        let value = match event_body::unwrapped(event_body::json(body)?) {
            Ok(value) => value,
            Err(Value::Object(_)) => return Err(InvalidEvent::unknown_form()),
            Err(_) => return Err(InvalidEvent::not_an_object()),
        };
        let value = event_body::with_data(value);
        // The error of the decoder may quote what it read; the place that is wrong is looked up instead.
        let problem = InvalidEvent::in_event(&value, "_id", "type");
        let event =
            Self::deserialize(&value).or_else(|_| serde_json::from_value(event_body::mended(value, &[])));
        let event: Self = event.map_err(|_| problem)?;
        // All events without an id would pass for repetitions of the first one.
        if event.id.as_str().is_empty() {
            return Err(InvalidEvent::empty_id("_id"));
        }
        Ok(event)
    }

    /// The event inside the member `event`, to be serialised.
    ///
    /// Source: Unbill v1 description, section 3 "Traps of this version", trap L14.
    #[must_use]
    pub fn wrapped(&self) -> WrappedEvent<'_> {
        WrappedEvent { event: self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Zone;
    use crate::unbill::{EventData, EventType};

    const BARE: &str = r#"{"_id":"580e3e11dec21e861b5a3719","type":"bill.payment","created":"2016-04-20T16:51:12Z","payload":{"resource":{"type":"bill","id":"579b695decfa11012711875d"},"data":{"company":{"name":"Netflix"},"amount":"25.21","surcharge":{"type":"debit card","rate":"2.50"}}}}"#;

    fn decoded(text: &str) -> Event {
        Event::from_body(text.as_bytes()).unwrap()
    }

    /// Trap L14: events are bare here, wrapped since December 2018; both are read, and either is written.
    #[test]
    fn bare_and_wrapped_events_are_the_same() {
        let event = decoded(BARE);
        assert_eq!(event.kind, EventType::BillPayment);
        assert_eq!(decoded(&format!("\u{feff}{{\"event\": {BARE}}}")), event);
        let wrapped = serde_json::to_string(&event.wrapped()).unwrap();
        assert_eq!(decoded(&wrapped), event);
        assert!(wrapped.starts_with(r#"{"event":{"_id""#), "{wrapped}");
        assert!(serde_json::to_string(&event).unwrap().starts_with(r#"{"_id""#));
    }

    /// Trap L13: a surcharge of either generation, in any case of letters.
    #[test]
    fn both_generations_of_surcharges() {
        let kind = |word: &str| {
            let event = decoded(&BARE.replace("debit card", word));
            let EventData::BillPayment(payment) = event.data else { panic!("{word}") };
            payment.surcharge.unwrap().kind.unwrap()
        };
        assert_eq!(kind("debit card"), kind("debit"));
        assert_eq!(kind("Credit Card"), kind("credit"));
        assert_eq!(kind("ACH"), kind("ach"));
        assert_ne!(kind("ACH"), kind("debit"));
    }

    /// Trap L22: the prose names `bill.issued` and `bill.updated`, which nothing defines; they pass through like any other
    /// unknown type.
    #[test]
    fn unknown_types_and_odd_envelopes_are_kept() {
        for word in ["bill.issued", "bill.updated", "bill.moon-phase"] {
            let event = decoded(&BARE.replace("bill.payment", word));
            assert_eq!(event.kind.as_str(), word);
            let EventData::Unrecognized(data) = event.data else { panic!("{word}") };
            assert_eq!(data["amount"], "25.21");
        }
        let odd = decoded(r#"{"_id": "1", "type": "bill.update", "payload": {"resource": 5}}"#);
        assert_eq!(odd.created.zone(), Zone::Unreadable);
        assert_eq!(odd.resource.id.as_str(), "");
        let odd = decoded(&BARE.replace(r#""25.21""#, r#"["25.21"]"#));
        assert!(matches!(odd.data, EventData::Undecodable { .. }), "data of an odd form is kept too");
    }

    #[test]
    fn what_is_no_event_is_refused_without_being_quoted() {
        for (body, is_json, expected) in [
            ("secret-text", false, "not JSON"),
            ("[]", true, "not an object"),
            (r#"{"a": "secret-text"}"#, true, "none of the documented forms"),
            (r#"{"event": {"_id": "", "type": "secret-text"}}"#, true, "is empty"),
            (r#"{"event": {"type": "secret-text"}}"#, true, "`_id` of the event is missing"),
            (r#"{"type": 5, "_id": "secret-text", "payload": {}}"#, true, "`type` of the event is missing"),
        ] {
            let error = Event::from_body(body.as_bytes()).unwrap_err();
            assert_eq!(error.is_json(), is_json);
            assert!(error.to_string().contains(expected), "{error}");
            assert!(!format!("{error} {error:?}").contains("secret-text"), "{error:?}");
        }
        assert!(!Event::from_body(b"\xff").unwrap_err().is_json());
    }
}
