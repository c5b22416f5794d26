//! Which attempts may be repeated: a table, tested as a table.

use std::time::Duration;

use billwire_models::operation::Safety;

use crate::delivery::Delivery;
use crate::retry::Backoff;

/// Whether an attempt of an operation may be repeated without being able to do anything twice.
///
/// | | not sent | unknown | answered 429, 502, 503, 504 | any other answer |
/// | --- | --- | --- | --- | --- |
/// | [`Safety::Read`], [`Safety::Idempotent`] | yes | yes | yes | no |
/// | [`Safety::Harmless`], [`Safety::Reconcilable`], [`Safety::Never`] | yes | no | no | no |
///
/// `status` is the status of an answer; it is ignored for the other deliveries. A 5xx answer to a write says that
/// something went wrong, not that nothing happened, so such a write is never repeated.
///
/// Source: Q2 Biller Direct description, section 2.3 "Errors" (no idempotency key exists).
#[must_use]
pub const fn may_retry(safety: Safety, delivery: Delivery, status: Option<u16>) -> bool {
    AnswerRules::DEFAULT.may_retry(safety, delivery, status)
}

/// Which answers of a service allow another attempt. What was not sent, or is unclear, is judged alike everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerRules {
    /// After these a call is repeated that has the effect of once when it is done twice.
    passing: &'static [u16],
    /// After these every call is repeated: the service documents that it did nothing, and asks to come again.
    refusing: &'static [u16],
}

impl AnswerRules {
    /// The rules of [`may_retry`].
    pub const DEFAULT: Self = Self::new(&[429, 502, 503, 504], &[]);

    pub(crate) const fn new(passing: &'static [u16], refusing: &'static [u16]) -> Self {
        Self { passing, refusing }
    }

    /// Whether an attempt may be repeated without being able to do anything twice. `status` is the status of an answer; it
    /// is ignored for the other deliveries.
    #[must_use]
    pub const fn may_retry(&self, safety: Safety, delivery: Delivery, status: Option<u16>) -> bool {
        match delivery {
            Delivery::NotSent => true,
            Delivery::Unknown => is_repeatable(safety),
            Delivery::Answered => match status {
                Some(status) => {
                    contains(self.refusing, status)
                        || (is_repeatable(safety) && contains(self.passing, status))
                }
                None => false,
            },
        }
    }
}

const fn contains(statuses: &[u16], status: u16) -> bool {
    let mut rest = statuses;
    while let [first, others @ ..] = rest {
        if *first == status {
            return true;
        }
        rest = others;
    }
    false
}

/// Whether doing the operation twice is the same as doing it once.
pub(crate) const fn is_repeatable(safety: Safety) -> bool {
    matches!(safety, Safety::Read | Safety::Idempotent)
}

/// How often and how patiently an attempt is repeated. Whether it may be repeated at all is [`may_retry`], which no policy
/// changes: a payment that may have arrived is not repeated, however many attempts are allowed.
///
/// Three more bounds hold: the deadline of the call (a wait beyond it is not begun), the
/// [`RetryBudget`](super::RetryBudget) of all calls, and a `Retry-After` of the service, which is the shortest wait. A list
/// that is read element by element is repeated up to its first element only, and each page of a list is a call of its own.
///
/// ```
/// use std::time::Duration;
/// use billwire_core::retry::RetryPolicy;
///
/// let patient = RetryPolicy::new().with_max_attempts(5).with_max_retry_after(Duration::from_secs(60));
/// assert_ne!(patient, RetryPolicy::never());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) backoff: Backoff,
    pub(crate) max_retry_after: Duration,
}

impl RetryPolicy {
    /// Three attempts, the default [`Backoff`], and at most 30 seconds of a requested `Retry-After`.
    #[must_use]
    pub fn new() -> Self {
        Self { max_attempts: 3, backoff: Backoff::default(), max_retry_after: Duration::from_secs(30) }
    }

    /// No repetition, whatever happens.
    #[must_use]
    pub fn never() -> Self {
        Self::new().with_max_attempts(1)
    }

    /// The largest number of attempts, the first one included. Zero means one.
    #[must_use]
    pub const fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// The wait between attempts.
    #[must_use]
    pub const fn with_backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// The longest `Retry-After` that is waited for. When the service asks for more, the call ends with its answer
    /// at once; the error then says how long the service wants to be left alone.
    #[must_use]
    pub const fn with_max_retry_after(mut self, wait: Duration) -> Self {
        self.max_retry_after = wait;
        self
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READS: [Safety; 2] = [Safety::Read, Safety::Idempotent];
    const WRITES: [Safety; 3] = [Safety::Harmless, Safety::Reconcilable, Safety::Never];

    fn check(safety: Safety, delivery: Delivery, status: Option<u16>, expected: bool) {
        assert_eq!(
            may_retry(safety, delivery, status),
            expected,
            "{safety:?} after {delivery} with status {status:?}"
        );
    }

    #[test]
    fn what_was_not_sent_may_always_be_repeated() {
        for safety in READS.into_iter().chain(WRITES) {
            check(safety, Delivery::NotSent, None, true);
        }
    }

    #[test]
    fn an_unclear_attempt_is_repeated_only_when_twice_is_the_same_as_once() {
        for safety in READS {
            check(safety, Delivery::Unknown, None, true);
        }
        for safety in WRITES {
            check(safety, Delivery::Unknown, None, false);
        }
    }

    #[test]
    fn every_status_of_every_class() {
        for status in 100..=599_u16 {
            let expected = matches!(status, 429 | 502 | 503 | 504);
            for safety in READS {
                check(safety, Delivery::Answered, Some(status), expected);
            }
            for safety in WRITES {
                check(safety, Delivery::Answered, Some(status), false);
            }
        }
        for safety in READS.into_iter().chain(WRITES) {
            check(safety, Delivery::Answered, None, false);
        }
    }

    #[test]
    fn a_service_may_say_that_it_did_nothing() {
        let rules = AnswerRules::new(&[429, 500], &[429]);
        for safety in READS.into_iter().chain(WRITES) {
            assert!(rules.may_retry(safety, Delivery::Answered, Some(429)), "{safety:?}");
            assert_eq!(
                rules.may_retry(safety, Delivery::Answered, Some(500)),
                is_repeatable(safety),
                "{safety:?}"
            );
            assert!(!rules.may_retry(safety, Delivery::Answered, Some(503)), "{safety:?}");
            assert_eq!(rules.may_retry(safety, Delivery::Unknown, Some(429)), is_repeatable(safety));
        }
    }

    #[test]
    fn zero_attempts_mean_one() {
        assert_eq!(RetryPolicy::new().with_max_attempts(0).max_attempts, 1);
        assert_eq!(RetryPolicy::never().max_attempts, 1);
    }
}
