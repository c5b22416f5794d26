//! Wire models of the legacy version of Q2 Biller Direct (`api.unbill.co/v1`).
//!
//! An API of its own beside [`q2`](crate::q2), not a mode of it: logins are answered at once, a token works once unless
//! said otherwise, and there is no message security. Generated from `apis/unbill/openapi.yaml`; methods that a description
//! cannot express stand in `behaviour/`.
//!
//! Source: Unbill v1 description, all sections.

pub mod behaviour;
#[rustfmt::skip]
mod generated;

pub use generated::*;
