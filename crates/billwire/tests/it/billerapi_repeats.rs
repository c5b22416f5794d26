//! What becomes of a POST when its answer goes astray: with the three that honour an idempotency key nothing happens twice,
//! whoever repeats them; all others are sent once, and the error says what is not known.
//!
//! Source: BillerAPI description, sections 3.4 "Retry rules" and 3.7 "Idempotency".

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use billwire::billerapi::{
    Client, ClientId, Config, ConnectGmail, Consent, CreateGmailAuthorization, CreateLinkToken,
    CreateRequestToLink, EventType, ExchangePublicToken, LinkTokenId, RegisterWebhook, SubmitCredentials,
    SubmitMfa, TriggerSync, WebhookEnvironment, operations,
};
use billwire::core::{
    CallOptions, ClientCredentials, Clock as _, Delivery, Environment, Error, IdempotencyKey,
};
use billwire::models::operation::{Method, Safety};
use billwire::models::scalar::Secret;
use billwire_sandbox::{AccountToLink, Faults, HttpFault, HttpFaultKind, LinkVisit, RequestRecord, Sandbox};
use tokio::task::yield_now;

use crate::virtual_time::{Passing, VirtualTime, Wire};

/// The POSTs that honour an idempotency key, and what each makes in the world of the sandbox.
const HONOURED: [(&str, &str); 3] =
    [("createLinkToken", "links"), ("createRequestToLink", "requests"), ("triggerSync", "syncs")];

/// Longer than the client waits for an answer.
const LONG: &str = "PT45S";

/// Every way in which the sandbox can spoil an answer, before and after the effect.
fn faults(operation: &str) -> Vec<HttpFault> {
    vec![
        HttpFault::status(operation, 500),
        HttpFault::status(operation, 500).after_effect(),
        HttpFault::status(operation, 502),
        HttpFault::status(operation, 503).with_retry_after_seconds(20),
        HttpFault::status(operation, 503).after_effect(),
        HttpFault::status(operation, 504).after_effect(),
        HttpFault::status(operation, 429),
        HttpFault::status(operation, 429).with_retry_after_seconds(30),
        HttpFault::status(operation, 429).with_retry_after_date(30),
        HttpFault::delay(operation, LONG),
        HttpFault::delay(operation, LONG).after_effect(),
        HttpFault::cut(operation),
        HttpFault::cut(operation).after_effect(),
        HttpFault::cut(operation).after_effect().times(3),
        HttpFault::truncated(operation),
        HttpFault::html(operation).before_effect(),
        HttpFault::html(operation),
        HttpFault::invalid_json(operation),
        HttpFault::invalid_utf8(operation),
        HttpFault::empty(operation).before_effect(),
        HttpFault::empty(operation),
        HttpFault::content_type(operation, "text/html"),
        HttpFault::unknown_members(operation),
    ]
}

struct Scene {
    sandbox: Arc<Sandbox>,
    time: VirtualTime,
    wire: Arc<Wire>,
    client: Client,
    client_id: ClientId,
    _passing: Passing,
}

impl Scene {
    async fn begin() -> Self {
        let sandbox = Arc::new(Sandbox::start().await.expect("a sandbox"));
        let time = VirtualTime::of(&sandbox);
        let wire = Wire::new(time.clone());
        let credentials = sandbox.info().credentials;
        let client_id = credentials.billerapi_client_id;
        let environment = Environment::custom_sandbox(sandbox.urls().billerapi.as_str());
        let secret = credentials.billerapi_client_secret;
        let config = Config::builder(environment, ClientCredentials::new(&*client_id, &*secret));
        let config = config.build().expect("a configuration");
        let client = Client::new(config, Arc::<Wire>::clone(&wire), Arc::new(time.clone()));
        let passing = time.passes(Arc::clone(&sandbox), || ());
        Self { sandbox, time, wire, client, client_id: ClientId::from(client_id), _passing: passing }
    }

    fn spoil(&self, fault: HttpFault) {
        self.sandbox.set_faults(Faults::new().with_http(fault)).expect("a fault");
    }

    /// How many things of a kind there are.
    fn made(&self, table: &str) -> usize {
        let state = self.sandbox.state().expect("a state");
        let table = &state["billerapi"]["world"][table];
        let count = table.as_array().map(Vec::len).or_else(|| table.as_object().map(serde_json::Map::len));
        count.unwrap_or_else(|| panic!("no table: {table}"))
    }

    /// The requests of an operation, when the sandbox is done with all that were sent.
    async fn requests(&self, operation: &str) -> Vec<RequestRecord> {
        for _ in 0..1_000_000 {
            let requests = self.sandbox.requests();
            if requests.len() == self.wire.sent() {
                let of_operation = |request: &RequestRecord| request.operation.as_deref() == Some(operation);
                return requests.into_iter().filter(of_operation).collect();
            }
            yield_now().await;
        }
        panic!("{} sent, but the log is {:?}", self.wire.sent(), self.sandbox.requests());
    }

