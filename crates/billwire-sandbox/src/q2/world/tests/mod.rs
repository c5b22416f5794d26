//! A long random walk through the world: whatever is asked of it, in whatever order, what must always hold holds.

mod invariants;

use std::collections::BTreeSet;

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
                walk.world.bill_moves.clear();
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

/// A bill's status as it was, as it became, and that of its login at that moment.
#[derive(Clone, Debug)]
pub(super) struct BillMove {
    #[expect(dead_code, reason = "printed when the move is not allowed")]
    bill: BillId,
    from: BillStatus,
    to: BillStatus,
    auth: Option<AuthStatus>,
}

impl World {
    pub(super) fn note_bill_move(&mut self, id: &BillId, to: BillStatus) {
        let Some(bill) = self.bill(id) else { return };
        let auth = self.auth(&bill.auth_id).map(|auth| auth.status);
        let noted = BillMove { bill: id.clone(), from: bill.status, to, auth };
        self.bill_moves.push(noted);
    }
}
