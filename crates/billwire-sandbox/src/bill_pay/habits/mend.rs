//! What people do about what went wrong, and about cards that get old.

use super::super::{AuthStatus, BillId, BillStatus, ClientId, HoldCode, MethodKind, World};
use super::{Actor, Habit};
use crate::bill_pay::population::{Dice, Person};
use crate::moment::Moment;

impl World {
    pub(super) fn look_after(&mut self, now: Moment, actor: &Actor, number: u8) {
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
    pub(super) fn mend_declined(
        &mut self,
        now: Moment,
        actor: &Actor,
        bill_id: &BillId,
        client_id: &ClientId,
        dice: &mut Dice,
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
        let spare = Person::spare_method(kind == MethodKind::Card);
        let assigned = self.bill(bill_id).is_some_and(|bill| bill.assigned_method.is_some());
        let added = self.add_method(now, actor, client_id, spare, !assigned);
        if let Some(added) = added.filter(|_| assigned) {
            drop(self.assign_payment_method(now, &added, bill_id));
        }
    }

    pub(super) fn pay_overdue(&mut self, now: Moment, actor: &Actor, bill_id: &BillId, client_id: &ClientId) {
        if self.usable_method(bill_id).is_none() {
            self.add_method(now, actor, client_id, Person::spare_method(true), true);
        }
        drop(self.schedule_payment(now, bill_id, None));
    }

    /// The old method goes when it may: not within a day of a payment with it.
    pub(super) fn replace_method(&mut self, now: Moment, actor: &Actor, attempt: u8) {
        let Some(client) = self.clients.find_named(&actor.known.identifier) else { return };
        let client_id = client.id.clone();
        let Some(old) = client.payment_methods.first().cloned() else { return };
        if attempt == 0 {
            let wants_card = !actor.person.methods().first().is_some_and(|method| method.is_card());
            self.add_method(now, actor, &client_id, Person::spare_method(wants_card), true);
        }
        if self.delete_payment_method(now, &old).is_err() && attempt < 3 {
            self.expect(now.plus_days(1), actor.number, Habit::ReplaceMethod { attempt: attempt + 1 });
        }
    }
}
