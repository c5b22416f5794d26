//! `billwire q2 bill export`: every bill of the partner into a file, resumable. The file work is in `export`.

use std::path::PathBuf;

use billwire::core::{Element, Error as CallError, Rejected};
use billwire::models::operation::Operation;
use billwire::models::q2::operations;
use billwire::models::scalar::{Answer, Path};
use billwire::q2::{PartnerBill, PartnerId};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use serde::Serialize;
use tokio::runtime::Builder;

use crate::connection::{self, Connection};
use crate::error::Error;
use crate::exit::Exit;
use crate::export::{Format, Identity, Partial, Progress, Target};
use crate::log;
use crate::outcome;
use crate::output::{self, Output};
use crate::secret_source::Reader;

/// How the resource and the word of the command are called.
pub(crate) const RESOURCE: &str = "bill";
pub(crate) const NAME: &str = "export";
/// The whole command.
pub(crate) const WORDS: &str = "billwire q2 bill export";
/// How many unreadable places are named one by one.
const NAMED: usize = 10;

/// Whether `operation` gives the list that is exported.
pub(crate) fn gives_the_same(operation: &Operation) -> bool {
    *operation == operations::LIST_BILLS_BY_PARTNER
}

pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Write every bill of the partner to a file; goes on where it was interrupted.")
        .long_about(
            "Write every bill of the partner to a file; goes on where it was interrupted.\n\n\
             Sends GET /bill/listByPartner/{partnerId}, which has no pages: the bills are written as they arrive, and \
             however many there are, few are held at once. Until it is complete the export is in FILE.partial, beside it \
             FILE.checkpoint. The same command after an interruption reads the list again and writes only the bills that \
             are not there yet.\n\
             Source: Q2 Biller Direct description, section 4.2.3",
        )
        .after_help(
            "Examples:\n  \
               billwire q2 bill export --partner-id 55942f330cfcfd6c4ed529d9 --out bills.json\n  \
               billwire q2 bill export --partner-id 55942f330cfcfd6c4ed529d9 --format csv --out bills.csv\n\n\
             The guide about the command has the columns and says what a resumed export means.",
        )
        .arg(Arg::new("partner-id").long("partner-id").value_name("PARTNER_ID").required(true).help("Id of the partner"))
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .value_parser(value_parser!(Format))
                .default_value("json")
                .help("json: one array, one bill on each line, everything in it; csv: one row for each bill"),
        )
        .arg(
            Arg::new("out")
                .long("out")
                .value_name("FILE")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("The file to write; it appears when it is complete"),
        )
        .arg(switch("overwrite", "Replace FILE if it is there"))
        .arg(switch("restart", "Forget what an interrupted export left, and begin at the beginning"))
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

/// What the last line says.
#[derive(Serialize)]
struct Summary<'a> {
    file: &'a str,
    format: &'static str,
    bills: u64,
    /// Written by an earlier run that was interrupted.
    kept: u64,
    unreadable: u64,
    /// Of bills that are in the file.
    unreadable_entries: u64,
}

/// What the service sent and the file lacks.
#[derive(Default)]
struct Missing {
    bills: u64,
    /// Of lists inside bills that are in the file.
    entries: u64,
    places: Vec<String>,
}

impl Missing {
    fn bill(&mut self, rejected: &Rejected) {
        self.bills += 1;
        self.name(rejected.path().to_owned());
    }

    /// Looks into the lists of `entry`, the bill at `index`.
    fn inside(&mut self, index: usize, entry: &PartnerBill) {
        self.entries += entry.rejected_count() as u64;
        let root = Path::root();
        let list = root.field("data");
        entry.visit_rejected(&list.index(index), &mut |place, _| self.name(place.to_string()));
    }

    fn name(&mut self, place: String) {
        if self.places.len() < NAMED {
            self.places.push(place);
        }
    }

