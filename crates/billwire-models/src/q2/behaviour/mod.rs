//! Methods of the Q2 models that a description cannot express.
//!
//! - [`EventBody`]: the forms in which the body of a webhook shows up, and the wrapped form that is sent
//! - [`Challenge`]: from a security challenge, live or stored, to the one right form of its answer
//! - `StepAuth`: answers built from the [challenge](super::SecurityChallenge) they answer
//! - [`Hold`] and [`HoldAdvice`]: what to do about a hold, by its code
//! - `Fees`: what a payment costs on top
//! - `RevokeTokens`: all tokens of a client or one token, never both
//! - `SchedulePayment`: paying now and paying on a day as two different things
//! - `BillUpdateData`, `PaymentMethodStatus`: questions that need two documented forms or several values to answer
//!
//! Nothing here does I/O or knows the time.

mod bill_update;
mod challenge;
mod challenge_answer;
mod event;
mod fees;
mod hold_advice;
mod payment_method;
mod revoke_tokens;
mod schedule_payment;
mod step_auth;

pub use crate::event_body::{Change, InvalidEvent};
pub use challenge::{
    Challenge, CodeRequest, Destination, DestinationChoice, LiveChallenge, Prompt, Questions, Resend,
};
pub use challenge_answer::{Question, StoredQuestions};
pub use event::{BarePayload, EventBody, WrappedEvent};
pub use fees::{UnknownSurcharge, UnknownSurchargeKind};
pub use hold_advice::{Hold, HoldActor, HoldAdvice, HoldRetry, HoldStep};
pub use revoke_tokens::RevocationTarget;
pub use schedule_payment::{ConflictingDays, PayDateName};
pub use step_auth::{InvalidStep, InvalidStepKind};
