//! `cargo xtask diff OLD.yaml NEW.yaml`: what changed between two descriptions, and whether it breaks users.
//!
//! Compares the checked models, so layout, order, descriptions and examples do not count. "Breaks users" means: code that
//! was written against the crates made from OLD may stop compiling or may behave differently with those made from NEW, or
//! a program built from OLD no longer works with the service that NEW describes.

mod change;
mod objects;
mod operations;
mod usage;

use std::fs;

use anyhow::{Context as _, Result};

use crate::codegen::model::Description;
use change::{Change, Changes};

const USAGE: &str = "\
Usage: cargo xtask diff OLD.yaml NEW.yaml [--json]

Lists what changed between two API descriptions: operations, parameters, members, enumerations, events, types. Each line
says whether it breaks users, and why.

  --json  one JSON object on standard output

Exit codes: 0 nothing breaks users, 1 something does, or a description has mistakes, 2 wrong arguments";

/// Runs the command. Returns the exit code.
pub fn run(arguments: &[String]) -> Result<u8> {
    let mut json = false;
    let mut paths = Vec::new();
    for argument in arguments {
        match argument.as_str() {
            "--json" => json = true,
            "--help" | "-h" => {
                println!("{USAGE}");
                return Ok(0);
            }
            path if !path.starts_with('-') => paths.push(path),
            other => {
                eprintln!("error: unknown argument `{other}`\n\n{USAGE}");
                return Ok(2);
            }
        }
    }
    let [old, new] = paths.as_slice() else {
        eprintln!("error: name two descriptions\n\n{USAGE}");
        return Ok(2);
    };
    let changes = compare(&describe(old)?, &describe(new)?);
    let breaking = changes.iter().filter(|change| change.breaks).count();
    if json {
        println!("{}", change::json(&changes));
    } else {
        for change in &changes {
            println!("{change}");
        }
        println!("{}", summary(changes.len(), breaking));
    }
    Ok(u8::from(breaking > 0))
}

fn describe(path: &str) -> Result<Description> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    crate::codegen::parse("q2", path, &text)
}

fn compare(old: &Description, new: &Description) -> Vec<Change> {
    let mut changes = Changes::default();
    operations::compare(old, new, &mut changes);
    objects::compare(old, new, &mut changes);
    changes.sorted()
}

fn summary(total: usize, breaking: usize) -> String {
    let changes = if total == 1 { "change" } else { "changes" };
    match (total, breaking) {
        (0, _) => "no changes that users could notice".to_owned(),
        (_, 0) => format!("{total} {changes}, none breaks users"),
        _ => format!("{total} {changes}, {breaking} of them breaking users"),
    }
}
