//! A population through a virtual year: how long it takes, how much memory, and whether a second run with the same seed
//! is the same, byte for byte.
//!
//! ```sh
//! cargo bench -p billwire-sandbox --bench year
//! cargo bench -p billwire-sandbox --bench year -- --customers 1000 --seed 42
//! ```
//!
//! No webhook is configured, so every event is made and kept, and none is sent; with `--deliver` all of them go to a local
//! receiver. Fails if the two runs differ, or if one of them takes longer than `--limit SECONDS`; 10,000 customers and no
//! receiver have a limit of 10 s without saying so.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program for people; what fails is a bug")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::any;
use billwire_sandbox::{Info, Sandbox, WebhookConfiguration};

struct Options {
    customers: u32,
    seed: u64,
    limit: Option<f64>,
    deliver: bool,
}

impl Options {
    /// What the project promises for its usual population is the limit unless there is another one.
    fn limit(&self) -> f64 {
        let promised = if self.customers == CUSTOMERS && !self.deliver { PROMISED } else { f64::INFINITY };
        self.limit.unwrap_or(promised)
    }
}

const CUSTOMERS: u32 = 10_000;
/// Seconds for a virtual year of so many customers.
const PROMISED: f64 = 10.0;

/// What one run came to.
struct Run {
    start: Duration,
    year: Duration,
    effects: u64,
    deliveries: u64,
    before: Info,
    after: Info,
    state: Vec<u8>,
}

fn main() -> ExitCode {
    let Some(options) = options(std::env::args().skip(1)) else {
        println!("arguments: [--customers N] [--seed N] [--limit SECONDS] [--deliver]");
        return ExitCode::from(2);
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    // One receiver for both runs: its address is part of the state.
    let receiver = options.deliver.then(|| runtime.block_on(receiver()));
    let first = runtime.block_on(run(&options, receiver.as_deref()));
    print(&options, &first);
    let memory = peak_memory_mib();
    let second = runtime.block_on(run(&options, receiver.as_deref()));
    let same = first.state == second.state && first.after.events == second.after.events;
    println!(
        "second run       {} (state and events {})",
        seconds(second.year),
        if same { "identical" } else { "DIFFER" }
    );
    if let Some(memory) = memory {
        println!("peak memory      {memory} MiB, first run");
    }
    let slowest = first.year.max(second.year).as_secs_f64();
    let slow = slowest > options.limit();
    if slow {
        println!("over the limit of {} s", options.limit());
    }
    if same && !slow { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// `cargo bench` adds `--bench`, which says nothing here.
fn options(arguments: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options { customers: CUSTOMERS, seed: 7, limit: None, deliver: false };
    let mut arguments = arguments.filter(|argument| argument != "--bench");
    while let Some(name) = arguments.next() {
        if name == "--deliver" {
            options.deliver = true;
            continue;
        }
        let value = arguments.next()?;
        match name.as_str() {
            "--customers" => options.customers = value.parse().ok()?,
            "--seed" => options.seed = value.parse().ok()?,
            "--limit" => options.limit = Some(value.parse().ok()?),
            _ => return None,
        }
    }
    Some(options)
}

async fn run(options: &Options, receiver: Option<&str>) -> Run {
    let begin = now();
    let sandbox = Sandbox::builder()
        .customers(options.customers)
        .seed(options.seed)
        .check_answers(false)
        .start()
        .await
        .expect("the sandbox starts");
    let start = begin.elapsed();
    if let Some(url) = receiver {
        let webhooks = WebhookConfiguration::to(url).with_all_event_types();
        sandbox.configure_webhooks(webhooks).await.expect("webhooks");
    }
    let before = sandbox.info();
    let begin = now();
    let report = sandbox.advance("P365D").await.expect("a year passes");
    let year = begin.elapsed();
    let state = sandbox.state_text().expect("a state");
    // Ports differ from run to run and are no part of the state.
    let (effects, deliveries) = (report.effect_count, report.delivery_count);
    Run { start, year, effects, deliveries, before, after: sandbox.info(), state }
}

/// A receiver that accepts everything; its URL.
async fn receiver() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let accept = any(|body: axum::body::Bytes| async move { drop(body) });
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback_service(accept)).await });
    format!("http://{address}/")
}

fn print(options: &Options, run: &Run) {
    let (before, after) = (&run.before, &run.after);
    let counts = after.counts;
    println!("customers        {} (seed {})", options.customers, options.seed);
    println!("at the start     {} (a month of history included)", seconds(run.start));
    println!("a virtual year   {}", seconds(run.year));
    println!("effects          {}", run.effects);
    println!("events           {} ({} kept)", after.events.count - before.events.count, after.events.kept);
    println!("deliveries       {}", run.deliveries);
    println!("payments         {}", counts.payments - before.counts.payments);
    println!("bills, logins    {}, {}", counts.bills, counts.auths);
    println!("methods, swaps   {}, {}", counts.payment_methods, counts.swaps);
    println!("digest of events {}", after.events.digest);
    println!("state            {} MiB, digest {:016x}", run.state.len() >> 20, fnv1a(&run.state));
}

fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The most memory this process ever had; none where the kernel does not say.
fn peak_memory_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn now() -> Instant {
    Instant::now()
}
