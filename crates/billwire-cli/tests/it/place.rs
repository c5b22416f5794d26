//! Where contracts play here: a `billwire sandbox` of its own for each rule, as a process.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::run::billwire;
use crate::suite::Service;

/// A running sandbox. Dropping it ends the process.
pub(crate) struct Held(Child);

impl Drop for Held {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A fresh sandbox on a frozen clock.
#[expect(clippy::unused_async, reason = "the other place waits for its sandbox")]
pub(crate) async fn start() -> (Service, Held) {
    let mut command = billwire();
    command.args(["sandbox", "--port", "0", "--json", "--frozen", "--time", "2026-03-02T12:00:00Z"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary starts");
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().expect("a pipe")).read_line(&mut line).expect("a line");
    (Service::new(serde_json::from_str(&line).expect("one line of JSON")), Held(child))
}
