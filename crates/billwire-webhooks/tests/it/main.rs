//! Integration tests: one binary, one module per subject. Everything that touches a key runs on both providers.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking, and clippy only exempts the test functions themselves"
)]

mod axum_extractor;
mod billerapi;
mod debug;
mod events;
mod handled;
mod headers;
mod hostile;
mod invalid_kinds;
mod keys;
mod own_trouble;
mod policy;
mod proofs;
mod support;
mod traps;
mod unbill;
mod vectors;
