//! Events: what happened, what was delivered, and more of it on demand.

use serde_json::{Value, json};

use crate::error::{Error, ErrorKind};
use crate::event::Trigger;
use crate::shared::Shared;
use crate::webhook_sender::EventRecord;

pub(super) fn list(shared: &Shared) -> Value {
    let engine = shared.engine();
    json!({ "data": engine.events.records().collect::<Vec<_>>() })
}

pub(crate) fn find(shared: &Shared, id: &str) -> Result<EventRecord, Error> {
    shared
        .engine()
        .event(id)
        .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no event \"{id}\"")))
}

/// Makes an event and sends it at once, whether its type is switched on or not.
pub(crate) async fn trigger(shared: &Shared, trigger: Trigger) -> Result<EventRecord, Error> {
    let id = shared.engine().trigger(trigger)?;
    shared.settle().await;
    find(shared, &id)
}

/// Sends an event once more, after what waits for the same client.
pub(crate) async fn redeliver(shared: &Shared, id: &str) -> Result<EventRecord, Error> {
    shared.engine().redeliver(id)?;
    shared.settle().await;
    find(shared, id)
}
