//! Checks what goes out against the description, so that a test which runs against the sandbox also tests the sandbox.
//!
//! With the feature `validate-answers` every answer and every webhook is compared with the schemas that are generated from
//! the description, before quirks, faults and encryption make of it what they are asked to. A wrong answer becomes a 500
//! that says where, a wrong webhook fails its attempt, and both are kept as violations. Without the feature all of this
//! is nothing.

#[cfg(feature = "validate-answers")]
mod checked;
#[cfg(feature = "validate-answers")]
mod schemas;
#[cfg(feature = "validate-answers")]
#[cfg(test)]
mod tests;
#[cfg(not(feature = "validate-answers"))]
mod unchecked;
#[cfg(feature = "validate-answers")]
mod violation;

#[cfg(feature = "validate-answers")]
pub(crate) use self::checked::Contract;
#[cfg(not(feature = "validate-answers"))]
pub(crate) use self::unchecked::Contract;
#[cfg(feature = "validate-answers")]
pub use self::violation::Violation;
