//! The emulated Unbill, rule by rule.
//!
//! Source: Unbill v1 description, sections 3, 4, 7, 9, 10 and 12.

mod challenges;
mod clients;
mod companies;
mod faults;
mod legacy;
mod logins;
mod methods;
mod outside;
mod payments;
mod refusals;
mod webhooks;
mod wire;
mod worlds;
