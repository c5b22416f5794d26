//! `cargo xtask footprint`: how soon the sandbox is ready and how much memory it holds when idle.
//!
//! Starts the release build of `billwire sandbox --port 0 --json` several times, each time until it prints its line of
//! URLs, and reads the resident memory from the kernel. Linux only, because of that. Past a limit it fails.

use std::fs;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::sandbox::{self, Sandbox};

/// How often the sandbox is started. The best start counts: the others tell what else the machine was doing.
const STARTS: usize = 7;
/// Within this time of its start the sandbox must be ready.
const READY_LIMIT: Duration = Duration::from_millis(100);
/// This much resident memory an idle sandbox may hold, in kibibytes: 40 MiB.
const MEMORY_LIMIT_KIB: u64 = 40 * 1024;
/// What the sandbox does after its first line (opening pools, first ticks) is over by then.
const SETTLING: Duration = Duration::from_millis(500);

/// One start of the sandbox.
struct Start {
    ready: Duration,
    memory_kib: u64,
}

/// Builds the command, measures the starts, prints the figures and holds them against the limits.
///
/// # Errors
/// A limit is broken, or the sandbox does not build, start or answer as documented.
pub(crate) fn run() -> Result<()> {
    let binary = sandbox::build()?;
    let starts = (0..STARTS).map(|_| start(&binary)).collect::<Result<Vec<_>>>()?;
    let ready = starts.iter().map(|start| start.ready).min().unwrap_or_default();
    let memory_kib = starts.iter().map(|start| start.memory_kib).max().unwrap_or_default();
    let all = starts.iter().map(|start| start.ready.as_millis().to_string());
    println!(
        "sandbox ready after {} ms, the best of {} starts (ms: {}); limit {} ms",
        ready.as_millis(),
        STARTS,
        all.collect::<Vec<_>>().join(" "),
        READY_LIMIT.as_millis()
    );
    println!(
        "idle memory {}, the most of {STARTS} starts; limit {}",
        mebibytes(memory_kib),
        mebibytes(MEMORY_LIMIT_KIB)
    );
    within_limits(ready, memory_kib)
}

fn within_limits(ready: Duration, memory_kib: u64) -> Result<()> {
    if ready > READY_LIMIT {
        bail!("the sandbox needs {} ms to be ready: look for work before its first line", ready.as_millis());
    }
    if memory_kib > MEMORY_LIMIT_KIB {
        bail!("the idle sandbox holds {}: look for what it keeps", mebibytes(memory_kib));
    }
    Ok(())
}

fn start(binary: &str) -> Result<Start> {
    let sandbox = Sandbox::start(binary, &[])?;
    settle();
    Ok(Start { ready: sandbox.took, memory_kib: resident_memory(sandbox.process_id())? })
}

#[expect(
    clippy::disallowed_methods,
    reason = "another process has to come to rest, and nothing tells when it has"
)]
fn settle() {
    thread::sleep(SETTLING);
}

fn resident_memory(process: u32) -> Result<u64> {
    let path = format!("/proc/{process}/status");
    let status =
        fs::read_to_string(&path).with_context(|| format!("reading {path}: this check needs Linux"))?;
    resident_kib(&status).with_context(|| format!("{path} has no line VmRSS"))
}

/// The figure of `VmRSS:     23456 kB`.
fn resident_kib(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn mebibytes(kib: u64) -> String {
    format!("{}.{} MiB", kib / 1024, kib % 1024 * 10 / 1024)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{mebibytes, resident_kib, within_limits};

    #[test]
    fn the_resident_memory_is_read_from_the_status_of_a_process() {
        assert_eq!(
            resident_kib("Name:\tbillwire\nVmPeak:\t 99 kB\nVmRSS:\t   23456 kB\nThreads:\t3\n"),
            Some(23456)
        );
        assert_eq!(resident_kib("Name:\tbillwire\n"), None);
        assert_eq!(mebibytes(23456), "22.9 MiB");
    }

    #[test]
    fn past_a_limit_it_fails() {
        within_limits(Duration::from_millis(100), 40 * 1024).unwrap();
        assert!(within_limits(Duration::from_millis(101), 0).is_err());
        assert!(within_limits(Duration::ZERO, 40 * 1024 + 1).is_err());
    }
}
