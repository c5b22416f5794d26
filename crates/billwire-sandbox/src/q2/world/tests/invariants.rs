//! What holds in every world, however it came about.

use std::collections::{BTreeMap, BTreeSet};

use super::super::swap::SwapStatus;
use super::super::*;
use super::Walk;

impl Walk {
    pub(super) fn check(&self) {
        self.money_is_conserved();
        self.payments_are_planned_once();
        self.methods_agree();
        self.auths_are_legal();
        self.swaps_are_legal();
        self.events_are_unique_and_ordered();
        self.bills_move_along_the_arrows();
    }

    fn bills_move_along_the_arrows(&self) {
        for moved in &self.world.bill_moves {
            assert!(is_bill_arrow(moved.from, moved.to), "{moved:?}");
            let starts = moved.to == BillStatus::Pending;
            assert!(!starts || moved.auth == Some(AuthStatus::Verified), "paid without a login: {moved:?}");
        }
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
            let runs = swap.status == SwapStatus::InProgress;
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

/// Source: Q2 Biller Direct description, section 12.3 "Bill". Beyond its table: a method that was required and goes is
/// required again.
fn is_bill_arrow(from: BillStatus, to: BillStatus) -> bool {
    use BillStatus::{
        Overdue, Paid, PaymentDeclined, PaymentRequired, Pending, Syncing, Upcoming, ZeroBalance,
    };
    let allowed: &[BillStatus] = match from {
        Syncing => &[ZeroBalance, Upcoming, Overdue, Paid, PaymentRequired, Syncing],
        ZeroBalance | Paid => &[Upcoming, Syncing],
        Upcoming => &[Overdue, Pending, PaymentRequired, Syncing],
        Overdue => &[Pending, PaymentRequired, Syncing],
        Pending => &[Paid, PaymentDeclined],
        PaymentDeclined | PaymentRequired => &[Upcoming, Overdue, Syncing],
    };
    from == to || allowed.contains(&to)
}
