//! How the commands start other programs: in the workspace folder, with the command line shown when it fails.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// The workspace folder: the parent of this package's.
pub(crate) fn root() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.parent().map_or_else(|| package.clone(), Path::to_path_buf)
}

/// The cargo that started this command, ready to run in the workspace folder.
///
/// `Cargo.lock` is law for every check: a check that may change it would judge something else than what is committed.
pub(crate) fn cargo<A: AsRef<OsStr>>(subcommand: &str, arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = program(&env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()), [subcommand]);
    if !matches!(subcommand, "fmt" | "deny") {
        command.arg("--locked");
    }
    command.args(arguments);
    command
}

/// Any program, ready to run in the workspace folder without standard input.
pub(crate) fn program<A: AsRef<OsStr>>(name: &str, arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(root()).stdin(Stdio::null());
    command
}

/// Runs to the end with the output going where ours goes.
///
/// # Errors
/// The program cannot be started, or ends with a failure.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    let status = command.status().with_context(|| could_not_start(command))?;
    succeeded(command, status)
}

/// Runs to the end and hands back standard output; standard error goes where ours goes.
///
/// # Errors
/// The program cannot be started, ends with a failure, or prints something that is not UTF-8.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output().with_context(|| could_not_start(command))?;
    succeeded(command, output.status)?;
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` printed bytes that are not UTF-8", shown(command)))
}

/// Runs to the end and hands each line of standard output to `each` as it comes.
///
/// # Errors
/// The program cannot be started or its output cannot be read. Its own failure is in the returned status.
pub(crate) fn lines(command: &mut Command, mut each: impl FnMut(&str)) -> Result<ExitStatus> {
    println!("$ {}", shown(command));
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| could_not_start(command))?;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.with_context(|| format!("reading the output of `{}`", shown(command)))?;
            each(String::from_utf8_lossy(&line).trim_end_matches('\r'));
        }
    }
    child.wait().with_context(|| format!("waiting for `{}`", shown(command)))
}

/// Whether a program answers when asked for its version.
pub(crate) fn is_installed(name: &str, arguments: &[&str]) -> bool {
    let mut command = program(name, arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The command line as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(name).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// The clock on the wall, for durations that are shown to a person or held against a limit.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place of xtask that reads a clock: it measures builds and starts"
)]
pub(crate) fn stopwatch() -> Instant {
    Instant::now()
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{}` ended with {status}", shown(command));
    }
    Ok(())
}

fn could_not_start(command: &Command) -> String {
    format!("`{}` could not be started: is it installed and on PATH?", shown(command))
}

#[cfg(test)]
mod tests {
    use super::{lines, output, program, root, run};

    #[test]
    fn the_workspace_folder_holds_the_workspace_manifest() {
        assert!(root().join("Cargo.toml").is_file() && root().join("xtask").is_dir());
    }

    #[test]
    fn a_failing_program_is_an_error_that_names_it() {
        let error = run(&mut program("false", ["argument"])).unwrap_err();
        assert!(error.to_string().starts_with("`false argument` ended with"), "{error}");
    }

    #[test]
    fn a_missing_program_is_an_error_that_says_what_to_do() {
        let error = output(&mut program("billwire-no-such-program", [""; 0])).unwrap_err();
        assert!(error.to_string().contains("is it installed and on PATH?"), "{error}");
    }

    #[test]
    fn lines_arrive_one_by_one_and_a_failure_stays_in_the_status() {
        let mut seen = Vec::new();
        let status = lines(&mut program("sh", ["-c", "echo one; echo two; exit 3"]), |line| {
            seen.push(line.to_owned());
        });
        assert_eq!(seen, ["one", "two"]);
        assert_eq!(status.unwrap().code(), Some(3));
    }
}
