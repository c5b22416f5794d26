//! Bills: how their status follows from what is known of them.

use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::bill_data::BillPlan;
use super::choices::Autopay;
use super::ids::{AuthId, BillId, ClientId, CompanyId, PaymentMethodId};
use super::payment::{Planned, Running};
use super::{Effect, LedgerEntry, News, World, pace};
use crate::moment::Moment;
use crate::schedule::EntryKey;
use crate::table::Row;

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bill {
    pub(crate) id: BillId,
    pub(crate) auth_id: AuthId,
    pub(crate) client_id: ClientId,
    pub(crate) company_id: CompanyId,
    pub(crate) status: BillStatus,
    /// What is owed, once known and until it is paid.
    pub(crate) balance: Option<Amount>,
    pub(crate) due: Option<Moment>,
    /// Of cards and loans.
    pub(crate) statement_balance: Option<Amount>,
    pub(crate) full_balance: Option<Amount>,
    pub(crate) arrived: Option<Moment>,
    /// Set by the white-label products only.
    pub(crate) custom_payment_amount: Option<Amount>,
    pub(crate) last_paid_amount: Option<Amount>,
    pub(crate) last_paid_on: Option<Moment>,
    pub(crate) recurring: bool,
    pub(crate) pay_schedule: PaySchedule,
    /// The next three are chosen in the white-label products or at the company.
    pub(crate) notifications: bool,
    pub(crate) custom_label: Option<String>,
    pub(crate) autopay: Option<Autopay>,
    pub(crate) hidden: bool,
    pub(crate) account_number: String,
    pub(crate) assigned_method: Option<PaymentMethodId>,
    pub(crate) planned: Option<Planned>,
    pub(crate) running: Option<Running>,
    /// This bill's automatic payment was cancelled; the next bill is paid again.
    pub(crate) skip_recurring: bool,
    pub(crate) payments: Vec<HistoryEntry>,
    pub(crate) outcome: PaymentOutcome,
    /// What the next fetch will find.
    pub(crate) incoming: Option<BillPlan>,
    pub(super) timers: Timers,
    /// The due date that `bill.upcoming` was sent for, so that no refresh sends it again.
    pub(super) announced: Option<Moment>,
}

/// The scheduled effects of a bill that are taken back when it changes.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Timers {
    pub(super) fetch: Option<EntryKey>,
    coming_up: Option<EntryKey>,
    overdue: Option<EntryKey>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HistoryEntry {
    pub(crate) amount: Amount,
    pub(crate) paid_on: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum BillStatus {
    Syncing,
    ZeroBalance,
    Overdue,
    PaymentRequired,
    PaymentDeclined,
    Upcoming,
    Pending,
    Paid,
}

impl BillStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Syncing => "syncing",
            Self::ZeroBalance => "zero-balance",
            Self::Overdue => "overdue",
            Self::PaymentRequired => "payment-required",
            Self::PaymentDeclined => "payment-declined",
            Self::Upcoming => "upcoming",
            Self::Pending => "pending",
            Self::Paid => "paid",
        }
    }
}

/// How payments of a bill end, whatever the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PaymentOutcome {
    /// As the method says.
    AsMethod,
    /// The next one fails (`status=payment-declined`).
    DeclineOnce,
    /// Every one fails (`testpaymentfail`).
    DeclineAlways,
}

/// When a bill is paid, relative to its due date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PaySchedule {
    TenDaysBefore,
    FiveDaysBefore,
    DayBefore,
    OnDueDate,
    Immediately,
}

impl PaySchedule {
    /// Source: Q2 Biller Direct description, section 12.5, table of pay dates.
    pub(crate) fn pay_date(self, due: Moment, arrived: Moment) -> Moment {
        match self {
            Self::TenDaysBefore => due.plus_days(-10),
            Self::FiveDaysBefore => due.plus_days(-5),
            Self::DayBefore => due.plus_days(-1),
            Self::OnDueDate => due,
            Self::Immediately => arrived,
        }
    }
}

impl Row for Bill {
    type Id = BillId;

    fn id(&self) -> &BillId {
        &self.id
    }
}

impl Bill {
    /// When the next payment will be made, as far as anyone can say.
    ///
    /// Source: Q2 Biller Direct description, section 12.5 "Payments and schedules".
    pub(crate) fn pay_date(&self) -> Option<Moment> {
        if let Some(planned) = &self.planned {
            return Some(planned.pay_date);
        }
        if let Some(running) = &self.running {
            return Some(running.pay_date);
        }
        if self.recurring && !self.skip_recurring { self.recurring_pay_date() } else { None }
    }

