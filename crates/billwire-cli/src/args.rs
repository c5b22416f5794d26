//! The command line as a whole: what there is, the options that commands share, and who does the work.

use std::ffi::OsString;

use billwire::models::operation::{Api, Operation};
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::api::{self, Entry};
use crate::commands;
use crate::connection;
use crate::error::Error;
use crate::exit::Exit;
use crate::operation_args;
use crate::output::Output;

/// Id of the option that makes all output JSON.
const JSON: &str = "json";
const WIDEST_HELP: usize = 110;

/// Does what the command line says, prints what there is to print, and says how it ended.
pub(crate) fn run(words: Vec<OsString>) -> Exit {
    // A command line that is not understood can still tell how its errors are wanted.
    let json = words.iter().any(|word| word == "--json");
    match command().try_get_matches_from(words) {
        Ok(matches) => {
            let output = Output::new(json);
            match dispatch(&matches, output) {
                Ok(()) => Exit::Done,
                Err(error) => {
                    output.error(&error);
                    error.exit()
                }
            }
        }
        Err(error) => not_understood(&error, Output::new(json)),
    }
}

/// The whole tree of commands.
pub(crate) fn command() -> Command {
    let json = Arg::new(JSON)
        .long(JSON)
        .action(ArgAction::SetTrue)
        .global(true)
        .help("Print JSON: data on standard output, errors as one object on standard error");
    let mut root = Command::new("billwire")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Pay bills through bill-pay APIs: a demo, a local sandbox, and every operation of the API")
        .after_help("Start with `billwire demo`. Exit codes and more: `billwire --help`.")
        .after_long_help(after_long_help())
        .max_term_width(WIDEST_HELP)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .arg(json)
        .subcommand(commands::demo::command())
        .subcommand(commands::sandbox::command());
    for entry in api::all() {
        root = root.subcommand(api_command(entry));
    }
    root.subcommand(commands::completions::command())
}

fn api_command(entry: &'static Entry) -> Command {
    let mut command =
        group(Command::new(entry.api.as_str()).about(entry.about)).args(connection::options(entry));
    let mut resources: Vec<&str> = entry.operations.iter().map(|operation| operation.resource).collect();
    resources.sort_unstable();
    resources.dedup();
    for resource in resources {
        let of_resource: Vec<_> =
            entry.operations.iter().copied().filter(|operation| operation.resource == resource).collect();
        let mut names: Vec<&str> = of_resource.iter().map(|operation| operation.command).collect();
        let exports = entry.api == Api::Q2 && resource == commands::export::RESOURCE;
        if exports {
            names.push(commands::export::NAME);
        }
        let mut noun = group(Command::new(resource).about(names.join(", ")));
        for operation in of_resource {
            let command = operation_args::command(operation);
            noun = noun.subcommand(commands::operation::with_own_options(operation, command));
        }
        if exports {
            noun = noun.subcommand(commands::export::command());
        }
        command = command.subcommand(noun);
    }
    command
}

/// A command that only holds others.
fn group(command: Command) -> Command {
    command.subcommand_required(true).arg_required_else_help(true).disable_help_subcommand(true)
}

fn after_long_help() -> String {
    format!(
        "Examples:\n  \
           billwire demo\n  \
           billwire sandbox\n  \
           billwire q2 company search --query \"Regular Company\" --json\n  \
           billwire billerapi biller list --all-pages --json\n\n\
         Exit codes:\n{}\n\n\
         Keys and tokens are read from the environment, a file or a descriptor, never from arguments.\n\
         NO_COLOR is respected.",
        Exit::table()
    )
}

fn dispatch(matches: &ArgMatches, output: Output) -> Result<(), Error> {
    match matches.subcommand() {
        Some(("demo", matches)) => commands::demo::run(matches, output),
        Some(("sandbox", matches)) => commands::sandbox::run(matches, output),
        Some(("completions", matches)) => commands::completions::run(matches),
        Some((api, matches)) => {
            if let Some(matches) = export(api, matches) {
                return commands::export::run(matches, output);
            }
            let (operation, matches) = operation(api, matches)?;
            commands::operation::run(operation, matches, output)
        }
        None => Err(unknown_command()),
    }
}

/// The options of the export, if that is what `<api> <resource> <command>` names.
fn export<'a>(api: &str, matches: &'a ArgMatches) -> Option<&'a ArgMatches> {
    let (resource, matches) = matches.subcommand()?;
    let (command, matches) = matches.subcommand()?;
    let words = [api, resource, command];
    (words == [Api::Q2.as_str(), commands::export::RESOURCE, commands::export::NAME]).then_some(matches)
}

/// The operation that `<api> <resource> <command>` names.
fn operation<'a>(api: &str, matches: &'a ArgMatches) -> Result<(&'static Operation, &'a ArgMatches), Error> {
    let (resource, matches) = matches.subcommand().ok_or_else(unknown_command)?;
    let (command, matches) = matches.subcommand().ok_or_else(unknown_command)?;
    api::all()
        .iter()
        .filter(|entry| entry.api.as_str() == api)
        .flat_map(|entry| entry.operations)
        .find(|operation| operation.resource == resource && operation.command == command)
        .map(|operation| (*operation, matches))
        .ok_or_else(unknown_command)
}

fn unknown_command() -> Error {
    Error::usage("there is no such command").with_advice("see billwire --help")
}

/// Help and version are asked for; everything else is a wrong command line.
fn not_understood(error: &clap::Error, output: Output) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A reader that has gone has seen enough.
            let _ = error.print();
            Exit::Done
        }
        _ if output.is_json() => {
            let text = error.render().to_string();
            let (message, rest) = text.split_once("\n\n").unwrap_or((text.as_str(), ""));
            let message = message.strip_prefix("error: ").unwrap_or(message);
            output.error(&Error::usage(message.trim()).with_advice(rest.trim()));
            Exit::Usage
        }
        _ => {
            let _ = error.print();
            Exit::Usage
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_of_commands_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn every_operation_has_its_command() {
        for entry in api::all() {
            for operation in entry.operations {
                let words = [entry.api.as_str(), operation.resource, operation.command];
                let found =
                    words.iter().try_fold(&command(), |parent, word| parent.find_subcommand(word)).is_some();
                assert!(found, "{}", words.join(" "));
            }
        }
    }

    #[test]
    fn no_secret_has_a_plain_option() {
        for operation in api::all().iter().flat_map(|entry| entry.operations) {
            let command = operation_args::command(operation);
            for member in operation.body.iter().flat_map(|body| body.members).filter(|member| member.secret) {
                let plain =
                    command.get_arguments().find(|arg| arg.get_id() == member.name).expect("it is refused");
                assert!(plain.is_hide_set(), "{} {}", operation.id, member.name);
            }
        }
    }
}
