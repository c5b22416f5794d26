//! A world, its time, and all it has told; carries out the steps and judges what each one changed.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::SignedDuration;
use serde_json::Value;

use super::super::payment_method::MethodStatus;
use super::super::*;
use super::action::{Action, What};
use super::arrows::Of;
use super::states::{States, count};
use super::{Totals, Wrong};
use crate::bill_pay::population::Population;
use crate::seed::Seed;

/// The place of something that does not exist.
pub(super) const NOTHING: usize = 40;
/// The whole world is judged every so many steps, and at the end.
const JUDGED_EVERY: usize = 25;
/// So much time passes at the end of a stage, so that everything that was begun comes to its end.
const AFTERWARDS: SignedDuration = SignedDuration::from_hours(24 * 100);

/// Which API shows the world that is walked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// What was begun goes on by itself, and events tell of it.
    Q2,
    /// The caller of a login waits for its end.
    Unbill,
}

impl Way {
    fn manner(self) -> &'static Manner {
        match self {
            Self::Q2 => &crate::q2::manner::MANNER,
            Self::Unbill => &crate::unbill::manner::MANNER,
        }
    }

    fn of_auth(self) -> Of {
        match self {
            Self::Q2 => Of::Auth,
            Self::Unbill => Of::AuthAtOnce,
        }
    }
}

pub(super) struct Walk {
    pub(super) way: Way,
    pub(super) world: World,
    pub(super) now: Moment,
    states: States,
    /// Everything that was ever there, and the client it belongs to.
    pub(super) owners: BTreeMap<String, ClientId>,
    event_ids: BTreeSet<String>,
    last_event: Option<Moment>,
    /// The logins that the partner knows: they were verified or on hold, and were not deleted.
    pub(super) known_logins: BTreeSet<AuthId>,
    /// What the events said was sent.
    pub(super) told: Amount,
    judged_entries: usize,
    /// The histories of bills that are gone with their login.
    pub(super) gone: BTreeMap<String, Vec<(Amount, Moment)>>,
    pub(super) tokens: Vec<String>,
}

/// Whether the world did what was asked.
pub(super) enum Done {
    Accepted,
    Refused,
}

impl Walk {
    fn new(way: Way) -> Self {
        Self {
            way,
            world: World::new(way.manner(), Seed::new(1)),
            now: "2026-03-02T12:00:00Z".parse().expect("an instant"),
            states: States::default(),
            owners: BTreeMap::new(),
            event_ids: BTreeSet::new(),
            known_logins: BTreeSet::new(),
            last_event: None,
            told: Amount::ZERO,
            judged_entries: 0,
            gone: BTreeMap::new(),
            tokens: Vec::new(),
        }
    }

    /// Lets a population live for so many weeks, and judges it after each.
    pub(super) fn of_population(
        population: Population,
        weeks: u32,
        totals: &mut Totals,
    ) -> Result<Self, Wrong> {
        let mut walk = Self::new(Way::Q2);
        walk.world.populate(walk.now, population);
        // The customers joined before: the clock of the walk goes with what happens.
        walk.catch_up(walk.now, totals)?;
        for week in 1..=weeks {
            let until = walk.now.plus_days(7);
            walk.catch_up(until, totals).map_err(|wrong| format!("week {week}: {wrong}"))?;
            walk.everything_holds().map_err(|wrong| format!("after week {week}: {wrong}"))?;
        }
        Ok(walk)
    }

    fn catch_up(&mut self, until: Moment, totals: &mut Totals) -> Result<(), Wrong> {
        while let Some((at, _)) = self.world.run_next(until) {
            self.now = at;
            self.judge(totals)?;
        }
        self.now = until;
        Ok(())
    }

    /// Goes through a stage in a new world.
    pub(super) fn through(way: Way, actions: &[Action], totals: &mut Totals) -> Result<(), Wrong> {
        Self::go(way, actions, totals, JUDGED_EVERY)
    }

    /// The same, judging the whole world after every step, so that the guilty one is known.
    pub(super) fn carefully_through(way: Way, actions: &[Action], totals: &mut Totals) -> Result<(), Wrong> {
        Self::go(way, actions, totals, 1)
    }

    fn go(way: Way, actions: &[Action], totals: &mut Totals, judged_every: usize) -> Result<(), Wrong> {
        let mut walk = Self::new(way);
        for action in &beginning() {
            walk.step(action, &mut Totals::default())?;
        }
        for (place, action) in actions.iter().enumerate() {
            walk.step(action, totals).map_err(|wrong| format!("step {place}, {action:?}: {wrong}"))?;
            if place % judged_every == 0 {
                walk.everything_holds().map_err(|wrong| format!("after step {place}: {wrong}"))?;
            }
        }
        let end = Action::Wait { seconds: AFTERWARDS.as_secs() };
        walk.step(&end, &mut Totals::default()).map_err(|wrong| format!("at the end: {wrong}"))?;
        walk.everything_holds().map_err(|wrong| format!("at the end: {wrong}"))?;
        totals.payments += walk.world.ledger.entries().len();
        Ok(())
    }

    fn step(&mut self, action: &Action, totals: &mut Totals) -> Result<(), Wrong> {
        let done = catch_unwind(AssertUnwindSafe(|| self.perform(action, totals)))
            .map_err(|_| "the world panicked".to_owned())??;
        self.judge(totals)?;
        totals.steps += 1;
        let (accepted, refused) = totals.kinds.entry(action.kind()).or_default();
        match done {
            Done::Accepted => *accepted += 1,
            Done::Refused => {
                *refused += 1;
                totals.refused += 1;
            }
        }
        Ok(())
    }

