//! What a description of BillerAPI cannot express.
//!
//! - `Bill`: amounts in two units on the wire, in one here
//! - [`EventBody`], [`Envelope`]: the three envelopes of a webhook, read into one [event](super::Event)
//! - `Event`: when it happened, whether it is live, what it is about, by what a repeated one is known
//! - [`RATE_LIMITS`]: the documented limits of each group of operations
//!
//! Nothing here does I/O or knows the time.

mod bill;
mod envelope;
mod event;
mod rate_limits;

pub use envelope::Envelope;
pub use event::EventBody;
pub use rate_limits::RATE_LIMITS;
