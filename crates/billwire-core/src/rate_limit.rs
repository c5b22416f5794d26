//! Keeping to a provider's documented limits, and to its `Retry-After`, over all calls of a client.
//!
//! What it counts: attempts, because the service does, in groups of operations
//! ([`Operation::rate_group`](billwire_models::operation::Operation::rate_group)). What it promises: in no window of a
//! group's length does the service see more than the limit, whatever the way there takes; whoever waits goes in the
//! order of asking; after a 429 with `Retry-After` nobody of the group goes before that time. What it deliberately does
//! not do: know other processes that use the same credentials, or keep a call waiting past its deadline.
//!
//! `group.rs` is the arithmetic, without time or tasks of its own; `limiter.rs` waits.

mod group;
#[cfg(test)]
mod group_tests;
mod limiter;
#[cfg(test)]
mod limiter_tests;

use std::collections::BTreeMap;
use std::time::Duration;

use billwire_models::operation::RateLimit;

use crate::error::{Error, ErrorKind};

pub(crate) use self::limiter::{Permit, RateLimiter};

/// Which limits a client keeps to. Clones of a client share one count.
///
/// ```
/// use std::time::Duration;
/// use billwire_core::RateLimits;
/// use billwire_models::billerapi::RATE_LIMITS;
///
/// // Two processes with the same credentials: each takes half of every limit.
/// let half = RATE_LIMITS.iter().fold(RateLimits::of(RATE_LIMITS), |limits, row| {
///     limits.with_limit(row.group, row.requests / 2, Duration::from_secs(row.per_seconds.into()))
/// });
/// assert_eq!(half.limit("link"), Some((50, Duration::from_secs(60))));
/// assert_eq!(half.limit("biller"), Some((100, Duration::from_secs(60))));
/// assert!(half.obeys_retry_after(), "what they do not know of each other the service tells them");
/// ```
///
/// By what the service counts a group stands in the table: that of BillerAPI counts `authentication` by IP address, so it is
/// shared by all processes behind one address, whatever their credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimits {
    limits: BTreeMap<String, Limit>,
    obeys_retry_after: bool,
}

/// At most so many requests in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limit {
    requests: u32,
    window: Duration,
}

impl RateLimits {
    /// The limits of a table, and obedience to `Retry-After`.
    ///
    /// A row of zero requests is taken as one: a limit that nothing can pass would stop the client for ever.
    #[must_use]
    pub fn of(table: &[RateLimit]) -> Self {
        table.iter().fold(Self::only_retry_after(), |limits, row| {
            limits.with_limit(row.group, row.requests, Duration::from_secs(row.per_seconds.into()))
        })
    }

    /// No limits, but after a 429 with `Retry-After` all calls of the group wait as long as the service asked.
    #[must_use]
    pub const fn only_retry_after() -> Self {
        Self { limits: BTreeMap::new(), obeys_retry_after: true }
    }

    /// Nothing is held back. A call that is answered with 429 still waits before it is repeated, but only that call.
    #[must_use]
    pub const fn none() -> Self {
        Self { limits: BTreeMap::new(), obeys_retry_after: false }
    }

    /// Another limit for `group`: at most `requests`, which zero makes one, in any `window`.
    #[must_use]
    pub fn with_limit(mut self, group: impl Into<String>, requests: u32, window: Duration) -> Self {
        self.limits.insert(group.into(), Limit { requests: requests.max(1), window });
        self
    }

    /// No limit for `group`.
    #[must_use]
    pub fn without_limit(mut self, group: &str) -> Self {
        self.limits.remove(group);
        self
    }

    /// Refuses a limit for a group that is in no row of `table`: nothing would count against it.
    pub(crate) fn check(&self, table: &[RateLimit]) -> Result<(), Error> {
        let is_known = |group: &str| table.iter().any(|row| row.group == group);
        let Some(group) = self.limits.keys().find(|group| !is_known(group)) else { return Ok(()) };
        let known: Vec<_> = table.iter().map(|row| row.group).collect();
        Err(Error::new(
            ErrorKind::Configuration,
            format!("no operation counts against the limit of `{group}`"),
        )
        .with_advice(format!("the groups are {}", known.join(", "))))
    }

    /// How many requests of `group` go in which window; `None` when they are not limited.
    #[must_use]
    pub fn limit(&self, group: &str) -> Option<(u32, Duration)> {
        self.limits.get(group).map(|limit| (limit.requests, limit.window))
    }

    /// Whether a `Retry-After` holds back the other calls of its group.
    #[must_use]
    pub const fn obeys_retry_after(&self) -> bool {
        self.obeys_retry_after
    }
}

impl Default for RateLimits {
    /// [`RateLimits::only_retry_after`]: an API with documented limits brings its own.
    fn default() -> Self {
        Self::only_retry_after()
    }
}
