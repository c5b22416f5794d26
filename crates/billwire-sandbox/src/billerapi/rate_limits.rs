//! The documented rate limits: fixed windows of a minute, from the first request of each.
//!
//! Source: BillerAPI description, section 3.5 "Rate limits" (the windows are inferred).

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::settings::GroupLimits;
use crate::moment::Moment;

/// How long a window is.
const WINDOW: SignedDuration = SignedDuration::from_secs(60);
/// The group that is counted by address; all others are counted by client.
pub(crate) const BY_ADDRESS: &str = "authentication";

/// The windows that are open, by group and whom they count.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct RateLimits(BTreeMap<String, Window>);

#[derive(Clone, Serialize, Deserialize)]
struct Window {
    since: Moment,
    requests: u32,
}

impl RateLimits {
    /// Counts a request; if it is one too many, says after how many seconds to come again.
    pub(crate) fn count(
        &mut self,
        now: Moment,
        limits: &GroupLimits,
        group: &str,
        who: &str,
    ) -> Result<(), u64> {
        let Some(limit) = limits.of_group(group) else { return Ok(()) };
        // Windows that are over count nothing.
        self.0.retain(|_, window| now < window.since.plus(WINDOW));
        let window = self.0.entry(format!("{group} {who}")).or_insert(Window { since: now, requests: 0 });
        if window.requests >= limit {
            let rest = window.since.plus(WINDOW).timestamp().duration_since(now.timestamp());
            let whole = rest.as_secs() + i64::from(rest.subsec_nanos() > 0);
            return Err(u64::try_from(whole).unwrap_or_default().max(1));
        }
        window.requests += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Moment {
        let start: Moment = "2026-03-02T12:00:00Z".parse().expect("an instant");
        start.plus(SignedDuration::from_millis(milliseconds))
    }

    #[test]
    fn the_window_begins_with_its_first_request_and_lasts_a_minute() {
        let (mut counts, limits) = (RateLimits::default(), GroupLimits::default());
        let mut count = |milliseconds| counts.count(at(milliseconds), &limits, "authentication", "here");
        for second in 0..5 {
            assert_eq!(count(1_000 * second), Ok(()));
        }
        assert_eq!(count(4_500), Err(56), "whole seconds, rounded up");
        assert_eq!(count(59_999), Err(1));
        assert_eq!(count(60_000), Ok(()));
    }

    #[test]
    fn groups_and_clients_are_counted_apart() {
        let (mut counts, limits) = (RateLimits::default(), GroupLimits::default());
        for (group, limit) in [("link", 100), ("biller", 200), ("read", 1_000), ("write", 100)] {
            for who in ["one", "other"] {
                for _ in 0..limit {
                    assert_eq!(counts.count(at(0), &limits, group, who), Ok(()));
                }
                assert_eq!(counts.count(at(0), &limits, group, who), Err(60), "{group}");
            }
        }
        assert_eq!(counts.count(at(0), &limits, "no such group", "one"), Ok(()));
        assert_eq!(counts.count(at(60_000), &limits, "link", "one"), Ok(()));
        assert_eq!(counts.0.len(), 1, "windows that are over are forgotten");
    }
}
