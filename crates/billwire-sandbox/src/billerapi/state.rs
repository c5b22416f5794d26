//! Everything of the emulated BillerAPI that can be saved and restored, behind what the shared parts ask of a world.

use std::borrow::Cow;

use billwire_crypto::Provider;
use http::{HeaderName, HeaderValue};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::event_types::EventType;
use super::events::NewEvent as Told;
use super::idempotency::Idempotency;
use super::rate_limits::RateLimits;
use super::sending;
use super::settings::DeliverySignature;
use super::wire::time_text;
use super::world::{ClientId, FIRST_CLIENT, Subscription, World};
use crate::api::{Addressed, ApiWorld, Outgoing, Parcel};
use crate::bill_pay::LedgerEntry;
use crate::engine::Happening;
use crate::error::{Error, ErrorKind};
use crate::event::{NewEvent, Trigger, override_member};
use crate::faults::{Protections, WebhookFaultKind};
use crate::id_text::IdText;
use crate::json_text::Json;
use crate::moment::Moment;
use crate::seed::Seed;
use crate::webhook_sender::DeliveryState;

/// The world, and what the API remembers of its requests.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct State {
    pub(crate) world: World,
    #[serde(default)]
    pub(crate) idempotency: Idempotency,
    #[serde(default)]
    pub(crate) rate_limits: RateLimits,
}

/// Between the id of an event and that of its receiver, in the log's id of a second receiver.
const TO: char = '.';

impl State {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            world: World::new(Seed::of(seed, super::NAME)),
            idempotency: Idempotency::default(),
            rate_limits: RateLimits::default(),
        }
    }

    /// The event as the log keeps it: its body stays, whatever the settings become.
    fn kept(&self, told: &Told, id: String, receiver: Option<&Subscription>) -> NewEvent {
        NewEvent {
            id,
            kind: told.kind.as_str(),
            created: told.created,
            client_id: IdText::new(told.subject.client_id.as_str()),
            sent_as: Cow::Borrowed(told.kind.as_str()),
            body: Json::from(told.body(self.world.settings.envelope)),
            overridden: false,
            receiver: receiver.map(|receiver| receiver.id.as_str().into()),
        }
    }

    /// One for each receiver; the first has the event's own id, which is all there is if nobody wants it.
    fn for_receivers(&self, told: &Told, into: &mut Vec<NewEvent>) {
        let all = self.world.subscriptions().iter();
        let mut receivers = all.filter(|receiver| receiver.wants(&told.subject.client_id, told.kind));
        into.push(self.kept(told, told.id.clone(), receivers.next()));
        into.extend(receivers.map(|receiver| {
            let id = format!("{}{TO}{}", told.id, receiver.id);
            self.kept(told, id, Some(receiver))
        }));
    }

    /// Where an event goes: to the receiver it was made for and to no other; one that was made for none, to the first that
    /// wants it or, as it was asked for, to one that does not.
    fn receiver(&self, to: &Addressed<'_>) -> Option<&Subscription> {
        let client_id = ClientId::new(to.client_id);
        let own = || self.world.subscriptions_of(&client_id).filter(|receiver| receiver.is_of_sandbox());
        if let Some(id) = to.receiver {
            return own().find(|receiver| receiver.id.as_str() == id);
        }
        let kind = EventType::of_text(to.kind);
        let wants = |receiver: &&Subscription| kind.is_some_and(|kind| receiver.wants(&client_id, kind));
        own().find(wants).or_else(|| own().next())
    }
}

impl ApiWorld for State {
    fn next_due(&self) -> Option<Moment> {
        self.world.next_due()
    }

    fn run_next(&mut self, until: Moment) -> Option<(Moment, Happening)> {
        self.world.run_next(until).map(|(at, effect)| (at, Happening::Told(effect.describe())))
    }

    fn take_events(&mut self) -> Vec<NewEvent> {
        let mut events = Vec::new();
        for told in self.world.take_events() {
            self.for_receivers(&told, &mut events);
        }
        events
    }

    fn delivery_of(&self, event: &NewEvent) -> DeliveryState {
        if event.receiver.is_some() {
            DeliveryState::Waiting
        } else if self.has_receiver(&event.addressed()) {
            DeliveryState::NotEnabled
        } else {
            DeliveryState::NotConfigured
        }
    }

    fn has_receiver(&self, to: &Addressed<'_>) -> bool {
        self.receiver(to).is_some()
    }

    fn pause_after(&self, failed: u32) -> Option<SignedDuration> {
        let times = self.world.settings.attempts_after_seconds.seconds();
        let next = usize::try_from(failed).ok()?;
        let (before, after) = (times.get(next.checked_sub(1)?)?, times.get(next)?);
        i64::try_from(after.saturating_sub(*before)).ok().map(SignedDuration::from_secs)
    }

    fn protections(&self, to: &Addressed<'_>) -> Protections {
        let signature = self.world.settings.signature;
        let secrets = self.receiver(to).map_or(0, |receiver| receiver.secrets.len());
        Protections {
            signature: signature != DeliverySignature::None && secrets > 0,
            dated: matches!(signature, DeliverySignature::New | DeliverySignature::Both),
            two_signing_keys: secrets > 1,
            ..Protections::default()
        }
    }

