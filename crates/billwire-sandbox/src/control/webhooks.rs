//! What the vendor's portal configures for webhooks.

use crate::error::Error;
use crate::q2::{API, WebhookConfiguration};
use crate::shared::Shared;
use crate::webhook_sender::NOT_SHOWN;

/// Replaces the configuration; events of before keep waiting and go to the new receiver.
pub(crate) async fn configure(shared: &Shared, configuration: WebhookConfiguration) -> Result<(), Error> {
    configuration.check(&*shared.provider)?;
    shared
        .replace_and_forget(|engine| {
            engine.q2.configure_webhooks(configuration);
            engine.receiver_changed(&API);
        })
        .await;
    Ok(())
}

/// The configuration without its secret.
pub(super) fn shown(shared: &Shared) -> WebhookConfiguration {
    let mut configuration = shared.engine().q2.webhooks.clone();
    if let Some(oauth) = &mut configuration.oauth {
        NOT_SHOWN.clone_into(&mut oauth.payload);
    }
    configuration
}
