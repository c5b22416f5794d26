//! The key pairs of the emulated service.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::Error;
use crate::service_keys::{KeyUsage, ServiceKey};
use crate::shared::Shared;

/// What `POST /control/q2/keys` takes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewKey {
    #[serde(rename = "use")]
    pub(crate) usage: KeyUsage,
    #[serde(default)]
    pub(crate) key_id: Option<String>,
    /// PKCS#8 or PKCS#1 PEM of a test key; the next embedded one if absent.
    #[serde(default)]
    pub(crate) private_key: Option<String>,
}

pub(super) fn list(shared: &Shared) -> Value {
    json!({ "data": shared.engine().keys.list() })
}

pub(crate) fn create(shared: &Shared, new: NewKey) -> Result<ServiceKey, Error> {
    let mut engine = shared.engine();
    let now = engine.now();
    match new.private_key {
        None => engine.keys.create(&*shared.provider, now, new.usage),
        Some(private_key) => {
            let generated = || engine.world.seed_mut().id("key").chars().take(20).collect();
            let key_id = new.key_id.unwrap_or_else(generated);
            engine.keys.add(&*shared.provider, now, new.usage, key_id, private_key)
        }
    }
}

pub(crate) fn remove(shared: &Shared, key_id: &str) -> Result<Value, Error> {
    shared.engine().keys.remove(key_id)?;
    Ok(json!({ "success": true }))
}
