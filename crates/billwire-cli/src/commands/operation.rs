//! `billwire <api> <resource> <operation>`: one call.

use std::io::{self, BufRead, IsTerminal, Write};

use billwire::core::{self, Delivery, Stage};
use billwire::crypto::OsRandom;
use billwire::models::operation::{IdempotencyKey, Operation, Safety};
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Map, Value};
use tokio::runtime::Builder;

use super::read_back;
use crate::advice;
use crate::connection::{self, Connection};
use crate::error::{self, Error};
use crate::exit::Exit;
use crate::log;
use crate::operation_args::{self, Arguments};
use crate::outcome::{self, Outcome};
use crate::output::Output;
use crate::pages;
use crate::render::Secrets;
use crate::secret_source::Reader;
use crate::signals;

/// The word that says that a payment without a day is meant.
const NOW: &str = "now";
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// What to do about a write of which nothing more is known.
const LOOK_FIRST: &str = "do not repeat it blindly, it may have been carried out: look first";
/// The names of the day of a payment.
const DAYS: [&str; 2] = ["payDate", "date"];

/// Whether an operation pays on a day that the documents give two names.
fn pays(operation: &Operation) -> bool {
    let members = || operation.body.iter().flat_map(|body| body.members);
    DAYS.iter().all(|day| members().any(|member| member.name == *day))
}

/// The options that single operations have besides those of the operation table.
pub(crate) fn with_own_options(operation: &Operation, command: Command) -> Command {
    let command = with_idempotency_key(operation, pages::with_option(operation, command));
    let command = with_warning(operation, command);
    if !pays(operation) {
        return command;
    }
    // The example is made from what the table requires, and the table does not require a day.
    let example = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let example =
        example.replacen("--bill-id BILL_ID\n", "--bill-id BILL_ID --pay-date 2026-10-25T00:00:00.000Z\n", 1);
    command.after_help(example).arg(
        Arg::new(NOW)
            .long(NOW)
            .action(ArgAction::SetTrue)
            .help("Pay at once: needed where no day is given, because that is what a missing day means")
            .conflicts_with_all(DAYS),
    )
}

/// Whether the answer holds a secret that no other call gives: hidden, it would be lost.
fn gives_a_secret_once(operation: &Operation) -> bool {
    operation.safety == Safety::Never && !operation.answer_secrets.is_empty()
}

fn with_warning(operation: &Operation, command: Command) -> Command {
    if !gives_a_secret_once(operation) {
        return command;
    }
    let about = command.get_long_about().map(ToString::to_string).unwrap_or_default();
    command.long_about(format!(
        "{about}\nThe answer holds a secret that is given once ({}): needs --json, or --show-secrets.",
        operation.answer_secrets.join(", ")
    ))
}

/// A key of the caller's own, for operations that take one.
fn with_idempotency_key(operation: &Operation, command: Command) -> Command {
    let promise = match operation.idempotency_key {
        Some(IdempotencyKey::Honoured) => "a repetition with the same key is answered as the first call was",
        Some(_) => "what comes of it here is not documented",
        None => return command,
    };
    command.arg(
        Arg::new(IDEMPOTENCY_KEY)
            .long(IDEMPOTENCY_KEY)
            .value_name("KEY")
            .help(format!("The key of this call, in place of a fresh one: {promise}")),
    )
}

