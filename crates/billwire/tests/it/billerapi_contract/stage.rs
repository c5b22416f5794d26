//! The stage of the BillerAPI contract: a client, the service in one of its forms, our server for its webhooks, and users
//! with the words that rules need.

use std::cell::Cell;
use std::fmt::Debug;
use std::ops::Deref;
use std::rc::Rc;

use billwire::billerapi::webhooks::{Policy, Verifier};
use billwire::billerapi::{
    self, AccountLinkId, BillId, BillPage, Client, ClientId, ClientUserId, Config, Consent, CreateLinkToken,
    DiscoveredAccount, Event, EventType, ExchangePublicToken, ExchangedToken, LinkStep, LinkTokenId,
    ListBillsQuery, RegisterWebhook, SubmitCredentials, SubmitMfa, WebhookEnvironment, scope::OneAccount,
};
use billwire::core::{AccessToken, Answer, ClientCredentials, Environment, Error, ErrorKind, PortalToken};
use billwire::models::scalar::Secret;
use billwire::webhooks::{Inbound, Verified};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::RIGHT_CODE;
use crate::judge::Judged;
use crate::place::{self, Held};
use crate::suite::{Delivery, Desk, Played, Service};

/// A secret of this contract alone.
const WEBHOOK_SECRET: &str = "whsec_test_of_the_contract";
const TEST_BILLER: &str = "test_electric_company";

/// One of the ways in which the documents let the service show itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    pub(crate) name: &'static str,
    error_shape: &'static str,
    pub(super) envelope: &'static str,
    pub(super) signature: &'static str,
    pages: &'static str,
    objects: &'static str,
}

impl Form {
    /// Every switch in every position, but for a signature that is left out: nothing would prove such a delivery.
    #[rustfmt::skip]
    pub(crate) const ALL: [Self; 6] = [
        Self { name: "as documented",  error_shape: "N", envelope: "E3", signature: "new",    pages: "documented",       objects: "bare" },
        Self { name: "structured",     error_shape: "S", envelope: "E2", signature: "both",   pages: "data",             objects: "data" },
        Self { name: "oldest",         error_shape: "N", envelope: "E1", signature: "legacy", pages: "without-has-more", objects: "resource" },
        Self { name: "by resource",    error_shape: "S", envelope: "E3", signature: "new",    pages: "resource",         objects: "data" },
        Self { name: "by items",       error_shape: "N", envelope: "E1", signature: "both",   pages: "items",            objects: "resource" },
        Self { name: "nothing around", error_shape: "S", envelope: "E2", signature: "new",    pages: "bare-array",       objects: "bare" },
    ];

    /// Lists come whole, however many elements were asked for.
    pub(super) fn has_no_pages(self) -> bool {
        self.pages == "bare-array"
    }

    fn settings(self) -> Value {
        json!({
            "errorShape": self.error_shape, "envelope": self.envelope, "signature": self.signature,
            "pages": self.pages, "objects": self.objects,
        })
    }
}

/// Clones are the same stage.
#[derive(Clone)]
pub(crate) struct BillerApi(Rc<Stage>);

impl Deref for BillerApi {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.0
    }
}

pub(crate) struct Stage {
    pub(super) client: Client,
    pub(super) client_id: ClientId,
    pub(super) service: Service,
    pub(super) form: Form,
    pub(super) desk: Desk,
    verifier: Verifier,
    users: Cell<u32>,
    today: Date,
    _held: Held,
}

impl Played for BillerApi {
    async fn operations(&self) -> Vec<String> {
        self.service.operations().await
    }

    fn event_types(&self) -> Vec<String> {
        self.events().iter().map(|event| event.kind.as_str().to_owned()).collect()
    }

    fn refusals(&self) -> Vec<String> {
        self.desk.deliveries().iter().filter_map(|delivery| self.verified(delivery).err()).collect()
    }
}

impl BillerApi {
    /// A service in this form, whose every event comes to us.
    pub(super) async fn fresh(form: Form) -> Self {
        let (service, held) = place::start().await;
        service.control("PUT", "billerapi/settings", form.settings()).await;
        let desk = Desk::open(service.clone()).await;
        let client_id = service.credential("billerapiClientId");
        let credentials = ClientCredentials::new(&*client_id, service.credential("billerapiClientSecret"));
        let today = service.now().await.to_zoned(TimeZone::UTC).date();
        let stage = Self(Rc::new(Stage {
            client: client(&service, credentials),
            client_id: ClientId::from(client_id),
            verifier: Verifier::new(policy(form)),
            service,
            form,
            desk,
            users: Cell::new(0),
            today,
            _held: held,
        }));
        let request = stage.registration(EventType::ALL.to_vec());
        stage.client.register_webhook(&stage.client_id, &request).await.granted();
        stage
    }
}

fn client(service: &Service, credentials: ClientCredentials) -> Client {
    let environment = Environment::custom_sandbox(service.url("billerapi"));
    let config = Config::builder(environment, credentials).with_strict(true);
    billerapi::client(config.build().expect("a configuration")).expect("a client")
}

/// What a delivery must pass: the current signature, or the old one where the service sends nothing else.
fn policy(form: Form) -> Policy {
    let policy = Policy::builder().with_secret(WEBHOOK_SECRET);
    let policy = if form.signature == "legacy" { policy.with_legacy_signature() } else { policy };
    policy.build().expect("a policy")
}

impl Stage {
    /// A client with other credentials.
    pub(super) fn client_of(&self, client_id: &str, secret: &str) -> Client {
        client(&self.service, ClientCredentials::new(client_id, secret))
    }

    /// A client for one account.
    pub(super) fn account(&self, token: &str) -> Client<OneAccount> {
        self.client.for_one_account(AccessToken::for_sandbox(token)).expect("a token of the sandbox")
    }

