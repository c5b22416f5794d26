//! Finds a short list of steps that still fails.

use std::fmt::Write;

use super::action::Action;
use super::walk::{Walk, Way};
use super::{Totals, Wrong};

/// Tries before the list is taken as it is.
const TRIES: usize = 4000;

/// What failed, with the shortest list found.
pub(super) fn report(way: Way, actions: &[Action], wrong: &Wrong) -> String {
    let mut left = TRIES;
    let shortest = shorten(way, actions.to_vec(), &mut left);
    let after = failure(way, &shortest).unwrap_or_else(|| wrong.clone());
    let mut text = format!("{wrong}\n{} of {} steps fail alike: {after}\n", shortest.len(), actions.len());
    for action in &shortest {
        let _ = writeln!(text, "  {action:?}");
    }
    text
}

fn failure(way: Way, actions: &[Action]) -> Option<Wrong> {
    Walk::carefully_through(way, actions, &mut Totals::default()).err()
}

/// Takes out runs of steps, long ones first, as long as the rest still fails.
fn shorten(way: Way, mut actions: Vec<Action>, left: &mut usize) -> Vec<Action> {
    let mut run = actions.len() / 2;
    while run > 0 {
        let mut from = 0;
        while from < actions.len() && *left > 0 {
            *left -= 1;
            let mut fewer = actions.clone();
            fewer.drain(from..(from + run).min(actions.len()));
            if failure(way, &fewer).is_some() {
                actions = fewer;
            } else {
                from += run;
            }
        }
        run /= 2;
    }
    actions
}

/// The walk can fail, and says so with few steps.
#[test]
fn a_failure_is_found_and_shortened() {
    let mut actions = Action::list(&mut super::Dice::new(3, 0), 60);
    actions.insert(40, Action::Break);
    let wrong = Walk::through(Way::Q2, &actions, &mut Totals::default()).expect_err("it is broken");
    let shortest = shorten(Way::Q2, actions, &mut 400);
    assert!(matches!(shortest.as_slice(), [Action::Break]), "{wrong}: {shortest:?}");
}
