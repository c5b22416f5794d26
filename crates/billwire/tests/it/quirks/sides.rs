//! Two sandboxes of one seed, each with a client and a receiver of its own.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use billwire::core::{ApiKey, Environment, Error};
use billwire::crypto::{PrivateKeys, PublicKeys};
use billwire::keys;
use billwire::models::q2::behaviour::EventBody;
use billwire::q2::webhooks::{Policy, SignatureCheck, Verifier};
use billwire::q2::{self, Client, Event};
use billwire::webhooks::Inbound;
use billwire_sandbox::{
    IssuerNews, KeyUsage, Quirks, Sandbox, WebhookConfiguration, WebhookEncryption, WebhookSignature,
};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};

use super::reading;

/// TEST ONLY: the key of the published test vectors, here for decryption.
const OUR_KEY: &str = include_str!("../../fixtures/TEST-ONLY-request-signing.pem");
const OUR_KEY_ID: &str = "ours";

type Deliveries = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// One sandbox and what talks to it.
struct Side {
    sandbox: Sandbox,
    client: Client,
    verifier: Verifier,
    deliveries: Deliveries,
}

impl Side {
    async fn start(quirks: Quirks) -> Self {
        let sandbox = Sandbox::builder().quirks(quirks).start().await.expect("a sandbox");
        let environment = Environment::custom_sandbox(sandbox.urls().q2.as_str());
        let config = q2::Config::builder(environment, ApiKey::for_sandbox(sandbox.api_key()));
        let client = q2::client(config.build().expect("a configuration")).expect("a client");
        let deliveries = Deliveries::default();
        let url = receiver(Arc::clone(&deliveries)).await;
        let ours = keys::private_key(OUR_KEY, OUR_KEY_ID).expect("a key");
        let public = ours.public_key().to_spki_pem().expect("a PEM");
        let configuration = WebhookConfiguration::to(url)
            .with_all_event_types()
            // Days pass before a delivery is opened here.
            .with_signature(WebhookSignature::new().with_expiry_seconds(30 * 24 * 60 * 60))
            .with_encryption(WebhookEncryption::from_key(public).with_key_id(OUR_KEY_ID));
        sandbox.configure_webhooks(configuration).await.expect("configured");
        let theirs = sandbox.info().keys.into_iter().filter(|key| key.usage == KeyUsage::Signing);
        let theirs = theirs.map(|key| keys::public_key(&key.public_key, key.key_id.as_str()).expect("a key"));
        let signature = SignatureCheck::new(PublicKeys::from_keys(theirs).expect("different ids"))
            .with_max_expiry_ahead(None);
        let policy = Policy::builder()
            .with_signature(signature)
            .with_encryption(PrivateKeys::from_keys([ours]).expect("one key"))
            .build()
            .expect("a policy");
        Self { sandbox, client, verifier: Verifier::new(policy), deliveries }
    }

    fn take(&self) -> Vec<(HeaderMap, Bytes)> {
        std::mem::take(&mut *self.deliveries.lock().expect("no test panics while it holds this"))
    }

    /// What has arrived since the last time, verified, decrypted and decoded.
    fn events(&self) -> Vec<Event> {
        let now = self.sandbox.now().timestamp();
        let open = |(headers, body): (HeaderMap, Bytes)| {
            self.verifier.open(&Inbound::new(&headers, &body), now).expect("a good event").into_value()
        };
        self.take().into_iter().map(open).collect()
    }
}

pub(super) struct Sides {
    tidy: Side,
    untidy: Side,
}

impl Sides {
    pub(super) async fn start(quirks: Quirks) -> Self {
        Self { tidy: Side::start(Quirks::none()).await, untidy: Side::start(quirks).await }
    }

    pub(super) fn set_quirks(&self, quirks: Quirks) {
        self.untidy.sandbox.set_quirks(quirks);
    }

    /// Calls both; both must give the same value.
    pub(super) async fn same<T, F>(&self, call: F) -> T
    where
        T: PartialEq + Debug,
        F: AsyncFn(&Client) -> Result<T, Error>,
    {
        self.same_after(call, |value| value).await
    }

