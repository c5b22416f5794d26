//! Methods of the Unbill models that a description cannot express.
//!
//! - `Event`: read from the body of a webhook, bare or wrapped
//! - `MfaChallenge`: from a challenge to the one right form of its answer
//! - `CreateToken`: one-time and reusable tokens, never by omission
//! - `SchedulePayment`: paying now and paying on a day as two different things
//!
//! Nothing here does I/O or knows the time.

mod create_token;
mod schedule_payment;
mod step_auth;

pub use schedule_payment::{ConflictingDays, PayDateName};
pub use step_auth::InvalidStep;
