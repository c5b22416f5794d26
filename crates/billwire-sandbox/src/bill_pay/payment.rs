//! Payments: planned, running, applied or declined. Exactly one ledger entry per applied payment.

use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::auth::AuthStatus;
use super::bill::{BillStatus, PaymentOutcome};
use super::ids::{BillId, PaymentMethodId};
use super::{Bill, Effect, News, World, pace};
use crate::api_error::ApiError;
use crate::moment::Moment;
use crate::schedule::EntryKey;

/// A payment that will start by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Planned {
    /// What the partner is told; it may lie in the past although the payment starts now.
    pub(crate) pay_date: Moment,
    pub(crate) by: PlannedBy,
    pub(super) entry: EntryKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PlannedBy {
    /// `POST /payment/schedule`.
    Client,
    /// The bill's own settings.
    Recurring,
}

impl Planned {
    pub(crate) fn was_asked_for(&self) -> bool {
        self.by == PlannedBy::Client
    }
}

/// A payment on its way; it cannot be cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Running {
    pub(crate) pay_date: Moment,
    pub(crate) method_id: PaymentMethodId,
    pub(crate) amount: Amount,
    pub(crate) surcharge: Option<Surcharge>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Surcharge {
    pub(crate) kind: SurchargeKind,
    pub(crate) fee: Amount,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SurchargeKind {
    Credit,
    Debit,
    Ach,
}

impl SurchargeKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Debit => "debit",
            Self::Ach => "ach",
        }
    }
}

impl World {
    /// Schedules the payment of a bill for a day, or starts it at once. Replaces what was planned before.
    ///
    /// Source: Q2 Biller Direct description, sections 4.4.7 and 12.5.
    pub(crate) fn schedule_payment(
        &mut self,
        now: Moment,
        bill_id: &BillId,
        date: Option<Moment>,
    ) -> Result<(), ApiError> {
        let bill = self.bill_in_body(bill_id)?;
        self.check_payable(bill)?;
        if let Some(date) = date
            && date.day() < now.day()
        {
            return Err(ApiError::bad_request(format!(
                "The payDate lies in the past: it is {} here. Give today or a later day, or none to pay at once.",
                now.day()
            )));
        }
        self.unplan(bill_id);
        let pay_date = date.unwrap_or(now);
        self.emit_payment_scheduled(now, bill_id, pay_date);
        if date.is_none() {
            self.start(now, bill_id, pay_date);
        } else {
            self.plan(now, bill_id, pay_date, PlannedBy::Client);
        }
        Ok(())
    }

    /// Takes back the next payment of a bill, as long as it has not started.
    ///
    /// An automatic payment counts as scheduled if there is a method that would pay it.
    ///
    /// Source: Q2 Biller Direct description, sections 4.4.8 and 12.5.
    pub(crate) fn cancel_payment(&mut self, now: Moment, bill_id: &BillId) -> Result<(), ApiError> {
        let bill = self.bill_in_body(bill_id)?;
        if bill.status == BillStatus::Pending {
            return Err(ApiError::bad_request("The payment is being made and cannot be cancelled any more."));
        }
        let would_pay = bill
            .planned
            .as_ref()
            .is_some_and(|planned| planned.was_asked_for() || self.usable_method(bill_id).is_some());
        if !would_pay {
            return Err(ApiError::bad_request("No payment of this bill is scheduled."));
        }
        self.cancel(now, bill_id, "client");
        Ok(())
    }

    /// Pays a bill for a client who is there and has just logged in.
    ///
    /// Source: Q2 Biller Direct description, section 12.5, `userPresenceRequired`.
    pub(super) fn pay_in_presence(&mut self, now: Moment, bill_id: &BillId, method_id: &PaymentMethodId) {
        let payable = self.bill(bill_id).is_some_and(|bill| {
            matches!(bill.status, BillStatus::Upcoming | BillStatus::Overdue | BillStatus::PaymentRequired)
        });
        let usable = self.payment_method(method_id).is_some_and(super::PaymentMethod::is_usable);
        if !payable || !usable {
            return;
        }
        self.assign(method_id, bill_id);
        self.owe(now, bill_id);
        self.unplan(bill_id);
        self.emit_payment_scheduled(now, bill_id, now);
        self.start(now, bill_id, now);
    }