    /// The registration of our server for these events.
    pub(super) fn registration(&self, events: Vec<EventType>) -> RegisterWebhook {
        RegisterWebhook::new(WebhookEnvironment::Sandbox, self.desk.url(), events)
            .with_secret(Secret::new(WEBHOOK_SECRET))
    }

    /// A client with the portal's token.
    pub(super) fn portal(&self) -> Client<billerapi::scope::Portal> {
        let token = self.service.credential("billerapiPortalToken");
        self.client.for_portal(PortalToken::for_sandbox(token)).expect("a token of the sandbox")
    }

    pub(super) async fn advance(&self, duration: &str) {
        self.service.advance(duration).await;
    }

    /// A call that no client has: the step in which the provider's own page ends a flow.
    pub(super) async fn completes(&self, link: &LinkTokenId, account: &DiscoveredAccount) -> String {
        let url = format!("{}/link/{link}/complete", self.service.url("billerapi"));
        let secret = self.service.credential("billerapiClientSecret");
        let headers = [("x-client-id", self.client_id.as_str()), ("x-client-secret", &*secret)];
        let body = json!({"account_id": account.account_id.as_str()});
        let (status, answer) = self.service.plain("POST", &url, &headers, body).await;
        assert_eq!(status, 200, "{answer}");
        let token = answer.pointer("/public_token").or_else(|| answer.pointer("/data/public_token"));
        token.and_then(Value::as_str).unwrap_or_else(|| panic!("no token: {answer}")).to_owned()
    }

    /// Every event that came and passed, oldest first.
    pub(super) fn events(&self) -> Vec<Event> {
        self.desk.deliveries().iter().filter_map(|delivery| self.verified(delivery).ok()).collect()
    }

    /// The types of all events, oldest first.
    pub(super) fn heard(&self) -> Vec<String> {
        self.events().iter().map(|event| event.kind.as_str().to_owned()).collect()
    }

    pub(super) fn verified(&self, delivery: &Delivery) -> Result<Event, String> {
        let inbound = Inbound::new(&delivery.headers, &delivery.body);
        let opened = self.verifier.open(&inbound, delivery.at);
        opened.map(Verified::into_value).map_err(|rejection| rejection.to_string())
    }

    /// A new user, unlike any before.
    pub(super) fn user(&self) -> ClientUserId {
        self.users.set(self.users.get() + 1);
        ClientUserId::from(format!("user-{}", self.users.get()))
    }

    /// Whole days from the day on which the play began.
    pub(super) fn days_until(&self, day: Date) -> i64 {
        self.today.until(day).map_or(i64::MAX, |span| i64::from(span.get_days()))
    }

    /// So many days from the day on which the play began.
    pub(super) fn day(&self, days: i64) -> Date {
        self.today.checked_add(days.days()).expect("a day of our century")
    }

    /// Begins to link an account at the test biller.
    pub(super) async fn begins(&self, user: &ClientUserId) -> LinkTokenId {
        let request = CreateLinkToken::new(self.client_id.clone(), user.clone(), vec![Consent::Bills])
            .with_biller_id(TEST_BILLER.into());
        self.client.create_link_token(&request).await.granted().link_token_id.expect("an id")
    }

    /// Logs in with an account number.
    pub(super) async fn logs_in(&self, link: &LinkTokenId, number: &str) -> Result<Answer<LinkStep>, Error> {
        self.client.submit_credentials(link, &SubmitCredentials::new(Secret::new(number))).await
    }

    pub(super) async fn types(&self, link: &LinkTokenId, code: &str) -> Result<Answer<LinkStep>, Error> {
        self.client.submit_mfa(link, &SubmitMfa::new(Secret::new(code))).await
    }

    /// What is found after a login that was accepted, perhaps with a code.
    pub(super) async fn finds(&self, link: &LinkTokenId, number: &str) -> Vec<DiscoveredAccount> {
        let step = self.logs_in(link, number).await.granted();
        if step.status.is_some_and(|status| status.as_str() == "mfa_required") {
            self.types(link, RIGHT_CODE).await.granted();
        }
        let found = self.client.discover_accounts(link).await.granted();
        found.accounts.expect("accounts").into_iter().collect()
    }

    pub(super) async fn exchanges(&self, public_token: &str) -> Result<Answer<ExchangedToken>, Error> {
        let request = ExchangePublicToken::new(Secret::new(public_token), self.client_id.clone());
        self.client.exchange_public_token(&request).await
    }

    /// Links the first account behind a number.
    pub(super) async fn links(&self, number: &str) -> ExchangedToken {
        let link = self.begins(&self.user()).await;
        let found = self.finds(&link, number).await;
        let public_token = self.completes(&link, found.first().expect("an account")).await;
        self.exchanges(&public_token).await.granted()
    }

    /// The bills of an account, on one page.
    pub(super) async fn bills(&self, account: &AccountLinkId) -> BillPage {
        self.client.list_bills(&ListBillsQuery::new(account.clone())).await.granted()
    }

    /// The only bill of an account.
    pub(super) async fn only_bill(&self, account: &AccountLinkId) -> BillId {
        let page = self.bills(account).await;
        assert_eq!(page.bills.len(), 1, "one bill");
        page.bills[0].id.clone()
    }
}

/// It failed at the biller: a business failure inside a 200, with this code.
#[track_caller]
pub(super) fn failed<T: Debug>(result: Result<Answer<T>, Error>, code: &str) {
    let error = result.expect_err("it must fail");
    assert_eq!((error.kind(), error.vendor_code()), (ErrorKind::BusinessFailure, Some(code)), "{error}");
    assert!(!error.may_have_taken_effect(), "{error}");
}
