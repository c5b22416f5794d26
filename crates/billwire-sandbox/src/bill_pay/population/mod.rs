//! A population: billers, customers with logins, bills and payment methods, and what these people do all year.
//!
//! Who somebody is and what they are like is worked out from the seed whenever it is needed; what they do is put into the
//! world's schedule and done through the functions that the API uses, so nothing can come about that the API would refuse.

pub(crate) mod companies;
mod dice;
mod person;
mod places;

use serde::{Deserialize, Serialize};

pub(crate) use self::dice::Dice;
pub(crate) use self::person::{FirstLogin, Login, Method, Person, Way};

/// How long before the start the first customers joined, in days.
const PAST_DAYS: u32 = 30;

/// Customers that a sandbox has from the start, with their billers, bills and habits.
///
/// They joined in the month before the start, so at the start there are bills of every status. From then on they live on
/// the virtual clock: statements come each month, people pay by themselves or by hand, early, late or not at all, cancel,
/// have cards declined and logins that stop working, and mend that after days. The same seed gives the same people, ids,
/// events and money, byte for byte.
///
/// Everything of it is invented, and all cards and accounts are the documented test numbers.
///
/// ```
/// use billwire_sandbox::Population;
///
/// let population = Population::of(10_000).with_past_days(60);
/// assert_eq!((population.customers(), population.past_days()), (10_000, 60));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Population {
    customers: u32,
    #[serde(default = "past_days")]
    past_days: u32,
}

impl Population {
    /// So many customers; 10,000 take about a second at the start and some four for a virtual year.
    pub fn of(customers: u32) -> Self {
        Self { customers, past_days: PAST_DAYS }
    }

    /// The customers joined within so many days before the start; 30 by default, at least one, at most 3650.
    #[must_use]
    pub fn with_past_days(mut self, days: u32) -> Self {
        self.past_days = days.clamp(1, 3650);
        self
    }

    /// How many customers.
    pub fn customers(self) -> u32 {
        self.customers
    }

    /// Within how many days before the start they joined.
    pub fn past_days(self) -> u32 {
        self.past_days
    }
}

fn past_days() -> u32 {
    PAST_DAYS
}
