//! What everything was at the last look, so that a look sees what moved.

use std::collections::BTreeMap;

use super::arrows::Of;
use super::{Totals, Wrong};

/// The state of everything that has one, as it was seen at the last look.
#[derive(Default)]
pub(super) struct States {
    seen: BTreeMap<String, Seen>,
    look: u32,
}

struct Seen {
    of: Of,
    state: &'static str,
    look: u32,
}

impl States {
    pub(super) fn look_again(&mut self) {
        self.look = self.look.wrapping_add(1);
    }

    pub(super) fn see(
        &mut self,
        totals: &mut Totals,
        of: Of,
        id: &str,
        state: &'static str,
    ) -> Result<(), Wrong> {
        let look = self.look;
        let mut before = "-";
        if let Some(seen) = self.seen.get_mut(id) {
            seen.look = look;
            before = std::mem::replace(&mut seen.state, state);
        } else {
            self.seen.insert(id.to_owned(), Seen { of, state, look });
        }
        count(totals, of, id, before, state)
    }

    /// Parts with everything that this look did not see.
    pub(super) fn part(&mut self, totals: &mut Totals) -> Result<(), Wrong> {
        let gone = self.seen.iter().filter(|(_, seen)| seen.look != self.look);
        for (id, seen) in gone {
            count(totals, seen.of, id, seen.state, "-")?;
        }
        let look = self.look;
        self.seen.retain(|_, seen| seen.look == look);
        Ok(())
    }
}

/// Counts an arrow, if it is one.
pub(super) fn count(
    totals: &mut Totals,
    of: Of,
    id: &str,
    from: &'static str,
    to: &'static str,
) -> Result<(), Wrong> {
    if from == to {
        return Ok(());
    }
    if !of.allows(from, to) {
        return Err(format!("no arrow: {of:?} {id} from {from} to {to}"));
    }
    *totals.arrows.entry(of.arrow(from, to)).or_default() += 1;
    Ok(())
}
