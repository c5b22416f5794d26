//! A long random walk through the world: whatever is asked of it, in whatever order, what must always hold holds.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Map;

use super::mfa::{Ask, RIGHT_CODE};
use super::*;

const CASES: u32 = 60;
const STEPS: usize = 120;

/// Something a partner does, with small numbers that choose among what exists.
#[derive(Clone, Debug)]
enum Action {
    Client(u8),
    Card { client: usize, number: usize, default: bool },
    Bank { client: usize, account: usize },
    Login { client: usize, company: usize, inputs: usize, what: What },
    Answer { right: bool, again: bool },
    Pay { bill: usize, days: Option<i64> },
    Cancel { bill: usize },
    Assign { method: usize, bill: usize },
    Settings { bill: usize, recurring: Option<bool>, schedule: Option<usize> },
    Token { client: u8 },
    Revoke { client: u8 },
    Sync { client: u8, number: usize, known: bool },
    FixHold { auth: usize },
    AnswerLater { auth: usize },
    DeleteAuth { auth: usize },
    DeleteMethod { method: usize },
    Retry { method: usize },
    Swap { auth: usize, method: usize },
    Wait { seconds: i64 },
    Snapshot,
}

/// What a login is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Bill,
    Pay,
    Swap,
}

const INPUTS: &[[&str; 3]] = &[
    ["25.21", "", ""],
    ["100", "", "upcoming"],
    ["52.11", "02/01/2026", "overdue"],
    ["0", "", ""],
    ["10.00", "", "payment-declined"],
    ["40.00", "01/01/2026", "paid"],
    ["7.77", "", "syncing"],
    ["", "", "hold"],
    ["", "", "authenticate"],
    ["", "", "in-progress"],
    ["", "", "card-on-file"],
    ["33.40", "", "mfa-required-questions"],
    ["33.40", "", "mfa-required-code"],
    ["33.40", "", "mfa-required-prompt"],
];

fn what() -> impl Strategy<Value = What> {
    prop_oneof![6 => Just(What::Bill), 2 => Just(What::Pay), 2 => Just(What::Swap)]
}

fn action() -> impl Strategy<Value = Action> {
    let place = 0..40_usize;
    prop_oneof![
        1 => (0..3_u8).prop_map(Action::Client),
        3 => (place.clone(), 0..3_usize, prop::bool::weighted(0.2))
            .prop_map(|(client, number, default)| Action::Card { client, number, default }),
        1 => (place.clone(), 0..2_usize).prop_map(|(client, account)| Action::Bank { client, account }),
        5 => (place.clone(), place.clone(), 0..INPUTS.len(), what())
            .prop_map(|(client, company, inputs, what)| Action::Login { client, company, inputs, what }),
        1 => (0..3_u8).prop_map(|client| Action::Revoke { client }),
        1 => (0..3_u8, 0..3_usize, any::<bool>())
            .prop_map(|(client, number, known)| Action::Sync { client, number, known }),
        2 => place.clone().prop_map(|auth| Action::FixHold { auth }),
        1 => place.clone().prop_map(|auth| Action::AnswerLater { auth }),
        1 => place.clone().prop_map(|auth| Action::DeleteAuth { auth }),
        1 => place.clone().prop_map(|method| Action::DeleteMethod { method }),
        2 => place.clone().prop_map(|method| Action::Retry { method }),
        2 => (place.clone(), place.clone()).prop_map(|(auth, method)| Action::Swap { auth, method }),
        3 => (prop::bool::weighted(0.8), prop::bool::weighted(0.1))
            .prop_map(|(right, again)| Action::Answer { right, again }),
        5 => (place.clone(), prop::option::of(-1..20_i64)).prop_map(|(bill, days)| Action::Pay { bill, days }),
        2 => place.clone().prop_map(|bill| Action::Cancel { bill }),
        2 => (place.clone(), place.clone()).prop_map(|(method, bill)| Action::Assign { method, bill }),
        2 => (place, prop::option::of(any::<bool>()), prop::option::of(0..5_usize))
            .prop_map(|(bill, recurring, schedule)| Action::Settings { bill, recurring, schedule }),
        1 => (0..3_u8).prop_map(|client| Action::Token { client }),
        6 => prop_oneof![0..10_i64, 0..600_i64, 0..1_000_000_i64].prop_map(|seconds| Action::Wait { seconds }),
        1 => Just(Action::Snapshot),
    ]
}

