//! The stage of the Unbill contract: a client, the service, our server for its events, and customers with the words that
//! rules need.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::rc::Rc;

use billwire::core::{ApiKey, Environment};
use billwire::models::scalar::{CardData, ProviderTime, Secret, Timestamp};
use billwire::unbill::{
    self, AccountType, AddPaymentMethod, Auth, AuthItem, AuthProgress, Bill, BillId, Client, ClientId,
    Company, Config, CreateAuth, CreateClient, EnabledState, Event, FinishedAuth, MfaChallenge, MfaMethod,
    PaymentMethod, PaymentMethodId, PaymentMethodType, Schedule, SchedulePayment, SearchCompanies, StepAuth,
    UpdatePaymentSettings,
};
use jiff::ToSpan;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::judge::Judged;
use crate::place::{self, Held};
use crate::suite::{Desk, Played, Service};

/// The answer that is right to every question, and the code.
const RIGHT_ANSWER: &str = "Seattle";
const RIGHT_CODE: &str = "123456";

/// Clones are the same stage.
#[derive(Clone)]
pub(crate) struct Unbill(Rc<Stage>);

impl Deref for Unbill {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.0
    }
}

pub(crate) struct Stage {
    pub(super) client: Client,
    pub(super) service: Service,
    desk: Desk,
    customers: Cell<u32>,
    /// Midnight UTC of the day on which the play began.
    today: jiff::Zoned,
    _held: Held,
}

impl Played for Unbill {
    async fn operations(&self) -> Vec<String> {
        self.service.operations().await
    }

    fn event_types(&self) -> Vec<String> {
        self.events().iter().map(|event| event.kind.as_str().to_owned()).collect()
    }

