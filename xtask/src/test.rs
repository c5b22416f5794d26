//! `cargo xtask test`: everything that proves the workspace, in one command.
//!
//! Sets up what it needs, runs every test and documentation example of every crate with all features, then the checks
//! of the tree. The last line is `N passed, N failed`: tests and checks together. Nothing is skipped silently: a test
//! that is switched off, a requirement that is missing and a run that broke off are failures with a name.

use std::process::Command;

use anyhow::{Result, bail};

use crate::{arrows, features, process, set_up, snapshots, tidy};

/// A check of the tree: what it is called and how it runs.
type Check = (&'static str, fn() -> Result<()>);

/// Checks of the tree that belong to the tests.
const CHECKS: &[Check] =
    &[("codegen --check", crate::codegen_check), ("arrows", arrows::run), ("tidy", tidy::run)];

/// A test that wants a figure in the closing report prints a line that starts so.
const FIGURE: &str = "figure: ";

/// Runs tests and checks.
///
/// # Errors
/// Any test or check failed; each is named above the closing line.
pub(crate) fn run() -> Result<()> {
    let mut tally = tests()?;
    println!();
    for (name, check) in CHECKS {
        tally.check(name, check());
    }
    tally.close()
}

/// Runs the tests alone, without the checks of the tree.
///
/// # Errors
/// Cargo cannot be asked for the features of the crates. A failed test is in the tally.
pub(crate) fn tests() -> Result<Tally> {
    let start = process::stopwatch();
    let mut tally = Tally::default();
    tally.problem("set-up", set_up::ensure(&[set_up::C_COMPILER]));
    let all = features::everything(&features::packages()?);
    let crates = ["--workspace", "--exclude", "xtask", "--no-fail-fast", "--features", &all];
    let list = snapshots::new_list()?;
    tally.cargo_test(
        "the tests of the crates",
        process::cargo("test", crates).env(snapshots::VARIABLE, &list),
    )?;
    if tally.failed == 0 {
        tally.problem("snapshots", snapshots::none_left_over(&list));
    }
    // The generator and the checks are built apart: their features would be mixed into those of the crates.
    tally.cargo_test(
        "the tests of xtask",
        &mut process::cargo("test", ["--package", "xtask", "--no-fail-fast"]),
    )?;
    println!("\n{} tests ran in {} s", tally.passed + tally.failed, start.elapsed().as_secs());
    Ok(tally)
}

/// What passed, what failed, and what has to be said at the end.
#[derive(Default)]
pub(crate) struct Tally {
    passed: usize,
    failed: usize,
    failures: Vec<String>,
    figures: Vec<String>,
    /// Inside the part of the output that repeats what passed.
    repeating: bool,
}

impl Tally {
    /// Counts one check that is not a test.
    pub(crate) fn check(&mut self, name: &str, result: Result<()>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(error) => self.fail(format!("{name}: {error:#}")),
        }
    }

    /// Counts something that is only worth a word when it went wrong.
    fn problem(&mut self, name: &str, result: Result<()>) {
        if let Err(error) = result {
            self.fail(format!("{name}: {error:#}"));
        }
    }

    fn fail(&mut self, what: String) {
        self.failed += 1;
        self.failures.push(what);
    }

    /// Runs one `cargo test` to its end, showing its output as it comes.
    fn cargo_test(&mut self, what: &str, command: &mut Command) -> Result<()> {
        let failed_before = self.failed;
        let status = process::lines(command.args(["--", "--show-output"]), |line| {
            if self.line(line) {
                println!("{line}");
            }
        })?;
        if !status.success() && self.failed == failed_before {
            self.fail(format!("{what} did not run to their end ({status}): the reason stands above"));
        }
        Ok(())
    }

    /// Reads one line of a test program's output; whether it should be shown.
    fn line(&mut self, line: &str) -> bool {
        if let Some(figure) = line.strip_prefix(FIGURE) {
            self.figures.push(figure.to_owned());
            return false;
        }
        if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.failures.push(name.to_owned());
        }
        self.repeating = match line {
            "successes:" => true,
            "failures:" => false,
            _ => self.repeating && !line.starts_with("test result: "),
        };
        if let Some(result) = line.strip_prefix("test result: ") {
            self.passed += count(result, "passed");
            self.failed += count(result, "failed");
            let ignored = count(result, "ignored") + count(result, "filtered out");
            if ignored > 0 {
                self.fail(format!("{ignored} tests are switched off: run them or remove them"));
            }
        }
        !self.repeating
    }

    /// Prints the figures, the failures and the closing line.
    ///
    /// # Errors
    /// Something failed, or nothing ran at all.
    pub(crate) fn close(self) -> Result<()> {
        println!();
        for figure in &self.figures {
            println!("{figure}");
        }
        for failure in &self.failures {
            println!("failed: {failure}");
        }
        println!("{} passed, {} failed", self.passed, self.failed);
        if self.failed > 0 || self.passed == 0 {
            bail!("{} failed, {} passed; the names stand above the closing line", self.failed, self.passed);
        }
        Ok(())
    }
}

