//! Starts the servers, loads them in turn, and compares.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::exchange::{Ready, Reply};
use crate::load::{self, Connection};

/// Of the bare handler's answers per second the sandbox reaches at least this part, over the mix of requests.
const LIMIT_BARE: f64 = 0.6;
/// The sandbox answers at least so many times as fast as Prism, over the mix of requests.
const LIMIT_PRISM: f64 = 15.0;
/// Prism loads and reads the description first.
const PRISM_PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Options {
    /// The program and the description to feed it with.
    prism: Option<(String, String)>,
    rounds: usize,
    slice: Duration,
}

impl Options {
    pub(crate) fn read(arguments: &[&str]) -> Option<Self> {
        let (mut program, mut description) = (None, None);
        let mut options = Self { prism: None, rounds: 9, slice: Duration::from_millis(300) };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let value = *arguments.next()?;
            match *name {
                "--prism" => program = Some(value.to_owned()),
                "--description" => description = Some(value.to_owned()),
                "--rounds" => options.rounds = value.parse().ok().filter(|rounds| *rounds > 0)?,
                "--slice" => options.slice = Duration::from_millis(value.parse().ok()?),
                _ => return None,
            }
        }
        options.prism = match (program, description) {
            (Some(program), Some(description)) => Some((program, description)),
            (None, None) => None,
            _ => return None,
        };
        Some(options)
    }
}

