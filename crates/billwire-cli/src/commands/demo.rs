//! `billwire demo`: the options; the story itself is in `demo`.

use clap::{Arg, ArgMatches, Command, value_parser};
use tokio::runtime::Builder;

use crate::demo::{self, Fault};
use crate::error::Error;
use crate::output::Output;

const WORKERS: usize = 2;

pub(crate) fn command() -> Command {
    Command::new("demo")
        .about("Play the whole story over HTTP on an embedded sandbox, and check every step")
        .long_about(
            "Play the whole story over HTTP on an embedded sandbox: a customer is created, a biller account linked \
             through MFA, its bill fetched, a payment scheduled and made, and every webhook verified.\n\n\
             Requests are signed, the card travels encrypted, webhooks are signed and encrypted. Time is virtual. Ends \
             with 0 only if everything held: exactly one payment of the right amount, every expected webhook, every \
             webhook verified.",
        )
        .after_help("Examples:\n  billwire demo\n  billwire demo --json | tail -1")
        .arg(
            Arg::new("seed")
                .long("seed")
                .value_name("N")
                .value_parser(value_parser!(u64))
                .default_value("1")
                .help("What all ids come from: same seed, same story"),
        )
        .arg(
            // Documented in the guide about the command: it shows that the demo can fail.
            Arg::new("break")
                .long("break")
                .value_name("LINK")
                .value_parser(value_parser!(Fault))
                .hide(true)
                .help("Break one link on purpose; the demo must notice"),
        )
}

pub(crate) fn run(matches: &ArgMatches, output: Output) -> Result<(), Error> {
    let seed = matches.get_one::<u64>("seed").copied().unwrap_or(1);
    let fault = matches.get_one::<Fault>("break").copied();
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(WORKERS);
    super::runtime(builder)?.block_on(demo::play(seed, fault, output))
}