/// The number before a word in `ok. 12 passed; 0 failed; 0 ignored; …`.
fn count(result: &str, word: &str) -> usize {
    let parts = result.split(['.', ';']).map(str::trim);
    let number =
        parts.filter_map(|part| part.strip_suffix(word)).find_map(|number| number.trim().parse().ok());
    number.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::Tally;

    fn tally(output: &str) -> (Tally, Vec<String>) {
        let mut tally = Tally::default();
        let shown = output.lines().filter(|line| tally.line(line)).map(str::to_owned).collect();
        (tally, shown)
    }

    #[test]
    fn the_results_of_all_test_programs_are_added_up() {
        let output = "test a ... ok\ntest result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s\n\
                      test b::c ... FAILED\ntest result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s\n";
        let (tally, _) = tally(output);
        assert_eq!((tally.passed, tally.failed), (15, 1));
        assert_eq!(tally.failures, ["b::c"]);
        assert!(tally.close().is_err());
    }

    #[test]
    fn a_test_that_is_switched_off_is_a_failure() {
        let (tally, _) = tally(
            "test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
        );
        assert_eq!(tally.failures, ["1 tests are switched off: run them or remove them"]);
    }

    #[test]
    fn what_passed_is_not_repeated_and_figures_are_kept_for_the_end() {
        let output = "test a ... ok\n\nsuccesses:\n\n---- a stdout ----\nfigure: vectors: 52 of 52\nnoise\n\nsuccesses:\n    a\n\nfailures:\n\n---- b stdout ----\nreason\n\
                      test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n";
        let (tally, shown) = tally(output);
        assert_eq!(tally.figures, ["vectors: 52 of 52"]);
        assert_eq!(shown.join("|").matches("noise").count(), 0);
        assert!(
            shown.iter().any(|line| line == "reason")
                && shown.iter().any(|line| line.starts_with("test result"))
        );
    }

    #[test]
    fn a_run_without_any_test_is_a_failure() {
        assert!(Tally::default().close().is_err());
    }

    #[test]
    fn a_failed_check_is_named_with_its_reason() {
        let mut tally = Tally::default();
        tally.check("tidy", Err(anyhow!("2 things are out of order")));
        tally.check("arrows", Ok(()));
        assert_eq!((tally.passed, tally.failed), (1, 1));
        assert_eq!(tally.failures, ["tidy: 2 things are out of order"]);
    }

    #[test]
    fn a_test_program_that_breaks_off_is_a_failure() {
        let mut tally = Tally::default();
        tally.cargo_test("the tests of a", &mut crate::process::program("false", [""; 0])).unwrap();
        assert_eq!(tally.failed, 1);
        assert!(
            tally.failures[0].starts_with("the tests of a did not run to their end (exit"),
            "{:?}",
            tally.failures
        );
    }
}
