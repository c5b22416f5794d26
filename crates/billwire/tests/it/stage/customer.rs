//! A customer of the partner, with the words a scenario needs. Every word is one or more calls through the client.

use std::cell::RefCell;
use std::collections::BTreeMap;

use billwire::models::scalar::{CardData, ProviderTime, Secret};
use billwire::q2::{
    AccountType, AddPaymentMethod, AssignPaymentMethod, Auth, AuthId, AuthItem, AuthMeta, Bill, BillId,
    BillStatusType, CancelPayment, ClientId, CreateAuth, CreateClient, EnabledState, Event, EventData,
    EventType, MfaMethod, PaymentMethod, PaymentMethodId, PaymentMethodType, Schedule, SchedulePayment,
    SecurityChallenge, StepAuth, Swap, UpdatePaymentSettings,
};
use serde_json::Value;

use super::{Judged, Need, Q2};

/// What is typed into a login form.
pub(crate) type Form = BTreeMap<String, Secret>;

/// A form with one of the documented user names.
pub(crate) fn user(name: &str) -> Form {
    form([("username", name.to_owned()), ("password", "any".to_owned())])
}

fn form<const N: usize>(fields: [(&str, String); N]) -> Form {
    fields.map(|(name, value)| (name.to_owned(), Secret::new(value))).into()
}

pub(crate) struct Customer {
    pub(crate) id: ClientId,
    /// The partner's own name for this customer.
    pub(crate) identifier: String,
    q2: Q2,
    /// Tokens of challenges that were looked at.
    seen: RefCell<Vec<String>>,
}

impl Customer {
    pub(super) async fn sign_up(q2: Q2, identifier: String) -> Self {
        let created = q2.client.create_client(&CreateClient::new(&*identifier)).await.granted();
        Self { id: created.client_id, identifier, q2, seen: RefCell::default() }
    }

    /// What the test companies want typed: a balance, a due date so many days from today, a status.
    pub(crate) fn form(&self, balance: &str, due: i64, status: &str) -> Form {
        let due = self.q2.us_day(due);
        form([("balance", balance.to_owned()), ("dueDate", due), ("status", status.to_owned())])
    }

    /// The request to check a login at a company.
    pub(crate) async fn login(&self, company: &str, item: AuthItem, form: Form) -> CreateAuth {
        let company_id = self.q2.company(company).await.id.expect("companies of a search have ids");
        CreateAuth::new(self.id.clone(), company_id, vec![item], form)
    }

    pub(crate) async fn logs_in(&self, request: &CreateAuth) -> AuthId {
        let queued = self.q2.client.create_auth(request).await.granted();
        assert!(queued.success);
        queued.auth_id
    }

    /// A verified login at `company` with one bill of `balance`, due so many days from today.
    pub(crate) async fn links(&self, company: &str, balance: &str, due: i64) -> BillId {
        self.links_with(company, self.form(balance, due, "")).await
    }

    /// As [`Customer::links`], with any form.
    pub(crate) async fn links_with(&self, company: &str, form: Form) -> BillId {
        let request = self.login(company, AuthItem::Bill, form).await;
        let auth_id = self.logs_in(&request).await;
        let of_auth = |bill: &Bill| bill.auth.as_ref().is_some_and(|auth| auth.id == auth_id);
        let arrived = async || {
            self.bills()
                .await
                .into_iter()
                .find(|bill| of_auth(bill) && self.is_what_was_typed(bill, &request.form))
        };
        self.q2.until("the bill of a login arrives", arrived).await.id
    }

    /// The data has arrived, and it is that of this login, not of one before.
    fn is_what_was_typed(&self, bill: &Bill, form: &Form) -> bool {
        let typed = |name: &str| form.get(name).map_or("", Secret::expose);
        let owed = !["", "0"].contains(&typed("balance")) && typed("status") != "paid";
        let due = bill.due_date.as_ref().and_then(ProviderTime::instant_assuming_utc);
        let due = due.and_then(|due| self.q2.days_until(due)).map(|days| self.q2.us_day(days));
        let same_data = bill.balance.as_ref().is_some_and(|owed| owed.to_string() == typed("balance"))
            && due.is_some_and(|due| due == typed("dueDate"));
        // A bill that waits for a payment method says nothing more.
        let waits = bill.status.kind == BillStatusType::PaymentRequired;
        bill.status.kind != BillStatusType::Syncing && (same_data || waits || !owed)
    }

