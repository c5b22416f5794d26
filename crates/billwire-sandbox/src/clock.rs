//! Virtual time: standing still, or running from a given instant.

use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::moment::Moment;

/// Whether time passes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockMode {
    /// Time stands still until it is advanced.
    Frozen,
    /// Time passes as fast as outside.
    Running,
}

/// The one clock of a sandbox.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VirtualClock {
    /// Where it began, to begin there again after a reset.
    origin: Reading,
    reading: Reading,
}

#[derive(Clone, Copy, Debug)]
enum Reading {
    Frozen { now: Moment },
    Running { base: Moment, since: Instant },
}

impl VirtualClock {
    pub(crate) fn new(mode: ClockMode, start: Moment) -> Self {
        let reading = Reading::new(mode, start);
        Self { origin: reading, reading }
    }

    pub(crate) fn now(&self) -> Moment {
        self.reading.now()
    }

    pub(crate) fn mode(&self) -> ClockMode {
        match self.reading {
            Reading::Frozen { .. } => ClockMode::Frozen,
            Reading::Running { .. } => ClockMode::Running,
        }
    }

    pub(crate) fn set(&mut self, mode: ClockMode, now: Moment) {
        self.reading = Reading::new(mode, now);
    }

    /// Where the clock would be had nobody touched it.
    pub(crate) fn reset(&mut self) {
        self.reading = self.origin;
    }

    /// How long it takes until `moment`, outside; none if the clock stands still.
    pub(crate) fn wait_until(&self, moment: Moment) -> Option<Duration> {
        match self.reading {
            Reading::Frozen { .. } => None,
            Reading::Running { .. } => {
                let left = moment.timestamp().duration_since(self.now().timestamp());
                Some(Duration::try_from(left).unwrap_or(Duration::ZERO))
            }
        }
    }
}

impl Reading {
    fn new(mode: ClockMode, now: Moment) -> Self {
        match mode {
            ClockMode::Frozen => Self::Frozen { now },
            ClockMode::Running => Self::Running { base: now, since: monotonic() },
        }
    }

    fn now(&self) -> Moment {
        match self {
            Self::Frozen { now } => *now,
            Self::Running { base, since } => {
                let elapsed = monotonic().saturating_duration_since(*since);
                base.plus(SignedDuration::try_from(elapsed).unwrap_or(SignedDuration::MAX))
            }
        }
    }
}

/// The only place where this crate asks the machine for time: how much has passed, never what time it is.
fn monotonic() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Moment {
        "2026-03-02T12:00:00Z".parse().expect("an instant")
    }

    #[tokio::test(start_paused = true)]
    async fn a_frozen_clock_stands_still() {
        let clock = VirtualClock::new(ClockMode::Frozen, start());
        tokio::time::advance(Duration::from_mins(1)).await;
        assert_eq!(clock.now(), start());
        assert_eq!(clock.wait_until(start().plus_days(1)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_running_clock_passes_as_time_does() {
        let mut clock = VirtualClock::new(ClockMode::Running, start());
        tokio::time::advance(Duration::from_mins(1)).await;
        assert_eq!(clock.now(), start().plus(SignedDuration::from_mins(1)));
        assert_eq!(
            clock.wait_until(start().plus(SignedDuration::from_secs(90))),
            Some(Duration::from_secs(30))
        );
        assert_eq!(clock.wait_until(start()), Some(Duration::ZERO));
        clock.set(ClockMode::Running, start().plus_days(10));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(clock.now(), start().plus_days(10).plus(SignedDuration::from_secs(1)));
        clock.reset();
        assert_eq!(clock.now(), start().plus(SignedDuration::from_secs(61)));
    }
}
