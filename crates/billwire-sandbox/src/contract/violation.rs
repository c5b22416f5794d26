//! One difference between what the sandbox wanted to send and the description.

use std::fmt;

/// Something that the sandbox was about to send and that its description does not allow. A mistake of the sandbox, never of
/// its user. Exists with the feature `validate-answers` only.
///
/// Names the place and the rule, and never repeats a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// What was about to be sent: `the answer of getBill`, `the answer 404 of getBill`, `the event bill.update`.
    pub what: String,
    /// Where in it, as a JSON Pointer; empty for the whole.
    pub path: String,
    /// Which rule it breaks.
    pub reason: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, path, reason } = self;
        let place = if path.is_empty() { "the whole" } else { path };
        write!(formatter, "The sandbox broke its own description: {what}, at {place}: {reason}.")
    }
}
