//! What holds in every world, however it came about.

use std::collections::{BTreeMap, BTreeSet};

use super::super::swap::SwapStatus;
use super::super::validation::{Run, Stage};
use super::super::*;
use super::Wrong;
use super::walk::{Walk, invariant_history};

macro_rules! holds {
    ($condition:expr, $($what:tt)+) => {
        if !$condition {
            return Err(format!($($what)+));
        }
    };
}

impl Walk {
    pub(super) fn everything_holds(&self) -> Result<(), Wrong> {
        self.money_is_conserved()?;
        for bill in self.world.bills.iter() {
            self.bill_holds(bill)
                .map_err(|wrong| format!("bill {} ({:?}): {wrong}", bill.id, bill.status))?;
        }
        self.methods_agree()?;
        self.auths_hold()?;
        self.swaps_hold()?;
        self.schedule_refers_to_what_exists()?;
        self.ids_are_unique()
    }

    /// Ledger, histories and events tell of the same money; surcharges are apart.
    fn money_is_conserved(&self) -> Result<(), Wrong> {
        let entries = self.world.ledger.entries();
        let mut by_bill: BTreeMap<String, Vec<(Amount, Moment)>> = BTreeMap::new();
        for (entry, sequence) in entries.iter().zip(1..) {
            holds!(entry.sequence == sequence && !entry.amount.is_zero(), "{entry:?}");
            by_bill.entry(entry.bill_id.clone()).or_default().push((entry.amount, entry.at));
        }
        let histories = self.world.bills.iter().map(invariant_history).chain(self.gone.clone());
        for (bill, history) in histories {
            holds!(
                by_bill.remove(&bill).unwrap_or_default() == history,
                "ledger and history of {bill} differ"
            );
        }
        holds!(by_bill.is_empty(), "payments of no bill: {by_bill:?}");
        let moved: Amount = entries.iter().map(|entry| entry.amount).sum();
        holds!(moved == self.told, "{moved} moved, {} told", self.told);
        Ok(())
    }

    fn bill_holds(&self, bill: &Bill) -> Result<(), Wrong> {
        let status = bill.status;
        holds!(bill.running.is_some() == (status == BillStatus::Pending), "running: {:?}", bill.running);
        holds!(bill.planned.is_none() || bill.running.is_none(), "two payments");
        let owes = !matches!(status, BillStatus::Paid | BillStatus::ZeroBalance | BillStatus::Syncing);
        holds!(!owes || bill.balance.is_some_and(|balance| !balance.is_zero()), "owes nothing");
        if matches!(status, BillStatus::Paid | BillStatus::ZeroBalance) {
            holds!((bill.balance, bill.due, bill.pay_date()) == (None, None, None), "owes something");
            holds!(bill.planned.is_none(), "pays what is not owed");
        }
        let company = self.world.company(&bill.company_id).ok_or("no company")?;
        let limited = !company.custom_payment_amount.is_some_and(|option| option.can_exceed_balance);
        holds!(!limited || bill.custom_payment_amount <= bill.balance, "more than the balance was chosen");
        if let Some(running) = &bill.running {
            holds!(Some(running.amount) == bill.amount_to_pay(), "pays {running:?}");
        }
        if let Some(fixed) = company.schedule {
            holds!(bill.pay_schedule == fixed && bill.recurring, "the company fixes the schedule");
        }
        let presence = company.user_presence_required;
        holds!(!presence || (bill.planned.is_none() && !bill.recurring), "a payment without the user");
        let needs = company.required_payment.is_some() && bill.assigned_method.is_none();
        let owed = matches!(status, BillStatus::Upcoming | BillStatus::Overdue);
        holds!(!(needs && owed), "no method of the required kind is assigned");
        holds!(status != BillStatus::PaymentRequired || needs, "a method is assigned already");
        let auth = self.world.auth(&bill.auth_id).ok_or("no auth")?;
        let asked_for = bill.planned.as_ref().is_some_and(payment::Planned::was_asked_for);
        holds!(
            !asked_for || auth.status != AuthStatus::Hold,
            "a payment is planned while the login is on hold"
        );
        holds!(auth.bills.contains(&bill.id) && auth.client_id == bill.client_id, "not a bill of its auth");
        Ok(())
    }

    fn methods_agree(&self) -> Result<(), Wrong> {
        for client in self.world.clients.iter() {
            let methods = self.world.payment_methods_of(client);
            let defaults = methods.iter().filter(|method| method.is_default).count();
            holds!(defaults <= 1, "{defaults} defaults of {}", client.id);
        }
        for method in self.world.payment_methods.iter() {
            let id = &method.id;
            holds!(method.failures_in_a_row < 3 || method.removed, "{id} has had three strikes");
            let unused = !method.is_default && method.assigned_bills.is_empty();
            holds!(!method.removed || unused, "{id} is gone and in use");
            for bill_id in &method.assigned_bills {
                let bill = self.world.bill(bill_id);
                let agrees = bill.is_some_and(|bill| bill.assigned_method.as_ref() == Some(id));
                holds!(agrees, "{id} is assigned to {bill_id}, which knows nothing of it");
            }
        }
        for bill in self.world.bills.iter() {
            let Some(id) = &bill.assigned_method else { continue };
            let method = self.world.payment_method(id).ok_or("an assigned method is gone")?;
            let times = method.assigned_bills.iter().filter(|assigned| **assigned == bill.id).count();
            holds!(times == 1 && method.client_id == bill.client_id, "{} has {id} {times} times", bill.id);
            let required = self.world.company(&bill.company_id).and_then(|company| company.required_payment);
            holds!(required.is_none_or(|kind| kind == method.kind()), "{} has the wrong kind", bill.id);
        }
        Ok(())
    }

