//! The sandbox over HTTP, driven by a plain client: nothing of the SDK stands between the test and the wire.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking, and clippy only exempts the test functions themselves"
)]

mod auths;
#[cfg(feature = "billerapi")]
mod billerapi;
mod causes;
mod clients;
mod companies;
mod control;
mod delays;
mod envelopes;
mod faults;
mod holds;
mod http;
mod keys;
mod method_endings;
mod mfa;
mod outside;
mod partner;
mod payment_methods;
mod payments;
mod population;
mod quirks;
mod quirks_of_requests;
mod receiver;
mod running;
mod security_channel;
mod signing;
mod socket;
mod state;
mod statuses;
mod story;
mod swaps;
mod sync;
mod unbill;
mod validated;
mod values;
mod vectors;
mod webhook_faults;
mod webhooks;
mod wire;
