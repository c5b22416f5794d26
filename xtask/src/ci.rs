//! `cargo xtask ci`: every check, one after the other, with all failures at the end.
//!
//! The workflows in `.github/` and the gate in `.ci/run` run these same steps, so that what passes here passes there.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::{arrows, features, footprint, lint_api, probe_api, process, sandbox, set_up, test, tidy};

/// How a step ended.
enum Outcome {
    Passed,
    /// Not possible on this machine; says who does it instead. Told at the end, never silent.
    Elsewhere(&'static str),
}

/// One step: its name for `--only`, what it checks, and the check.
struct Step {
    name: &'static str,
    about: &'static str,
    check: fn() -> Result<Outcome>,
}

/// The steps, the quick ones first.
#[rustfmt::skip]
const STEPS: &[Step] = &[
    Step { name: "format", about: "rustfmt would change nothing", check: format },
    Step { name: "tidy", about: "rules of the tree that no compiler checks", check: || passed(tidy::run()) },
    Step { name: "arrows", about: "who may name whom, and what a crate must not pull in", check: || passed(arrows::run()) },
    Step { name: "codegen", about: "generated files are what the descriptions say", check: || passed(crate::codegen_check()) },
    Step { name: "lint-api", about: "two third-party linters find nothing in the API descriptions", check: || passed(lint_api::run()) },
    Step { name: "supply-chain", about: "licences, bans and sources of every dependency", check: supply_chain },
    Step { name: "clippy", about: "no warning, all targets, all features", check: clippy },
    Step { name: "docs", about: "documentation builds without a warning", check: docs },
    Step { name: "features", about: "each crate with no, default, each and all features", check: feature_sets },
    Step { name: "demo", about: "the story of the README and that of every API, release build", check: demo },
    Step { name: "footprint", about: "the sandbox is ready within 100 ms and idles under 40 MiB", check: || passed(footprint::run()) },
    Step { name: "probe-api", about: "a third-party property tester finds nothing in the running sandbox", check: || passed(probe_api::run()) },
    Step { name: "test", about: "every test and documentation example", check: || passed(test::tests()?.close()) },
];

/// Runs the steps that the arguments choose: all, `--only a,b` or `--skip a,b`. Goes on after a failure, unless
/// `--fail-fast` is given.
///
/// # Errors
/// A step failed, or the arguments name a step that does not exist.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let Choice { steps, fail_fast } = choose(arguments)?;
    let mut told = Vec::new();
    let mut failed = Vec::new();
    for step in &steps {
        println!("\n== {}: {}", step.name, step.about);
        let start = process::stopwatch();
        let result = (step.check)();
        let word = match &result {
            Ok(Outcome::Passed) => "passed".to_owned(),
            Ok(Outcome::Elsewhere(why)) => format!("NOT RUN HERE: {why}"),
            Err(error) => format!("FAILED: {error:#}"),
        };
        println!("== {}: {word}", step.name);
        told.push(row(step.name, start.elapsed(), &word));
        if result.is_err() {
            failed.push(step.name);
            if fail_fast {
                break;
            }
        }
    }
    println!("\n{}", told.join("\n"));
    match failed.first() {
        None => Ok(()),
        Some(first) => bail!("failed: {}; again with `cargo xtask ci --only {first}`", failed.join(", ")),
    }
}

/// What the arguments ask for.
struct Choice {
    steps: Vec<&'static Step>,
    fail_fast: bool,
}

fn choose(arguments: &[String]) -> Result<Choice> {
    let mut steps: Vec<&Step> = STEPS.iter().collect();
    let mut fail_fast = false;
    let mut arguments = arguments.iter().map(String::as_str);
    while let Some(argument) = arguments.next() {
        match argument {
            "--only" => {
                let names = names_after(argument, arguments.next())?;
                steps.retain(|step| names.contains(&step.name));
            }
            "--skip" => {
                let names = names_after(argument, arguments.next())?;
                steps.retain(|step| !names.contains(&step.name));
            }
            "--fail-fast" => fail_fast = true,
            "--keep-going" => fail_fast = false,
            other => bail!(
                "`{other}` is not an argument of ci: --only STEPS, --skip STEPS, --fail-fast, --keep-going"
            ),
        }
    }
    Ok(Choice { steps, fail_fast })
}

