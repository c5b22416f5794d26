//! `billwire sandbox`: serves the emulator until it is told to stop.

use billwire::core::clock;
use billwire::crypto::AwsLcProvider;
use billwire_sandbox::{DEFAULT_PORT, ErrorKind, Info, Moment, Sandbox};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use serde_json::Value;
use tokio::runtime::Builder;

use super::sandbox_configuration::{self, Configuration};
use crate::api;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::{self, Output};

/// Who may log in at the test billers of the other APIs, in short: Q2 takes the state of the bill in place of a user.
const LOGINS: [&str; 2] = [
    "unbill users  test, testmfacode, testmfaquestions, testhold, testpaid, testpaymentfail; password test",
    "billerapi accounts  4242424242, 4000000003 (asks for the code); more: billwire billerapi sandbox scenarios",
];

/// Requests are answered in parallel; a local sandbox needs no more.
const WORKERS: usize = 2;

pub(crate) fn command() -> Command {
    Command::new("sandbox")
        .about("Serve a local sandbox of all APIs, with the webhooks of each")
        .long_about(
            "Serve a local sandbox of all APIs, stateful, on one virtual clock, with the webhooks of each.\n\n\
             Listens on loopback only: the control API on the base port, q2 one above, unbill two, billerapi three. \
             Keeps everything in memory; ends with Ctrl-C or SIGTERM.",
        )
        .after_help(
            "Examples:\n  \
               billwire sandbox\n  \
               billwire sandbox --port 0 --json\n  \
               billwire sandbox --frozen --time 2026-03-02T12:00:00Z --seed 42\n  \
               billwire sandbox --customers 10000 --seed 7 --frozen\n  \
               billwire sandbox --webhook-url http://127.0.0.1:9000/hook --all-events\n  \
               billwire sandbox --webhook-url unbill=http://127.0.0.1:9000/unbill",
        )
        .arg(
            Arg::new("port")
                .long("port")
                .value_name("BASE")
                .value_parser(value_parser!(u16))
                .default_value(DEFAULT_PORT.to_string())
                .help("Base port; 0 picks free ones"),
        )
        .arg(
            Arg::new("seed")
                .long("seed")
                .value_name("N")
                .value_parser(value_parser!(u64))
                .help("What all ids come from: same seed, same ids [default: 1]"),
        )
        .arg(Arg::new("time").long("time").value_name("INSTANT").help("Where the clock starts (RFC 3339) [default: now]"))
        .arg(
            Arg::new("frozen")
                .long("frozen")
                .action(ArgAction::SetTrue)
                .conflicts_with("running")
                .help("The clock stands still until the control API moves it"),
        )
        .arg(
            Arg::new("running")
                .long("running")
                .action(ArgAction::SetTrue)
                .help("The clock runs as fast as outside (the default)"),
        )
        .arg(
            Arg::new("quiet")
                .long("quiet")
                .short('q')
                .action(ArgAction::SetTrue)
                .help("Print nothing but errors"),
        )
        .args(sandbox_configuration::options())
}

pub(crate) fn run(matches: &ArgMatches, output: Output) -> Result<(), Error> {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(WORKERS);
    super::runtime(builder)?.block_on(serve(matches, output))
}

async fn serve(matches: &ArgMatches, output: Output) -> Result<(), Error> {
    // Before anything is printed: whoever reads the line may send the signal at once.
    let stop = stop_signal()?;
    let sandbox = start(matches).await?;
    if !matches.get_flag("quiet") {
        let info = sandbox.info();
        let line = line(&info)?;
        let printed =
            if output.is_json() { output::print_json(&line) } else { output::print(&text(&line, &info)) };
        // Who starts the sandbox and does not read on still wants it to serve.
        printed.or_else(|error| if error.is_silent() { Ok(()) } else { Err(error) })?;
    }
    stop.await;
    if !matches.get_flag("quiet") {
        output.remark("stopped");
    }
    Ok(())
}

async fn start(matches: &ArgMatches) -> Result<Sandbox, Error> {
    let port = matches.get_one::<u16>("port").copied().unwrap_or(DEFAULT_PORT);
    let time = match matches.get_one::<String>("time") {
        Some(text) => {
            text.parse::<Moment>().map_err(|error| Error::usage(format!("--time: {error}")))?.timestamp()
        }
        None => clock::system_now(),
    };
    let configuration = Configuration::read(matches)?;
    let seed = matches.get_one::<u64>("seed").copied().or(configuration.seed).unwrap_or(1);
    let builder = Sandbox::builder().port(port).seed(seed).provider(std::sync::Arc::new(AwsLcProvider));
    let builder =
        if matches.get_flag("frozen") { builder.frozen_at(time) } else { builder.running_from(time) };
    let sandbox = configuration.prepare(builder).start().await.map_err(|error| not_started(&error))?;
    configuration.apply(&sandbox).await.map_err(|error| not_started(&error))?;
    Ok(sandbox)
}

