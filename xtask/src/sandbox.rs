//! A running `billwire sandbox` for the commands that measure or test it: release build, free ports, stopped at the end.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{process, tools};

/// Without a line for this long the start has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Builds the release binary of the command and hands back its path.
///
/// # Errors
/// It does not build.
pub(crate) fn build() -> Result<String> {
    process::run(&mut process::cargo("build", ["--release", "--bin", "billwire"]))?;
    let binary = tools::target_folder()?.join("release").join("billwire");
    Ok(binary.to_string_lossy().into_owned())
}

/// One sandbox in a process of its own; ends with this value.
pub(crate) struct Sandbox {
    child: Child,
    ready: Value,
    /// From the start of the process to its line of URLs.
    pub(crate) took: Duration,
}

impl Sandbox {
    /// Starts on free ports and waits for the line that says where it listens.
    ///
    /// # Errors
    /// It does not start, or does not print one JSON object with the URL of the control API in time.
    pub(crate) fn start(binary: &str, arguments: &[&str]) -> Result<Self> {
        let mut command = process::program(binary, ["sandbox", "--port", "0", "--json"]);
        let begin = process::stopwatch();
        let child = command.args(arguments).stdout(Stdio::piped()).spawn();
        let mut sandbox = Self {
            child: child.with_context(|| format!("starting {binary}"))?,
            ready: Value::Null,
            took: Duration::ZERO,
        };
        // From here on a failure stops the process, too.
        let line = sandbox.first_line()?;
        sandbox.took = begin.elapsed();
        sandbox.ready = ready_line(&line)?;
        Ok(sandbox)
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// A text of the line of URLs, by its JSON pointer: `/control`, `/q2`, `/credentials/q2ApiKeys/0`.
    ///
    /// # Errors
    /// The line has no such text.
    pub(crate) fn text(&self, pointer: &str) -> Result<&str> {
        let text = self.ready.pointer(pointer).and_then(Value::as_str);
        text.with_context(|| format!("the first line of the sandbox has no text at {pointer}"))
    }

    /// Waits with a limit: a start that hangs must not hang the command.
    fn first_line(&mut self) -> Result<String> {
        let stdout = self.child.stdout.take().context("the sandbox has no standard output")?;
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let result = BufReader::new(stdout).read_line(&mut line).map(|_| line);
            // Nobody listens any more when the start took too long.
            drop(sender.send(result));
        });
        let line = receiver
            .recv_timeout(PATIENCE)
            .with_context(|| format!("no line within {} s", PATIENCE.as_secs()))?;
        line.context("reading the first line of the sandbox")
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended by itself already; there is nothing left to do then.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// `billwire sandbox --json` prints one JSON object with the URL of the control API.
fn ready_line(line: &str) -> Result<Value> {
    let value: Value = serde_json::from_str(line).context("the first line of the sandbox is not JSON")?;
    if value.get("control").and_then(Value::as_str).is_none_or(|url| !url.starts_with("http://")) {
        bail!("the first line of the sandbox has no member `control` with a URL");
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::{Sandbox, ready_line};

    #[test]
    fn the_ready_line_has_the_url_of_the_control_api() {
        ready_line("{\"control\": \"http://127.0.0.1:7700\"}\n").unwrap();
        assert!(ready_line("{\"control\": 7700}").is_err());
        assert!(ready_line("").is_err());
    }

    #[test]
    fn a_program_that_prints_no_such_line_is_an_error() {
        let error = Sandbox::start("echo", &[]).map(|sandbox| sandbox.took).unwrap_err();
        assert!(error.to_string().contains("is not JSON"), "{error:#}");
    }
}
