//! What the vendor's portal configures for signed requests.

use serde::Serialize;

use crate::error::Error;
use crate::q2::partner_keys::{PartnerKeys, ShownPartnerKeys};
use crate::q2::request_signing::{RequestSigning, key_document};
use crate::shared::Shared;

/// What `GET` and `PUT /control/q2/request-signing` answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Configured {
    #[serde(flatten)]
    configuration: RequestSigning,
    #[serde(flatten)]
    keys: ShownPartnerKeys,
}

pub(crate) fn shown(shared: &Shared) -> Configured {
    let engine = shared.engine();
    Configured { configuration: engine.q2.request_signing.clone(), keys: engine.q2.partner_keys.shown() }
}

/// Replaces the configuration. Keys at a URL are fetched at once, so that a mistake shows here and not later.
pub(crate) async fn configure(shared: &Shared, configuration: RequestSigning) -> Result<Configured, Error> {
    configuration.check(&*shared.provider, &shared.api_keys)?;
    let document = key_document(&configuration, shared.fetch_limit).await?;
    {
        let mut engine = shared.engine();
        let now = engine.now();
        engine.q2.partner_keys = PartnerKeys::configured(&*shared.provider, &configuration, document, now)?;
        engine.q2.request_signing = configuration;
    }
    // A running clock has the next poll to wait for.
    shared.changed.notify_one();
    Ok(shown(shared))
}