    /// Plans the automatic payment anew after anything it depends on has changed.
    pub(super) fn plan_recurring_payment(&mut self, now: Moment, id: &BillId) {
        self.unplan_recurring(id);
        let Some(bill) = self.bill(id) else { return };
        let presence = self.company(&bill.company_id).is_none_or(|company| company.user_presence_required);
        let wanted = bill.recurring && !bill.skip_recurring && bill.planned.is_none() && !presence;
        if let Some(pay_date) = bill.recurring_pay_date()
            && wanted
            && bill.status == BillStatus::Upcoming
        {
            self.plan(now, id, pay_date, PlannedBy::Recurring);
        }
    }

    /// Takes the automatic payment out of the plan; one the client asked for stays.
    pub(super) fn unplan_recurring(&mut self, id: &BillId) {
        let automatic = self
            .bill(id)
            .and_then(|bill| bill.planned.as_ref())
            .is_some_and(|planned| !planned.was_asked_for());
        if automatic {
            self.unplan(id);
        }
    }

    /// Cancels a payment the client asked for because the service cannot make it; says so in an event.
    pub(super) fn cancel_by_system(&mut self, now: Moment, id: &BillId) {
        match self.bill(id).and_then(|bill| bill.planned.as_ref()) {
            Some(planned) if planned.was_asked_for() => self.cancel(now, id, "system"),
            _ => self.unplan_recurring(id),
        }
    }

    pub(super) fn payment_starts(&mut self, now: Moment, id: &BillId) {
        let Some(bill) = self.bill(id) else { return };
        let Some(planned) = bill.planned.clone() else { return };
        let verified = self.auth(&bill.auth_id).is_some_and(|auth| auth.status == AuthStatus::Verified);
        let payable = matches!(bill.status, BillStatus::Upcoming | BillStatus::Overdue);
        if verified && payable && self.usable_method(id).is_some() {
            self.unplan(id);
            self.start(now, id, planned.pay_date);
        } else {
            self.cancel_by_system(now, id);
        }
    }

    pub(super) fn payment_finishes(&mut self, now: Moment, id: &BillId) {
        let Some(bill) = self.bills.find_mut(id) else { return };
        let Some(running) = bill.running.take() else { return };
        let bill_declines = bill.outcome != PaymentOutcome::AsMethod;
        if bill.outcome == PaymentOutcome::DeclineOnce {
            bill.outcome = PaymentOutcome::AsMethod;
        }
        let accept_expired = self.rules.accept_expired_cards;
        let method_declines = self
            .payment_method(&running.method_id)
            .is_none_or(|method| method.declines_at(now, accept_expired));
        if bill_declines || method_declines {
            self.emit_payment_failed(now, id, &running);
            self.bill_becomes(id, BillStatus::PaymentDeclined);
            self.payment_failed(now, &running.method_id);
        } else {
            self.settle(now, id, &running);
            self.payment_succeeded(now, &running.method_id);
            self.emit_payment_sent(now, id, &running);
        }
    }

