//! `cargo xtask build-times`: what each way of using the crates costs in crates and in seconds of a cold build.
//!
//! Prints the table that the README shows. Builds in a folder of its own below `target/`, emptied before each build;
//! downloads are done before and not counted.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::thread;

use anyhow::{Context, Result};

use crate::{features, process, set_up};

/// One way of using the workspace: a name for the table and the arguments of cargo that choose it.
struct Use {
    what: &'static str,
    selection: Vec<String>,
    release: bool,
}

/// Measures every use and prints the table.
///
/// # Errors
/// Something does not build, or the folder cannot be emptied.
pub(crate) fn run() -> Result<()> {
    set_up::ensure(&[set_up::C_COMPILER])?;
    process::run(&mut process::cargo("fetch", [""; 0]))?;
    let mut rows = Vec::new();
    for usage in uses(&features::everything(&features::packages()?)) {
        let tree = process::output(&mut tree(&usage))?;
        rows.push(format!("| {} | {} | {} s |", usage.what, crates_in(&tree), cold_build(&usage)?));
    }
    let cores = thread::available_parallelism().map_or(1, usize::from);
    println!(
        "\n| what | crates, ours included | cold build on {cores} cores |\n| --- | --- | --- |\n{}",
        rows.join("\n")
    );
    Ok(())
}

fn uses(everything: &str) -> Vec<Use> {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect();
    vec![
        Use {
            what: "`billwire-models` alone",
            selection: words("--package billwire-models"),
            release: false,
        },
        Use { what: "`billwire`, default features", selection: words("--package billwire"), release: false },
        Use {
            what: "`billwire` without default features, with `q2`, `core` and `webhooks` (no C compiler)",
            selection: words("--package billwire --no-default-features --features q2,core,webhooks"),
            release: false,
        },
        Use {
            what: "every crate with every feature",
            selection: words(&format!("--workspace --exclude xtask --features {everything}")),
            release: false,
        },
        Use {
            what: "the command `billwire`, release build",
            selection: words("--package billwire-cli"),
            release: true,
        },
    ]
}

fn tree(usage: &Use) -> std::process::Command {
    let format = ["--edges", "normal,build", "--prefix", "none", "--no-dedupe", "--format", "{p}"];
    let mut tree = process::cargo("tree", &usage.selection);
    tree.args(format);
    tree
}

/// How many different crates (by name and version) a tree holds.
fn crates_in(tree: &str) -> usize {
    let crates = tree.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?))
    });
    crates.collect::<BTreeSet<_>>().len()
}

/// The seconds that a build into an empty folder takes.
fn cold_build(usage: &Use) -> Result<u64> {
    let folder = process::root().join("target").join("build-times");
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("emptying {}", folder.display()));
        }
        _ => {}
    }
    let mut build = process::cargo("build", &usage.selection);
    if usage.release {
        build.arg("--release");
    }
    let start = process::stopwatch();
    process::run(build.arg("--quiet").env("CARGO_TARGET_DIR", &folder))?;
    Ok(start.elapsed().as_secs())
}

#[cfg(test)]
mod tests {
    use super::crates_in;

    #[test]
    fn a_crate_counts_once_for_each_version() {
        let tree =
            "billwire v0.1.0 (/a)\nserde v1.0.0\nsyn v2.0.0\nsyn v3.0.0\nserde v1.0.0 (*)\n\nserde v1.0.0\n";
        assert_eq!(crates_in(tree), 4);
    }
}
