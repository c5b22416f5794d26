//! Wire models of BillerAPI (`api.billerapi.com`).
//!
//! Generated from `apis/billerapi/openapi.yaml`; methods that a description cannot express stand in `behaviour/`.
//!
//! Source: BillerAPI description, all sections.

pub mod behaviour;
#[rustfmt::skip]
mod generated;

pub use behaviour::RATE_LIMITS;
pub use generated::*;
