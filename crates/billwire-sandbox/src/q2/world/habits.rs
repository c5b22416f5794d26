//! What the people of a population do, and what companies do to them: effects like all others, in the same order.
//!
//! A habit calls the functions that the API calls. What the world refuses does not happen; people shrug and go on, as they
//! do elsewhere. So nobody has to know here what else a user of the sandbox did to a customer in the meantime.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Span};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::auth::NewAuth;
use super::mfa::{Ask, Challenge};
use super::{
    Amount, Auth, AuthId, AuthItem, AuthRefresh, AuthStatus, Bill, BillChoices, BillId, BillStatus, ClientId,
    Effect, HoldCode, Lapse, MethodKind, NewPaymentMethod, PaymentMethodId, RIGHT_CODE, SettingsChange,
    Statement, StepAnswer, StepInput, World,
};
use crate::hash::Index;
use crate::moment::Moment;
use crate::q2::population::{FirstLogin, Login, Method, Person, Population, Way};

/// Something a person of a population does, or a company does to one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "does", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(crate) enum Habit {
    /// Becomes a client, adds payment methods and sets out to log in.
    Join,
    LogIn {
        login: u8,
        attempt: u8,
    },
    /// Replies to an open security challenge.
    Answer {
        login: u8,
    },
    /// Chooses how the bill is paid.
    Settle {
        login: u8,
    },
    /// Says that the reason of a hold is gone.
    FixHold {
        login: u8,
    },
    /// The company issues the statement of a month.
    ReceiveStatement {
        login: u8,
        month: u16,
    },
    /// The company corrects the due date of its statement.
    ReceiveCorrection {
        login: u8,
    },
    /// Pays by hand: at once, or for the due date or so many days before it.
    Pay {
        login: u8,
        days_before: Option<i64>,
    },
    Cancel {
        login: u8,
    },
    /// Looks whether all is well, and mends what is not.
    LookAfter {
        login: u8,
    },
    /// The login stops working by itself.
    Lapse {
        login: u8,
    },
    SwapCard {
        login: u8,
    },
    /// Adds another payment method and takes the first one away.
    ReplaceMethod {
        attempt: u8,
    },
}

impl Habit {
    pub(super) fn describe(&self, person: u32) -> String {
        let what = match self {
            Self::Join => "joins",
            Self::LogIn { .. } => "logs in",
            Self::Answer { .. } => "answers a security challenge",
            Self::Settle { .. } => "settles how a bill is paid",
            Self::FixHold { .. } => "fixes a hold",
            Self::ReceiveStatement { .. } => "receives a statement",
            Self::ReceiveCorrection { .. } => "receives a correction",
            Self::Pay { .. } => "pays by hand",
            Self::Cancel { .. } => "cancels a payment",
            Self::LookAfter { .. } => "looks after a bill",
            Self::Lapse { .. } => "has a login that stops working",
            Self::SwapCard { .. } => "swaps a card",
            Self::ReplaceMethod { .. } => "replaces a payment method",
        };
        format!("customer {person} {what}")
    }
}

/// What companies hold logins for, that a user can mend.
const HOLDS: [&str; 4] = [
    "account_issue_accept_toc",
    "account_issue_verify_identity",
    "account_issue_no_service_account",
    "account_set_up_online_payments",
];

