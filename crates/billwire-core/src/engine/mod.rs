//! The one loop that sends, waits and repeats.

mod attempt;
mod call_id;
mod run;
mod trace;

pub(crate) use self::run::{Link, run};
