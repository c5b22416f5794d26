//! Tests of the command from outside: the real binary, against the real sandbox.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking, and clippy only exempts the test functions themselves"
)]

mod bad_input;
mod demo;
mod every_operation;
mod export;
mod help;
mod manual;
mod operations;
mod run;
mod sandbox;
mod streams;