/// A world, its time, and all it has told.
struct Walk {
    world: World,
    now: Moment,
    events: Vec<NewEvent>,
    accepted: usize,
    /// Their payments stay in the ledger.
    deleted_bills: BTreeSet<String>,
}

impl Walk {
    fn new() -> Self {
        let now = "2026-03-02T12:00:00Z".parse().expect("an instant");
        let mut walk = Self {
            world: World::new(1),
            now,
            events: Vec::new(),
            accepted: 0,
            deleted_bills: BTreeSet::new(),
        };
        for client in 0..2 {
            walk.perform(&Action::Client(client));
            walk.perform(&Action::Card { client: client.into(), number: 0, default: true });
            for company in 0..3 {
                walk.perform(&Action::Login { client: client.into(), company, inputs: 0, what: What::Bill });
            }
        }
        walk
    }

    fn perform(&mut self, action: &Action) {
        let refusal = self.attempt(action).err();
        self.accepted += usize::from(refusal.is_none());
        if let Some(refusal) = refusal {
            assert!((400..500).contains(&refusal.status), "{action:?}: {refusal:?}");
        }
        self.events.extend(self.world.take_events());
    }

    fn attempt(&mut self, action: &Action) -> Result<(), ApiError> {
        match *action {
            Action::Client(number) => {
                self.world.create_client(&format!("client-{number}"), Map::new()).map(drop)
            }
            Action::Card { client, number, default } => {
                self.add_method(client, default, card_numbers(number))
            }
            Action::Bank { client, account } => {
                let numbers = NewNumbers::Bank {
                    routing_number: "021000021".to_owned(),
                    account_number: ["9900000002", "1234567899"][account].to_owned(),
                    kind: AccountKind::Checking,
                };
                self.add_method(client, false, numbers)
            }
            Action::Login { client, company, inputs, what } => self.log_in(client, company, inputs, what),
            Action::Answer { right, again } => self.answer(right, again),
            Action::Pay { bill, days } => {
                let date = days.map(|days| self.now.plus_days(days));
                let bill = self.bill(bill)?;
                self.world.schedule_payment(self.now, &bill, date)
            }
            Action::Cancel { bill } => {
                let bill = self.bill(bill)?;
                self.world.cancel_payment(self.now, &bill)
            }
            Action::Assign { method, bill } => {
                let method = self.method(method)?;
                let bill = self.bill(bill)?;
                self.world.assign_payment_method(self.now, &method, &bill)
            }
            Action::Settings { bill, recurring, schedule } => {
                let schedules = [
                    PaySchedule::TenDaysBefore,
                    PaySchedule::FiveDaysBefore,
                    PaySchedule::DayBefore,
                    PaySchedule::OnDueDate,
                    PaySchedule::Immediately,
                ];
                let change =
                    SettingsChange { recurring, pay_schedule: schedule.map(|place| schedules[place]) };
                let bill = self.bill(bill)?;
                self.world.change_settings(self.now, &bill, change)
            }
            Action::Token { client } => {
                let new = NewToken {
                    identifier: format!("client-{client}"),
                    single_use: false,
                    expires_at: None,
                    access_token_seconds: None,
                };
                self.world.create_token(self.now, &new).map(drop)
            }
            Action::Revoke { client } => {
                self.world.revoke_tokens_of(&format!("client-{client}"));
                Ok(())
            }
            Action::Sync { client, number, known } => {
                let new = NewToken {
                    identifier: format!("client-{client}"),
                    single_use: false,
                    expires_at: None,
                    access_token_seconds: None,
                };
                let card = SyncCard {
                    identifier: known.then(|| "card-1".to_owned()),
                    name: "Demo User".to_owned(),
                    custom_label: None,
                    set_as_default: known,
                    numbers: card_numbers(number),
                };
                let sync = NewSync { meta: Map::new(), token: new, cards: vec![card] };
                self.world.sync_client(self.now, sync).map(drop)
            }
            Action::FixHold { auth } => {
                let auth = self.auth(auth)?;
                self.world.fix_hold(self.now, &auth)
            }
            Action::AnswerLater { auth } => {
                let auth = self.auth(auth)?;
                let asked = self.world.auth(&auth).and_then(|auth| auth.unfinished.as_ref());
                let questions = asked.map(|unfinished| unfinished.questions.clone()).unwrap_or_default();
                let answers: Vec<StepAnswer> = questions
                    .into_iter()
                    .map(|question| StepAnswer {
                        identifier: question.identifier,
                        answer: Some("Smith".to_owned()),
                    })
                    .collect();
                self.world.answer_questions(self.now, &auth, &answers)
            }
            Action::DeleteAuth { auth } => {
                let auth = self.auth(auth)?;
                let bills = self.world.auth(&auth).map(|auth| auth.bills.clone()).unwrap_or_default();
                self.world.delete_auth(self.now, &auth)?;
                self.deleted_bills.extend(bills.iter().map(ToString::to_string));
                Ok(())
            }
            Action::DeleteMethod { method } => {
                let method = self.method(method)?;
                let paid_at = self.world.payment_method(&method).and_then(|method| method.last_paid_at);
                self.world.delete_payment_method(self.now, &method)?;
                let day = jiff::SignedDuration::from_hours(24);
                assert!(paid_at.is_none_or(|paid_at| paid_at.plus(day) <= self.now), "the 24-hour rule");
                Ok(())
            }
            Action::Retry { method } => {
                let method = self.method(method)?;
                self.world.retry_payment_method(self.now, &method)
            }
            Action::Swap { auth, method } => {
                let (auth, method) = (self.auth(auth)?, self.method(method)?);
                self.world.create_swap(self.now, &auth, &method)
            }
            Action::Wait { seconds } => {
                self.now = self.now.plus(jiff::SignedDuration::from_secs(seconds));
                while self.world.run_next(self.now).is_some() {}
                Ok(())
            }
            Action::Snapshot => {
                let text = serde_json::to_string(&self.world).expect("serialises");
                self.world = serde_json::from_str(&text).expect("deserialises");
                assert_eq!(serde_json::to_string(&self.world).expect("serialises"), text, "nothing is lost");
                Ok(())
            }
        }
    }