    async fn account(&self) -> String {
        let account = AccountToLink::of_user("user_1").with_account_number("4242424242");
        self.sandbox.billerapi().link_account(&account).await.expect("an account").account_link_id
    }

    async fn link(&self) -> LinkTokenId {
        let request = CreateLinkToken::new(self.client_id.clone(), "user_1".into(), vec![Consent::Bills])
            .with_biller_id("test_electric_company".into());
        let created = self.client.create_link_token(&request).await.expect("a link token");
        created.into_inner().link_token_id.expect("an id")
    }

    /// Calls one of the three, and gives the id of what it made.
    async fn honoured(&self, client: &Client, operation: &str, account: &str) -> Result<String, Error> {
        match operation {
            "createLinkToken" => {
                let consents = vec![Consent::Bills];
                let request = CreateLinkToken::new(self.client_id.clone(), "user_1".into(), consents);
                let created = client.create_link_token(&request).await?.into_inner();
                Ok(created.link_token.expose().to_owned())
            }
            "createRequestToLink" => {
                let request = CreateRequestToLink::new("user_1".into());
                Ok(client.create_request_to_link(&request).await?.into_inner().id.to_string())
            }
            "triggerSync" => {
                let request = TriggerSync::new(account.into()).with_force(true);
                Ok(client.trigger_sync(&request).await?.into_inner().id.to_string())
            }
            other => panic!("{other} honours no key"),
        }
    }

    /// Makes everything ready for one of the other POSTs, spoils its answer and calls it.
    async fn other(&self, operation: &str, fault: HttpFault) -> Result<(), Error> {
        let user = || "user_1".into();
        match operation {
            "exchangePublicToken" => {
                let (link, visit) = (self.link().await, LinkVisit::with_account_number("4242424242"));
                let token =
                    self.sandbox.billerapi().visit_link(link.as_str(), &visit).await.expect("a visit");
                self.spoil(fault);
                let request = ExchangePublicToken::new(Secret::new(token), self.client_id.clone());
                self.client.exchange_public_token(&request).await.map(drop)
            }
            "submitCredentials" => {
                let link = self.link().await;
                self.spoil(fault);
                let request = SubmitCredentials::new(Secret::new("4242424242"));
                self.client.submit_credentials(&link, &request).await.map(drop)
            }
            "submitMfa" => {
                let link = self.link().await;
                let request = SubmitCredentials::new(Secret::new("4000000003"));
                self.client.submit_credentials(&link, &request).await.expect("a code is asked for");
                self.spoil(fault);
                self.client.submit_mfa(&link, &SubmitMfa::new(Secret::new("123456"))).await.map(drop)
            }
            "discoverAccounts" => {
                let link = self.link().await;
                let request = SubmitCredentials::new(Secret::new("4242424242"));
                self.client.submit_credentials(&link, &request).await.expect("a login");
                self.spoil(fault);
                self.client.discover_accounts(&link).await.map(drop)
            }
            "createGmailAuthorization" => {
                self.spoil(fault);
                let request = CreateGmailAuthorization::new(user(), self.client_id.clone());
                self.client.create_gmail_authorization(&request).await.map(drop)
            }
            "connectGmail" => {
                let request = CreateGmailAuthorization::new(user(), self.client_id.clone());
                self.client.create_gmail_authorization(&request).await.expect("an address");
                self.spoil(fault);
                let request = ConnectGmail::new(user(), self.client_id.clone());
                self.client.connect_gmail(&request).await.map(drop)
            }
            "registerWebhook" => {
                self.spoil(fault);
                let (url, events) = ("http://127.0.0.1:9/", vec![EventType::BillUpdated]);
                let request = RegisterWebhook::new(WebhookEnvironment::Sandbox, url, events);
                self.client.register_webhook(&self.client_id, &request).await.map(drop)
            }
            other => panic!("how is {other} called?"),
        }
    }
}

