//! An event with its attempts.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::texts::TextPlace;
use crate::api::Api;
use crate::event::NewEvent;
use crate::faults::WebhookFaultKind;
use crate::id_text::IdText;
use crate::moment::Moment;

/// An event and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct EventRecord {
    /// The API it belongs to, such as `q2`.
    pub api: String,
    /// The event's id.
    pub id: String,
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened, on the virtual clock.
    pub created: Moment,
    /// The client it is about.
    pub client_id: String,
    /// Where its delivery stands.
    pub delivery: DeliveryState,
    /// The attempts so far, oldest first.
    pub attempts: Vec<DeliveryAttempt>,
    /// The event object as it is sent, but without what an API wraps it in, and before any quirk.
    pub event: Value,
    /// It was triggered with overrides, so it may be what no description allows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overridden: bool,
}

/// Where the delivery of an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DeliveryState {
    /// There is no receiver; the event can be redelivered once there is one.
    NotConfigured,
    /// Its type is not switched on.
    NotEnabled,
    /// It will be sent, or sent again.
    Waiting,
    /// A receiver answered 2xx.
    Delivered,
    /// The last attempt failed too.
    GivenUp,
    /// A fault kept it back for good.
    Dropped,
}

/// One attempt to deliver an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DeliveryAttempt {
    /// When it was made, on the virtual clock.
    pub at: Moment,
    /// The receiver's status, if it answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What was done to it on purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<WebhookFaultKind>,
}

impl DeliveryAttempt {
    /// One that came to nothing before anything was sent.
    pub(crate) fn failed(at: Moment, error: String) -> Self {
        Self { at, status: None, error: Some(error), fault: None }
    }

    pub(crate) fn is_success(&self) -> bool {
        self.error.is_none() && self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Where the delivery stands if this was the last attempt.
    pub(super) fn end(&self) -> DeliveryState {
        match self.fault {
            _ if self.is_success() => DeliveryState::Delivered,
            Some(WebhookFaultKind::Drop) => DeliveryState::Dropped,
            _ => DeliveryState::GivenUp,
        }
    }
}

/// An event as it is kept: its JSON as text elsewhere, which takes a fifth of the memory of a tree of values.
#[derive(Clone)]
pub(super) struct Record {
    pub(super) api: &'static Api,
    pub(super) id: IdText,
    pub(super) kind: Cow<'static, str>,
    pub(super) created: Moment,
    pub(super) client_id: IdText,
    pub(super) delivery: DeliveryState,
    pub(super) attempts: Vec<DeliveryAttempt>,
    pub(super) event: TextPlace,
    pub(super) overridden: bool,
}

impl Record {
    pub(super) fn new(api: &'static Api, event: NewEvent, delivery: DeliveryState, text: TextPlace) -> Self {
        Self {
            api,
            id: IdText::new(&event.id),
            kind: event.sent_as,
            created: event.created,
            client_id: event.client_id,
            delivery,
            attempts: Vec::new(),
            event: text,
            overridden: event.overridden,
        }
    }

    pub(super) fn shown(&self, text: &str) -> EventRecord {
        EventRecord {
            api: self.api.name.to_owned(),
            id: self.id.to_string(),
            kind: self.kind.clone().into_owned(),
            created: self.created,
            client_id: self.client_id.to_string(),
            delivery: self.delivery,
            attempts: self.attempts.clone(),
            event: serde_json::from_str(text).unwrap_or(Value::Null),
            overridden: self.overridden,
        }
    }

    pub(super) fn written<'a>(&'a self, text: &'a str) -> WrittenRecord<'a> {
        WrittenRecord {
            api: self.api,
            id: Cow::Borrowed(&self.id),
            kind: Cow::Borrowed(&self.kind),
            created: self.created,
            client_id: Cow::Borrowed(&self.client_id),
            delivery: self.delivery,
            attempts: Cow::Borrowed(&self.attempts),
            event: Cow::Borrowed(text),
            overridden: self.overridden,
        }
    }
}

/// The JSON form of a record, with its text.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WrittenRecord<'a> {
    #[serde(with = "api_name")]
    api: &'static Api,
    id: Cow<'a, IdText>,
    #[serde(rename = "type")]
    kind: Cow<'a, str>,
    created: Moment,
    client_id: Cow<'a, IdText>,
    delivery: DeliveryState,
    attempts: Cow<'a, [DeliveryAttempt]>,
    #[serde(with = "raw")]
    pub(super) event: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    overridden: bool,
}

impl WrittenRecord<'_> {
    pub(super) fn id(&self) -> &str {
        self.id.as_str()
    }

    pub(super) fn into_record(self, text: TextPlace) -> Record {
        Record {
            api: self.api,
            id: self.id.into_owned(),
            kind: Cow::Owned(self.kind.into_owned()),
            created: self.created,
            client_id: self.client_id.into_owned(),
            delivery: self.delivery,
            attempts: self.attempts.into_owned(),
            event: text,
            overridden: self.overridden,
        }
    }
}

/// An API as its name.
mod api_name {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::api::Api;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub(super) fn serialize<S: Serializer>(api: &&'static Api, serializer: S) -> Result<S::Ok, S::Error> {
        api.name.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static Api, D::Error> {
        let name = String::deserialize(deserializer)?;
        Api::of_state(&name).map_err(D::Error::custom)
    }
}

/// JSON text inside JSON, as it is.
mod raw {
    use std::borrow::Cow;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::value::RawValue;

    pub(super) fn serialize<S: Serializer>(json: &str, serializer: S) -> Result<S::Ok, S::Error> {
        let json: &RawValue = serde_json::from_str(json).map_err(serde::ser::Error::custom)?;
        json.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Cow<'static, str>, D::Error> {
        Ok(Cow::Owned(Box::<str>::from(Box::<RawValue>::deserialize(deserializer)?).into()))
    }
}
