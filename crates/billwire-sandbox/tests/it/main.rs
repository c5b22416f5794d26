//! The sandbox over HTTP, driven by a plain client: nothing of the SDK stands between the test and the wire.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking, and clippy only exempts the test functions themselves"
)]

mod auths;
mod clients;
mod companies;
mod control;
mod envelopes;
mod holds;
mod http;
mod keys;
mod method_endings;
mod mfa;
mod outside;
mod partner;
mod payment_methods;
mod payments;
mod quirks;
mod quirks_of_requests;
mod receiver;
mod running;
mod signing;
mod state;
mod story;
mod swaps;
mod sync;
mod validated;
mod values;
mod vectors;
mod webhooks;
mod wire;
