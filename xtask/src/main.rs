//! Build commands of the workspace: `cargo xtask COMMAND`.
//!
//! One file per command; this one only finds it. The crate names none of ours, so it builds even when they do not.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::single_match_else,
    clippy::struct_field_names,
    reason = "a command for this repository: it talks to people, and nobody depends on its items"
)]

mod arrows;
mod build_times;
mod ci;
mod codegen;
mod diff;
mod features;
mod footprint;
mod lint_api;
mod probe_api;
mod process;
mod sandbox;
mod set_up;
mod snapshots;
mod test;
mod throughput;
mod tidy;
mod tools;

use std::process::ExitCode;

use process::root as workspace_root;

const USAGE: &str = "\
Usage: cargo xtask COMMAND [ARGUMENT]...

  codegen       write every generated file from the API descriptions; --check only compares
  diff          what changed between two descriptions, and whether it breaks users
  test          every test and check; the last line counts them
  ci            all of that and format, clippy, docs, features, supply chain, demo; --only STEPS, --skip STEPS
  arrows        who may name whom, and what a crate must not pull in
  tidy          rules of the tree that no compiler checks
  lint-api      two third-party linters on the API descriptions (needs Node.js)
  probe-api     a third-party property tester against the running sandbox (needs Python)
  build-times   crates and seconds of each way of using the crates, as the README shows them
  throughput    the sandbox against a bare handler and against Prism (needs Node.js); --without-prism
  footprint     how soon the sandbox is ready and how much memory it holds

Exit codes: 0 well, 1 a check failed, 2 wrong arguments";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((command, rest)) = arguments.split_first() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let outcome = match command.as_str() {
        "codegen" => codegen::run(rest),
        "diff" => diff::run(rest),
        "test" if rest.is_empty() => test::run().map(|()| 0),
        "ci" => ci::run(rest).map(|()| 0),
        "arrows" if rest.is_empty() => arrows::run().map(|()| 0),
        "tidy" if rest.is_empty() => tidy::run().map(|()| 0),
        "lint-api" if rest.is_empty() => lint_api::run().map(|()| 0),
        "probe-api" if rest.is_empty() => probe_api::run().map(|()| 0),
        "build-times" if rest.is_empty() => build_times::run().map(|()| 0),
        "throughput" => throughput::run(rest),
        "footprint" if rest.is_empty() => footprint::run().map(|()| 0),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(0)
        }
        _ => {
            eprintln!("error: no command `{}`\n\n{USAGE}", arguments.join(" "));
            Ok(2)
        }
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The check that the generated files are what the descriptions say.
fn codegen_check() -> anyhow::Result<()> {
    match codegen::run(&["--check".to_owned()])? {
        0 => Ok(()),
        _ => anyhow::bail!("generated files are not what the descriptions say: run `cargo xtask codegen`"),
    }
}