    pub(crate) async fn auths(&self) -> Vec<Auth> {
        self.q2.client.list_auths(&self.id).await.granted().data.into_iter().collect()
    }

    /// The only login.
    pub(crate) async fn auth(&self) -> Auth {
        let mut auths = self.auths().await;
        assert_eq!(auths.len(), 1, "one login");
        auths.remove(0)
    }

    /// Waits until the only login has this status.
    pub(crate) async fn auth_becomes(&self, status: &str) -> Auth {
        let look = async || self.auths().await.into_iter().find(|auth| auth.status.kind.as_str() == status);
        self.q2.until(&format!("a login becomes {status}"), look).await
    }

    pub(crate) async fn bills(&self) -> Vec<Bill> {
        let listed = self.q2.client.list_bills(&self.id).await.granted();
        listed.data.into_iter().map(|entry| entry.bill).collect()
    }

    pub(crate) async fn bill(&self, id: &BillId) -> Bill {
        self.q2.client.bill(id).await.granted().bill
    }

    /// Waits until a bill has this status.
    pub(crate) async fn bill_becomes(&self, id: &BillId, status: &str) -> Bill {
        let look = async || Some(self.bill(id).await).filter(|bill| bill.status.kind.as_str() == status);
        self.q2.until(&format!("the bill becomes {status}"), look).await
    }

    /// When a bill will be paid, in days from today; `None` if it has no pay date.
    pub(crate) async fn pay_day(&self, id: &BillId) -> Option<i64> {
        let pay_date = self.bill(id).await.pay_date?;
        let instant = ProviderTime::instant_assuming_utc(&pay_date).expect("a time");
        Some(self.q2.days_until(instant).expect("midnight"))
    }

    pub(crate) fn card(&self, number: &str) -> AddPaymentMethod {
        AddPaymentMethod::new(self.id.clone(), PaymentMethodType::Card, "Demo Customer")
            .with_card_number(CardData::new(number))
            .with_card_code(CardData::new("123"))
            .with_exp_month(CardData::new("12"))
            .with_exp_year(CardData::new("2040"))
            .with_zipcode("12345")
    }

    pub(crate) fn account(&self, number: &str) -> AddPaymentMethod {
        AddPaymentMethod::new(self.id.clone(), PaymentMethodType::Bank, "Demo Customer")
            .with_routing_number(CardData::new("021000021"))
            .with_account_number(CardData::new(number))
            .with_account_type(AccountType::Checking)
    }

    pub(crate) async fn adds(&self, method: AddPaymentMethod) -> PaymentMethodId {
        self.q2.client.add_payment_method(&method).await.granted().payment_method_id
    }

    pub(crate) async fn methods(&self) -> Vec<PaymentMethod> {
        self.q2.client.list_payment_methods(&self.id).await.granted().data.into_iter().collect()
    }

    /// Which method pays bills without a method of their own.
    pub(crate) async fn default_method(&self) -> Option<PaymentMethodId> {
        let methods = self.methods().await;
        let defaults: Vec<_> = methods.iter().filter(|method| method.is_default == Some(true)).collect();
        assert!(defaults.len() <= 1, "at most one default");
        defaults.first().map(|method| method.id.clone())
    }

    pub(crate) async fn assigns(&self, method: &PaymentMethodId, bill: &BillId) {
        let request = AssignPaymentMethod::new(bill.clone());
        self.q2.client.assign_payment_method(method, &request).await.granted();
    }

    /// Schedules the payment of a bill, so many days from today.
    pub(crate) async fn schedules(&self, bill: &BillId, day: i64) {
        let request = SchedulePayment::pay_on(bill.clone(), self.q2.day(day));
        self.q2.client.schedule_payment(&request).await.granted();
    }

    pub(crate) async fn pays_now(&self, bill: &BillId) {
        self.q2.client.pay_now(bill).await.granted();
    }

    pub(crate) async fn cancels(&self, bill: &BillId) {
        self.q2.client.cancel_payment(&CancelPayment::new(bill.clone())).await.granted();
    }

    pub(crate) async fn sets_schedule(&self, bill: &BillId, schedule: &str) {
        let settings = UpdatePaymentSettings::new(bill.clone()).with_schedule(Schedule::from(schedule));
        self.q2.client.update_payment_settings(&settings).await.granted();
    }

    pub(crate) async fn sets_recurring(&self, bill: &BillId, state: EnabledState) {
        let settings = UpdatePaymentSettings::new(bill.clone()).with_recurring(state);
        self.q2.client.update_payment_settings(&settings).await.granted();
    }

