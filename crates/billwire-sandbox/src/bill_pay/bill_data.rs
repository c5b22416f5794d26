//! Where the data of a bill comes from: the fetch at the company, and what it finds.

use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::auth::AuthStatus;
use super::bill::{Bill, BillStatus, PaymentOutcome};
use super::ids::BillId;
use super::{Effect, World, pace};
use crate::moment::Moment;

/// What a fetch of the bill will find at the company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BillPlan {
    pub(crate) balance: Amount,
    pub(crate) due: Option<Moment>,
    pub(crate) statement_balance: Option<Amount>,
    pub(crate) full_balance: Option<Amount>,
    pub(crate) wanted: WantedBill,
    pub(crate) outcome: PaymentOutcome,
}

impl BillPlan {
    /// A bill whose status follows from balance and due date.
    pub(crate) fn derived(balance: Amount, due: Option<Moment>, outcome: PaymentOutcome) -> Self {
        let wanted = WantedBill::Derived;
        Self { balance, due, statement_balance: None, full_balance: None, wanted, outcome }
    }

    /// What a fetch finds where nothing has changed at the company.
    fn unchanged(bill: &Bill) -> Self {
        Self {
            balance: bill.balance.unwrap_or_default(),
            due: bill.due,
            statement_balance: bill.statement_balance,
            full_balance: bill.full_balance,
            wanted: WantedBill::Unchanged,
            outcome: bill.outcome,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum WantedBill {
    /// As balance and due date say.
    Derived,
    /// The fetch never ends.
    Syncing,
    /// Paid elsewhere on its due date.
    Paid,
    /// As it was before the fetch: a bill that was paid is still paid.
    Unchanged,
}

impl World {
    /// Fetches the data of a bill again; not while it is being paid.
    pub(super) fn refresh_bill(&mut self, now: Moment, id: &BillId, plan: BillPlan) {
        self.fetch(id, plan, now.plus(pace::BILL_DATA));
    }

    /// Fetches the data of a bill again for whose login credentials were given.
    pub(super) fn refresh_meant_bill(&mut self, now: Moment, id: &BillId, plan: &BillPlan) {
        let Some(bill) = self.bills.find(id) else { return };
        let says_nothing = self.manner.known_bills_stay && plan.wanted == WantedBill::Derived;
        let plan = if says_nothing && bill.arrived.is_some() {
            // One that was to be fetched for ever is so no longer.
            let interrupted = bill.incoming.clone().filter(|plan| plan.wanted != WantedBill::Syncing);
            let known = interrupted.unwrap_or_else(|| BillPlan::unchanged(bill));
            BillPlan { outcome: plan.outcome, ..known }
        } else {
            plan.clone()
        };
        self.refresh_bill(now, id, plan);
    }

    /// Fetches the data of a bill again and finds what is known, or what an interrupted fetch would have found.
    pub(super) fn refresh_known_bill(&mut self, now: Moment, id: &BillId) {
        let Some(bill) = self.bills.find(id) else { return };
        let plan = bill.incoming.clone().unwrap_or_else(|| BillPlan::unchanged(bill));
        self.refresh_bill(now, id, plan);
    }

    /// The bill is `syncing` until `arrives_at`, when its data is there.
    pub(super) fn fetch(&mut self, id: &BillId, plan: BillPlan, arrives_at: Moment) {
        let Some(bill) = self.bills.find_mut(id) else { return };
        if bill.status == BillStatus::Pending {
            return;
        }
        let stays = plan.wanted == WantedBill::Syncing;
        bill.incoming = Some(plan);
        self.bill_becomes(id, BillStatus::Syncing);
        self.stop_timers(id);
        self.unplan_recurring(id);
        if !stays {
            let key = self.schedule.add(arrives_at, Effect::BillDataArrives { bill_id: id.clone() });
            if let Some(bill) = self.bills.find_mut(id) {
                bill.timers.fetch = Some(key);
            }
        }
    }

    /// Has the data of a bill now, if it is being fetched and will arrive.
    pub(super) fn fetch_at_once(&mut self, now: Moment, id: &BillId) {
        let Some(key) = self.bills.find_mut(id).and_then(|bill| bill.timers.fetch.take()) else { return };
        self.schedule.remove(key);
        self.bill_data_arrives(now, id);
    }

    pub(super) fn bill_data_arrives(&mut self, now: Moment, id: &BillId) {
        let Some(bill) = self.bills.find(id) else { return };
        let verified = self.auth(&bill.auth_id).is_some_and(|auth| auth.status == AuthStatus::Verified);
        let Some(bill) = self.bills.find_mut(id) else { return };
        bill.timers.fetch = None;
        // While its auth is not verified a bill is not refreshed; the next good login fetches it again.
        if verified && let Some(plan) = bill.incoming.take() {
            self.take_data(now, id, &plan);
        }
    }

    /// The data of a bill as the company shows it from now on.
    pub(super) fn take_data(&mut self, now: Moment, id: &BillId, plan: &BillPlan) {
        let Some(bill) = self.bills.find_mut(id) else { return };
        let first = bill.arrived.is_none();
        // Only the first aggregation has no balance before it; a bill that was settled had none to pay.
        let before = if first { None } else { Some(bill.balance.unwrap_or_default()) };
        let due_before = bill.due;
        let is_new = bill.balance.is_none() || bill.due != plan.due;
        if is_new {
            bill.arrived = Some(now);
            bill.skip_recurring = false;
        }
        bill.outcome = plan.outcome;
        if plan.wanted == WantedBill::Paid || plan.balance.is_zero() {
            self.nothing_is_due(now, id, plan);
        } else {
            (bill.balance, bill.due) = (Some(plan.balance), plan.due);
            (bill.statement_balance, bill.full_balance) = (plan.statement_balance, plan.full_balance);
            self.forget_excessive_choice(id);
            self.owe(now, id);
        }
        let balance = self.bills.find(id).and_then(|bill| bill.balance).unwrap_or_default();
        if before.unwrap_or_default() != balance {
            self.emit_bill_update(now, id, before, balance);
        }
        if !balance.is_zero() {
            self.notice_moved_due_date(now, id, due_before);
            self.watch_due_date(now, id);
            self.plan_recurring_payment(now, id);
        }
    }

    fn nothing_is_due(&mut self, now: Moment, id: &BillId, plan: &BillPlan) {
        // A payment that was still planned is cancelled while its amount is known.
        self.cancel_by_system(now, id);
        let Some(bill) = self.bills.find_mut(id) else { return };
        bill.arrived = Some(now);
        bill.settle_balances();
        let paid = match plan.wanted {
            WantedBill::Paid => {
                bill.last_paid_amount = Some(plan.balance);
                bill.last_paid_on = plan.due;
                true
            }
            WantedBill::Unchanged => bill.last_paid_on.is_some(),
            _ => false,
        };
        self.bill_becomes(id, if paid { BillStatus::Paid } else { BillStatus::ZeroBalance });
    }
}
