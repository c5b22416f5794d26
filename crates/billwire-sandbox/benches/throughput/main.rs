//! How fast the sandbox answers, against a bare axum handler that returns the same bytes with the same headers, and
//! against Prism, a mock server that is fed with our description.
//!
//! ```sh
//! cargo xtask throughput                                   # installs the pinned Prism and runs all of it
//! cargo bench -p billwire-sandbox --bench throughput       # without Prism
//! ```
//!
//! Each server is a process of its own on one core, the load comes from another core over kept connections. Rounds are
//! interleaved, and what counts is the median of the ratios within a round, so that another program on the machine slows
//! down all of them alike.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program for people; what fails is a bug")]

mod compare;
mod exchange;
mod load;
mod serve;

use std::process::ExitCode;

fn main() -> ExitCode {
    // `cargo bench` adds `--bench`, which says nothing here.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["serve-sandbox"] => runtime.block_on(serve::sandbox()),
        ["serve-bare"] => runtime.block_on(serve::bare()),
        rest => {
            let Some(options) = compare::Options::read(rest) else {
                println!(
                    "arguments: [--prism PROGRAM --description FILE] [--rounds N] [--slice MILLISECONDS]"
                );
                return ExitCode::from(2);
            };
            return compare::run(&runtime, &options);
        }
    }
    ExitCode::SUCCESS
}
