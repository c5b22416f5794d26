//! Events on demand: a documented sample about a real or an invented resource, with members overridden.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::event_types::EventType;
use super::events::NewEvent;
use super::samples;
use super::world::{AuthId, BillId, ClientId, SwapId, World};
use crate::error::{Error, ErrorKind};
use crate::moment::Moment;

/// What `POST /control/events/trigger` takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Trigger {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The bill, auth, swap or client the event is about; an invented one if absent.
    #[serde(default)]
    pub(crate) resource_id: Option<String>,
    /// By path from the event's root, such as `payload.data.amount`.
    #[serde(default)]
    pub(crate) overrides: BTreeMap<String, Value>,
}

/// Makes the event. The world does not change: only what is told does.
pub(crate) fn triggered(world: &mut World, now: Moment, trigger: Trigger) -> Result<NewEvent, Error> {
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
        override_member(&mut body, &path, value)?;
    }
    let sent_as = match body.get("type").and_then(Value::as_str) {
        Some(named) if named != kind.as_str() => Cow::Owned(named.to_owned()),
        _ => Cow::Borrowed(kind.as_str()),
    };
    let client_id = ClientId::new(resource.client_id);
    Ok(NewEvent { id, kind, created: now, client_id, sent_as, body: body.into(), overridden })
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

/// Replaces the member at `path`; a path that leads nowhere and a value that is there already are mistakes.
fn override_member(body: &mut Value, path: &str, value: Value) -> Result<(), Error> {
    if path == "_id" {
        return Err(invalid("overrides: the event's own _id cannot be overridden"));
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
