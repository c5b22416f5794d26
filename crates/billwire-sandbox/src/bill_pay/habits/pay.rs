//! Statements, and how people pay them.

use jiff::Span;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::super::auth::NewAuth;
use super::super::{
    Amount, AuthItem, BillChoices, BillId, BillStatus, MethodKind, SettingsChange, Statement, World,
};
use super::{Actor, HOUR, Habit, seconds};
use crate::bill_pay::population::{Login, Person, Way};
use crate::moment::Moment;

impl World {
    /// Whoever pays by hand switches the automatic payment off; a bill that wants a method of its own gets one.
    pub(super) fn settle_ways(&mut self, now: Moment, actor: &Actor, number: u8) {
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
    pub(super) fn assign_fitting(&mut self, now: Moment, actor: &Actor, bill_id: &BillId) {
        let Some(bill) = self.bill(bill_id) else { return };
        let required = self.company(&bill.company_id).and_then(|company| company.required_payment);
        let Some(client) = self.client(&bill.client_id) else { return };
        let client_id = client.id.clone();
        let fitting = self
            .payment_methods_of(client)
            .into_iter()
            .find(|method| method.is_usable() && required.is_none_or(|kind| kind == method.kind()))
            .map(|method| method.id.clone());
        let spare = Person::spare_method(required == Some(MethodKind::Card));
        let method = fitting.or_else(|| self.add_method(now, actor, &client_id, spare, false));
        if let Some(method) = method {
            drop(self.assign_payment_method(now, &method, bill_id));
        }
    }

    pub(super) fn receive_statement(&mut self, now: Moment, actor: &Actor, number: u8, month: u16) {
        let Some(login) = actor.login(number) else { return };
        // Who looks at a new statement also sees what became of the last one.
        self.look_after(now, actor, number);
        let paying = self.bill_of(actor, number).is_some_and(|bill| bill.status == BillStatus::Pending);
        if paying {
            // The company waits for the money that is on its way.
            let tomorrow = Habit::ReceiveStatement { login: number, month };
            self.expect(now.plus_days(1), actor.number, tomorrow);
            return;
        }
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
    pub(super) fn receive_correction(&mut self, now: Moment, actor: &Actor, number: u8) {
        let Some(bill) = self.bill_of(actor, number) else { return };
        let (Some(balance), Some(due)) = (bill.balance, bill.due) else { return };
        let bill_id = bill.id.clone();
        let statement = Statement::of(balance).with_due_date(due.plus_days(4));
        drop(self.statement_arrives(now, &bill_id, &statement));
    }

    /// What the person does about a statement that is due at `due`.
    pub(super) fn react(
        &mut self,
        now: Moment,
        actor: &Actor,
        number: u8,
        login: &Login,
        due: Moment,
        month: u16,
    ) {
        let mut dice = actor.person.month(number, 10_000 + month);
        let person = actor.number;
        let soon = now.plus(HOUR * dice.between(20, 90).cast_signed());
        let evening = |days: u32| Moment::midnight(due.day()).plus_days(days.into()).plus(HOUR * 18);
        let at_once = Habit::Pay { login: number, days_before: None };
        let before = |days_before| Habit::Pay { login: number, days_before: Some(days_before) };
        let way = if login.presence { Way::Late } else { login.way };
        match way {
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
            Way::Forgetful if dice.chance(70) => self.expect(evening(dice.between(0, 5)), person, at_once),
            Way::Automatic | Way::AutomaticAt(_) | Way::ChangesMind | Way::Forgetful => {}
        }
    }

    pub(super) fn pay(&mut self, now: Moment, actor: &Actor, number: u8, days_before: Option<i64>) {
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
    pub(super) fn pay_at_the_company(
        &mut self,
        now: Moment,
        actor: &Actor,
        login: &Login,
        number: u8,
        bill_id: BillId,
    ) {
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
}

/// The next statement on or after `day`.
pub(super) fn statement_time(day: Date, login: &Login) -> Moment {
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
