//! A second sandbox that the suite knows only by its variables. Its portal is set up once; after that nobody touches
//! anything but its API.

use std::sync::Arc;

use billwire::core::clock::system_now;
use billwire::crypto::AwsLcProvider;
use billwire::keys;
use billwire_sandbox::{KeyUsage, Sandbox};

use super::Endpoint;
use super::sandbox::{REQUEST_KEY, WEBHOOK_KEY, configure};
use super::settings::PREFIX;

pub(crate) struct Elsewhere {
    sandbox: Sandbox,
    service_key: String,
}

impl Elsewhere {
    pub(crate) async fn start() -> Self {
        let builder = Sandbox::builder().provider(Arc::new(AwsLcProvider)).running_from(system_now());
        let sandbox = builder.start().await.expect("a sandbox");
        let key = sandbox.info().keys.into_iter().find(|key| key.usage == KeyUsage::Signing).expect("a key");
        let service_key = temporary_file("service-key", &key.public_key);
        Self { sandbox, service_key }
    }

    /// What a person would export. `money` names the environment in which payments are allowed.
    pub(crate) fn variables(&self, money: &str) -> Vec<(String, String)> {
        let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/");
        let info = self.sandbox.info();
        let service_key = info.keys.iter().find(|key| key.usage == KeyUsage::Signing).expect("a key");
        [
            ("URL", self.sandbox.urls().q2.clone()),
            ("API_KEY", self.sandbox.api_key().to_owned()),
            ("PARTNER_ID", info.credentials.q2_partner_id.clone()),
            ("MONEY", money.to_owned()),
            ("SIGNING_KEY_FILE", format!("{fixtures}TEST-ONLY-request-signing.pem")),
            ("WEBHOOK_LISTEN", "127.0.0.1:0".to_owned()),
            ("WEBHOOK_SERVICE_KEY_FILE", self.service_key.clone()),
            ("WEBHOOK_SERVICE_KEY_ID", service_key.key_id.clone()),
            ("WEBHOOK_DECRYPTION_KEY_FILE", format!("{fixtures}TEST-ONLY-webhook-encryption.pem")),
            ("PATIENCE_SECONDS", "120".to_owned()),
            ("PARALLEL", "yes".to_owned()),
        ]
        .map(|(name, value)| (format!("{PREFIX}{name}"), value))
        .into()
    }

    /// What a person would set in the vendor's portal.
    pub(crate) async fn set_up_portal(&self, endpoint: &Endpoint) {
        let request_key = keys::private_key(REQUEST_KEY, "contract-requests").expect("a key");
        let webhook_key = keys::private_key(WEBHOOK_KEY, "contract-webhooks").expect("a key");
        let (webhook_url, token_url) = endpoint.webhook_urls().expect("a receiver");
        configure(&self.sandbox, (webhook_url, token_url), &request_key, &webhook_key).await;
    }

    /// How many payments were made.
    pub(crate) fn payments(&self) -> usize {
        self.sandbox.ledger().len()
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.service_key);
    }
}

fn temporary_file(name: &str, text: &str) -> String {
    let path = format!("{}/{name}-{}.pem", env!("CARGO_TARGET_TMPDIR"), std::process::id());
    std::fs::write(&path, text).expect("a file");
    path
}
