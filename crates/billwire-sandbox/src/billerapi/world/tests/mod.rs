//! A long random walk through the world: whatever is asked of it, in whatever order, what must always hold holds.
//!
//! `BILLWIRE_WALK_STEPS` asks for more steps than the usual ones and `BILLWIRE_WALK_SEED` for others. A failure says the
//! seed, the world and the step.

mod invariants;
mod walk;

use std::collections::BTreeMap;

use self::walk::Walk;

/// Enough to reach every corner many times.
const STEPS: u64 = 24_000;
/// The steps of one world.
const STAGE: u64 = 400;

/// What is wrong, for a person.
type Wrong = String;

/// How much happened: a walk on which nothing happens would prove nothing.
#[derive(Default)]
struct Totals {
    steps: u64,
    kinds: BTreeMap<&'static str, (u64, u64)>,
    events: BTreeMap<&'static str, u64>,
    arrows: BTreeMap<String, u64>,
    pages: u64,
    replays: u64,
}

fn number_from_environment(name: &str, usual: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
        Err(_) => usual,
    }
}

/// Source: BillerAPI description, sections 3.6, 3.7, 4.6, 4.7, 5.4 to 5.6 and 8.4.
#[test]
fn a_random_walk_through_billerapi_keeps_every_promise() {
    let seed = number_from_environment("BILLWIRE_WALK_SEED", 1);
    let wanted = number_from_environment("BILLWIRE_WALK_STEPS", STEPS);
    let mut totals = Totals::default();
    let mut stage = 0;
    while totals.steps < wanted {
        let mut walk = Walk::new(seed, stage);
        for step in 0..STAGE {
            if let Err(wrong) = walk.step(&mut totals) {
                panic!("seed {seed}, world {stage}, step {step}: {wrong}");
            }
        }
        if let Err(wrong) = walk.end(&mut totals) {
            panic!("seed {seed}, world {stage}, at its end: {wrong}");
        }
        stage += 1;
    }
    println!(
        "figure: model walk of BillerAPI: {} steps of {} kinds in {stage} worlds, {} events of {} types, {} arrows, {} pages, {} replays, seed {seed}",
        totals.steps,
        totals.kinds.len(),
        totals.events.values().sum::<u64>(),
        totals.events.len(),
        totals.arrows.len(),
        totals.pages,
        totals.replays,
    );
    if wanted >= STEPS {
        everything_was_reached(&totals);
    }
}

/// Each kind of step was accepted and refused, each type of event told, each arrow of the tables taken.
fn everything_was_reached(totals: &Totals) {
    for (kind, (accepted, refused)) in &totals.kinds {
        let never_refused = ["wait", "create-link", "create-request", "link-account", "snapshot", "page"];
        assert!(
            *accepted > 20 && (never_refused.contains(kind) || *refused > 5),
            "{kind}: {accepted} accepted, {refused} refused"
        );
    }
    for kind in crate::billerapi::event_types::EventType::ALL {
        assert!(totals.events.contains_key(kind.as_str()), "no {}", kind.as_str());
    }
    let missing: Vec<&str> =
        invariants::ARROWS.into_iter().filter(|arrow| !totals.arrows.contains_key(*arrow)).collect();
    assert!(missing.is_empty(), "never taken: {missing:?}");
    assert!(totals.pages > 500 && totals.replays > 100, "{} pages, {} replays", totals.pages, totals.replays);
}
