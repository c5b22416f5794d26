//! The key pairs of the emulated service.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::{Error, ErrorKind};
use crate::service_keys::{GivenKey, KeyUsage, ServiceKey};
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
    /// PEM of the certificate of that key, for `x5c`; a given key has none otherwise.
    #[serde(default)]
    pub(crate) certificate: Option<String>,
}

pub(super) fn list(shared: &Shared) -> Value {
    json!({ "data": shared.engine().q2.keys.list() })
}

pub(crate) fn create(shared: &Shared, new: NewKey) -> Result<ServiceKey, Error> {
    let mut engine = shared.engine();
    let now = engine.now();
    let Some(private_key_pem) = new.private_key else {
        if new.certificate.is_some() {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "certificate belongs to a privateKey; give both",
            ));
        }
        return engine.q2.keys.create(&*shared.provider, now, new.usage);
    };
    let generated = || engine.q2.world.seed_mut().id("key").chars().take(20).collect();
    let key_id = new.key_id.unwrap_or_else(generated);
    let given = GivenKey { key_id, private_key_pem, certificate_pem: new.certificate };
    engine.q2.keys.add(&*shared.provider, now, new.usage, given)
}

pub(crate) fn remove(shared: &Shared, key_id: &str) -> Result<Value, Error> {
    shared.engine().q2.keys.remove(key_id)?;
    Ok(json!({ "success": true }))
}
