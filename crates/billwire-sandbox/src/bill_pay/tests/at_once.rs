//! The steps that are other ones where the caller of a login waits.

use super::super::*;
use super::Wrong;
use super::action::{Action, What};
use super::perform::asked;
use super::walk::{Done, Walk};

/// The user names, in the order in which the inputs of the other API are numbered; the last one is nobody's.
const NAMES: [&str; 8] = [
    "test",
    "testmfaquestions",
    "testmfacode",
    "testhold",
    "testpaid",
    "testsyncing",
    "testpaymentfail",
    "nobody",
];

impl Walk {
    /// What is done differently, if anything is; what this version does not have is refused.
    pub(super) fn perform_at_once(&mut self, action: &Action) -> Option<Result<Done, Wrong>> {
        Some(match *action {
            Action::Login { client, company, inputs, what } => {
                let items = if what == What::Swap { Vec::new() } else { vec![AuthItem::Bill] };
                self.log_in_at_once(client, company, items, NAMES[inputs % NAMES.len()], "test")
            }
            Action::Legacy { client, company, name } => {
                self.log_in_at_once(client, company, vec![AuthItem::Bill], NAMES[name % NAMES.len()], "x")
            }
            // Nobody asks for a code once more.
            Action::Answer { challenge, right, .. } => {
                let asked_of: Vec<AuthId> = self.world.auths.iter().map(|auth| auth.id.clone()).collect();
                self.answer(challenge, right, false).and_then(|done| {
                    asked_of.iter().try_for_each(|id| self.is_answered_at_once(id)).map(|()| done)
                })
            }
            Action::FixHold { auth } => {
                let id = self.auth(auth);
                let fixed = self.world.fix_hold(self.now, &id);
                self.is_answered_at_once(&id).and_then(|()| asked(fixed))
            }
            // Nothing cancels a payment; it is a default that is set instead.
            Action::Cancel { bill: method } => {
                let id = self.method(method);
                let set = self.world.set_default_payment_method(self.now, &id);
                let is_default = self.world.payment_method(&id).is_some_and(|method| method.is_default);
                match (set.is_ok(), is_default) {
                    (true, false) => Err(format!("{id} did not become the default")),
                    _ => asked(set),
                }
            }
            Action::Rules { accept_expired, switches, .. } => {
                self.world.rules = Rules::default().with_accept_expired_cards(accept_expired);
                self.world.card_surcharge = switches.then(|| Amount::from_cents(250));
                Ok(Done::Accepted)
            }
            Action::Refresh { finds: 1 | 2, .. }
            | Action::AnswerLater { .. }
            | Action::Revoke { .. }
            | Action::Sync { .. }
            | Action::EndSwap { .. }
            | Action::Choose { .. } => Ok(Done::Refused),
            _ => return None,
        })
    }

    fn log_in_at_once(
        &mut self,
        client: usize,
        company: usize,
        items: Vec<AuthItem>,
        user_name: &str,
        password: &str,
    ) -> Result<Done, Wrong> {
        let form = [("username", user_name), ("password", password)];
        let new = NewAuth {
            client_id: self.client(client),
            company_id: self.company(company),
            items,
            payment_method_id: None,
            bill_id: None,
            swap_id: None,
            form: form.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        };
        let made = self.world.create_auth(self.now, &new);
        if let Ok(id) = &made {
            self.is_answered_at_once(id)?;
        }
        asked(made)
    }

    /// Brings a login to its end, after which nothing of it goes on by itself.
    fn is_answered_at_once(&mut self, id: &AuthId) -> Result<(), Wrong> {
        self.world.answer_at_once(self.now, id);
        let Some(auth) = self.world.auth(id) else { return Ok(()) };
        if auth.run.as_ref().is_some_and(|run| run.challenge().is_none()) {
            return Err(format!("{id} is still being checked"));
        }
        let fetches = |bill: &Bill| bill.timers.fetch.is_some();
        if auth.bills.iter().filter_map(|bill| self.world.bill(bill)).any(fetches) {
            return Err(format!("a bill of {id} is still being fetched"));
        }
        Ok(())
    }
}
