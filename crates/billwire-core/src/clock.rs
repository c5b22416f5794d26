//! Time as a value passed in, so that a test of a retry or a deadline takes no time at all.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

/// The time of day, a monotonic reading, and a way to wait.
///
/// `TokioClock` (feature `tokio`) serves users of tokio; `testing::ManualClock` (feature `testing`) serves tests.
/// For another runtime write the three methods yourself: [`Clock::now`] is [`system_now`], the other two are the
/// runtime's own monotonic instant and timer.
#[async_trait]
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time of day. It dates and signs requests, so it must be right within the service's window (some
    /// minutes); it may jump.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment, never going back. It measures timeouts and deadlines.
    fn monotonic(&self) -> Duration;

    /// Waits for `duration`. The future may be dropped at any time.
    async fn sleep(&self, duration: Duration);
}

/// The machine's time of day, for callers of the layer without I/O and for implementations of [`Clock`].
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place in this crate that reads the time of day")]
pub fn system_now() -> Timestamp {
    Timestamp::now()
}

/// The [`Clock`] of a tokio runtime with its timer enabled.
#[cfg(feature = "tokio")]
#[derive(Clone, Debug)]
pub struct TokioClock {
    start: tokio::time::Instant,
}

#[cfg(feature = "tokio")]
impl TokioClock {
    /// A clock whose monotonic reading starts at zero now.
    #[must_use]
    pub fn new() -> Self {
        Self { start: tokio::time::Instant::now() }
    }
}

#[cfg(feature = "tokio")]
impl Default for TokioClock {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "tokio")]
#[async_trait]
impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        system_now()
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