pub(crate) fn run(operation: &'static Operation, matches: &ArgMatches, output: Output) -> Result<(), Error> {
    log::start(matches.get_flag("verbose"));
    let secrets = if matches.get_flag("show-secrets") { Secrets::Shown } else { Secrets::Hidden };
    if gives_a_secret_once(operation) && secrets == Secrets::Hidden && !output.is_json() {
        return Err(would_be_lost(operation));
    }
    let mut reader = Reader::default();
    let (arguments, mut body) = operation_args::read(operation, matches, &mut reader)?;
    if let Some(Value::Object(members)) = &mut body {
        let now = matches.try_get_one::<bool>(NOW).ok().flatten().copied().unwrap_or_default();
        complete(operation, members, now)?;
    }
    let key = idempotency_key(operation, matches)?;
    let outcome = super::runtime(Builder::new_current_thread())?.block_on(async {
        let mut connection = connection::open(operation, matches, &mut reader)?;
        if let Some(key) = &key {
            connection.client = connection.client.with_idempotency_key(key.clone());
        }
        confirm(operation, &connection, matches.get_flag("yes"))?;
        let whole = matches.try_get_one::<bool>(pages::ALL).ok().flatten().copied().unwrap_or_default();
        let request = Request { operation, arguments, body, whole, key };
        request.send(&connection).await
    })?;
    for remark in &outcome.remarks {
        output.remark(remark);
    }
    output.answer(&outcome.json, secrets)?;
    outcome.unreadable.into_result()
}

fn would_be_lost(operation: &Operation) -> Error {
    Error::usage(format!(
        "the answer of {} holds a secret that is given once ({}), and text output hides secrets; nothing was sent",
        operation.name(),
        operation.answer_secrets.join(", ")
    ))
    .with_advice("give --json, or --show-secrets to print it as text")
}

/// The key of the call, if its operation takes one: that of the command line, or a fresh one. It is chosen here so that it
/// can be told however the call ends.
fn idempotency_key(
    operation: &Operation,
    matches: &ArgMatches,
) -> Result<Option<core::IdempotencyKey>, Error> {
    let given = matches.try_get_one::<String>(IDEMPOTENCY_KEY).ok().flatten();
    let key = match (given, operation.idempotency_key) {
        (Some(given), _) => core::IdempotencyKey::new(given.as_str()),
        (None, Some(_)) => core::IdempotencyKey::generate(&OsRandom),
        (None, None) => return Ok(None),
    };
    key.map(Some).map_err(|error| outcome::failed(&error))
}

/// A call as it will be sent.
struct Request {
    operation: &'static Operation,
    arguments: Arguments,
    body: Option<Value>,
    /// All pages of a list.
    whole: bool,
    key: Option<core::IdempotencyKey>,
}

impl Request {
    async fn send(self, connection: &Connection) -> Result<Outcome, Error> {
        let read_back = self.body.as_ref().and_then(|body| read_back::command(self.operation, body));
        let outcome = if self.operation.safety == Safety::Read {
            self.answer(connection).await
        } else {
            self.answer_unless_interrupted(connection).await
        };
        outcome.map_err(|error| match error.exit() {
            Exit::NotSent if connection.local => error.with_advice(format!(
                "start the local sandbox with `billwire sandbox` in another terminal: this call went to {}\n\
                 another address: --base-url or --environment",
                connection.client.base_url()
            )),
            Exit::Unknown => match read_back {
                Some(command) => error.with_further_advice(&command),
                None => error,
            },
            _ => error,
        })
    }

    async fn answer(&self, connection: &Connection) -> Result<Outcome, Error> {
        if self.whole {
            connection.client.all_pages(self.operation, &self.arguments).await
        } else {
            connection.client.call(self.operation, &self.arguments, self.body.clone()).await
        }
    }

    /// Whoever stops a write is told that it may have been carried out.
    async fn answer_unless_interrupted(&self, connection: &Connection) -> Result<Outcome, Error> {
        let interruption = signals::interruption()?;
        tokio::select! {
            outcome = self.answer(connection) => outcome,
            () = interruption => Err(self.interrupted()),
        }
    }

    fn interrupted(&self) -> Error {
        let error = Error::new(Exit::Unknown, format!("{} was interrupted", self.operation.name()))
            .with_fact("sent", format!("{} {}", self.operation.method.as_str(), self.operation.path))
            .with_fact("delivery", Delivery::Unknown);
        let Some(key) = &self.key else { return error.with_advice(LOOK_FIRST) };
        let error = error.with_fact("idempotency key", key);
        if advice::needs_its_key(self.operation) {
            error.with_advice(advice::with_key(self.operation, key))
        } else {
            error.with_advice(LOOK_FIRST)
        }
    }
}

