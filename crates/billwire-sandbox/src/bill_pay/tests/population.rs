//! A population keeps every promise that the random walk keeps.

use super::walk::Walk;
use super::*;
use crate::bill_pay::population::Population;

#[test]
fn a_year_of_a_population_keeps_every_promise() {
    let mut totals = Totals::default();
    let walk =
        Walk::of_population(Population::of(12), 53, &mut totals).unwrap_or_else(|wrong| panic!("{wrong}"));
    let payments = walk.world.counts().payments;
    assert!(payments > 120 && totals.events.len() > 8, "{payments} {:?}", totals.events);
}
