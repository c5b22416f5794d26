//! The tests of billwire-core: a scripted transport, a clock that jumps, no network and no waiting.

#![expect(
    clippy::expect_used,
    reason = "helpers of tests fail by panicking, and clippy only exempts the test functions themselves"
)]

mod answers;
mod billerapi;
#[rustfmt::skip]
mod billerapi_samples;
mod blocking;
mod generated;
mod hostile;
mod keys;
mod messages;
mod pages;
mod path;
#[rustfmt::skip]
mod q2_samples;
mod requests;
mod retries;
mod rules;
mod scopes;
mod secrets;
mod splitter;
mod streams;
mod support;
mod time_limits;
mod traces;
mod traps;
mod unbill;
#[rustfmt::skip]
mod unbill_samples;
