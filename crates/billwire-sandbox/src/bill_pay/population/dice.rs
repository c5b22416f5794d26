//! What seems to be chance: a function of the seed, the person and what is asked, so that nothing needs to be kept.

use crate::seed::SplitMix64;

/// A stream of numbers; the same start gives the same stream.
pub(crate) struct Dice(SplitMix64);

impl Dice {
    /// `about` keeps apart what is decided for the same person: another number, another stream.
    pub(crate) fn new(seed: u64, person: u32, about: u64) -> Self {
        let mut start = SplitMix64::new(seed ^ 0x706f_7075_6c61_7465);
        let person = u64::from(person).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let about = about.wrapping_mul(0xa076_1d64_78bd_642f);
        Self(SplitMix64::new(start.next() ^ person ^ about.rotate_left(32)))
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        let wide = (u128::from(self.0.next()) * u128::from(end)) >> 64;
        u32::try_from(wide).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// True in `per_cent` of a hundred cases.
    pub(crate) fn chance(&mut self, per_cent: u32) -> bool {
        self.below(100) < per_cent
    }

    /// One of `choices`, which is not empty.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let place = self.below(u32::try_from(choices.len()).unwrap_or(u32::MAX).max(1));
        choices.get(usize::try_from(place).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_question_gets_the_same_answer_and_another_one_another() {
        let roll = |seed, person, about| {
            let mut dice = Dice::new(seed, person, about);
            (0..8).map(|_| dice.below(1_000_000)).collect::<Vec<_>>()
        };
        assert_eq!(roll(7, 3, 1), roll(7, 3, 1));
        for other in [roll(8, 3, 1), roll(7, 4, 1), roll(7, 3, 2)] {
            assert_ne!(roll(7, 3, 1), other);
        }
    }

    #[test]
    fn every_number_of_a_range_comes_about_equally_often() {
        let mut counts = [0_u32; 6];
        let mut dice = Dice::new(1, 1, 1);
        for _ in 0..6000 {
            counts[usize::try_from(dice.between(1, 6)).expect("small") - 1] += 1;
        }
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
    }
}
