//! The one loop that sends, waits and repeats.

mod attempt;
mod exchange;
mod history;
mod run;
pub(crate) mod trace;

pub(crate) use self::attempt::first_of;
pub(crate) use self::exchange::{Exchange, Opened, Pieces, Whole};
pub(crate) use self::history::{History, LastAnswer};
pub(crate) use self::run::{Done, Link, run};
