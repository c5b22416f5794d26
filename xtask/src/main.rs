//! Build commands of the workspace: `cargo xtask` lists them.

mod arrows;
mod build_times;
mod ci;
mod features;
mod footprint;
mod process;
mod set_up;
mod test;
mod tidy;

use std::process::ExitCode;

use anyhow::{Result, bail};

/// What `cargo xtask` prints without a command.
const USAGE: &str = "\
cargo xtask codegen [--check]    write every generated file from apis/, or compare
cargo xtask diff OLD NEW         what changed between two descriptions, and whether it breaks users
cargo xtask test                 every test and check; the last line counts them
cargo xtask ci                   all of that and format, clippy, docs, features, supply chain (--only, --skip)
cargo xtask arrows               who may name whom, and what a crate must not pull in
cargo xtask tidy                 rules of the tree that no compiler checks
cargo xtask build-times          crates and seconds of each way of using the crates, as the README shows them
cargo xtask footprint            how soon the sandbox is ready and how much memory it holds";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        #[expect(clippy::print_stderr, reason = "a command talks to the person who started it")]
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let Some((command, rest)) = arguments.split_first() else { bail!("name a command:\n{USAGE}") };
    match (command.as_str(), rest) {
        ("test", []) => test::run(),
        ("ci", rest) => ci::run(rest),
        ("arrows", []) => arrows::run(),
        ("tidy", []) => tidy::run(),
        ("build-times", []) => build_times::run(),
        ("footprint", []) => footprint::run(),
        _ => bail!("`{}` is not a command:\n{USAGE}", arguments.join(" ")),
    }
}

/// The check that generated files are what the descriptions say.
fn codegen_check() -> Result<()> {
    bail!("the generator is not there yet")
}
