//! What the vendor's portal configures for signed requests.

use serde::Serialize;

use crate::error::{Error, ErrorKind};
use crate::q2::request_signing::{RequestSigning, fetch_keys};
use crate::shared::Shared;

/// What `PUT /control/q2/request-signing` answers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Configured {
    #[serde(flatten)]
    configuration: RequestSigning,
    /// The ids of the keys that were found; a PEM has none.
    key_ids: Vec<Option<String>>,
}

/// Replaces the configuration. Keys at a URL are fetched at once, so that a mistake shows here and not later.
pub(crate) async fn configure(shared: &Shared, configuration: RequestSigning) -> Result<Configured, Error> {
    configuration.check(&*shared.provider, &shared.api_keys)?;
    let keys = fetch_keys(&*shared.provider, &configuration, shared.fetch_limit).await?;
    if configuration.public_key.is_some() && keys.is_empty() {
        return Err(Error::new(ErrorKind::Key, "publicKey holds no key that can verify a signature"));
    }
    let configured = Configured {
        key_ids: keys.iter().map(|key| key.key_id().map(ToString::to_string)).collect(),
        configuration: configuration.clone(),
    };
    *shared.signing_keys.lock().await = crate::q2::request_signing::SigningKeyCache::default();
    shared.engine().request_signing = configuration;
    Ok(configured)
}