/// One call under one key, spoiled once, until it ends well. Gives the attempts that the client made by itself beyond the
/// first, and the calls that its caller had to make.
async fn one_effect(operation: &str, table: &str, fault: HttpFault, by_itself: bool) -> (usize, usize) {
    let what = format!("{operation}, by itself: {by_itself}, {fault:?}");
    let scene = Scene::begin().await;
    let account = scene.account().await;
    let before = scene.made(table);
    let key = IdempotencyKey::new("one-key").expect("a key");
    let mut options = CallOptions::new().with_idempotency_key(key.clone());
    if !by_itself {
        options = options.with_max_attempts(1);
    }
    let client = scene.client.with_options(options);
    scene.spoil(fault);

    let mut calls = 0;
    let made = loop {
        calls += 1;
        match scene.honoured(&client, operation, &account).await {
            Ok(made) => break made,
            Err(error) => assert_eq!(error.idempotency_key(), Some(&key), "{what}: {error}"),
        }
        assert!(calls < 5, "{what}: it never ends well");
        // A synchronisation that still runs would be given again to anybody.
        scene.time.sleep(Duration::from_secs(10)).await;
    };
    let sent = scene.wire.sent();
    // What was held back goes on, and what was begun is over.
    scene.time.sleep(Duration::from_mins(5)).await;
    let again = scene.honoured(&client, operation, &account).await.expect("a good answer");
    assert_eq!(again, made, "{what}");
    let requests = scene.requests(operation).await;
    assert_eq!(requests.len(), sent + 1, "{what}: {requests:?}");
    assert_eq!(scene.made(table), before + 1, "{what}");
    let spoiled = requests.iter().filter(|request| request.fault.is_some()).count();
    assert!(spoiled > 0, "{what}: nothing was spoiled");
    (sent - calls, calls)
}

/// The three honour their keys, and the list of faults is whole.
#[tokio::test]
async fn one_key_has_one_effect_after_every_fault_whoever_repeats() {
    let (mut rows, mut by_client, mut by_caller) = (0, 0, 0);
    for (operation, table) in HONOURED {
        let kinds: BTreeSet<&str> = faults(operation).iter().map(|fault| fault.kind().as_str()).collect();
        assert_eq!(kinds, HttpFaultKind::ALL.iter().map(|kind| kind.as_str()).collect(), "every kind");
        for fault in faults(operation) {
            let (repeats, calls) = one_effect(operation, table, fault.clone(), true).await;
            (rows, by_client, by_caller) = (rows + 1, by_client + repeats, by_caller + calls - 1);
            let (repeats, calls) = one_effect(operation, table, fault, false).await;
            assert_eq!(repeats, 0, "{operation}: one attempt for each call");
            (rows, by_caller) = (rows + 1, by_caller + calls - 1);
        }
    }
    assert!(by_client > 0 && by_caller > 0, "both repeat: {by_client}, {by_caller}");
    println!(
        "figure: one key, one effect: {rows} plays of a fault, {by_client} repeats by the client, {by_caller} by the caller"
    );
}

/// A caller without a key of its own goes on with the one that the error brings.
#[tokio::test]
async fn a_call_that_failed_is_gone_on_with_by_what_its_error_brings() {
    for (operation, table) in HONOURED {
        let scene = Scene::begin().await;
        let account = scene.account().await;
        let before = scene.made(table);
        scene.spoil(HttpFault::cut(operation).after_effect().times(4));
        let error =
            scene.honoured(&scene.client, operation, &account).await.expect_err("every answer is cut");
        assert!(error.is_retryable() && error.may_have_taken_effect(), "{error}");
        let again = scene.client.with_options(error.retry_options());
        scene.honoured(&again, operation, &account).await.expect("an answer");
        assert_eq!((scene.wire.sent(), scene.made(table)), (5, before + 1), "{operation}");
    }
}

/// The connection is closed before or after the effect, or the answer comes too late: the client cannot know which, so it
/// does not repeat.
#[tokio::test]
async fn other_posts_are_sent_once_when_their_delivery_is_unknown() {
    let others = operations::ALL.iter().filter(|operation| operation.method == Method::Post);
    let others: Vec<_> = others.filter(|operation| operation.safety != Safety::Idempotent).collect();
    assert_eq!(others.len() + HONOURED.len(), 10, "every POST");
    for operation in others {
        let id = operation.id;
        let cuts = [HttpFault::cut(id).after_effect(), HttpFault::cut(id), HttpFault::delay(id, LONG)];
        for fault in cuts {
            let what = format!("{id}, {fault:?}");
            let takes_effect = fault != HttpFault::cut(id);
            let scene = Scene::begin().await;
            let error = scene.other(id, fault).await.expect_err("no answer");
            assert_eq!((error.delivery(), error.attempts()), (Delivery::Unknown, 1), "{what}: {error}");
            assert!(error.may_have_taken_effect(), "{what}: {error}");
            scene.time.sleep(Duration::from_mins(1)).await;
            let requests = scene.requests(id).await;
            assert_eq!(requests.len(), 1, "{what}: {requests:?}");
            let handled = requests[0].fault.and_then(|fault| fault.handled);
            assert_eq!(handled.is_some_and(|status| status < 300), takes_effect, "{what}: its effect");
        }
    }
}
