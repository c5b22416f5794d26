//! Tests of the build commands, through the binary, as a person uses them.

mod cases;
mod compile;
mod diff;
mod mistakes;
mod support;
mod up_to_date;
