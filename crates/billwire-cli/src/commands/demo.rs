//! `billwire demo`: the options; the story itself is in `demo`.

use billwire::models::operation::Api;
use clap::builder::PossibleValuesParser;
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
            "Play the whole story over HTTP on an embedded sandbox. Of q2: a customer is created, a biller account linked \
             through MFA, its bill fetched, a payment scheduled and made, and every webhook verified; requests are \
             signed, the card travels encrypted, webhooks are signed and encrypted. Of unbill: the same with logins \
             that are answered at once, and with webhooks that prove nothing, so that each is read back. Of billerapi: \
             an account is linked with a code, its bills are read page by page with exact amounts, a synchronisation \
             is asked for twice and happens once, and every webhook is verified.\n\n\
             Time is virtual. Ends with 0 only if everything held.",
        )
        .after_help("Examples:\n  billwire demo\n  billwire demo --api unbill\n  billwire demo --json | tail -1")
        .arg(
            Arg::new("api")
                .long("api")
                .value_name("API")
                .value_parser(PossibleValuesParser::new(demo::STORIES.map(Api::as_str)))
                .default_value(Api::Q2.as_str())
                .help("Whose story"),
        )
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
    let api = matches.get_one::<String>("api").map(String::as_str);
    let api = demo::STORIES.into_iter().find(|story| Some(story.as_str()) == api).unwrap_or(Api::Q2);
    super::runtime(builder)?.block_on(demo::play(api, seed, fault, output))
}