/// A sandbox that did not start, with what to do about it.
pub(crate) fn not_started(error: &billwire_sandbox::Error) -> Error {
    let failure = Error::new(Exit::SandboxStart, error.to_string()).with_causes_of(error);
    match error.kind() {
        ErrorKind::PortInUse => failure.with_advice(
            "another sandbox may be running: use it, stop it, or give --port BASE for other ports (--port 0 picks free ones)",
        ),
        ErrorKind::InvalidInput | ErrorKind::Key | ErrorKind::Fetch | ErrorKind::NotFound => {
            Error::usage(error.to_string())
                .with_advice("correct the option or the configuration file; the guide has an example")
        }
        _ => failure.with_advice("check that this user may open ports on the loopback interface"),
    }
}

/// Resolves when the process is asked to end.
fn stop_signal() -> Result<impl Future<Output = ()>, Error> {
    let unavailable = |error: std::io::Error| {
        Error::unexpected("signals cannot be received")
            .with_cause(error)
            .with_advice("check the limits of this user")
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt()).map_err(unavailable)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(unavailable)?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    {
        let _ = unavailable;
        Ok(async {
            // If the signal cannot be waited for, the sandbox runs until it is ended from outside.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}

/// Everything in one line, with the addresses a script needs first at the top.
fn line(info: &Info) -> Result<Value, Error> {
    let mut value = serde_json::to_value(info).map_err(|error| {
        Error::unexpected("the sandbox's description cannot be written as JSON").with_cause(error)
    })?;
    if let Value::Object(members) = &mut value {
        let addresses: Vec<(String, Value)> = ["control"]
            .into_iter()
            .chain(api::all().iter().map(|entry| entry.api.as_str()))
            .filter_map(|name| Some((name.to_owned(), members.get("urls")?.get(name)?.clone())))
            .collect();
        members.extend(addresses);
    }
    Ok(value)
}

/// The addresses and credentials of every API, and what to type next.
fn text(line: &Value, info: &Info) -> String {
    let mut lines = vec![
        format!("control API  {}", info.urls.control),
        format!("console      {}", info.urls.console),
        format!("clock        {} ({})", info.now, clock_word(info)),
        format!("partner id   {}", info.credentials.q2_partner_id),
        String::new(),
    ];
    for entry in api::all() {
        let Some(url) = line[entry.api.as_str()].as_str() else { continue };
        lines.push(format!("{:<12} {url}", entry.api.as_str()));
        let parts = entry.usual().map_or(&[][..], |usual| usual.parts);
        lines.extend(
            parts.iter().filter_map(|part| Some(format!("  export {}={}", part.variable?, part.local?))),
        );
        if url != entry.local_url {
            lines.push(format!("  export {}={url}", entry.base_url_variable));
        }
    }
    if info.counts.clients > 0 {
        let word = "customers";
        lines.push(format!("{word:<12} {}, with {} bills", info.counts.clients, info.counts.bills));
    }
    lines.extend([String::new(), "test companies".to_owned()]);
    lines.extend(info.companies.iter().map(|company| format!("  {}  {}", company.id, company.name)));
    lines.extend([
        String::new(),
        format!("test card {}, MFA code {}", info.test_values.card, info.test_values.mfa_code),
    ]);
    lines.extend(LOGINS.map(str::to_owned));
    lines.extend([
        String::new(),
        "in another terminal, after these exports:".to_owned(),
        "  billwire q2 company search --query \"Regular Company\"".to_owned(),
        "  billwire unbill company search --query \"Test Merchant\"".to_owned(),
        "  billwire billerapi biller list".to_owned(),
        String::new(),
        "Ctrl-C stops the sandbox; nothing is kept.".to_owned(),
        String::new(),
    ]);
    lines.join("\n")
}

fn clock_word(info: &Info) -> &'static str {
    match info.clock_mode {
        billwire_sandbox::ClockMode::Frozen => "frozen",
        billwire_sandbox::ClockMode::Running => "running",
    }
}
