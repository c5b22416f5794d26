//! Fakes for tests, of this crate and of yours: a transport that follows a script, and a clock that stands still.
//!
//! ```
//! use std::time::Duration;
//! use billwire_core::{Clock, testing::ManualClock};
//!
//! let clock = ManualClock::new("2026-01-02T03:04:05Z".parse().expect("a timestamp"));
//! clock.advance(Duration::from_secs(5));
//! assert_eq!(clock.now().to_string(), "2026-01-02T03:04:10Z");
//! ```

mod manual_clock;
mod scripted_transport;

pub use self::manual_clock::ManualClock;
pub use self::scripted_transport::{ScriptedTransport, Step};