    fn refusals(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Unbill {
    pub(super) async fn fresh() -> Self {
        let (service, held) = place::start().await;
        let desk = Desk::open(service.clone()).await;
        service.control("PUT", "unbill/webhooks", json!({"url": desk.url()})).await;
        let client = client(&service, &service.credential("unbillApiKeys"));
        let now = service.now().await.to_zoned(TimeZone::UTC);
        let today = now.with().time(Time::midnight()).build().expect("every day has a midnight in UTC");
        Self(Rc::new(Stage { client, service, desk, customers: Cell::new(0), today, _held: held }))
    }

    /// A new customer, unlike any before.
    pub(super) async fn customer(&self) -> Customer {
        self.customers.set(self.customers.get() + 1);
        let identifier = format!("contract-{}", self.customers.get());
        let created = self.client.create_client(&CreateClient::new(&*identifier)).await.granted();
        Customer { id: created.client_id, identifier, unbill: self.clone() }
    }
}

fn client(service: &Service, key: &str) -> Client {
    let environment = Environment::custom_sandbox(service.url("unbill"));
    let config = Config::builder(environment, ApiKey::for_sandbox(key)).with_strict(true);
    unbill::client(config.build().expect("a configuration")).expect("a client")
}

impl Stage {
    /// A client with another key.
    pub(super) fn client_of_key(&self, key: &str) -> Client {
        client(&self.service, key)
    }

    pub(super) async fn advance(&self, duration: &str) {
        self.service.advance(duration).await;
    }

    /// Opens a product with a client token, as its user would: whose it is, or the status of the refusal.
    pub(super) async fn uses(&self, token: &Secret) -> Result<ClientId, u16> {
        let url = format!("{}/unbill/tokens/use", self.service.url("control"));
        let (status, answer) = self.service.plain("POST", &url, &[], json!({"token": token.expose()})).await;
        let client = answer["clientId"].as_str().map(ClientId::from);
        client.filter(|_| status == 200).ok_or(status)
    }

    /// Tells whether the issuer of a method declines its payments from now on.
    pub(super) async fn issuer_declines(&self, method: &PaymentMethodId, declines: bool) {
        let path = format!("unbill/payment-methods/{method}/issuer");
        self.service.control("POST", &path, json!({"declines": declines})).await;
    }

    /// Every event that came, oldest first. There is nothing to verify: it is only read.
    pub(super) fn events(&self) -> Vec<Event> {
        let deliveries = self.desk.deliveries();
        deliveries
            .iter()
            .map(|delivery| serde_json::from_slice(&delivery.body).expect("a bare event"))
            .collect()
    }

    /// The types of the events about a bill, oldest first.
    pub(super) fn told(&self, bill: &BillId) -> Vec<String> {
        let about = |event: &Event| event.resource.id.as_str() == bill.as_str();
        let events = self.events().into_iter().filter(about);
        events.map(|event| event.kind.as_str().to_owned()).collect()
    }

    /// Midnight UTC, so many days from today.
    pub(super) fn day(&self, days: i64) -> Timestamp {
        Timestamp::from(self.today.checked_add(days.days()).expect("a day of our century").timestamp())
    }

    /// Whole days from today.
    pub(super) fn days_until(&self, time: &ProviderTime) -> i64 {
        let instant = time.instant_assuming_utc().expect("a time");
        instant.duration_since(self.today.timestamp()).as_secs().div_euclid(86_400)
    }

    /// A test company, found as a user would find it.
    pub(super) async fn company(&self, name: &str) -> Company {
        let search = SearchCompanies::new().with_query(name);
        let found = self.client.search_companies(&search).await.granted();
        let company = found.data.into_iter().find(|company| company.name.as_deref() == Some(name));
        company.unwrap_or_else(|| panic!("there is no test company {name:?}"))
    }
}

pub(super) struct Customer {
    pub(super) id: ClientId,
    pub(super) identifier: String,
    unbill: Unbill,
}

impl Customer {
    /// The request to log in at a company as one of the documented users.
    pub(super) async fn login(&self, company: &str, user: &str) -> CreateAuth {
        let company = self.unbill.company(company).await.id.expect("companies of a search have ids");
        let form = [("username", user), ("password", "test")];
        let form: BTreeMap<String, Secret> =
            form.map(|(name, value)| (name.to_owned(), Secret::new(value))).into();
        CreateAuth::new(self.id.clone(), company, form)
    }

    /// Logs in: the answer is there when the call returns.
    pub(super) async fn logs_in(&self, company: &str, user: &str) -> AuthProgress {
        let request = self.login(company, user).await.with_items(vec![AuthItem::Bill]);
        self.unbill.client.create_auth(&request).await.granted()
    }

    /// A finished login with one bill.
    pub(super) async fn links(&self, company: &str, user: &str) -> BillId {
        let finished = finished(self.logs_in(company, user).await);
        let items = finished.items.expect("items");
        items.iter().find_map(|item| item.id.clone()).expect("a bill")
    }

    pub(super) async fn auths(&self) -> Vec<Auth> {
        self.unbill.client.list_auths(&self.id).await.granted().data.into_iter().collect()
    }

    pub(super) async fn bills(&self) -> Vec<Bill> {
        let listed = self.unbill.client.list_bills(&self.id).await.granted();
        listed.data.into_iter().map(|entry| entry.bill).collect()
    }

    pub(super) async fn bill(&self, id: &BillId) -> Bill {
        self.unbill.client.bill(id).await.granted().bill
    }

    pub(super) async fn bill_becomes(&self, id: &BillId, status: &str) -> Bill {
        let look = async || Some(self.bill(id).await).filter(|bill| bill.status.kind.as_str() == status);
        self.unbill.service.until(&format!("the bill becomes {status}"), look).await
    }

    /// On which day a bill will be paid, counted from today.
    pub(super) async fn pay_day(&self, bill: &BillId) -> Option<i64> {
        self.bill(bill).await.pay_date.map(|day| self.unbill.days_until(&day))
    }

    pub(super) fn card(&self, number: &str) -> AddPaymentMethod {
        AddPaymentMethod::new(self.id.clone(), PaymentMethodType::Card, "Demo Customer")
            .with_card_number(CardData::new(number))
            .with_card_code(CardData::new("123"))
            .with_exp_month(CardData::new("12"))
            .with_exp_year(CardData::new("2040"))
            .with_zipcode("12345")
    }

    pub(super) fn account(&self, number: &str) -> AddPaymentMethod {
        AddPaymentMethod::new(self.id.clone(), PaymentMethodType::Bank, "Demo Customer")
            .with_routing_number(CardData::new("021000021"))
            .with_account_number(CardData::new(number))
            .with_account_type(AccountType::Checking)
    }

    pub(super) async fn adds(&self, method: AddPaymentMethod) -> PaymentMethodId {
        self.unbill.client.add_payment_method(&method).await.granted().payment_method_id
    }

    pub(super) async fn methods(&self) -> Vec<PaymentMethod> {
        self.unbill.client.list_payment_methods(&self.id).await.granted().data.into_iter().collect()
    }

    /// Which method pays bills without a method of their own.
    pub(super) async fn default_method(&self) -> Option<PaymentMethodId> {
        let methods = self.methods().await;
        let defaults: Vec<_> = methods.iter().filter(|method| method.is_default == Some(true)).collect();
        assert!(defaults.len() <= 1, "at most one default");
        defaults.first().map(|method| method.id.clone())
    }

    pub(super) async fn pays_now(&self, bill: &BillId) {
        self.unbill.client.schedule_payment(&SchedulePayment::pay_now(bill.clone())).await.granted();
    }

    pub(super) async fn schedules(&self, bill: &BillId, days: i64) {
        let request = SchedulePayment::pay_on(bill.clone(), self.unbill.day(days));
        self.unbill.client.schedule_payment(&request).await.granted();
    }

    pub(super) async fn sets_schedule(&self, bill: &BillId, schedule: &str) {
        let settings = UpdatePaymentSettings::new(bill.clone()).with_schedule(Schedule::from(schedule));
        self.unbill.client.update_payment_settings(&settings).await.granted();
    }

    pub(super) async fn sets_recurring(&self, bill: &BillId, state: EnabledState) {
        let settings = UpdatePaymentSettings::new(bill.clone()).with_recurring(state);
        self.unbill.client.update_payment_settings(&settings).await.granted();
    }

    /// Answers a challenge as somebody who knows the answer. A code is sent to the first destination.
    pub(super) async fn answers(&self, challenge: &MfaChallenge, asked_before: bool) -> AuthProgress {
        let step = if challenge.method == Some(MfaMethod::Code) {
            StepAuth::choosing(challenge, first_input(challenge))
        } else {
            StepAuth::answering(challenge, answers(challenge, right(asked_before)))
        };
        self.unbill.client.step_auth(&step.expect("an answer that fits")).await.granted()
    }
}

/// The right answer: a code where one was sent before.
fn right(code_was_sent: bool) -> &'static str {
    if code_was_sent { RIGHT_CODE } else { RIGHT_ANSWER }
}

/// The same answer to every question.
pub(super) fn answers(challenge: &MfaChallenge, answer: &str) -> Vec<(String, Secret)> {
    let inputs = challenge.mfa.iter().flatten().map(|input| input.identifier.clone());
    inputs.map(|identifier| (identifier, Secret::new(answer))).collect()
}

/// The identifier of the first question or destination.
pub(super) fn first_input(challenge: &MfaChallenge) -> String {
    let first = challenge.mfa.iter().flatten().next();
    first.expect("an input").identifier.clone()
}

#[track_caller]
pub(super) fn finished(progress: AuthProgress) -> FinishedAuth {
    match progress {
        AuthProgress::Finished(auth) => auth,
        AuthProgress::Challenge(challenge) => panic!("a challenge: {challenge:?}"),
    }
}

#[track_caller]
pub(super) fn challenged(progress: AuthProgress) -> MfaChallenge {
    match progress {
        AuthProgress::Challenge(challenge) => challenge,
        AuthProgress::Finished(auth) => panic!("finished: {auth:?}"),
    }
}