const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl World {
    /// Makes the customers join in the days before `now`: that happens when the schedule runs up to `now`.
    pub(crate) fn populate(&mut self, now: Moment, population: Population) {
        self.population = Some(population);
        self.companies = super::Companies::of_population();
        let first_day = now.plus_days(-i64::from(population.past_days()));
        for person in 1..=population.customers() {
            let at = first_day.plus(self.person(person).joins_after(population.past_days()));
            self.expect(at, person, Habit::Join);
        }
    }

    pub(crate) fn population(&self) -> Option<Population> {
        self.population
    }

    pub(super) fn live(&mut self, now: Moment, number: u32, habit: &Habit) {
        let actor = self.actor(number);
        match *habit {
            Habit::Join => self.join(now, &actor),
            Habit::LogIn { login, attempt } => self.log_in(now, &actor, login, attempt),
            Habit::Answer { login } => self.answer(now, &actor, login),
            Habit::Settle { login } => self.settle_ways(now, &actor, login),
            Habit::FixHold { login } => self.say_hold_is_fixed(now, &actor, login),
            Habit::ReceiveStatement { login, month } => self.receive_statement(now, &actor, login, month),
            Habit::ReceiveCorrection { login } => self.receive_correction(now, &actor, login),
            Habit::Pay { login, days_before } => self.pay(now, &actor, login, days_before),
            Habit::Cancel { login } => {
                if let Some(bill) = self.bill_of(&actor, login).map(|bill| bill.id.clone()) {
                    drop(self.cancel_payment(now, &bill));
                }
            }
            Habit::LookAfter { login } => self.look_after(now, &actor, login),
            Habit::Lapse { login } => self.login_lapses(now, &actor, login),
            Habit::SwapCard { login } => self.swap_card(now, &actor, login),
            Habit::ReplaceMethod { attempt } => self.replace_method(now, &actor, attempt),
        }
    }

    fn person(&self, number: u32) -> Person {
        Person::new(self.seed(), number)
    }

    fn actor(&mut self, number: u32) -> Actor {
        let person = self.person(number);
        let work_out = || {
            let logins = (0..person.logins()).map_while(|login| person.login(login)).collect();
            Arc::new(Known { identifier: person.identifier(), logins })
        };
        let known = Arc::clone(self.people.entry(number).or_insert_with(work_out));
        Actor { number, person, known }
    }

    fn expect(&mut self, at: Moment, person: u32, habit: Habit) {
        self.schedule.add(at, Effect::Habit { person, habit });
    }

    fn join(&mut self, now: Moment, actor: &Actor) {
        let (number, person) = (actor.number, actor.person);
        let Ok(client_id) = self.create_client(&actor.known.identifier, person.meta()) else { return };
        for method in person.methods() {
            self.add_method(now, actor, &client_id, method, false);
        }
        for login in 0..person.logins() {
            let at = now.plus(SignedDuration::from_mins(2 + 7 * i64::from(login)));
            self.expect(at, number, Habit::LogIn { login, attempt: 0 });
        }
        if let Some(days) = person.replaces_method_after_days() {
            self.expect(now.plus_days(days), number, Habit::ReplaceMethod { attempt: 0 });
        }
    }

    fn add_method(
        &mut self,
        now: Moment,
        actor: &Actor,
        client_id: &ClientId,
        method: Method,
        set_as_default: bool,
    ) -> Option<PaymentMethodId> {
        let new = NewPaymentMethod {
            client_id: client_id.clone(),
            identifier: None,
            name: actor.person.name(),
            custom_label: None,
            set_as_default,
            numbers: method.numbers(now.day().year() + 3, actor.person.zipcode()),
        };
        self.add_payment_method(now, new).ok()
    }

    /// Types user name and password, and what the sandbox's companies are to find.
    fn log_in(&mut self, now: Moment, actor: &Actor, number: u8, attempt: u8) {
        let Some(login) = actor.login(number) else { return };
        let mut dice = actor.person.day(number, now);
        let status = match login.first {
            _ if attempt > 0 => "",
            FirstLogin::Works => "",
            FirstLogin::Hold => "hold",
            FirstLogin::WrongPassword => "authenticate",
            FirstLogin::Questions => "mfa-required-questions",
            FirstLogin::Code => "mfa-required-code",
            FirstLogin::Prompt => "mfa-required-prompt",
        };
        let (balance, due) = match self.bill_of(actor, number) {
            Some(bill) => (bill.balance.unwrap_or_default(), bill.due),
            None => (Amount::from_cents(login.statement_cents(&mut dice)), None),
        };
        let due = due.unwrap_or_else(|| now.plus_days(login.due_days));
        let form = [
            ("username", actor.known.identifier.clone()),
            ("password", "correct horse".to_owned()),
            ("balance", balance.to_string()),
            ("dueDate", month_day_year(due.day())),
            ("status", status.to_owned()),
        ];
        let Some(new) = self.new_auth(actor, login, form.map(|(name, value)| (name.to_owned(), value)))
        else {
            return;
        };
        if self.create_auth(now, &new).is_err() {
            return;
        }
        let person = actor.number;
        let asks = login.presence || !matches!(status, "" | "hold" | "authenticate");
        // Some do not see the question in time; they answer when they look the next day.
        if asks && !dice.chance(12) {
            self.expect(now.plus(seconds(dice.between(20, 90))), person, Habit::Answer { login: number });
        }
        match status {
            "hold" => {
                let days = dice.between(1, 9);
                self.expect(now.plus_days(days.into()), person, Habit::FixHold { login: number });
            }
            "authenticate" => {
                let hours = dice.between(1, 100);
                let again = Habit::LogIn { login: number, attempt: 1 };
                self.expect(now.plus(HOUR * hours.cast_signed()), person, again);
            }
            _ => {}
        }
        if attempt == 0 {
            self.begin_habits(now, actor, number, login);
        }
    }

    fn begin_habits(&mut self, now: Moment, actor: &Actor, number: u8, login: &Login) {
        let person = actor.number;
        let mut dice = actor.person.month(number, 50_000);
        self.expect(now.plus(SignedDuration::from_mins(6)), person, Habit::Settle { login: number });
        self.expect(now.plus_days(1), person, Habit::LookAfter { login: number });
        if login.bills {
            // The first bill has its own due date; statements begin when that has passed.
            let after = now.plus_days(login.due_days).day();
            self.expect(
                statement_time(after, login),
                person,
                Habit::ReceiveStatement { login: number, month: 1 },
            );
            self.react(now, actor, number, login, now.plus_days(login.due_days), 0);
        }
        if dice.chance(14) {
            let days = dice.between(35, 330);
            self.expect(now.plus_days(days.into()), person, Habit::Lapse { login: number });
        }
        if login.swaps {
            let days = dice.between(3, 200);
            self.expect(now.plus_days(days.into()), person, Habit::SwapCard { login: number });
        }
    }

    /// A login with everything it is for: the bill, or the card on file.
    fn new_auth(
        &self,
        actor: &Actor,
        login: &Login,
        form: impl IntoIterator<Item = (String, String)>,
    ) -> Option<NewAuth> {
        let client = self.clients.find_named(&actor.known.identifier)?;
        let card =
            self.payment_methods_of(client).into_iter().find(|method| method.kind() == MethodKind::Card);
        let (items, payment_method_id) = if login.bills {
            (vec![AuthItem::Bill], None)
        } else {
            (vec![AuthItem::Swap], Some(card?.id.clone()))
        };
        Some(NewAuth {
            client_id: client.id.clone(),
            company_id: login.company.clone(),
            items,
            payment_method_id,
            bill_id: None,
            swap_id: None,
            form: form.into_iter().collect(),
        })
    }

    fn answer(&mut self, now: Moment, actor: &Actor, login: u8) {
        let Some(auth) = self.auth_of(actor, login) else { return };
        let Some(challenge) = auth.run.as_ref().and_then(|run| run.challenge()).cloned() else { return };
        let mut dice = actor.person.day(login, now);
        let wrong = dice.chance(8);
        let asks_for_code = matches!(challenge.ask, Ask::Destination { .. });
        if self.answer_challenge(now, &reply(&challenge, wrong)).is_ok() && asks_for_code {
            let at = now.plus(seconds(dice.between(15, 60)));
            self.expect(at, actor.number, Habit::Answer { login });
        }
    }

    /// Whoever pays by hand switches the automatic payment off; a bill that wants a method of its own gets one.
    fn settle_ways(&mut self, now: Moment, actor: &Actor, number: u8) {
        let Some(login) = actor.login(number) else { return };
        let Some(bill) = self.bill_of(actor, number) else { return };
        let bill_id = bill.id.clone();
        let needs_method = bill.status == BillStatus::PaymentRequired;
        let change = match login.way {
            Way::Early | Way::OnTime | Way::Late | Way::Forgetful => {
                SettingsChange { recurring: Some(false), pay_schedule: None }
            }
            Way::AutomaticAt(schedule) => SettingsChange { recurring: None, pay_schedule: Some(schedule) },
            Way::Automatic | Way::ChangesMind => SettingsChange::default(),
        };
        let has_method = bill.assigned_method.is_some();
        if change.recurring.is_some_and(|recurring| recurring != bill.recurring)
            || change.pay_schedule.is_some_and(|schedule| schedule != bill.pay_schedule)
        {
            drop(self.change_settings(now, &bill_id, change));
        }
        if needs_method && !has_method {
            self.assign_fitting(now, actor, &bill_id);
        }
    }

    /// Assigns a method of the kind the company requires, a new one if there is none.
    fn assign_fitting(&mut self, now: Moment, actor: &Actor, bill_id: &BillId) {
        let Some(bill) = self.bill(bill_id) else { return };
        let required = self.company(&bill.company_id).and_then(|company| company.required_payment);
        let Some(client) = self.client(&bill.client_id) else { return };
        let client_id = client.id.clone();
        let fitting = self
            .payment_methods_of(client)
            .into_iter()
            .find(|method| method.is_usable() && required.is_none_or(|kind| kind == method.kind()))
            .map(|method| method.id.clone());
        let spare = actor.person.spare_method(required == Some(MethodKind::Card));
        let method = fitting.or_else(|| self.add_method(now, actor, &client_id, spare, false));
        if let Some(method) = method {
            drop(self.assign_payment_method(now, &method, bill_id));
        }
    }

    fn say_hold_is_fixed(&mut self, now: Moment, actor: &Actor, login: u8) {
        if let Some(auth) = self.auth_of(actor, login).map(|auth| auth.id.clone()) {
            drop(self.fix_hold(now, &auth));
        }
    }

    fn receive_statement(&mut self, now: Moment, actor: &Actor, number: u8, month: u16) {
        let Some(login) = actor.login(number) else { return };
        let next = Habit::ReceiveStatement { login: number, month: month.saturating_add(1) };
        self.expect(statement_time(now.plus_days(1).day(), login), actor.number, next);
        let Some(bill) = self.bill_of(actor, number) else { return };
        let bill_id = bill.id.clone();
        let mut dice = actor.person.month(number, month);
        // What was not paid is on the next statement too.
        let balance = bill.balance.unwrap_or_default() + Amount::from_cents(login.statement_cents(&mut dice));
        let due = Moment::midnight(now.day()).plus_days(login.due_days);
        if login.presence {
            // The company shows nothing to anyone who does not log in.
            self.expect(now.plus_days(1), actor.number, Habit::LogIn { login: number, attempt: 1 });
        } else {
            let statement = Statement::of(balance).with_due_date(due);
            let statement = if login.credit {
                // What has been charged since is not due yet.
                statement.with_card_balances(balance, balance + Amount::from_cents(dice.below(20_000)))
            } else {
                statement
            };
            drop(self.statement_arrives(now, &bill_id, &statement));
            if dice.chance(3) {
                self.expect(now.plus_days(6), actor.number, Habit::ReceiveCorrection { login: number });
            }
        }
        self.react(now, actor, number, login, due, month);
    }

    /// The same balance, due some days later.
    fn receive_correction(&mut self, now: Moment, actor: &Actor, number: u8) {
        let Some(bill) = self.bill_of(actor, number) else { return };
        let (Some(balance), Some(due)) = (bill.balance, bill.due) else { return };
        let bill_id = bill.id.clone();
        let statement = Statement::of(balance).with_due_date(due.plus_days(4));
        drop(self.statement_arrives(now, &bill_id, &statement));
    }

    /// What the person does about a statement that is due at `due`.
    fn react(&mut self, now: Moment, actor: &Actor, number: u8, login: &Login, due: Moment, month: u16) {
        let mut dice = actor.person.month(number, 10_000 + month);
        let person = actor.number;
        let soon = now.plus(HOUR * dice.between(20, 90).cast_signed());
        let evening = |days: u32| Moment::midnight(due.day()).plus_days(days.into()).plus(HOUR * 18);
        let at_once = Habit::Pay { login: number, days_before: None };
        let before = |days_before| Habit::Pay { login: number, days_before: Some(days_before) };
        let way = if login.presence { Way::Late } else { login.way };
        match way {
            Way::Automatic | Way::AutomaticAt(_) => {}
            Way::Early => self.expect(soon, person, before(dice.between(1, 5).into())),
            Way::OnTime => self.expect(soon, person, before(0)),
            Way::Late if login.presence => self.expect(soon.plus_days(2), person, at_once),
            Way::Late => self.expect(evening(dice.between(1, 6)), person, at_once),
            Way::ChangesMind if dice.chance(35) => {
                self.expect(soon, person, Habit::Cancel { login: number });
                self.expect(evening(dice.between(0, 3)), person, at_once);
            }
            Way::ChangesMind if dice.chance(30) => {
                self.expect(soon, person, before(2));
                self.expect(soon.plus_days(1), person, Habit::Cancel { login: number });
                self.expect(soon.plus_days(2), person, before(1));
            }
            Way::ChangesMind => {}
            Way::Forgetful if dice.chance(70) => self.expect(evening(dice.between(0, 5)), person, at_once),
            Way::Forgetful => {}
        }
        self.expect(evening(7), person, Habit::LookAfter { login: number });
    }

    fn pay(&mut self, now: Moment, actor: &Actor, number: u8, days_before: Option<i64>) {
        let Some(login) = actor.login(number) else { return };
        let Some(bill) = self.bill_of(actor, number) else { return };
        let bill_id = bill.id.clone();
        if login.presence {
            self.pay_at_the_company(now, actor, login, number, bill_id);
            return;
        }
        if login.credit && actor.person.day(number, now).chance(40) {
            // Only a part of it, or a round sum.
            let part = bill.balance.unwrap_or_default().per_cent(Decimal::from(40));
            drop(self.choose(&bill_id, &BillChoices::default().with_custom_payment_amount(part)));
        }
        let Some(bill) = self.bill(&bill_id) else { return };
        let date = days_before.zip(bill.due).map(|(days, due)| due.plus_days(-days).max(now));
        drop(self.schedule_payment(now, &bill_id, date));
    }

    /// Logs in to pay, as a company wants it that requires the user to be present.
    fn pay_at_the_company(&mut self, now: Moment, actor: &Actor, login: &Login, number: u8, bill_id: BillId) {
        let form = [("username", actor.known.identifier.clone()), ("password", "correct horse".to_owned())];
        let form = form.map(|(name, value)| (name.to_owned(), value));
        let Some(new) = self.new_auth(actor, login, form) else { return };
        let Some(client) = self.client(&new.client_id) else { return };
        let method = self.payment_methods_of(client).into_iter().find(|method| method.is_usable());
        let Some(method_id) = method.map(|method| method.id.clone()) else { return };
        let new = NewAuth {
            items: vec![AuthItem::Payment],
            payment_method_id: Some(method_id),
            bill_id: Some(bill_id),
            ..new
        };
        if self.create_auth(now, &new).is_ok() {
            self.expect(now.plus(seconds(40)), actor.number, Habit::Answer { login: number });
        }
    }

    fn look_after(&mut self, now: Moment, actor: &Actor, number: u8) {
        let Some(login) = actor.login(number) else { return };
        let mut dice = actor.person.day(number, now);
        let person = actor.number;
        let auth = self.auth_of(actor, number);
        // What was held because nobody answered is mended by logging in again, not by saying that it is.
        let fixable = auth
            .and_then(|auth| auth.hold)
            .is_some_and(|hold| hold.code != HoldCode::AuthenticationNotCompleted);
        let auth = auth.map(|auth| auth.status);
        let tomorrow = now.plus_days(i64::from(dice.between(1, 4)));
        let again = Habit::LogIn { login: number, attempt: 1 };
        match auth {
            Some(AuthStatus::Hold) if fixable && dice.chance(60) => {
                self.expect(tomorrow, person, Habit::FixHold { login: number });
                self.expect(tomorrow.plus_days(2), person, Habit::LookAfter { login: number });
            }
            Some(AuthStatus::Hold | AuthStatus::Authenticate | AuthStatus::MfaRequired) | None => {
                self.expect(tomorrow, person, again);
            }
            Some(AuthStatus::Verified | AuthStatus::Validating) => {}
        }
        let Some(bill) = self.bill_of(actor, number) else { return };
        let (bill_id, client_id) = (bill.id.clone(), bill.client_id.clone());
        match bill.status {
            BillStatus::PaymentDeclined => self.mend_declined(now, actor, &bill_id, &client_id, &mut dice),
            BillStatus::PaymentRequired => self.assign_fitting(now, actor, &bill_id),
            BillStatus::Overdue if !login.presence => self.pay_overdue(now, actor, &bill_id, &client_id),
            _ => {}
        }
        self.settle_ways(now, actor, number);
    }

    /// Some try again, most take another method.
    fn mend_declined(
        &mut self,
        now: Moment,
        actor: &Actor,
        bill_id: &BillId,
        client_id: &ClientId,
        dice: &mut crate::q2::population::Dice,
    ) {
        let Some(declined) = self.chosen_method(bill_id).map(|method| (method.id.clone(), method.kind()))
        else {
            return;
        };
        let (method_id, kind) = declined;
        if dice.chance(40) {
            drop(self.retry_payment_method(now, &method_id));
            return;
        }
        let spare = actor.person.spare_method(kind == MethodKind::Card);
        let assigned = self.bill(bill_id).is_some_and(|bill| bill.assigned_method.is_some());
        let added = self.add_method(now, actor, client_id, spare, !assigned);
        if let Some(added) = added.filter(|_| assigned) {
            drop(self.assign_payment_method(now, &added, bill_id));
        }
    }

    fn pay_overdue(&mut self, now: Moment, actor: &Actor, bill_id: &BillId, client_id: &ClientId) {
        if self.usable_method(bill_id).is_none() {
            self.add_method(now, actor, client_id, actor.person.spare_method(true), true);
        }
        drop(self.schedule_payment(now, bill_id, None));
    }

    fn login_lapses(&mut self, now: Moment, actor: &Actor, login: u8) {
        let Some(auth) = self.auth_of(actor, login).map(|auth| auth.id.clone()) else { return };
        let mut dice = actor.person.month(login, 30_000);
        let person = actor.number;
        let later = now.plus_days(dice.between(1, 12).into());
        let again = Habit::LogIn { login, attempt: 1 };
        let presence = actor.login(login).is_some_and(|login| login.presence);
        let found = match dice.below(100) {
            0..25 => AuthRefresh::Invalid {},
            25..50 => AuthRefresh::NeedsResync {},
            50..65 => AuthRefresh::MfaRequired {},
            _ => AuthRefresh::hold(dice.pick(&HOLDS).copied().unwrap_or_default()),
        };
        if presence {
            // Nobody looks there by itself; the company sends word.
            if self.lapse(now, &auth, Lapse::Invalid).is_ok() {
                self.expect(later, person, again);
            }
        } else if self.refresh_auth(now, &auth, &found).is_ok() {
            let reaction = match found {
                AuthRefresh::Hold { .. } => Habit::FixHold { login },
                AuthRefresh::MfaRequired {} if dice.chance(60) => Habit::Answer { login },
                _ => again,
            };
            let at = if matches!(reaction, Habit::Answer { .. }) { now.plus(seconds(50)) } else { later };
            self.expect(at, person, reaction);
        }
    }

    fn swap_card(&mut self, now: Moment, actor: &Actor, login: u8) {
        let Some(auth) = self.auth_of(actor, login) else { return };
        let Some(client) = self.client(&auth.client_id) else { return };
        let cards = self.payment_methods_of(client);
        let newest = cards.into_iter().rfind(|method| method.kind() == MethodKind::Card);
        let Some(method_id) = newest.map(|method| method.id.clone()) else { return };
        let auth_id: AuthId = auth.id.clone();
        drop(self.create_swap(now, &auth_id, &method_id));
    }

    /// The old method goes when it may: not within a day of a payment with it.
    fn replace_method(&mut self, now: Moment, actor: &Actor, attempt: u8) {
        let Some(client) = self.clients.find_named(&actor.known.identifier) else { return };
        let client_id = client.id.clone();
        let Some(old) = client.payment_methods.first().cloned() else { return };
        if attempt == 0 {
            let wants_card = !actor.person.methods().first().is_some_and(|method| method.is_card());
            self.add_method(now, actor, &client_id, actor.person.spare_method(wants_card), true);
        }
        if self.delete_payment_method(now, &old).is_err() && attempt < 3 {
            self.expect(now.plus_days(1), actor.number, Habit::ReplaceMethod { attempt: attempt + 1 });
        }
    }

    fn auth_of(&self, actor: &Actor, login: u8) -> Option<&Auth> {
        let company = &actor.login(login)?.company;
        let client = self.clients.find_named(&actor.known.identifier)?;
        client.auths.iter().filter_map(|id| self.auth(id)).find(|auth| auth.company_id == *company)
    }

    fn bill_of(&self, actor: &Actor, login: u8) -> Option<&Bill> {
        self.bill(self.auth_of(actor, login)?.bills.first()?)
    }
}