    /// Judges what has changed since the last time: arrows, money and events.
    pub(super) fn judge(&mut self, totals: &mut Totals) -> Result<(), Wrong> {
        self.bills_moved_along_the_arrows(totals)?;
        self.the_rest_moved_along_the_arrows(totals)?;
        self.known_logins_stay()?;
        self.events_are_in_order(totals)
    }

    fn bills_moved_along_the_arrows(&mut self, totals: &mut Totals) -> Result<(), Wrong> {
        for moved in std::mem::take(&mut self.world.bill_moves) {
            if moved.to == BillStatus::Pending && moved.auth != Some(AuthStatus::Verified) {
                return Err(format!("paid without a verified login: {moved:?}"));
            }
            count(totals, Of::Bill, moved.bill.as_str(), moved.from.as_str(), moved.to.as_str())?;
        }
        Ok(())
    }

    fn the_rest_moved_along_the_arrows(&mut self, totals: &mut Totals) -> Result<(), Wrong> {
        let Self { way, world, states, owners, .. } = self;
        let mut own = |id: &str, client: &ClientId| {
            if !owners.contains_key(id) {
                owners.insert(id.to_owned(), client.clone());
            }
        };
        states.look_again();
        for auth in world.auths.iter() {
            own(auth.id.as_str(), &auth.client_id);
            states.see(totals, way.of_auth(), auth.id.as_str(), state_of_auth(auth))?;
        }
        for swap in world.swaps.iter() {
            own(swap.id.as_str(), &swap.client_id);
            states.see(totals, Of::Swap, swap.id.as_str(), swap.status.as_str())?;
        }
        for method in world.payment_methods.iter().filter(|method| !method.removed) {
            let state = if method.status == MethodStatus::Verified { "verified" } else { "declined" };
            states.see(totals, Of::Method, method.id.as_str(), state)?;
        }
        for bill in world.bills.iter() {
            own(bill.id.as_str(), &bill.client_id);
        }
        for client in world.clients.iter() {
            own(client.id.as_str(), &client.id);
        }
        states.part(totals)
    }

    /// What the partner was told of goes only by being deleted.
    fn known_logins_stay(&mut self) -> Result<(), Wrong> {
        let tells = |auth: &&Auth| matches!(auth.status, AuthStatus::Verified | AuthStatus::Hold);
        self.known_logins.extend(self.world.auths.iter().filter(tells).map(|auth| auth.id.clone()));
        match self.known_logins.iter().find(|id| self.world.auth(id).is_none()) {
            Some(id) => Err(format!("login {id} is gone though nobody deleted it")),
            None => Ok(()),
        }
    }

    /// New events have ids of their own, come in order, are about something known, and each payment is told once.
    fn events_are_in_order(&mut self, totals: &mut Totals) -> Result<(), Wrong> {
        let mut sent = Vec::new();
        for event in self.world.take_events() {
            *totals.events.entry(event.kind).or_default() += 1;
            let body = event.body.value();
            let id = body["_id"].as_str().unwrap_or_default().to_owned();
            if !self.event_ids.insert(id) || self.last_event.is_some_and(|last| last > event.created) {
                return Err(format!("an event that was there already, or too late: {body}"));
            }
            self.last_event = Some(event.created);
            let resource = body["payload"]["resource"]["id"].as_str().unwrap_or_default();
            if event.created != self.now
                || self.owners.get(resource).map(ClientId::as_text) != Some(&event.client_id)
            {
                return Err(format!("an event about nothing, or not of its time: {body}"));
            }
            if ["bill.payment.sent", "bill.payment"].contains(&event.kind) {
                sent.push((resource.to_owned(), body["payload"]["data"].clone()));
            }
        }
        let entries = self.world.ledger.entries();
        let new = &entries[self.judged_entries..];
        if new.len() != sent.len() {
            return Err(format!("{} payments, {} of them told", new.len(), sent.len()));
        }
        for (entry, (bill, data)) in new.iter().zip(&sent) {
            let fee = data["surcharge"].get("rate").and_then(Value::as_str);
            let same = data["amount"] == entry.amount.to_string()
                && *bill == entry.bill_id
                && fee.map(ToOwned::to_owned) == entry.surcharge.map(|fee| fee.to_string())
                && (self.way == Way::Unbill || data["paymentMethod"]["_id"] == entry.payment_method_id);
            if !same {
                return Err(format!("told {data} of {bill}, moved {entry:?}"));
            }
            self.told += entry.amount;
        }
        self.judged_entries = entries.len();
        Ok(())
    }
}

/// Two clients with a card and three logins each.
fn beginning() -> Vec<Action> {
    let of_client = |client: usize| {
        let logins =
            (0..3).map(move |company| Action::Login { client, company, inputs: 0, what: What::Bill });
        [Action::Client { number: client }, Action::Card { client, number: 0, default: true }]
            .into_iter()
            .chain(logins)
    };
    (0..2).flat_map(of_client).chain([Action::Wait { seconds: 10 }]).collect()
}

/// Validating while the company looks; otherwise what is shown.
fn state_of_auth(auth: &Auth) -> &'static str {
    match &auth.run {
        Some(run) if run.challenge().is_none() => "validating",
        _ => auth.status.as_str(),
    }
}

pub(super) fn invariant_history(bill: &Bill) -> (String, Vec<(Amount, Moment)>) {
    let payments = bill.payments.iter().map(|entry| (entry.amount, entry.paid_on)).collect();
    (bill.id.to_string(), payments)
}