    /// Calls both; both must give the same value once `settle` has undone what the printed form says differently.
    pub(super) async fn same_after<T, F>(&self, call: F, settle: fn(T) -> T) -> T
    where
        T: PartialEq + Debug,
        F: AsyncFn(&Client) -> Result<T, Error>,
    {
        let tidy = settle(call(&self.tidy.client).await.expect("a tidy answer"));
        let untidy = settle(call(&self.untidy.client).await.expect("an untidy answer"));
        let quirks = self.untidy.sandbox.quirks();
        assert!(tidy == untidy, "with {quirks}:\n{tidy:#?}\nis not\n{untidy:#?}");
        untidy
    }

    /// Calls both without comparing: the value of the tidy one.
    pub(super) async fn tidy_first<T, F>(&self, call: F) -> T
    where
        F: AsyncFn(&Client) -> Result<T, Error>,
    {
        call(&self.untidy.client).await.expect("an untidy answer");
        call(&self.tidy.client).await.expect("a tidy answer")
    }

    /// Calls the untidy one alone, for what only it says.
    pub(super) async fn untidy<T, F>(&self, call: F) -> T
    where
        F: AsyncFn(&Client) -> Result<T, Error>,
    {
        call(&self.untidy.client).await.expect("an untidy answer")
    }

    pub(super) async fn advance(&self, duration: &str) {
        for side in [&self.tidy, &self.untidy] {
            side.sandbox.advance(duration).await.expect("time moves");
        }
    }

    /// The issuer of a card says no from now on.
    pub(super) async fn decline(&self, method: &str) {
        for side in [&self.tidy, &self.untidy] {
            let news = IssuerNews::default().with_declines(true);
            side.sandbox.tell_issuer(method, news).await.expect("told");
        }
    }

    pub(super) async fn trigger(&self, kind: &str) {
        for side in [&self.tidy, &self.untidy] {
            side.sandbox.trigger_event(kind, None, []).await.expect("an event");
        }
    }

    /// What has arrived since the last time, the same on both sides.
    pub(super) fn events(&self) -> Vec<Event> {
        let (tidy, untidy) = (self.tidy.events(), self.untidy.events());
        assert_eq!(tidy.len(), untidy.len());
        let quirks = self.untidy.sandbox.quirks();
        for (tidy, untidy) in tidy.into_iter().zip(&untidy) {
            let (tidy, untidy) = (reading::event(tidy), reading::event(untidy.clone()));
            assert!(tidy == untidy, "with {quirks}:\n{tidy:#?}\nis not\n{untidy:#?}");
        }
        untidy
    }

    /// The one delivery that has arrived on each side: whole on the tidy one, its payload alone on the other.
    pub(super) fn bare_payload(&self) {
        let [tidy] = &self.tidy.events()[..] else { panic!("one event") };
        let [(headers, body)] = &self.untidy.take()[..] else { panic!("one delivery") };
        let now = self.untidy.sandbox.now().timestamp();
        let inbound = Inbound::new(headers, body);
        assert!(self.untidy.verifier.open(&inbound, now).is_err(), "it is no event");
        let read = self.untidy.verifier.open_any_form(&inbound, now).expect("a payload").into_value();
        let EventBody::BarePayload(payload) = read else { panic!("an event: {read:?}") };
        assert_eq!(payload.resource, tidy.resource);
    }

    /// The operations that have answered with success on the untidy side.
    pub(super) fn operations(&self) -> BTreeSet<String> {
        let requests = self.untidy.sandbox.requests().into_iter();
        requests
            .filter(|request| request.status == Some(200))
            .filter_map(|request| request.operation)
            .collect()
    }
}

/// A receiver that keeps everything and says yes.
async fn receiver(deliveries: Deliveries) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().fallback(move |request: Request<Body>| {
        let deliveries = Arc::clone(&deliveries);
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
            deliveries.lock().expect("no test panics while it holds this").push((parts.headers, body));
            StatusCode::OK
        }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/hook")
}
