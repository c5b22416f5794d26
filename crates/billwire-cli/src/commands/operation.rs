//! `billwire <api> <resource> <operation>`: one call.

use std::io::{self, BufRead, IsTerminal, Write};

use billwire::core::Stage;
use billwire::models::operation::{Operation, Safety};
use clap::ArgMatches;
use serde_json::{Map, Value};
use tokio::runtime::Builder;

use crate::connection::{self, Connection, LOCAL_URL};
use crate::error::{self, Error};
use crate::exit::Exit;
use crate::log;
use crate::operation_args::{self, Arguments};
use crate::outcome::Outcome;
use crate::output::Output;
use crate::q2::dispatch;
use crate::render::Secrets;
use crate::secret_source::Reader;

pub(crate) fn run(operation: &'static Operation, matches: &ArgMatches, output: Output) -> Result<(), Error> {
    log::start(matches.get_flag("verbose"));
    let secrets = if matches.get_flag("show-secrets") { Secrets::Shown } else { Secrets::Hidden };
    let mut reader = Reader::default();
    let (arguments, mut body) = operation_args::read(operation, matches, &mut reader)?;
    complete(operation, body.as_mut(), output)?;
    let outcome = super::runtime(Builder::new_current_thread())?.block_on(async {
        let connection = connection::open(matches, &mut reader)?;
        confirm(operation, &connection, matches.get_flag("yes"))?;
        call(&connection, operation, &arguments, body).await
    })?;
    for remark in &outcome.remarks {
        output.remark(remark);
    }
    output.answer(&outcome.value, secrets)
}

async fn call(
    connection: &Connection,
    operation: &'static Operation,
    arguments: &Arguments,
    body: Option<Value>,
) -> Result<Outcome, Error> {
    dispatch::run(&connection.client, operation, arguments, body).await.map_err(|error| {
        if error.exit() == Exit::NotSent && connection.default_address {
            error.with_advice(format!(
                "start the local sandbox with `billwire sandbox` in another terminal (this call went to {LOCAL_URL});\n\
                 for another address give --base-url or --environment"
            ))
        } else {
            error
        }
    })
}

/// What the documents leave open about a body, decided the careful way.
///
/// A payment is scheduled for the day of `payDate` or of `date`, whichever the service reads, and at once without it: so
/// both names are sent when one is given.
///
/// Source: Q2 Biller Direct description, section 4.4.7 "`POST /payment/schedule`: schedule a payment".
fn complete(operation: &Operation, body: Option<&mut Value>, output: Output) -> Result<(), Error> {
    let Some(Value::Object(members)) = body else { return Ok(()) };
    if operation.id != "schedulePayment" {
        return Ok(());
    }
    let day =
        |name: &str, members: &Map<String, Value>| members.get(name).filter(|day| !day.is_null()).cloned();
    match (day("payDate", members), day("date", members)) {
        (Some(first), Some(second)) if first != second => {
            Err(Error::usage("--pay-date and --date name different days")
                .with_advice("give one of them; both are sent"))
        }
        (Some(day), _) | (None, Some(day)) => {
            members.insert("payDate".to_owned(), day.clone());
            members.insert("date".to_owned(), day);
            Ok(())
        }
        (None, None) => {
            output.remark("no --pay-date: the service is asked to pay at once");
            Ok(())
        }
    }
}

/// Asks before anything is written in production.
fn confirm(operation: &Operation, connection: &Connection, yes: bool) -> Result<(), Error> {
    if yes || connection.stage != Stage::Production || operation.safety == Safety::Read {
        return Ok(());
    }
    let what = format!(
        "{} {} at {}",
        operation.method.as_str(),
        operation.path,
        connection.client.config().base_url()
    );
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
    use billwire::models::q2::operations::SCHEDULE_PAYMENT;
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(given: Value, expected: Option<Value>) {
        let mut body = given;
        let result = complete(&SCHEDULE_PAYMENT, Some(&mut body), Output::new(true));
        match expected {
            Some(expected) => assert_eq!((result.is_ok(), body), (true, expected)),
            None => assert_eq!(result.expect_err("refused").exit(), Exit::Usage),
        }
    }

    #[test]
    fn a_day_is_sent_under_both_names() {
        let both =
            json!({"billId": "b", "payDate": "2026-03-05T00:00:00.000Z", "date": "2026-03-05T00:00:00.000Z"});
        check(json!({"billId": "b", "payDate": "2026-03-05T00:00:00.000Z"}), Some(both.clone()));
        check(
            json!({"billId": "b", "date": "2026-03-05T00:00:00.000Z", "payDate": null}),
            Some(both.clone()),
        );
        check(both.clone(), Some(both));
        check(json!({"billId": "b"}), Some(json!({"billId": "b"})));
        check(json!({"payDate": "2026-03-05T00:00:00.000Z", "date": "2026-03-06T00:00:00.000Z"}), None);
    }
}
