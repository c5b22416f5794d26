//! Events on demand: a documented sample about a real or an invented resource, with members overridden.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::event_types::EventType;
use super::samples;
use crate::bill_pay::{AuthId, BillId, ClientId, SwapId, World};
use crate::error::{Error, ErrorKind};
use crate::event::{NewEvent, Trigger, override_member};
use crate::id_text::IdText;
use crate::moment::Moment;

/// Makes the event. The world does not change: only what is told does.
pub(super) fn triggered(world: &mut World, now: Moment, trigger: Trigger) -> Result<NewEvent, Error> {
    let kind = EventType::from_text(&trigger.kind).ok_or_else(|| {
        let known: Vec<&str> = EventType::ALL.iter().map(|kind| kind.as_str()).collect();
        invalid(format!("\"{}\" is no event type; known are {}", trigger.kind, known.join(", ")))
    })?;
    let resource = Resource::find(world, kind, trigger.resource_id.as_deref())?;
    let id = world.seed_mut().id("event");
    let mut body = json!({
        "_id": id,
        "type": kind.as_str(),
        "created": now,
        "clientId": resource.client_id,
        "partnerId": world.partner_id(),
        "identifier": resource.identifier,
        "payload": {
            "resource": { "type": kind.resource_type(), "id": resource.id },
            "data": samples::data(kind),
        },
    });
    let overridden = !trigger.overrides.is_empty();
    for (path, value) in trigger.overrides {
        override_member(&mut body, "_id", &path, value)?;
    }
    let sent_as = match body.get("type").and_then(Value::as_str) {
        Some(named) if named != kind.as_str() => Cow::Owned(named.to_owned()),
        _ => Cow::Borrowed(kind.as_str()),
    };
    let client_id = IdText::new(&resource.client_id);
    Ok(NewEvent {
        id,
        kind: kind.as_str(),
        created: now,
        client_id,
        sent_as,
        body: body.into(),
        overridden,
        receiver: None,
    })
}

struct Resource {
    id: String,
    client_id: String,
    identifier: String,
}

impl Resource {
    fn find(world: &World, kind: EventType, id: Option<&str>) -> Result<Self, Error> {
        let Some(id) = id else {
            let client_id = samples::CLIENT_ID.to_owned();
            let id = if kind.resource_type() == "client" { samples::CLIENT_ID } else { samples::RESOURCE_ID };
            return Ok(Self { id: id.to_owned(), client_id, identifier: samples::IDENTIFIER.to_owned() });
        };
        let client_id = match kind.resource_type() {
            "client" => Some(ClientId::new(id)),
            "auth" => world.auth(&AuthId::new(id)).map(|auth| auth.client_id.clone()),
            "bill" => world.bill(&BillId::new(id)).map(|bill| bill.client_id.clone()),
            "swap" => world.swap(&SwapId::new(id)).map(|swap| swap.client_id.clone()),
            _ => None,
        };
        let client = client_id.and_then(|client_id| world.client(&client_id)).ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound,
                format!(
                    "there is no {} \"{id}\" in this sandbox; leave resourceId out for an invented one",
                    kind.resource_type()
                ),
            )
        })?;
        Ok(Self {
            id: id.to_owned(),
            client_id: client.id.to_string(),
            identifier: client.identifier.clone(),
        })
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}
