//! The `billwire` command: arguments in, text or JSON out.
//!
//! Data goes to stdout and talk to stderr; exit codes are a promise (`exit.rs`). Reading order: `args`, `operation_args`,
//! `commands`, then `demo`.

mod address;
mod advice;
mod api;
mod args;
mod billerapi;
mod client;
mod commands;
mod connection;
mod demo;
mod error;
mod exit;
mod export;
mod identity;
mod json_text;
mod log;
mod operation_args;
mod ordered_json;
mod outcome;
mod output;
mod pages;
mod profile;
mod q2;
mod render;
mod secret_source;
mod signals;
mod unbill;
mod unreadable;

use std::process::ExitCode;

fn main() -> ExitCode {
    args::run(std::env::args_os().collect()).into()
}
