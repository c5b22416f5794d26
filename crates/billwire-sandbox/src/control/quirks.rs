//! The untidy forms in which answers and webhooks leave.

use serde::{Deserialize, Serialize};

use crate::q2::quirks::{Quirk, Quirks};
use crate::shared::Shared;

/// What `PUT /control/q2/quirks` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    quirks: Quirks,
}

/// What both methods answer: what is on, and what there is.
#[derive(Debug, Serialize)]
pub(crate) struct Shown {
    quirks: Quirks,
    known: Vec<Known>,
}

#[derive(Debug, Serialize)]
struct Known {
    name: &'static str,
    trap: &'static str,
    summary: &'static str,
}

pub(crate) fn shown(shared: &Shared) -> Shown {
    let known = Quirk::ALL.iter();
    let known = known.map(|quirk| Known { name: quirk.name(), trap: quirk.trap(), summary: quirk.summary() });
    Shown { quirks: shared.engine().q2.quirks, known: known.collect() }
}

/// Replaces the choice; it holds from the next answer and the next delivery on.
pub(crate) fn set(shared: &Shared, choice: &Choice) -> Shown {
    shared.engine().q2.quirks = choice.quirks;
    shown(shared)
}
