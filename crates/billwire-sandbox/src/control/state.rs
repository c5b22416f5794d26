//! Reset, snapshot and restore; the ledger and the log of requests.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::respond::{ControlError, parse};
use crate::error::Error;
use crate::moment::Moment;
use crate::shared::Shared;
use crate::snapshot::Snapshot;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Reset {
    #[serde(default)]
    seed: Option<u64>,
}

/// What a reset or a restore answers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Began {
    seed: u64,
    now: Moment,
}

/// `POST /control/reset`; an empty body keeps the seed.
pub(super) async fn reset_by(shared: &Shared, body: &[u8]) -> Result<Began, ControlError> {
    let reset = if body.iter().all(u8::is_ascii_whitespace) { Reset::default() } else { parse(body)? };
    Ok(self::reset(shared, reset.seed).await?)
}

/// Back to the beginning: world, events, configuration, keys, requests and clock.
pub(crate) async fn reset(shared: &Shared, seed: Option<u64>) -> Result<Began, Error> {
    shared
        .replace_and_forget(|engine| {
            engine.reset(&*shared.provider, seed)?;
            Ok(Began { seed: engine.seed(), now: engine.now() })
        })
        .await
}

pub(crate) async fn restore(shared: &Shared, state: &Value) -> Result<Began, Error> {
    become_state(shared, Snapshot::of_value(state)?).await
}

/// `PUT /control/state`.
pub(super) async fn restore_text(shared: &Shared, text: &[u8]) -> Result<Began, Error> {
    become_state(shared, Snapshot::of_text(text)?).await
}

async fn become_state(shared: &Shared, state: Snapshot<'_>) -> Result<Began, Error> {
    shared
        .replace_and_forget(|engine| {
            engine.restore(&*shared.provider, state)?;
            Ok(Began { seed: engine.seed(), now: engine.now() })
        })
        .await
}

pub(super) fn ledger(shared: &Shared) -> Value {
    json!({ "data": shared.engine().ledger() })
}

pub(super) fn requests(shared: &Shared) -> Value {
    json!({ "data": shared.engine().requests.records() })
}