    fn auths_hold(&self) -> Result<(), Wrong> {
        let mut seen = BTreeSet::new();
        for auth in self.world.auths.iter() {
            let (id, status) = (&auth.id, auth.status);
            holds!(seen.insert((&auth.client_id, &auth.company_id)), "{id}: two logins at one company");
            holds!(auth.hold.is_some() == (status == AuthStatus::Hold), "{id}: {status:?}, {:?}", auth.hold);
            holds!(
                status != AuthStatus::Hold || auth.unfinished.is_some() || auth.run.is_some(),
                "{id}: for ever"
            );
            let challenged = auth.run.as_ref().is_some_and(|run| run.challenge().is_some());
            holds!(!challenged || status == AuthStatus::MfaRequired, "{id}: asked while {status:?}");
            holds!(status != AuthStatus::Validating || auth.run.is_some(), "{id}: it never ends");
            holds!(status != AuthStatus::MfaRequired || auth.run.is_some(), "{id}: nobody is asked");
            let listed = self.world.client(&auth.client_id).is_some_and(|client| client.auths.contains(id));
            holds!(listed, "{id}: its client does not know it");
        }
        Ok(())
    }

    fn swaps_hold(&self) -> Result<(), Wrong> {
        for swap in self.world.swaps.iter() {
            let auth = self.world.auth(&swap.auth_id).ok_or("a swap of no auth")?;
            holds!(auth.swap.as_ref() == Some(&swap.id), "two swaps of {}", auth.id);
            holds!(auth.client_id == swap.client_id, "a swap of another client");
            let held = swap.status == SwapStatus::Hold;
            holds!(!held || auth.status != AuthStatus::Verified, "{} is held without a reason", swap.id);
        }
        let known = self.world.auths.iter().filter(|auth| auth.swap.is_some()).count();
        holds!(known == self.world.swaps.iter().count(), "an auth of no swap");
        Ok(())
    }

    /// Whatever will happen happens to something that expects it, and happens once.
    fn schedule_refers_to_what_exists(&self) -> Result<(), Wrong> {
        let world = &self.world;
        let mut seen = BTreeSet::new();
        for effect in world.schedule.effects() {
            let of_bill = |id: &BillId, expects: &dyn Fn(&Bill) -> bool| world.bill(id).is_some_and(expects);
            let of_run = |id: &AuthId, expects: &dyn Fn(&Run) -> bool| {
                world.auth(id).and_then(|auth| auth.run.as_ref()).is_some_and(expects)
            };
            let expected = match effect {
                // People may do what has become needless, and decide the same twice.
                Effect::Habit { .. } => continue,
                Effect::ContinueValidation { auth_id } => {
                    of_run(auth_id, &|run| matches!(run.stage, Stage::Checking { .. }))
                }
                Effect::ChallengeTimesOut { auth_id } => of_run(auth_id, &|run| run.challenge().is_some()),
                Effect::BillDataArrives { bill_id } => of_bill(bill_id, &|bill| {
                    bill.status == BillStatus::Syncing && bill.incoming.as_ref().is_some_and(ends)
                }),
                Effect::BillComesUp { bill_id } | Effect::BillFallsOverdue { bill_id } => {
                    of_bill(bill_id, &|bill| bill.due.is_some())
                }
                Effect::PaymentStarts { bill_id } => of_bill(bill_id, &|bill| bill.planned.is_some()),
                Effect::PaymentFinishes { bill_id } => of_bill(bill_id, &|bill| bill.running.is_some()),
                Effect::SwapFinishes { swap_id } => {
                    world.swap(swap_id).is_some_and(|swap| swap.status == SwapStatus::InProgress)
                }
                Effect::TokenIsForgotten { token_id } => world.tokens.find(token_id).is_some(),
            };
            holds!(expected, "nobody expects {effect:?}");
            holds!(seen.insert(format!("{effect:?}")), "twice: {effect:?}");
        }
        let will = |effect: Effect| seen.contains(&format!("{effect:?}"));
        for bill in world.bills.iter() {
            let id = || bill.id.clone();
            let starts = will(Effect::PaymentStarts { bill_id: id() });
            let finishes = will(Effect::PaymentFinishes { bill_id: id() });
            holds!(starts == bill.planned.is_some(), "the payment of {} does not start", bill.id);
            holds!(finishes == bill.running.is_some(), "the payment of {} does not finish", bill.id);
        }
        Ok(())
    }

    fn ids_are_unique(&self) -> Result<(), Wrong> {
        let world = &self.world;
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let ids = (world.clients.iter().map(|row| row.id.as_str()))
            .chain(world.auths.iter().map(|row| row.id.as_str()))
            .chain(world.bills.iter().map(|row| row.id.as_str()))
            .chain(world.payment_methods.iter().map(|row| row.id.as_str()))
            .chain(world.swaps.iter().map(|row| row.id.as_str()))
            .chain(world.tokens.iter().flat_map(|row| [row.id.as_str(), row.text.as_str()]))
            .chain(world.companies.all().iter().map(|row| row.id.as_str()));
        for id in ids {
            holds!(seen.insert(id), "two things have the id {id}");
        }
        let identifiers: BTreeSet<&str> = world.clients.iter().map(|row| row.identifier.as_str()).collect();
        holds!(identifiers.len() == world.clients.iter().count(), "two clients of one identifier");
        Ok(())
    }
}

fn ends(plan: &BillPlan) -> bool {
    plan.wanted != WantedBill::Syncing
}
