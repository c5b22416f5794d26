//! Quirks mode: the untidy forms that the documents print, each one a switch of its own.
//!
//! The world stays tidy. Answers and webhooks are rewritten on their way out, so that a decoder can be tested against
//! every printed form without waiting for the real service to show it.
//!
//! Source: Q2 Biller Direct description, section 3.2 "Trap table".

mod answers;
mod edit;
mod events;
mod quirk;
mod set;
#[cfg(test)]
mod tests;

pub use self::quirk::Quirk;
pub use self::set::Quirks;
