//! Wire models of Q2 Biller Direct and CardSwap, current version (`api.q2open.io/v1`).
//!
//! Generated from `apis/q2/openapi.yaml`; methods that a description cannot express stand in `behaviour/`.
//!
//! Source: Q2 Biller Direct description, all sections.

pub mod behaviour;
#[rustfmt::skip]
mod generated;

pub use generated::*;
