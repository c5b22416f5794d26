//! Methods of the Unbill models that a description cannot express.
//!
//! - `Event`: read from the body of a webhook, bare or wrapped
//! - `BillUpdateData`: the balance before and now, in either generation of its form
//! - `MfaChallenge`: from a challenge to the one right form of its answer
//! - `CreateToken`: one-time and reusable tokens, never by omission
//! - `SchedulePayment`: paying now and paying on a day as two different things
//!
//! Nothing here does I/O or knows the time.

mod bill_update;
mod create_token;
mod event;
mod schedule_payment;
mod step_auth;

pub use event::WrappedEvent;
pub use schedule_payment::{ConflictingDays, PayDateName};
pub use step_auth::InvalidStep;
