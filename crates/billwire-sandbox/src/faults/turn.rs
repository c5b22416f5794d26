//! How many to let pass, how many to spoil, and how many there were.

/// The counts of a fault; in JSON they stand among its other members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turns {
    pub(super) skip: u32,
    /// 0: for ever.
    pub(super) times: u32,
    pub(super) matched: u32,
    pub(super) used: u32,
}

impl Turns {
    /// The next one, and then no more.
    pub(super) const NEXT: Self = Self { skip: 0, times: 1, matched: 0, used: 0 };

    /// Counts one more that the fault concerns; says whether it is the turn of this one to be spoiled.
    pub(super) fn count(&mut self) -> bool {
        self.matched = self.matched.saturating_add(1);
        self.matched > self.skip && (self.times == 0 || self.used < self.times)
    }

    pub(super) fn use_up(&mut self) {
        self.used = self.used.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoiled(mut turns: Turns, of: usize) -> Vec<usize> {
        (0..of)
            .filter(|_| {
                let turn = turns.count();
                if turn {
                    turns.use_up();
                }
                turn
            })
            .collect()
    }

    #[test]
    fn lets_the_first_pass_and_spoils_as_many_as_it_may() {
        assert_eq!(spoiled(Turns::NEXT, 3), [0]);
        assert_eq!(spoiled(Turns { skip: 2, times: 2, ..Turns::NEXT }, 6), [2, 3]);
        assert_eq!(spoiled(Turns { skip: 1, times: 0, ..Turns::NEXT }, 4), [1, 2, 3]);
        assert_eq!(spoiled(Turns { skip: 9, ..Turns::NEXT }, 4), [0; 0]);
    }
}
