//! Exponential backoff with jitter.

use std::time::Duration;

/// The growing upper bound of the wait before each repetition.
///
/// The wait itself is drawn evenly between zero and the bound ("full jitter"), so that clients that failed together
/// do not come back together. A service may document another way: [`Backoff::with_added_jitter`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backoff {
    base: Duration,
    cap: Duration,
    /// What is added to the whole bound; `None` for full jitter.
    added: Option<Duration>,
}

impl Backoff {
    /// A bound of `base` before the second attempt, doubling before each further one, and never above `cap`.
    #[must_use]
    pub const fn new(base: Duration, cap: Duration) -> Self {
        Self { base, cap, added: None }
    }

    /// Waits the whole bound and, drawn evenly, up to `most` longer; the same for a wait that the service asks for.
    #[must_use]
    pub const fn with_added_jitter(mut self, most: Duration) -> Self {
        self.added = Some(most);
        self
    }

    /// The largest wait after attempt number `attempt` (the first is 1) has failed.
    #[must_use]
    pub fn bound(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(31);
        self.base.saturating_mul(1_u32 << doublings).min(self.cap)
    }

    /// The wait after attempt number `attempt`, where `random` is an even draw from all 64-bit values.
    #[must_use]
    pub fn wait(&self, attempt: u32, random: u64) -> Duration {
        let bound = self.bound(attempt);
        match self.added {
            None => scaled(bound, random),
            Some(most) => bound.saturating_add(scaled(most, random)),
        }
    }

    /// As [`Backoff::wait`], where the service `asked` for a wait of its own: never shorter than that.
    #[must_use]
    pub fn wait_asked(&self, attempt: u32, asked: Duration, random: u64) -> Duration {
        match self.added {
            None => self.wait(attempt, random).max(asked),
            Some(most) => asked.saturating_add(scaled(most, random)),
        }
    }
}

/// Maps the draw evenly onto zero to `bound`.
fn scaled(bound: Duration, random: u64) -> Duration {
    let bound = u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX);
    // The high half of a 64 by 64 bit product.
    let scaled = (u128::from(bound) * u128::from(random)) >> 64;
    Duration::from_nanos(u64::try_from(scaled).unwrap_or(bound))
}

impl Default for Backoff {
    /// 250 milliseconds, doubling up to 10 seconds.
    fn default() -> Self {
        Self::new(Duration::from_millis(250), Duration::from_secs(10))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_doubles_until_the_cap() {
        let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1));
        let bounds: Vec<u128> =
            [1, 2, 3, 4, 5, 6, u32::MAX].map(|attempt| backoff.bound(attempt).as_millis()).into();
        assert_eq!(bounds, [100, 200, 400, 800, 1000, 1000, 1000]);
    }

    #[test]
    fn the_wait_spans_the_whole_range() {
        let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1));
        assert_eq!(backoff.wait(1, 0), Duration::ZERO);
        assert_eq!(backoff.wait(1, u64::MAX / 2 + 1), Duration::from_millis(50));
        assert!(backoff.wait(1, u64::MAX) <= Duration::from_millis(100));
        assert!(backoff.wait(1, u64::MAX) > Duration::from_micros(99_999));
    }

    #[test]
    fn added_jitter_never_shortens_a_wait() {
        let second = Duration::from_secs(1);
        let backoff = Backoff::new(second, second * 30).with_added_jitter(second);
        for (attempt, bound) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (7, 30)] {
            assert_eq!(backoff.wait(attempt, 0), second * bound);
            assert!(backoff.wait(attempt, u64::MAX) <= second * (bound + 1));
            assert!(backoff.wait(attempt, u64::MAX) > second * bound + second / 2);
        }
        assert_eq!(backoff.wait_asked(1, second * 17, 0), second * 17);
        assert_eq!(backoff.wait_asked(6, Duration::ZERO, u64::MAX / 2 + 1), second / 2);
        let full = Backoff::new(second, second * 30);
        assert_eq!(full.wait_asked(1, second * 17, u64::MAX), second * 17);
        assert!(full.wait_asked(6, second, u64::MAX) > second * 29);
    }

    #[test]
    fn huge_settings_do_not_overflow() {
        let backoff = Backoff::new(Duration::MAX, Duration::MAX);
        assert!(backoff.wait(u32::MAX, u64::MAX) > Duration::from_secs(1));
    }
}
