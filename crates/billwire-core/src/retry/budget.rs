//! A bound on repetitions across all calls of a client, so that retries do not multiply an outage.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Tokens in the bucket that one repetition costs.
const COST_OF_A_RETRY: u32 = 10;

/// A token bucket shared by a client and all its clones.
///
/// Each repetition takes ten tokens, each successful call puts one back, up to the capacity. So a healthy service
/// allows every tenth call a repetition for ever, and a service that is down sees few repetitions. Time plays no
/// part. Clones share one bucket. After a 429 with `Retry-After` a repetition costs nothing: the service is up, and said
/// when to come.
#[derive(Clone, Debug)]
pub struct RetryBudget {
    tokens: Arc<AtomicU32>,
    capacity: u32,
}

impl RetryBudget {
    /// A full bucket that pays for `retries` repetitions in a row.
    #[must_use]
    pub fn new(retries: u32) -> Self {
        let capacity = retries.saturating_mul(COST_OF_A_RETRY);
        Self { tokens: Arc::new(AtomicU32::new(capacity)), capacity }
    }

    /// How many repetitions the bucket pays for now.
    #[must_use]
    pub fn remaining(&self) -> u32 {
        self.tokens.load(Ordering::Relaxed) / COST_OF_A_RETRY
    }

    /// Pays for one repetition; `false` when the bucket does not hold enough.
    pub(crate) fn take(&self) -> bool {
        self.change(|tokens| tokens.checked_sub(COST_OF_A_RETRY))
    }

    /// Puts back what a successful call earns.
    pub(crate) fn reward(&self) {
        self.change(|tokens| (tokens < self.capacity).then(|| tokens.saturating_add(1)));
    }

    fn change(&self, new_value: impl FnMut(u32) -> Option<u32>) -> bool {
        self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, new_value).is_ok()
    }
}

impl Default for RetryBudget {
    /// A bucket that pays for 20 repetitions in a row.
    fn default() -> Self {
        Self::new(20)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_bucket_refuses_and_ten_successes_pay_for_one_retry() {
        let budget = RetryBudget::new(2);
        let clone = budget.clone();
        assert!(budget.take());
        assert!(clone.take(), "clones share the bucket");
        assert!(!budget.take());
        for _ in 0..9 {
            budget.reward();
        }
        assert!(!budget.take(), "nine successes are not enough");
        clone.reward();
        assert!(budget.take());
    }

    #[test]
    fn the_bucket_never_holds_more_than_its_capacity() {
        let budget = RetryBudget::new(1);
        for _ in 0..100 {
            budget.reward();
        }
        assert_eq!(budget.remaining(), 1);
    }

    #[test]
    fn no_retries_at_all_is_a_budget_too() {
        let budget = RetryBudget::new(0);
        budget.reward();
        assert!(!budget.take());
    }
}
