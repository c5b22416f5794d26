//! Tests of `billwire-crypto`: every one of them on both providers.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking, and clippy only exempts the test functions themselves"
)]

mod support;

mod debug;
mod envelope;
mod jwe;
mod jwks;
mod jwt;
mod keys;
mod mac;
mod properties;
mod providers;
mod request;
mod rfc;
mod traps;
mod vectors;
mod wycheproof;