    fn parcel(&self, _provider: &dyn Provider, outgoing: &Outgoing<'_>) -> Parcel {
        let body = outgoing.event.to_string();
        let receiver = self.receiver(&outgoing.to);
        let secrets = receiver.map_or(&[][..], |receiver| &receiver.secrets);
        let secrets = match (outgoing.fault, secrets) {
            // The one that was registered last.
            (Some(WebhookFaultKind::NewerKey), [.., newest]) => std::slice::from_ref(newest),
            _ => secrets,
        };
        let signature = self.world.settings.signature;
        let signed = sending::signatures(signature, secrets, outgoing.at, body.as_bytes(), outgoing.fault);
        let id = outgoing.event_id.split(TO).next().unwrap_or_default();
        let mut named = vec![
            ("x-webhook-event-type", outgoing.to.kind.to_owned()),
            ("x-webhook-id", id.to_owned()),
            ("x-webhook-timestamp", time_text(time_of(outgoing))),
            ("x-webhook-client-id", outgoing.to.client_id.to_owned()),
            ("x-webhook-source", "billerapi".to_owned()),
        ];
        named.extend(signed);
        let headers = named.into_iter().filter_map(|(name, value)| {
            let mut value = HeaderValue::from_str(&value).ok()?;
            value.set_sensitive(name == sending::SIGNATURE || name == sending::LEGACY_SIGNATURE);
            Some((HeaderName::from_static(name), value))
        });
        // Altered after it was signed.
        let tampered = outgoing.fault == Some(WebhookFaultKind::Tamper);
        Parcel {
            url: receiver.map(|receiver| receiver.url.clone()),
            body: if tampered { sending::tampered(&body) } else { body },
            headers: headers.collect(),
            portal: None,
        }
    }

    fn trigger(&mut self, now: Moment, trigger: Trigger) -> Result<NewEvent, Error> {
        let kind = EventType::of_text(&trigger.kind).ok_or_else(|| {
            let known = EventType::ALL.map(EventType::as_str).join(", ");
            Error::new(
                ErrorKind::InvalidInput,
                format!("there is no event type \"{}\"; there are {known}", trigger.kind),
            )
        })?;
        let subject = self.world.subject_of(kind, trigger.resource_id.as_deref())?;
        let told = self.world.event_about(now, subject, &super::world::Cause::nobody());
        let to =
            Addressed { client_id: told.subject.client_id.as_str(), kind: kind.as_str(), receiver: None };
        let mut event = self.kept(&told, told.id.clone(), self.receiver(&to));
        if trigger.overrides.is_empty() {
            return Ok(event);
        }
        let mut body = told.body(self.world.settings.envelope);
        let id = if body.get("event_id").is_some() { "event_id" } else { "id" };
        for (path, value) in trigger.overrides {
            override_member(&mut body, id, &path, value)?;
        }
        event.sent_as = match body.get("type").or_else(|| body.get("event_type")).and_then(Value::as_str) {
            Some(sent_as) => Cow::Owned(sent_as.to_owned()),
            None => event.sent_as,
        };
        event.body = Json::from(body);
        event.overridden = true;
        Ok(event)
    }

    fn caused(&self) -> u64 {
        self.world.made()
    }

    fn ledger(&self) -> Vec<LedgerEntry> {
        Vec::new()
    }
}

/// When an event happened, by its body; one that was overridden may not say so.
fn time_of(outgoing: &Outgoing<'_>) -> Moment {
    let event = outgoing.event;
    let text = event.get("created_at").or_else(|| event.get("timestamp")).and_then(Value::as_str);
    let seconds = event.get("created").and_then(Value::as_i64);
    let from_seconds = || jiff::Timestamp::from_second(seconds?).ok().map(Moment::new);
    text.and_then(|text| text.parse().ok()).or_else(from_seconds).unwrap_or(outgoing.at)
}

/// An event in the newest envelope, which is the one that is described.
pub(crate) fn described_event(event: &Value) -> Value {
    let Some(kind) = event.get("type").or_else(|| event.get("event_type")) else { return event.clone() };
    if event.get("object").is_some() {
        return event.clone();
    }
    let text = event.get("created_at").or_else(|| event.get("timestamp")).and_then(Value::as_str);
    let created = text.and_then(|text| text.parse::<jiff::Timestamp>().ok()).map(jiff::Timestamp::as_second);
    let mut data = event.get("data").cloned().unwrap_or_default();
    if let Value::Object(members) = &mut data {
        let names: &[&str] = match kind.as_str().unwrap_or_default().split('.').next().unwrap_or_default() {
            "bill" => &["bill_id"],
            "link" => &["link_id"],
            "account-link" => &["account_link_id"],
            _ => &["request_to_link_id"],
        };
        for name in names {
            if let Some(id) = members.remove(*name) {
                members.insert("id".to_owned(), id);
            }
        }
    }
    json!({
        "id": event.get("id").or_else(|| event.get("event_id")),
        "object": "event",
        "type": kind,
        "created": created,
        "data": { "object": data },
    })
}

/// The client to which things belong that nobody in particular asked for.
pub(crate) fn first_client() -> ClientId {
    ClientId::new(FIRST_CLIENT)
}
