//! Methods of the Q2 models that a description cannot express.
//!
//! - [`EventBody`]: the forms in which the body of a webhook shows up, and the wrapped form that is sent
//! - `StepAuth`: answers built from the [challenge](super::SecurityChallenge) they answer
//! - `RevokeTokens`: all tokens of a client or one token, never both
//! - `SchedulePayment`: paying now and paying on a day as two different things
//! - `BillUpdateData`, `PaymentMethodStatus`: questions that need two documented forms or several values to answer
//!
//! Nothing here does I/O or knows the time.

mod bill_update;
mod event;
mod event_mend;
mod event_problem;
mod payment_method;
mod revoke_tokens;
mod schedule_payment;
mod step_auth;

pub use bill_update::Change;
pub use event::{BarePayload, EventBody, WrappedEvent};
pub use event_problem::InvalidEvent;
pub use revoke_tokens::RevocationTarget;
pub use schedule_payment::PayDateName;
pub use step_auth::{InvalidStep, InvalidStepKind};
