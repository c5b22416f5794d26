//! How Unbill shows the bill-pay world.

use jiff::SignedDuration;

use super::{credentials, events, seed_data};
use crate::bill_pay::{Manner, PlannedResult};

/// The caller waits for the result, so nothing is told of a login; of one that was asked something and never answered
/// nothing is left.
///
/// Source: Unbill v1 description, section 10 "Behaviour an emulator must keep".
pub(crate) static MANNER: Manner = Manner {
    name: "unbill",
    companies: seed_data::companies,
    tell: events::tell,
    // Absent stands for all items and an empty list for none: every wish has an answer.
    check_items: |_| Ok(()),
    read_credentials: credentials::read,
    challenge_lasts: SignedDuration::from_mins(10),
    wrong_answer: PlannedResult::Failed,
    no_answer: PlannedResult::Failed,
    forgets_unanswered: true,
    known_bills_stay: true,
    swaps_replace: true,
    every_hold_ends: true,
};