    fn add_method(
        &mut self,
        client: usize,
        set_as_default: bool,
        numbers: NewNumbers,
    ) -> Result<(), ApiError> {
        let new = NewPaymentMethod {
            client_id: self.client(client)?,
            identifier: None,
            name: "Demo User".to_owned(),
            custom_label: None,
            set_as_default,
            numbers,
        };
        self.world.add_payment_method(self.now, new).map(drop)
    }

    fn log_in(&mut self, client: usize, company: usize, inputs: usize, what: What) -> Result<(), ApiError> {
        let client_id = self.client(client)?;
        let companies: Vec<CompanyId> =
            self.world.companies.iter().map(|company| company.id.clone()).collect();
        let company_id = pick(&companies, company)?;
        let [balance, due, status] = INPUTS[inputs];
        let form = [("balance", balance), ("dueDate", due), ("status", status)];
        let known = self.world.client(&client_id);
        let (bill_id, payment_method_id) = match known.filter(|_| what != What::Bill) {
            Some(client) => (
                client.bills.first().filter(|_| what == What::Pay).cloned(),
                client.payment_methods.first().cloned(),
            ),
            None => (None, None),
        };
        let company_id = bill_id
            .as_ref()
            .and_then(|bill_id| self.world.bill(bill_id))
            .map_or(company_id, |bill| bill.company_id.clone());
        let new = NewAuth {
            client_id,
            company_id,
            items: vec![match what {
                What::Bill => AuthItem::Bill,
                What::Pay => AuthItem::Payment,
                What::Swap => AuthItem::Swap,
            }],
            payment_method_id,
            bill_id,
            swap_id: None,
            form: form.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect(),
        };
        self.world.create_auth(self.now, &new).map(drop)
    }

    fn answer(&mut self, right: bool, again: bool) -> Result<(), ApiError> {
        let challenge = self
            .world
            .auths
            .iter()
            .find_map(|auth| auth.run.as_ref()?.challenge())
            .cloned()
            .ok_or_else(|| ApiError::bad_request("no challenge"))?;
        let answer = |identifier: &str, answer: &str| StepAnswer {
            identifier: identifier.to_owned(),
            answer: Some(answer.to_owned()),
        };
        let answers = match &challenge.ask {
            Ask::Questions { questions } => questions
                .iter()
                .map(|question| answer(&question.identifier, if right { "Smith" } else { "wrong" }))
                .collect(),
            Ask::Code { question, .. } => {
                vec![answer(&question.identifier, if right { RIGHT_CODE } else { "000000" })]
            }
            Ask::Destination { destinations } => vec![answer(&destinations[0].identifier, "")],
            Ask::Prompt { .. } => Vec::new(),
        };
        let step = StepInput {
            token: challenge.token.clone(),
            method: challenge.method(),
            answers,
            did_not_receive_code: again,
        };
        self.world.answer_challenge(self.now, &step)
    }