    pub(super) fn recurring_pay_date(&self) -> Option<Moment> {
        let due = self.due?;
        Some(self.pay_schedule.pay_date(due, self.arrived.unwrap_or(due)))
    }

    /// What a payment would move: the amount the client chose, else the balance. Whether the choice may be above the
    /// balance was decided when it was made.
    pub(crate) fn amount_to_pay(&self) -> Option<Amount> {
        let balance = self.balance?;
        Some(self.custom_payment_amount.unwrap_or(balance))
    }

    /// Nothing is owed any more, and what was chosen for this bill has had its effect.
    pub(super) fn settle_balances(&mut self) {
        (self.balance, self.due) = (None, None);
        (self.statement_balance, self.full_balance) = (None, None);
        self.custom_payment_amount = None;
        self.skip_recurring = false;
    }
}

impl World {
    /// Finds a bill on a verified auth: it is there at once, its data comes later.
    pub(super) fn create_bill(&mut self, now: Moment, auth_id: &AuthId, plan: BillPlan) -> Option<BillId> {
        self.create_bill_at(now, auth_id, plan, now.plus(pace::BILL_DATA))
    }

    /// The same, with the time at which its data is there.
    pub(super) fn create_bill_at(
        &mut self,
        now: Moment,
        auth_id: &AuthId,
        plan: BillPlan,
        arrives_at: Moment,
    ) -> Option<BillId> {
        let auth = self.auths.find(auth_id)?;
        let (client_id, company_id) = (auth.client_id.clone(), auth.company_id.clone());
        let company = self.company(&company_id)?;
        let pay_schedule = company.schedule.unwrap_or(PaySchedule::OnDueDate);
        let recurring = !company.user_presence_required;
        let id = BillId::new(self.seed.id("bill"));
        let account_number = account_number(&id);
        self.bills.insert(Bill {
            id: id.clone(),
            auth_id: auth_id.clone(),
            client_id: client_id.clone(),
            company_id,
            status: BillStatus::Syncing,
            balance: None,
            due: None,
            statement_balance: None,
            full_balance: None,
            arrived: None,
            custom_payment_amount: None,
            last_paid_amount: None,
            last_paid_on: None,
            recurring,
            pay_schedule,
            notifications: true,
            custom_label: None,
            autopay: None,
            hidden: false,
            account_number,
            assigned_method: None,
            planned: None,
            running: None,
            skip_recurring: false,
            payments: Vec::new(),
            outcome: PaymentOutcome::AsMethod,
            incoming: None,
            timers: Timers::default(),
            announced: None,
        });
        if let Some(client) = self.clients.find_mut(&client_id) {
            client.bills.push(id.clone());
        }
        if let Some(auth) = self.auths.find_mut(auth_id) {
            auth.bills.push(id.clone());
        }
        self.emit_bill_created(now, &id);
        self.fetch(&id, plan, arrives_at);
        Some(id)
    }

    /// Puts a bill with a balance into the status that follows from its due date and its methods.
    pub(super) fn owe(&mut self, now: Moment, id: &BillId) {
        if let Some(status) = self.bills.find(id).map(|bill| self.owed_status(now, bill, bill.due)) {
            self.bill_becomes(id, status);
        }
    }

    /// The status of a bill that is owed and due at `due`. Where the company asks for a kind of method one must be
    /// assigned; whether that one works shows at the payment.
    ///
    /// Source: Q2 Biller Direct description, section 12.3 "Bill".
    pub(super) fn owed_status(&self, now: Moment, bill: &Bill, due: Option<Moment>) -> BillStatus {
        let required = self.company(&bill.company_id).and_then(|company| company.required_payment);
        let late = due.is_some_and(|due| due.end_of_day() <= now);
        match (required.is_some() && bill.assigned_method.is_none(), late) {
            (true, _) => BillStatus::PaymentRequired,
            (false, true) => BillStatus::Overdue,
            (false, false) => BillStatus::Upcoming,
        }
    }

    /// The one place where a bill's status changes.
    pub(super) fn bill_becomes(&mut self, id: &BillId, status: BillStatus) {
        #[cfg(test)]
        self.note_bill_move(id, status);
        if let Some(bill) = self.bills.find_mut(id) {
            bill.status = status;
        }
    }

    /// Arms `bill.upcoming` and the fall into `overdue`. A bill is overdue when the day it is due on has ended.
    pub(super) fn watch_due_date(&mut self, now: Moment, id: &BillId) {
        let Some(due) = self.bills.find(id).and_then(|bill| bill.due) else { return };
        if due.end_of_day() <= now {
            return;
        }
        let coming_up = due.plus_days(-pace::COMING_UP_DAYS).max(now);
        let coming_up = self.schedule.add(coming_up, Effect::BillComesUp { bill_id: id.clone() });
        let overdue = self.schedule.add(due.end_of_day(), Effect::BillFallsOverdue { bill_id: id.clone() });
        if let Some(bill) = self.bills.find_mut(id) {
            bill.timers.coming_up = Some(coming_up);
            bill.timers.overdue = Some(overdue);
        }
    }

