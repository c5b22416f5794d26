//! `billwire <api> <resource> <operation>`: one call.

use std::io::{self, BufRead, IsTerminal, Write};

use billwire::core::{self, Stage};
use billwire::models::operation::{Api, IdempotencyKey, Method, Operation, Safety};
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Map, Value};
use tokio::runtime::Builder;

use crate::api;
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

/// The word that says that a payment without a day is meant.
const NOW: &str = "now";
const IDEMPOTENCY_KEY: &str = "idempotency-key";
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
    let mut reader = Reader::default();
    let (arguments, mut body) = operation_args::read(operation, matches, &mut reader)?;
    if let Some(Value::Object(members)) = &mut body {
        let now = matches.try_get_one::<bool>(NOW).ok().flatten().copied().unwrap_or_default();
        complete(operation, members, now)?;
    }
    let key = matches.try_get_one::<String>(IDEMPOTENCY_KEY).ok().flatten().map(String::as_str);
    let key = key.map(core::IdempotencyKey::new).transpose().map_err(|error| outcome::failed(&error))?;
    let outcome = super::runtime(Builder::new_current_thread())?.block_on(async {
        let mut connection = connection::open(operation, matches, &mut reader)?;
        if let Some(key) = &key {
            connection.client = connection.client.with_idempotency_key(key.clone());
        }
        confirm(operation, &connection, matches.get_flag("yes"))?;
        let whole = matches.try_get_one::<bool>(pages::ALL).ok().flatten().copied().unwrap_or_default();
        call(&connection, operation, arguments, body, whole).await
    })?;
    for remark in &outcome.remarks {
        output.remark(remark);
    }
    output.answer(&outcome.json, secrets)
}

async fn call(
    connection: &Connection,
    operation: &'static Operation,
    arguments: Arguments,
    body: Option<Value>,
    whole: bool,
) -> Result<Outcome, Error> {
    let read_back = body.as_ref().and_then(|body| read_back(operation.api, body));
    let outcome = if whole {
        pages::all(&connection.client, operation, arguments).await
    } else {
        connection.client.call(operation, &arguments, body).await
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

/// The command that reads back what a write was about: the operation that gets the resource whose id is in the body.
fn read_back(api: Api, body: &Value) -> Option<String> {
    api::operations(api).iter().find_map(|operation| {
        let [parameter] = operation.parameters else { return None };
        let id = body.get(parameter.name)?.as_str()?;
        let gets =
            operation.method == Method::Get && parameter.name.strip_suffix("Id") == Some(operation.resource);
        let words = [operation.api.as_str(), operation.resource, operation.command];
        gets.then(|| format!("billwire {} --{}-id {id}", words.join(" "), operation.resource))
    })
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

    #[test]
    fn an_unclear_write_about_a_bill_is_read_back_from_the_bill() {
        let command = read_back(Api::Q2, &json!({"billId": "b-1", "payDate": "2026-03-05T00:00:00.000Z"}));
        assert_eq!(command.as_deref(), Some("billwire q2 bill get --bill-id b-1"));
        assert_eq!(read_back(Api::Q2, &json!({"identifier": "a"})), None);
    }
}
