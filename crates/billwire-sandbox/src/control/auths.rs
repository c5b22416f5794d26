//! What happens to logins outside the API.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::Error;
use crate::q2::world::{AuthId, Lapse};
use crate::shared::Shared;

/// What `POST /control/q2/auths/{authId}/lapse` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LapseRequest {
    reason: Lapse,
}

/// Lets a verified login stop working, with its event.
pub(super) async fn lapse(shared: &Shared, id: &str, request: LapseRequest) -> Result<Value, Error> {
    {
        let mut engine = shared.engine();
        let now = engine.now();
        engine.world.lapse(now, &AuthId::new(id), request.reason)?;
        engine.collect_events();
    }
    shared.settle().await;
    Ok(json!({ "success": true }))
}