    fn client(&self, place: usize) -> Result<ClientId, ApiError> {
        let clients: Vec<ClientId> = self.world.clients.iter().map(|client| client.id.clone()).collect();
        pick(&clients, place)
    }

    fn bill(&self, place: usize) -> Result<BillId, ApiError> {
        let bills: Vec<BillId> = self.world.bills.iter().map(|bill| bill.id.clone()).collect();
        pick(&bills, place)
    }

    fn auth(&self, place: usize) -> Result<AuthId, ApiError> {
        let auths: Vec<AuthId> = self.world.auths.iter().map(|auth| auth.id.clone()).collect();
        pick(&auths, place)
    }

    fn method(&self, place: usize) -> Result<PaymentMethodId, ApiError> {
        let methods: Vec<PaymentMethodId> =
            self.world.payment_methods.iter().map(|method| method.id.clone()).collect();
        pick(&methods, place)
    }

    fn check(&self) {
        self.money_is_conserved();
        self.payments_are_planned_once();
        self.methods_agree();
        self.auths_are_legal();
        self.swaps_are_legal();
        self.events_are_unique_and_ordered();
    }

    fn money_is_conserved(&self) {
        let entries = self.world.ledger.entries();
        let sequences: Vec<u64> = entries.iter().map(|entry| entry.sequence).collect();
        assert_eq!(sequences, (1..=entries.len() as u64).collect::<Vec<_>>());
        let mut by_bill: BTreeMap<&str, Vec<(Amount, Moment)>> = BTreeMap::new();
        for entry in entries {
            assert!(!entry.amount.is_zero());
            by_bill.entry(&entry.bill_id).or_default().push((entry.amount, entry.at));
        }
        for bill in self.world.bills.iter() {
            let history: Vec<_> = bill.payments.iter().map(|entry| (entry.amount, entry.paid_on)).collect();
            assert_eq!(by_bill.remove(bill.id.as_str()).unwrap_or_default(), history, "ledger and history");
        }
        assert!(by_bill.keys().all(|id| self.deleted_bills.contains(*id)), "a payment of no bill");
        let moved: Amount = entries.iter().map(|entry| entry.amount).sum();
        let sent = self.events.iter().filter(|event| event.body["type"] == "bill.payment.sent");
        let told: Amount = sent
            .map(|event| {
                event.body["payload"]["data"]["amount"].as_str().and_then(Amount::parse).expect("money")
            })
            .sum();
        assert_eq!(moved, told, "every payment is told once");
    }

    fn payments_are_planned_once(&self) {
        let count =
            |wanted: &dyn Fn(&Effect) -> bool| self.world.schedule.effects().filter(|e| wanted(e)).count();
        for bill in self.world.bills.iter() {
            let id = &bill.id;
            let starts =
                count(&|effect| matches!(effect, Effect::PaymentStarts { bill_id } if bill_id == id));
            let finishes =
                count(&|effect| matches!(effect, Effect::PaymentFinishes { bill_id } if bill_id == id));
            assert_eq!(starts, usize::from(bill.planned.is_some()), "one scheduled payment at most");
            assert_eq!(finishes, usize::from(bill.running.is_some()), "one running payment at most");
            assert_eq!(bill.running.is_some(), bill.status == BillStatus::Pending);
            assert!(bill.planned.is_none() || bill.running.is_none());
            let owes = matches!(
                bill.status,
                BillStatus::Upcoming
                    | BillStatus::Overdue
                    | BillStatus::Pending
                    | BillStatus::PaymentRequired
            );
            assert!(!owes || bill.balance.is_some_and(|balance| !balance.is_zero()), "{:?}", bill.status);
            if matches!(bill.status, BillStatus::Paid | BillStatus::ZeroBalance) {
                assert_eq!((bill.balance, bill.due, bill.pay_date()), (None, None, None));
            }
            assert!(self.world.auth(&bill.auth_id).is_some_and(|auth| auth.bills.contains(id)));
        }
    }

