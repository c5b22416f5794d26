//! The transport against servers that behave, and against servers that delay, cut, truncate and lie.

#![expect(
    clippy::expect_used,
    reason = "helpers of tests fail by panicking, and clippy only exempts the test functions themselves"
)]

mod behaved;
mod connecting;
mod cut;
mod limits;
mod pieces;
mod support;
mod through_core;
mod wire;
