//! Events on demand: a documented sample about a real or an invented bill, with members overridden.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::events::{TYPES, UPDATE};
use crate::bill_pay::{BillId, World};
use crate::error::{Error, ErrorKind};
use crate::event::{NewEvent, Trigger, override_member};
use crate::id_text::IdText;
use crate::moment::Moment;

/// The bill of the samples, which is nobody's here.
const SAMPLE_BILL: &str = "579b695decfa11012711875d";
const SAMPLE_CLIENT: &str = "579b695decfa110127118752";

/// Makes the event. The world does not change: only what is told does.
///
/// Source: Unbill v1 description, section 7 "Webhooks" (samples).
pub(super) fn triggered(world: &mut World, now: Moment, trigger: Trigger) -> Result<NewEvent, Error> {
    let kind = TYPES.iter().copied().find(|kind| *kind == trigger.kind).ok_or_else(|| {
        invalid(format!("\"{}\" is no event type of unbill; known are {}", trigger.kind, TYPES.join(", ")))
    })?;
    let (bill_id, client_id) = match trigger.resource_id {
        None => (SAMPLE_BILL.to_owned(), IdText::new(SAMPLE_CLIENT)),
        Some(id) => {
            let bill = world.bill(&BillId::new(&id)).ok_or_else(|| {
                let message =
                    format!("there is no bill \"{id}\" in unbill; leave resourceId out for an invented one");
                Error::new(ErrorKind::NotFound, message)
            })?;
            (id, bill.client_id.as_text().clone())
        }
    };
    let data = match kind {
        UPDATE => json!({
            "company": { "name": "Netflix" },
            "previous": { "balance": "25.21" },
            "current": { "balance": "52.11" },
        }),
        _ => json!({
            "company": { "name": "Netflix" },
            "amount": "25.21",
            "surcharge": { "type": "debit card", "rate": "2.50" },
        }),
    };
    let id = world.seed_mut().id("event");
    let mut body = json!({
        "_id": id,
        "type": kind,
        "created": now,
        "payload": { "resource": { "type": "bill", "id": bill_id }, "data": data },
    });
    let overridden = !trigger.overrides.is_empty();
    for (path, value) in trigger.overrides {
        override_member(&mut body, "_id", &path, value)?;
    }
    let sent_as = match body.get("type").and_then(Value::as_str) {
        Some(named) if named != kind => Cow::Owned(named.to_owned()),
        _ => Cow::Borrowed(kind),
    };
    Ok(NewEvent { id, kind, created: now, client_id, sent_as, body: body.into(), overridden, receiver: None })
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}