    pub(crate) async fn swaps(&self) -> Vec<Swap> {
        self.q2.client.list_swaps(&self.id).await.granted().data.into_iter().collect()
    }

    /// Waits until the only swap has this status.
    pub(crate) async fn swap_becomes(&self, status: &str) -> Swap {
        let look = async || self.swaps().await.into_iter().find(|swap| swap.status.kind.as_str() == status);
        self.q2.until(&format!("a swap becomes {status}"), look).await
    }

    /// The request to put a card on file at a company, by logging in there.
    pub(crate) async fn swap_login(&self, company: &str, card: &PaymentMethodId, form: Form) -> CreateAuth {
        let meta = AuthMeta::new().with_payment_method_id(card.clone());
        self.login(company, AuthItem::Swap, form).await.with_meta(meta)
    }

    /// The verified webhooks about this customer, oldest first.
    fn events(&self) -> Option<Vec<Event>> {
        let events = self.q2.receiver.as_ref()?.events();
        Some(events.into_iter().filter(|event| event.client_id.as_ref() == Some(&self.id)).collect())
    }

    /// Waits until exactly these webhooks came, in this order. Where no webhooks reach us, it is counted as unheard.
    pub(crate) async fn heard(&self, expected: &[&str]) {
        if !self.q2.has(Need::Webhooks) {
            self.q2.unheard.set(self.q2.unheard.get() + 1);
            return;
        }
        let kinds = || {
            let events = self.events().expect("a receiver").into_iter();
            events.map(|event| event.kind.as_str().to_owned()).collect::<Vec<_>>()
        };
        let look = async || (kinds().len() >= expected.len()).then_some(());
        self.q2.until(&format!("the webhooks {expected:?}; so far {:?}", kinds()), look).await;
        assert_eq!(kinds(), expected, "the webhooks, in order");
    }

    /// The data of the newest webhook of a type, waiting for the first one.
    pub(crate) async fn told(&self, kind: &str) -> Value {
        let kind = EventType::from(kind);
        let newest =
            async || self.events().expect("a receiver").into_iter().rfind(|event| event.kind == kind);
        let event = self.q2.until(&format!("the webhook {kind}"), newest).await;
        let event = serde_json::to_value(&event).expect("JSON");
        event["payload"]["data"].clone()
    }

    /// The newest challenge that was not looked at yet, waiting for it.
    pub(crate) async fn challenge(&self) -> SecurityChallenge {
        let unseen = async || {
            self.events().expect("a receiver").into_iter().rev().find_map(|event| match event.data {
                EventData::AuthSecurityInputRequired(challenge)
                    if !self.seen.borrow().iter().any(|seen| seen == challenge.token.expose()) =>
                {
                    Some(challenge)
                }
                _ => None,
            })
        };
        let challenge = self.q2.until("a security challenge", unseen).await;
        self.seen.borrow_mut().push(challenge.token.expose().to_owned());
        challenge
    }

    pub(crate) async fn steps(&self, step: &StepAuth) {
        self.q2.client.step_auth(step).await.granted();
    }

    /// Answers the next challenges, which must be of these methods, as somebody who knows the answers. A code is first
    /// sent to the first destination, then typed in.
    pub(crate) async fn passes(&self, methods: &[&str]) {
        for method in methods {
            let challenge = self.challenge().await;
            assert_eq!(challenge.method.as_str(), *method, "the method of the challenge");
            let step = match challenge.method {
                MfaMethod::Prompt => StepAuth::confirming(&challenge),
                MfaMethod::Code => StepAuth::choosing(&challenge, first_input(&challenge)),
                _ => StepAuth::answering(&challenge, answers(&challenge, "Seattle")),
            };
            self.steps(&step.expect("an answer that fits")).await;
        }
    }
}

/// The identifier of the first question or destination.
pub(crate) fn first_input(challenge: &SecurityChallenge) -> String {
    let first = challenge.input.iter().flatten().find_map(|input| input.identifier.clone());
    first.expect("an input with an identifier")
}

/// The same answer to every question, or the code where one was sent.
pub(crate) fn answers(challenge: &SecurityChallenge, answer: &str) -> Vec<(String, Secret)> {
    const RIGHT_CODE: &str = "123456";
    let answer = if challenge.show_retry == Some(true) && answer != "wrong" { RIGHT_CODE } else { answer };
    let inputs = challenge.input.iter().flatten().filter_map(|input| input.identifier.clone());
    inputs.map(|identifier| (identifier, Secret::new(answer))).collect()
}
