//! Tests of the build commands, through the binary, as a person uses them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cases;
mod compile;
mod diff;
mod mistakes;
mod support;
mod up_to_date;