    fn methods_agree(&self) {
        for client in self.world.clients.iter() {
            let methods = self.world.payment_methods_of(client);
            assert!(methods.iter().filter(|method| method.is_default).count() <= 1, "one default");
        }
        for method in self.world.payment_methods.iter() {
            assert!(method.failures_in_a_row < 3 || method.removed, "three strikes");
            assert!(!method.removed || (!method.is_default && method.assigned_bills.is_empty()));
            for bill_id in &method.assigned_bills {
                let bill = self.world.bill(bill_id).expect("an assigned bill");
                assert_eq!(bill.assigned_method.as_ref(), Some(&method.id));
            }
        }
        for bill in self.world.bills.iter() {
            if let Some(id) = &bill.assigned_method {
                let method = self.world.payment_method(id).expect("an assigned method");
                assert_eq!(method.assigned_bills.iter().filter(|assigned| **assigned == bill.id).count(), 1);
            }
        }
    }

    fn auths_are_legal(&self) {
        let mut seen = BTreeSet::new();
        for auth in self.world.auths.iter() {
            assert!(seen.insert((&auth.client_id, &auth.company_id)), "one login per client and company");
            assert_eq!(auth.hold.is_some(), auth.status == AuthStatus::Hold);
            let challenged = auth.run.as_ref().is_some_and(|run| run.challenge().is_some());
            assert!(!challenged || auth.status == AuthStatus::MfaRequired);
            assert!(auth.status != AuthStatus::Validating || auth.run.is_some(), "it never ends");
            assert!(auth.status != AuthStatus::MfaRequired || auth.run.is_some(), "nobody is asked");
        }
    }

    fn swaps_are_legal(&self) {
        let ending = |id: &SwapId| {
            let ends = |effect: &&Effect| matches!(effect, Effect::SwapFinishes { swap_id } if swap_id == id);
            self.world.schedule.effects().filter(ends).count()
        };
        for swap in self.world.swaps.iter() {
            let auth = self.world.auth(&swap.auth_id).expect("an auth");
            assert_eq!(auth.swap.as_ref(), Some(&swap.id), "one swap per login");
            assert_eq!(auth.client_id, swap.client_id);
            let runs = swap.status == swap::SwapStatus::InProgress;
            assert!(ending(&swap.id) <= usize::from(runs), "only what runs ends, and once");
        }
        let known = self.world.auths.iter().filter(|auth| auth.swap.is_some()).count();
        assert_eq!(known, self.world.swaps.iter().count(), "a swap of no login");
    }

    fn events_are_unique_and_ordered(&self) {
        let ids: BTreeSet<&str> = self.events.iter().map(|event| event.id.as_str()).collect();
        assert_eq!(ids.len(), self.events.len());
        assert!(self.events.is_sorted_by_key(|event| event.created));
    }
}

fn card_numbers(number: usize) -> NewNumbers {
    NewNumbers::Card {
        number: ["4111111111111111", "5555555555554444", "4000000000000002"][number].to_owned(),
        code: None,
        month: "12".to_owned(),
        year: "2030".to_owned(),
        zipcode: "12345".to_owned(),
        brand: None,
        kind: None,
    }
}

fn pick<T: Clone>(things: &[T], place: usize) -> Result<T, ApiError> {
    let nothing = || ApiError::bad_request("there is none yet");
    things.get(place % things.len().max(1)).cloned().ok_or_else(nothing)
}

#[test]
fn a_random_walk_keeps_every_promise() {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let totals = std::cell::RefCell::new((0, 0, 0));
    runner
        .run(&prop::collection::vec(action(), STEPS), |actions| {
            let mut walk = Walk::new();
            for action in &actions {
                walk.perform(action);
                walk.check();
            }
            walk.perform(&Action::Wait { seconds: 100 * 24 * 3600 });
            walk.check();
            let mut totals = totals.borrow_mut();
            totals.0 += walk.accepted;
            totals.1 += walk.world.ledger.entries().len();
            totals.2 += walk.events.len();
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    let (accepted, payments, events) = totals.into_inner();
    // A walk on which nothing happens would prove nothing.
    assert!(accepted > 2000 && payments > 100 && events > 500, "{accepted} {payments} {events}");
}