fn names_after<'a>(argument: &str, value: Option<&'a str>) -> Result<Vec<&'a str>> {
    let known = || STEPS.iter().map(|step| step.name).collect::<Vec<_>>().join(", ");
    let Some(value) = value else {
        bail!("{argument} needs step names with commas between them: {}", known())
    };
    let names: Vec<&str> = value.split(',').collect();
    if let Some(unknown) = names.iter().find(|name| !STEPS.iter().any(|step| step.name == **name)) {
        bail!("there is no step `{unknown}`; the steps are {}", known());
    }
    Ok(names)
}

fn row(name: &str, took: Duration, word: &str) -> String {
    let first_line = word.lines().next().unwrap_or_default();
    format!("{name:<14}{:>6.1} s  {first_line}", took.as_secs_f64())
}

fn passed(result: Result<()>) -> Result<Outcome> {
    result.map(|()| Outcome::Passed)
}

fn format() -> Result<Outcome> {
    passed(process::run(&mut process::cargo("fmt", ["--all", "--check"])))
}

fn clippy() -> Result<Outcome> {
    set_up::ensure(&[set_up::C_COMPILER])?;
    let all = features::everything(&features::packages()?);
    let crates =
        ["--workspace", "--exclude", "xtask", "--all-targets", "--features", &all, "--", "-D", "warnings"];
    process::run(&mut process::cargo("clippy", crates))?;
    let own = ["--package", "xtask", "--all-targets", "--", "-D", "warnings"];
    passed(process::run(&mut process::cargo("clippy", own)))
}

fn docs() -> Result<Outcome> {
    let all = features::everything(&features::packages()?);
    let crates = ["--workspace", "--exclude", "xtask", "--no-deps", "--features", &all];
    passed(process::run(process::cargo("doc", crates).env("RUSTDOCFLAGS", "-D warnings")))
}

/// Goes through all sets and tells every one that fails: a missing `cfg` seldom comes alone.
fn feature_sets() -> Result<Outcome> {
    set_up::ensure(&[set_up::C_COMPILER, set_up::OPENSSL_HEADERS])?;
    let mut failed = Vec::new();
    for package in features::packages()? {
        for set in features::sets(&package) {
            let set = set.join(",");
            let arguments =
                ["--quiet", "--package", &package.name, "--no-default-features", "--features", &set];
            let result = process::run(process::cargo("clippy", arguments).args(["--", "-D", "warnings"]));
            if result.is_err() {
                failed.push(format!("{} with `{set}`", package.name));
            }
        }
    }
    if !failed.is_empty() {
        bail!("does not build without warnings: {}", failed.join("; "));
    }
    Ok(Outcome::Passed)
}

/// The plain story, which is that of the README, and the story of every other API.
fn demo() -> Result<Outcome> {
    let binary = sandbox::build()?;
    process::run(&mut process::program(&binary, ["demo", "--json"]))?;
    for description in lint_api::descriptions(&process::root())? {
        let api = probe_api::api_of(&description)?;
        process::run(&mut process::program(&binary, ["demo", "--api", api, "--json"]))?;
    }
    Ok(Outcome::Passed)
}

fn supply_chain() -> Result<Outcome> {
    if !process::is_installed("cargo", &["deny", "--version"]) {
        return Ok(Outcome::Elsewhere(
            "cargo-deny is not installed (get it with `cargo install --locked cargo-deny`); .github/workflows/supply-chain.yml runs it",
        ));
    }
    passed(process::run(&mut process::cargo("deny", ["check", "bans", "licenses", "sources"])))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{STEPS, choose, row};

    fn chosen(arguments: &[&str]) -> Vec<&'static str> {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        choose(&arguments).unwrap().steps.iter().map(|step| step.name).collect()
    }

    fn refused(arguments: &[&str]) -> String {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        choose(&arguments).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn all_steps_run_unless_some_are_chosen() {
        assert_eq!(chosen(&[]).len(), STEPS.len());
        assert_eq!(chosen(&["--only", "docs,format"]), ["format", "docs"]);
        assert_eq!(chosen(&["--skip", "test,features", "--fail-fast"]).len(), STEPS.len() - 2);
    }

    #[test]
    fn a_step_that_does_not_exist_is_refused_with_the_list() {
        assert!(
            refused(&["--only", "formt"]).starts_with("there is no step `formt`; the steps are format, tidy")
        );
        assert!(refused(&["--only"]).starts_with("--only needs step names"));
        assert!(refused(&["--fast"]).starts_with("`--fast` is not an argument"));
    }

    #[test]
    fn the_summary_has_one_line_for_a_step() {
        assert_eq!(
            row("docs", Duration::from_millis(1500), "FAILED: a\nb"),
            "docs             1.5 s  FAILED: a"
        );
    }
}