    /// Everything that could be read is in the file; `Ok` only if that is everything.
    fn into_result(self, file: &str) -> Result<(), Error> {
        let counts = [(self.bills, "bill", "bills"), (self.entries, "entry of a bill", "entries of bills")];
        let counts: Vec<String> = counts
            .into_iter()
            .filter(|(count, _, _)| *count > 0)
            .map(|(count, one, many)| counted(count, one, many))
            .collect();
        if counts.is_empty() {
            return Ok(());
        }
        let were = if self.bills + self.entries == 1 {
            "was not readable and is"
        } else {
            "were not readable and are"
        };
        let message = format!("{} {were} not in {file}", counts.join(" and "));
        let mut error = Error::new(Exit::ServiceFailed, message).with_advice(
            "everything else is there; report what the service sent to its support, with the id of the bill",
        );
        for place in self.places {
            error = error.with_cause(place);
        }
        Err(error)
    }
}

pub(crate) fn run(matches: &ArgMatches, output: Output) -> Result<(), Error> {
    log::start(matches.get_flag("verbose"));
    let partner_id = matches.get_one::<String>("partner-id").cloned().unwrap_or_default();
    if partner_id.is_empty() {
        return Err(
            Error::usage("--partner-id is empty").with_advice("give the id as the vendor's portal shows it")
        );
    }
    let format = matches.get_one::<Format>("format").copied().unwrap_or(Format::Json);
    let out = matches.get_one::<PathBuf>("out").cloned().unwrap_or_default();
    let target = Target::new(out, matches.get_flag("overwrite"))?;
    super::runtime(Builder::new_current_thread())?.block_on(async {
        let connection =
            connection::open(&operations::LIST_BILLS_BY_PARTNER, matches, &mut Reader::default())?;
        let base_url = connection.client.base_url().to_owned();
        let identity = Identity { partner_id, base_url, format };
        if matches.get_flag("restart") {
            target.forget()?;
        }
        let partial = Partial::open(&target, &identity)?;
        export(&connection, &identity, &target, partial, output).await
    })
}

async fn export(
    connection: &Connection,
    identity: &Identity,
    target: &Target,
    mut partial: Partial,
    output: Output,
) -> Result<(), Error> {
    let kept = partial.kept();
    if kept > 0 {
        let there = counted(kept, "bill is", "bills are");
        output.remark(&format!("going on: {there} in {} already", target.partial().display()));
    }
    let progress = Progress::start(output, kept);
    let mut missing = Missing::default();
    let mut bills = connection.client.q2()?.bills_of_partner(&PartnerId::new(identity.partner_id.as_str()));
    loop {
        match bills.try_next().await {
            Ok(Some(Element::Decoded(entry))) => {
                missing.inside(bills.position().saturating_sub(1), &entry);
                write(&mut partial, &entry, &progress)?;
            }
            Ok(Some(Element::Rejected(rejected))) => missing.bill(&rejected),
            Ok(None) => break,
            Err(error) => {
                progress.stop();
                return Err(interrupted(&error, connection, partial, target)?);
            }
        }
    }
    progress.stop();
    let written = partial.finish(target)?;
    let file = target.path().display().to_string();
    let summary = Summary {
        file: &file,
        format: identity.format.as_str(),
        bills: written,
        kept,
        unreadable: missing.bills,
        unreadable_entries: missing.entries,
    };
    if output.is_json() {
        output::print_json(&summary)?;
    } else {
        output::print(&format!("{} in {file}\n", counted(written, "bill", "bills")))?;
    }
    missing.into_result(&file)
}

fn write(partial: &mut Partial, entry: &PartnerBill, progress: &Progress) -> Result<(), Error> {
    if partial.write(entry)? {
        progress.one_more();
    }
    Ok(())
}

/// The list ended early. What is written stays; if nothing is, nothing does.
fn interrupted(
    error: &CallError,
    connection: &Connection,
    mut partial: Partial,
    target: &Target,
) -> Result<Error, Error> {
    let failure = outcome::failed(error);
    let written = partial.written();
    if written > 0 {
        partial.checkpoint()?;
        let kept = format!(
            "{} safe in {}: the same command goes on from there",
            counted(written, "bill is", "bills are"),
            target.partial().display()
        );
        return Ok(failure.with_further_advice(&kept));
    }
    drop(partial);
    target.forget()?;
    if failure.exit() == Exit::NotSent && connection.local {
        return Ok(failure.with_advice("start the local sandbox with `billwire sandbox` in another terminal"));
    }
    Ok(failure)
}

/// `1 bill`, `2 bills`
fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
