//! Tests of the command from outside: the real binary, against the real sandbox.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking, and clippy only exempts the test functions themselves"
)]

mod answers;
mod bad_input;
#[path = "../../../billwire/tests/it/billerapi_contract/mod.rs"]
mod billerapi_contract;
mod billerapi_story;
mod demo;
mod every_operation;
mod export;
mod help;
#[expect(dead_code, reason = "other contracts have more verdicts")]
#[path = "../../../billwire/tests/it/judge.rs"]
mod judge;
mod manual;
mod operations;
mod pages;
mod place;
mod repeats;
mod run;
mod sandbox;
mod scripted;
mod settings;
mod streams;
mod unbill_story;
// The contracts of the facade's tests, over the sandbox as a process.
#[path = "../../../billwire/tests/it/suite/mod.rs"]
mod suite;
#[path = "../../../billwire/tests/it/unbill_contract/mod.rs"]
mod unbill_contract;
