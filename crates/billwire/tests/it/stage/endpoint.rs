//! The stage at an endpoint that variables name: the suite asks and waits, and touches nothing but the API.

use std::rc::Rc;

use billwire::core::clock::system_now;
use billwire::keys;
use billwire::q2::{self, Config};

use super::receiver::Receiver;
use super::sandbox::{newest_key, verifier};
use super::settings::Settings;
use super::{Q2, Service};

/// An endpoint whose webhooks can already reach us.
pub(crate) struct Endpoint {
    settings: Settings,
    receiver: Option<Receiver>,
}

impl Endpoint {
    /// Opens the receiver, so that the endpoint can be told where it is.
    pub(crate) async fn open(settings: Settings) -> Self {
        let receiver = match &settings.webhooks {
            Some(webhooks) => {
                let service_key = keys::public_key(&webhooks.service_key, webhooks.service_key_id.as_str());
                let our_key = keys::private_key(&webhooks.decryption_key, "contract-webhooks");
                let verifier = verifier(service_key.expect("a public key"), our_key.expect("a private key"));
                Some(Receiver::start(&webhooks.listen, verifier, Box::new(system_now)).await)
            }
            None => None,
        };
        Self { settings, receiver }
    }

    /// Where the endpoint has to send webhooks, and where it gets its token for that.
    pub(crate) fn webhook_urls(&self) -> Option<(String, String)> {
        self.receiver.as_ref().map(|receiver| (receiver.webhook_url(), receiver.token_url()))
    }

    /// The stage. From here on the clock on the wall decides.
    pub(crate) async fn stage(self) -> Q2 {
        let config = || {
            let config = Config::builder(self.settings.environment(), self.settings.key()).with_strict(true);
            match &self.settings.signing_key {
                Some(pem) => config.with_request_signing(
                    keys::private_key(pem, "contract-requests").expect("a private key"),
                ),
                None => config,
            }
        };
        let plain = q2::client(config().build().expect("a configuration")).expect("a client");
        let client = if self.settings.encrypts {
            let sealed = config().with_payload_encryption(newest_key(&plain).await);
            q2::client(sealed.build().expect("a configuration")).expect("a client")
        } else {
            plain
        };
        let environment = self.settings.environment();
        let service = Service::Endpoint(Rc::new(self.settings));
        Q2::new(client, environment, service, self.receiver, system_now())
    }
}