/// Who does something.
struct Actor {
    number: u32,
    person: Person,
    known: Arc<Known>,
}

impl Actor {
    fn login(&self, number: u8) -> Option<&Login> {
        self.known.logins.get(usize::from(number))
    }
}

/// What is worked out once for a person who does something, and anew after a restore.
pub(super) struct Known {
    identifier: String,
    logins: Vec<Login>,
}

pub(super) type People = Index<u32, Arc<Known>>;

fn reply(challenge: &Challenge, wrong: bool) -> StepInput {
    let answer = |identifier: &str, answer: &str| StepAnswer {
        identifier: identifier.to_owned(),
        answer: Some(answer.to_owned()),
    };
    let answers = match &challenge.ask {
        Ask::Questions { questions } => {
            let word = if wrong { "wrong" } else { "Smith" };
            questions.iter().map(|question| answer(&question.identifier, word)).collect()
        }
        Ask::Code { question, .. } => {
            vec![answer(&question.identifier, if wrong { "000000" } else { RIGHT_CODE })]
        }
        Ask::Destination { destinations } => {
            destinations.first().map(|first| answer(&first.identifier, "")).into_iter().collect()
        }
        Ask::Prompt { .. } => Vec::new(),
    };
    StepInput {
        token: challenge.token.clone(),
        method: challenge.method(),
        answers,
        did_not_receive_code: false,
    }
}

/// The next statement on or after `day`.
fn statement_time(day: Date, login: &Login) -> Moment {
    let this_month = day.first_of_month().saturating_add(Span::new().days(login.day - 1));
    let date = if this_month < day {
        day.first_of_month()
            .saturating_add(Span::new().months(1))
            .saturating_add(Span::new().days(login.day - 1))
    } else {
        this_month
    };
    Moment::midnight(date).plus(HOUR * i32::from(login.hour))
}

fn month_day_year(day: Date) -> String {
    format!("{:02}/{:02}/{:04}", day.month(), day.day(), day.year())
}

fn seconds(seconds: u32) -> SignedDuration {
    SignedDuration::from_secs(seconds.into())
}