    fn check_payable(&self, bill: &Bill) -> Result<(), ApiError> {
        let refuse = |message: &str| Err(ApiError::bad_request(message));
        if self.company(&bill.company_id).is_none_or(|company| company.user_presence_required) {
            return refuse(
                "The company requires the user to be present: pay with POST /auth and the item \"payment\".",
            );
        }
        match bill.status {
            BillStatus::Upcoming | BillStatus::Overdue => {}
            BillStatus::PaymentRequired => {
                return refuse("Assign a payment method of the kind the company requires first.");
            }
            BillStatus::PaymentDeclined => {
                return refuse("The payment method was declined; link or assign another one first.");
            }
            BillStatus::Pending => return refuse("The bill is being paid."),
            BillStatus::Paid => return refuse("The bill is paid."),
            BillStatus::ZeroBalance => return refuse("The bill has no balance."),
            BillStatus::Syncing => {
                return refuse("The bill's data is still being fetched; wait for bill.update.");
            }
        }
        if self.auth(&bill.auth_id).is_none_or(|auth| auth.status != AuthStatus::Verified) {
            return refuse("The login of this bill is not verified; authenticate again first.");
        }
        if self.usable_method(&bill.id).is_none() {
            return refuse("There is no payment method in working order for this bill; add one first.");
        }
        Ok(())
    }

    fn plan(&mut self, now: Moment, id: &BillId, pay_date: Moment, by: PlannedBy) {
        let entry = self.schedule.add(pay_date.max(now), Effect::PaymentStarts { bill_id: id.clone() });
        if let Some(bill) = self.bills.find_mut(id) {
            bill.planned = Some(Planned { pay_date, by, entry });
        }
    }

    fn unplan(&mut self, id: &BillId) {
        if let Some(planned) = self.bills.find_mut(id).and_then(|bill| bill.planned.take()) {
            self.schedule.remove(planned.entry);
        }
    }

    fn cancel(&mut self, now: Moment, id: &BillId, trigger: &'static str) {
        self.emit_payment_cancelled(now, id, trigger);
        self.unplan(id);
        if let Some(bill) = self.bills.find_mut(id) {
            bill.skip_recurring = true;
        }
    }

    /// The bill is `pending` from here on, until the outcome is known.
    fn start(&mut self, now: Moment, id: &BillId, pay_date: Moment) {
        let Some(method_id) = self.usable_method(id).map(|method| method.id.clone()) else { return };
        self.start_with(now, id, pay_date, &method_id);
    }

    /// Starts with a given method, even a declined one that is retried.
    pub(super) fn start_with(
        &mut self,
        now: Moment,
        id: &BillId,
        pay_date: Moment,
        method_id: &PaymentMethodId,
    ) {
        let Some(running) = self.prepare(id, pay_date, method_id) else { return };
        let Some(bill) = self.bills.find_mut(id) else { return };
        bill.running = Some(running);
        self.bill_becomes(id, BillStatus::Pending);
        self.schedule.add(now.plus(pace::PAYMENT), Effect::PaymentFinishes { bill_id: id.clone() });
    }

    fn prepare(&self, id: &BillId, pay_date: Moment, method_id: &PaymentMethodId) -> Option<Running> {
        let bill = self.bill(id)?;
        let method = self.payment_method(method_id)?;
        let amount = bill.amount_to_pay()?;
        let surcharge = self.company(&bill.company_id)?.surcharge(amount, method);
        let surcharge = surcharge.or_else(|| self.wanted_surcharge(method));
        Some(Running { pay_date, method_id: method.id.clone(), amount, surcharge })
    }

    fn emit_payment_scheduled(&mut self, now: Moment, id: &BillId, pay_date: Moment) {
        let Some(method_id) = self.usable_method(id).map(|method| method.id.clone()) else { return };
        let Some(running) = self.prepare(id, pay_date, &method_id) else { return };
        self.tell(now, &News::PaymentScheduled { bill: id, payment: &running });
    }

    fn emit_payment_sent(&mut self, now: Moment, id: &BillId, running: &Running) {
        self.tell(now, &News::PaymentSent { bill: id, payment: running });
    }

    fn emit_payment_failed(&mut self, now: Moment, id: &BillId, running: &Running) {
        self.tell(now, &News::PaymentFailed { bill: id, payment: running });
    }

    fn emit_payment_cancelled(&mut self, now: Moment, id: &BillId, trigger: &'static str) {
        self.tell(now, &News::PaymentCancelled { bill: id, trigger });
    }
}
