//! A long random walk through the world: whatever is asked of it, in whatever order, what must always hold holds.
//!
//! The walk goes in stages of a few hundred steps, each in a world of its own. Every step is judged at once by what it
//! changed; the whole world is judged every few steps. `BILLWIRE_WALK_STEPS` asks for more steps than the usual ones and
//! `BILLWIRE_WALK_SEED` for others. A failure says the seed and the shortest list of steps that was found to fail.

mod action;
mod arrows;
mod at_once;
mod given;
mod invariants;
mod perform;
mod population;
mod shrink;
mod states;
mod walk;

use std::collections::BTreeMap;

use self::action::{Action, Dice};
use self::arrows::Of;
use self::walk::{Walk, Way};
use super::{AuthStatus, BillId, BillStatus, World};

/// Enough to reach every corner many times.
const STEPS: u64 = 100_000;
/// The same for a world with fewer corners.
const STEPS_OF_UNBILL: u64 = 40_000;
/// The steps that only the current version has.
const NOT_OF_UNBILL: [&str; 6] = ["answer-later", "choose", "end-swap", "legacy-login", "revoke", "sync"];
/// The steps of one world: long enough for histories, short enough that a world stays small.
const STAGE: usize = 250;

/// What is wrong, for a person.
type Wrong = String;

/// A bill's status as it was and as it became, and that of its login at that moment.
#[derive(Clone, Debug)]
pub(super) struct BillMove {
    bill: BillId,
    from: BillStatus,
    to: BillStatus,
    auth: Option<AuthStatus>,
}

impl World {
    pub(super) fn note_bill_move(&mut self, id: &BillId, to: BillStatus) {
        let Some(bill) = self.bill(id) else { return };
        let auth = self.auth(&bill.auth_id).map(|auth| auth.status);
        let noted = BillMove { bill: id.clone(), from: bill.status, to, auth };
        self.bill_moves.push(noted);
    }
}

/// How much happened: a walk on which nothing happens would prove nothing.
#[derive(Default)]
struct Totals {
    steps: u64,
    refused: u64,
    payments: usize,
    events: BTreeMap<&'static str, u64>,
    kinds: BTreeMap<&'static str, (u64, u64)>,
    arrows: BTreeMap<String, u64>,
}

fn number_from_environment(name: &str, usual: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
        Err(_) => usual,
    }
}

/// Source: Q2 Biller Direct description, section 12 "Behaviour an emulator must keep".
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the figure says how long the walk took; nothing depends on it"
)]
fn a_random_walk_keeps_every_promise() {
    let wanted = number_from_environment("BILLWIRE_WALK_STEPS", STEPS);
    let start = std::time::Instant::now();
    let (totals, told) = walk(Way::Q2, wanted);
    println!("figure: model walk: {told}, {:.1} s", start.elapsed().as_secs_f64());
    if wanted >= STEPS {
        everything_was_reached(&totals);
    }
}

/// The same for the world that Unbill shows.
///
/// Source: Unbill v1 description, section 10 "Behaviour an emulator must keep".
#[test]
fn a_random_walk_through_unbill_keeps_every_promise() {
    let wanted = number_from_environment("BILLWIRE_WALK_STEPS", STEPS_OF_UNBILL);
    let (totals, told) = walk(Way::Unbill, wanted);
    println!("figure: model walk of Unbill: {told}");
    if wanted < STEPS_OF_UNBILL {
        return;
    }
    for (kind, (accepted, refused)) in &totals.kinds {
        let is_not_here = NOT_OF_UNBILL.contains(kind);
        let always_legal = ["wait", "snapshot", "rules"].contains(kind);
        assert!(
            is_not_here == (*accepted == 0)
                && (is_not_here || *accepted > 30)
                && (always_legal || *refused > 3),
            "{kind}: {accepted} accepted, {refused} refused"
        );
    }
    let told: Vec<&str> = totals.events.keys().copied().collect();
    assert_eq!(told, ["bill.payment", "bill.update"]);
    missing_arrows(&totals, [Of::AuthAtOnce, Of::Bill, Of::Method]);
}

/// Walks so many steps; what happened, and that in words.
fn walk(way: Way, wanted: u64) -> (Totals, String) {
    let seed = number_from_environment("BILLWIRE_WALK_SEED", 1);
    let mut totals = Totals::default();
    let mut stage = 0;
    while totals.steps < wanted {
        let actions = Action::list(&mut Dice::new(seed, stage), STAGE);
        if let Err(wrong) = Walk::through(way, &actions, &mut totals) {
            panic!("{way:?}, seed {seed}, stage {stage}: {}", shrink::report(way, &actions, &wrong));
        }
        stage += 1;
    }
    let told = format!(
        "{} steps of {} kinds in {stage} worlds, {} refused, {} payments, {} events of {} types, {} arrows, seed {seed}",
        totals.steps,
        totals.kinds.len(),
        totals.refused,
        totals.payments,
        totals.events.values().sum::<u64>(),
        totals.events.len(),
        totals.arrows.len(),
    );
    (totals, told)
}

/// Each kind of step was accepted and refused, each type of event sent, each arrow of the tables taken.
fn everything_was_reached(totals: &Totals) {
    for (kind, (accepted, refused)) in &totals.kinds {
        let always_legal = ["wait", "snapshot", "rules", "revoke", "search"].contains(kind);
        assert!(
            *accepted > 50 && (always_legal || *refused > 20),
            "{kind}: {accepted} accepted, {refused} refused"
        );
    }
    for kind in crate::q2::event_types::EventType::ALL {
        assert!(totals.events.contains_key(kind.as_str()), "no {} in {:?}", kind.as_str(), totals.events);
    }
    missing_arrows(totals, [Of::Auth, Of::Bill, Of::Method, Of::Swap]);
}

#[track_caller]
fn missing_arrows(totals: &Totals, tables: impl IntoIterator<Item = Of>) {
    let missing: Vec<String> =
        arrows::all(tables).into_iter().filter(|arrow| !totals.arrows.contains_key(arrow)).collect();
    assert!(missing.is_empty(), "never taken: {missing:?}");
}
