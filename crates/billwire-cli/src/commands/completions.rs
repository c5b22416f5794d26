//! `billwire completions <shell>`: a script that completes this command.

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use crate::args;
use crate::error::Error;
use crate::output;

const SHELL: &str = "shell";

pub(crate) fn command() -> Command {
    Command::new("completions")
        .about("Print a script that completes this command in a shell")
        .after_help(
            "Example:\n  billwire completions bash > ~/.local/share/bash-completion/completions/billwire",
        )
        .arg(Arg::new(SHELL).required(true).value_parser(value_parser!(Shell)).help("The shell"))
}

pub(crate) fn run(matches: &ArgMatches) -> Result<(), Error> {
    let shell = matches.get_one::<Shell>(SHELL).copied().unwrap_or(Shell::Bash);
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "billwire", &mut script);
    output::print(&String::from_utf8_lossy(&script))
}
