//! The demo's own keys. TEST ONLY: they are part of a published program.

use billwire::crypto::{PrivateKey, PublicKey};
use billwire::keys;

use crate::demo::fault::Fault;
use crate::error::Error;

/// Key ids as the demo publishes them.
const REQUEST_SIGNING_ID: &str = "demo-request-signing";
const WEBHOOK_ENCRYPTION_ID: &str = "demo-webhook-encryption";

/// What the partner of the story holds.
#[derive(Debug)]
pub(crate) struct Keys {
    /// Signs requests.
    pub(crate) signing: PrivateKey,
    /// The public half that is registered with the service.
    pub(crate) registered: PublicKey,
    /// Opens webhooks.
    pub(crate) encryption: PrivateKey,
    /// The public half that is published for the service to encrypt to.
    pub(crate) published: PublicKey,
}

impl Keys {
    pub(crate) fn of_story(fault: Option<Fault>) -> Result<Self, Error> {
        let registered =
            key(include_str!("../test_only_keys/TEST-ONLY-request-signing.pem"), REQUEST_SIGNING_ID)?;
        let encryption =
            key(include_str!("../test_only_keys/TEST-ONLY-webhook-encryption.pem"), WEBHOOK_ENCRYPTION_ID)?;
        let signing =
            if fault == Some(Fault::WrongSigningKey) { unregistered()? } else { registered.clone() };
        let published = if fault == Some(Fault::WrongEncryptionKey) {
            key(
                include_str!("../test_only_keys/TEST-ONLY-webhook-encryption-other.pem"),
                WEBHOOK_ENCRYPTION_ID,
            )?
        } else {
            encryption.clone()
        };
        Ok(Self {
            signing,
            registered: registered.public_key(),
            encryption,
            published: published.public_key(),
        })
    }
}

/// A key that nobody registered anywhere.
pub(crate) fn unregistered() -> Result<PrivateKey, Error> {
    key(include_str!("../test_only_keys/TEST-ONLY-request-signing-unregistered.pem"), REQUEST_SIGNING_ID)
}

fn key(pem: &str, id: &str) -> Result<PrivateKey, Error> {
    keys::private_key(pem, id).map_err(|error| {
        Error::unexpected("an embedded test key is not usable").with_cause(&error).with_causes_of(&error)
    })
}