    pub(super) fn bill_comes_up(&mut self, now: Moment, id: &BillId) {
        let Some(bill) = self.bills.find_mut(id) else { return };
        bill.timers.coming_up = None;
        if bill.status == BillStatus::Upcoming && bill.announced != bill.due {
            bill.announced = bill.due;
            self.emit_bill_upcoming(now, id);
        }
    }

    pub(super) fn bill_falls_overdue(&mut self, id: &BillId) {
        let Some(bill) = self.bills.find_mut(id) else { return };
        bill.timers.overdue = None;
        if bill.status == BillStatus::Upcoming {
            self.bill_becomes(id, BillStatus::Overdue);
        }
        self.unplan_recurring(id);
    }

    pub(super) fn notice_moved_due_date(&mut self, now: Moment, id: &BillId, before: Option<Moment>) {
        let Some(bill) = self.bills.find(id) else { return };
        let scheduled = bill.planned.as_ref().is_some_and(Planned::was_asked_for);
        if scheduled && before.is_some() && before != bill.due {
            self.emit_scheduled_payment_notice(now, id, before);
        }
    }

    /// Settles a bill with an applied payment: history, ledger, nothing due any more.
    pub(super) fn settle(&mut self, now: Moment, id: &BillId, running: &Running) {
        let Some(bill) = self.bills.find_mut(id) else { return };
        bill.settle_balances();
        bill.last_paid_amount = Some(running.amount);
        bill.last_paid_on = Some(now);
        bill.payments.push(HistoryEntry { amount: running.amount, paid_on: now });
        self.ledger.append(LedgerEntry {
            api: "",
            sequence: 0,
            at: now,
            client_id: bill.client_id.to_string(),
            bill_id: id.to_string(),
            payment_method_id: running.method_id.to_string(),
            amount: running.amount,
            surcharge: running.surcharge.as_ref().map(|surcharge| surcharge.fee),
        });
        self.bill_becomes(id, BillStatus::Paid);
        self.stop_timers(id);
    }

    /// Takes back what a bill has scheduled apart from its payment.
    pub(super) fn stop_timers(&mut self, id: &BillId) {
        let Some(bill) = self.bills.find_mut(id) else { return };
        let timers = std::mem::take(&mut bill.timers);
        for key in [timers.fetch, timers.coming_up, timers.overdue].into_iter().flatten() {
            self.schedule.remove(key);
        }
    }

    fn emit_bill_created(&mut self, now: Moment, id: &BillId) {
        self.tell(now, &News::BillCreated(id));
    }

    pub(super) fn emit_bill_update(
        &mut self,
        now: Moment,
        id: &BillId,
        before: Option<Amount>,
        balance: Amount,
    ) {
        self.tell(now, &News::BillUpdate { bill: id, before, balance });
    }

    fn emit_bill_upcoming(&mut self, now: Moment, id: &BillId) {
        self.tell(now, &News::BillUpcoming(id));
    }

    fn emit_scheduled_payment_notice(&mut self, now: Moment, id: &BillId, before: Option<Moment>) {
        self.tell(now, &News::DueDateMoved { bill: id, before });
    }
}

/// Tells several bills of one login apart; four digits that follow from the id.
fn account_number(id: &BillId) -> String {
    let text = id.as_str();
    let ending = text.get(text.len().saturating_sub(4)..).unwrap_or_default();
    format!("XXXX{:04}", u32::from_str_radix(ending, 16).unwrap_or_default() % 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(schedule: PaySchedule, expected: &str) {
        let due: Moment = "2018-10-25T00:00:00.000Z".parse().expect("an instant");
        let arrived: Moment = "2018-10-01T08:30:00.000Z".parse().expect("an instant");
        assert_eq!(schedule.pay_date(due, arrived).to_string(), expected);
    }

    #[test]
    fn the_pay_date_follows_the_documented_table() {
        check(PaySchedule::TenDaysBefore, "2018-10-15T00:00:00.000Z");
        check(PaySchedule::FiveDaysBefore, "2018-10-20T00:00:00.000Z");
        check(PaySchedule::DayBefore, "2018-10-24T00:00:00.000Z");
        check(PaySchedule::OnDueDate, "2018-10-25T00:00:00.000Z");
        check(PaySchedule::Immediately, "2018-10-01T08:30:00.000Z");
    }
}
