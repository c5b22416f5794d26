//! A population keeps every promise that the random walk keeps.

use super::*;
use crate::q2::population::Population;

#[test]
fn a_year_of_a_population_keeps_every_promise() {
    let now: Moment = "2026-03-02T12:00:00Z".parse().expect("an instant");
    let mut walk = Walk::empty(now);
    walk.world.populate(now, Population::of(15));
    for _ in 0..53 {
        walk.perform(&Action::Wait { seconds: 7 * 24 * 3600 });
        walk.check();
        walk.world.bill_moves.clear();
    }
    assert!(walk.world.ledger.entries().len() > 150);
}