/// A server in a process of its own; ends with this value.
struct Server {
    name: &'static str,
    child: Child,
    address: String,
    /// The requests, ready to be sent.
    requests: Vec<Vec<u8>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What one kind of request came to, by round.
struct Row {
    name: String,
    sandbox: Vec<f64>,
    bare: Vec<f64>,
    prism: Vec<f64>,
}

pub(crate) fn run(runtime: &Runtime, options: &Options) -> ExitCode {
    let pinned = pin_this_process();
    let (sandbox, ready) = start_sandbox(pinned);
    let replies = answers(runtime, &sandbox, &ready);
    let bare = start_bare(pinned, &ready, &replies);
    assert_same_answers(runtime, &bare, &replies, &ready);
    let prism = options.prism.as_ref().map(|prism| start_prism(runtime, pinned, prism, &ready));
    let rows = rounds(runtime, options, &ready, &sandbox, &bare, prism.as_ref());
    print(options, pinned, &rows);
    let mix = rows.last().expect("a mix");
    let mut well = holds("of the bare handler", mix.ratio(&mix.bare), LIMIT_BARE);
    if prism.is_some() {
        well &= holds("times Prism", mix.ratio(&mix.prism), LIMIT_PRISM);
    } else {
        println!("NOT RUN: the comparison with Prism (`cargo xtask throughput` installs it)");
    }
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Row {
    /// The median of the sandbox's ratios to `other`, round by round.
    fn ratio(&self, other: &[f64]) -> f64 {
        median(self.sandbox.iter().zip(other).map(|(one, other)| one / other))
    }
}

fn holds(of_what: &str, ratio: f64, limit: f64) -> bool {
    let holds = ratio >= limit;
    println!("mix: {ratio:.2} {of_what}, at least {limit}: {}", if holds { "holds" } else { "BROKEN" });
    holds
}

/// Servers on the first core, the load on the second; where that cannot be done everything runs everywhere.
fn pin_this_process() -> bool {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let own = std::process::id().to_string();
    let pin = || {
        Command::new("taskset").args(["-cp", "1", &own]).stdout(Stdio::null()).stderr(Stdio::null()).status()
    };
    cores > 1 && pin().is_ok_and(|status| status.success())
}

fn command(pinned: bool, program: &str) -> Command {
    if pinned {
        let mut command = Command::new("taskset");
        command.args(["-c", "0", program]);
        command
    } else {
        Command::new(program)
    }
}

fn own_program() -> String {
    std::env::current_exe().expect("this program").to_string_lossy().into_owned()
}

fn start_sandbox(pinned: bool) -> (Server, Ready) {
    let mut command = command(pinned, &own_program());
    let mut child = command.arg("serve-sandbox").stdout(Stdio::piped()).spawn().expect("the sandbox starts");
    let ready: Ready = serde_json::from_str(&first_line(&mut child)).expect("what can be asked");
    let requests = ready.asks.iter().map(|ask| ask.bytes(&ready.address, &ready.base, &ready.key)).collect();
    (Server { name: "sandbox", child, address: ready.address.clone(), requests }, ready)
}

fn start_bare(pinned: bool, ready: &Ready, replies: &[Reply]) -> Server {
    let mut command = command(pinned, &own_program());
    command.arg("serve-bare").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the bare handler starts");
    let mut line = serde_json::to_vec(replies).expect("JSON");
    line.push(b'\n');
    child.stdin.take().expect("its input").write_all(&line).expect("it reads the answers");
    let address = first_line(&mut child).trim().to_owned();
    let requests = ready.asks.iter().map(|ask| ask.bytes(&address, &ready.base, &ready.key)).collect();
    Server { name: "bare axum", child, address, requests }
}

/// Prism serves the paths of the description without the base path of its servers.
fn start_prism(
    runtime: &Runtime,
    pinned: bool,
    (program, description): &(String, String),
    ready: &Ready,
) -> Server {
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
    let address = format!("127.0.0.1:{port}");
    let mut command = command(pinned, program);
    command.args([
        "mock",
        "--host",
        "127.0.0.1",
        "--port",
        &port.to_string(),
        "--verboseLevel",
        "fatal",
        description,
    ]);
    let child = command.stdout(Stdio::null()).spawn().expect("Prism starts");
    let requests: Vec<Vec<u8>> = ready.asks.iter().map(|ask| ask.bytes(&address, "", &ready.key)).collect();
    let server = Server { name: "Prism", child, address, requests };
    runtime.block_on(async {
        let begin = load::now();
        while tokio::net::TcpStream::connect(&server.address).await.is_err() {
            assert!(begin.elapsed() < PRISM_PATIENCE, "Prism does not listen");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let mut connection = Connection::open(&server.address).await;
        for request in &server.requests {
            connection.ask(request).await;
        }
    });
    server
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    let output = child.stdout.as_mut().expect("its output");
    BufReader::new(output).read_line(&mut line).expect("a first line");
    line
}

/// What the sandbox answers, with the headers that are not made by the HTTP library itself.
fn answers(runtime: &Runtime, sandbox: &Server, ready: &Ready) -> Vec<Reply> {
    let made_by_library = ["content-length", "date"];
    runtime.block_on(async {
        let mut connection = Connection::open(&sandbox.address).await;
        let mut replies = Vec::new();
        for (ask, request) in ready.asks.iter().zip(&sandbox.requests) {
            connection.ask(request).await;
            let (mut headers, body) = connection.answer();
            headers.retain(|(name, _)| !made_by_library.contains(&name.as_str()));
            let path = format!("{}{}", ready.base, ask.path);
            replies.push(Reply { method: ask.method.clone(), path, headers, body });
        }
        replies
    })
}

/// The comparison is only fair if the bare handler really returns the same.
fn assert_same_answers(runtime: &Runtime, bare: &Server, replies: &[Reply], ready: &Ready) {
    assert_eq!(answers(runtime, bare, ready), replies, "the bare handler returns the same bytes and headers");
}

fn rounds(
    runtime: &Runtime,
    options: &Options,
    ready: &Ready,
    sandbox: &Server,
    bare: &Server,
    prism: Option<&Server>,
) -> Vec<Row> {
    let names = ready.asks.iter().map(|ask| ask.name.clone()).chain(["mix of all".to_owned()]);
    let mut rows: Vec<Row> =
        names.map(|name| Row { name, sandbox: Vec::new(), bare: Vec::new(), prism: Vec::new() }).collect();
    let mut contestants: Vec<&Server> = [Some(sandbox), Some(bare), prism].into_iter().flatten().collect();
    for round in 0..=options.rounds {
        for (place, row) in rows.iter_mut().enumerate() {
            for server in &contestants {
                let requests =
                    server.requests.get(place).map_or(server.requests.as_slice(), std::slice::from_ref);
                let speed = load::measure(runtime, &server.address, requests, options.slice);
                // The first round warms up.
                if round > 0 {
                    match server.name {
                        "sandbox" => row.sandbox.push(speed),
                        "Prism" => row.prism.push(speed),
                        _ => row.bare.push(speed),
                    }
                }
            }
            // Whoever comes first in one round comes last in the next.
            contestants.rotate_left(1);
        }
    }
    rows
}

fn print(options: &Options, pinned: bool, rows: &[Row]) {
    println!(
        "{} rounds of {} ms, {} connections, servers on {}, load on {}; answers per second, medians",
        options.rounds,
        options.slice.as_millis(),
        load::CONNECTIONS,
        if pinned { "core 0" } else { "any core" },
        if pinned { "core 1" } else { "any core" },
    );
    println!("{:<16}{:>10}{:>12}{:>10}{:>10}{:>10}", "", "sandbox", "bare axum", "ratio", "Prism", "ratio");
    for row in rows {
        let per_second = |speeds: &[f64]| median(speeds.iter().copied());
        print!(
            "{:<16}{:>10.0}{:>12.0}{:>10.2}",
            row.name,
            per_second(&row.sandbox),
            per_second(&row.bare),
            row.ratio(&row.bare)
        );
        if row.prism.is_empty() {
            println!("{:>10}{:>10}", "-", "-");
        } else {
            println!("{:>10.0}{:>10.1}", per_second(&row.prism), row.ratio(&row.prism));
        }
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
