//! The stage inside this process: our sandbox, set up as in the vendor's portal.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use billwire::core::{ApiKey, Clock, Environment, TokioClock};
use billwire::crypto::{AwsLcProvider, PrivateKey, PrivateKeys, PublicKey, PublicKeys};
use billwire::keys;
use billwire::q2::webhooks::{KnownTokens, Policy, SignatureCheck, Verifier};
use billwire::q2::{Client, Config};
use billwire::reqwest::ReqwestTransport;
use billwire_sandbox::{
    CredentialKind, KeyUsage, RequestSigning, Sandbox, SignatureCheck as Check, WebhookConfiguration,
    WebhookEncryption, WebhookSignature,
};

use super::receiver::{BEARER, Receiver};
use super::{Judged, Q2, Service};

const ISSUER: &str = "the service";
const AUDIENCE: &str = "the contract";
pub(super) const REQUEST_KEY: &str = include_str!("../../fixtures/TEST-ONLY-request-signing.pem");
pub(super) const WEBHOOK_KEY: &str = include_str!("../../fixtures/TEST-ONLY-webhook-encryption.pem");

pub(super) struct Held {
    pub(super) sandbox: Arc<Sandbox>,
}

impl Q2 {
    /// A sandbox of its own, on a clock that only the scenario moves.
    pub(crate) async fn in_sandbox() -> Self {
        let sandbox = Sandbox::builder().provider(Arc::new(AwsLcProvider)).start().await;
        let sandbox = Arc::new(sandbox.expect("a sandbox"));
        let request_key = keys::private_key(REQUEST_KEY, "contract-requests").expect("a key");
        let webhook_key = keys::private_key(WEBHOOK_KEY, "contract-webhooks").expect("a key");
        let service_key = sandbox.info().keys.into_iter().find(|key| key.usage == KeyUsage::Signing);
        let service_key = service_key.expect("the service signs with a key");
        let service_key =
            keys::public_key(&service_key.public_key, service_key.key_id.as_str()).expect("a key");

        let clock = Arc::clone(&sandbox);
        let verifier = verifier(service_key, webhook_key.clone());
        let receiver =
            Receiver::start("127.0.0.1:0", verifier, Box::new(move || clock.now().timestamp())).await;
        let urls = (receiver.webhook_url(), receiver.token_url());
        configure(&sandbox, urls, &request_key, &webhook_key).await;

        let environment = Environment::custom_sandbox(sandbox.urls().q2.as_str());
        let clock = Arc::new(VirtualClock { sandbox: Arc::clone(&sandbox), real: TokioClock::new() });
        let signed = || {
            Config::builder(environment.clone(), ApiKey::for_sandbox(sandbox.api_key()))
                .with_request_signing(request_key.clone())
                .with_strict(true)
        };
        let transport = Arc::new(ReqwestTransport::new().expect("a transport"));
        let client =
            |config: Config| Client::new(config, Arc::clone(&transport) as _, Arc::clone(&clock) as _);
        let plain = client(signed().build().expect("a configuration"));
        let sealed = signed().with_payload_encryption(newest_key(&plain).await);
        let client = client(sealed.build().expect("a configuration"));
        let now = sandbox.now().timestamp();
        Self::new(
            client,
            environment.clone(),
            Service::Sandbox(Rc::new(Held { sandbox })),
            Some(receiver),
            now,
        )
    }
}

/// The key that bodies are encrypted to, as the service publishes it.
pub(super) async fn newest_key(client: &Client) -> PublicKey {
    let jwk = client.latest_public_key().await.granted();
    let json = serde_json::to_string(&jwk).expect("JSON");
    PublicKey::from_jwk_json(&AwsLcProvider, &json)
        .expect("a usable key")
        .with_key_id(jwk.key_id.as_str().into())
}

pub(super) fn verifier(service_key: PublicKey, webhook_key: PrivateKey) -> Verifier {
    let signature = SignatureCheck::new(PublicKeys::from_keys([service_key]).expect("one key"));
    let policy = Policy::builder()
        .with_bearer(KnownTokens::new([BEARER]))
        .with_signature(signature.with_issuer(ISSUER).with_audience(AUDIENCE))
        .with_encryption(PrivateKeys::from_keys([webhook_key]).expect("one key"))
        .build();
    Verifier::new(policy.expect("a policy"))
}

/// What a partner sets in the vendor's portal.
pub(super) async fn configure(
    sandbox: &Sandbox,
    (webhook_url, token_url): (String, String),
    request_key: &PrivateKey,
    webhook_key: &PrivateKey,
) {
    let pem = |key: &PrivateKey| key.public_key().to_spki_pem().expect("a PEM");
    let signing = RequestSigning::with_public_key(pem(request_key));
    sandbox.configure_request_signing(signing).await.expect("request signing");
    let encryption = WebhookEncryption::from_key(pem(webhook_key)).with_key_id("contract-webhooks");
    let webhooks = WebhookConfiguration::to(webhook_url)
        .with_all_event_types()
        .with_oauth(token_url, "grant_type=client_credentials&client_id=contract&client_secret=s")
        .with_encryption(encryption)
        .with_signature(WebhookSignature::new().with_issuer(ISSUER).with_audience(AUDIENCE));
    sandbox.configure_webhooks(webhooks).await.expect("webhooks");
}

impl Held {
    /// Every answered request of the API key was signed, and every body was encrypted. Gives the operations seen.
    pub(super) fn inspect(&self) -> Vec<String> {
        let requests = self.sandbox.requests();
        for request in requests.iter().filter(|request| request.status == Some(200)) {
            let by_key = request.credential == Some(CredentialKind::ApiKey);
            assert!(!by_key || request.signature == Check::Verified, "not signed: {request:?}");
            let bare = request.path.ends_with("/fix-hold") || request.path.ends_with("/retry");
            let sealed = request.encrypted || request.method != "POST" || bare;
            assert!(!by_key || sealed, "not encrypted: {request:?}");
        }
        requests.into_iter().filter_map(|request| request.operation).collect()
    }
}

/// The sandbox's time of day, so that signed dates agree with it; limits run on real time.
#[derive(Debug)]
struct VirtualClock {
    sandbox: Arc<Sandbox>,
    real: TokioClock,
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> jiff::Timestamp {
        self.sandbox.now().timestamp()
    }

    fn monotonic(&self) -> Duration {
        self.real.monotonic()
    }

    async fn sleep(&self, duration: Duration) {
        self.real.sleep(duration).await;
    }
}