/// What the documents leave open about a body, decided the careful way.
///
/// A payment is scheduled for the day of `payDate` or of `date`, whichever the service reads, and at once without it: so
/// both names are sent when one is given.
///
/// Source: Q2 Biller Direct description, section 4.4.7 "`POST /payment/schedule`: schedule a payment"; Unbill v1 description,
/// section 3 "Traps of this version", trap L11.
fn complete(operation: &Operation, members: &mut Map<String, Value>, now: bool) -> Result<(), Error> {
    if !pays(operation) {
        return Ok(());
    }
    let day =
        |name: &str, members: &Map<String, Value>| members.get(name).filter(|day| !day.is_null()).cloned();
    match (day("payDate", members), day("date", members)) {
        (Some(first), Some(second)) if first != second => {
            Err(Error::usage("--pay-date and --date name different days")
                .with_advice("give one of them; both are sent"))
        }
        (Some(_), _) | (None, Some(_)) if now => {
            Err(Error::usage("--now and a day are both given").with_advice("give one of them"))
        }
        (Some(day), _) | (None, Some(day)) => {
            members.insert("payDate".to_owned(), day.clone());
            members.insert("date".to_owned(), day);
            Ok(())
        }
        (None, None) if now => Ok(()),
        (None, None) => Err(Error::usage("without a day the service pays at once; nothing was sent")
            .with_advice("give --pay-date with the day, or --now if that is what you want")),
    }
}

/// Asks before anything is written in production.
fn confirm(operation: &Operation, connection: &Connection, yes: bool) -> Result<(), Error> {
    if yes || connection.stage != Stage::Production || operation.safety == Safety::Read {
        return Ok(());
    }
    let what =
        format!("{} {} at {}", operation.method.as_str(), operation.path, connection.client.base_url());
    if !io::stdin().is_terminal() {
        return Err(Error::new(
            Exit::NotConfirmed,
            format!("{what} writes in production, and nobody can be asked"),
        )
        .with_advice("give --yes to do it without a question"));
    }
    let mut stderr = anstream::stderr();
    write!(stderr, "{what} writes in production: {}\nGo on? [y/N] ", operation.summary)
        .and_then(|()| stderr.flush())
        .map_err(|error| error::of_output(&error))?;
    let mut answer = String::new();
    // No answer is a no.
    let _ = io::stdin().lock().read_line(&mut answer);
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        return Ok(());
    }
    Err(Error::new(Exit::NotConfirmed, "not confirmed: nothing was sent")
        .with_advice("repeat it and answer y"))
}

#[cfg(test)]
mod tests {
    use billwire::models::q2::operations;
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(given: Value, now: bool, expected: Option<Value>) {
        let Value::Object(mut members) = given else { panic!("no object") };
        let result = complete(&operations::SCHEDULE_PAYMENT, &mut members, now);
        let body = Value::Object(members);
        match expected {
            Some(expected) => assert_eq!((result.is_ok(), body), (true, expected)),
            None => assert_eq!(result.expect_err("refused").exit(), Exit::Usage),
        }
    }

    #[test]
    fn a_day_is_sent_under_both_names() {
        let day = "2026-03-05T00:00:00.000Z";
        let both = json!({"billId": "b", "payDate": day, "date": day});
        check(json!({"billId": "b", "payDate": day}), false, Some(both.clone()));
        check(json!({"billId": "b", "date": day, "payDate": null}), false, Some(both.clone()));
        check(both.clone(), false, Some(both.clone()));
        check(json!({"payDate": day, "date": "2026-03-06T00:00:00.000Z"}), false, None);
        check(both, true, None);
    }

    #[test]
    fn paying_at_once_must_be_said() {
        check(json!({"billId": "b"}), true, Some(json!({"billId": "b"})));
        check(json!({"billId": "b"}), false, None);
        check(json!({"billId": "b", "payDate": null}), false, None);
    }
}
