//! What a call gave back, in the form that the command prints, and why it failed, as an exit code.

use billwire::core::{self, Answer, Call, Delivery, ErrorKind};
use billwire::models::operation::Operation;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::advice;
use crate::error::Error;
use crate::exit::Exit;
use crate::operation_args::Arguments;
use crate::unreadable::Unreadable;

/// A successful call.
#[derive(Default)]
pub(crate) struct Outcome {
    /// The answer as JSON in the order of the documentation, secrets included.
    pub(crate) json: String,
    /// What stderr says about it.
    pub(crate) remarks: Vec<String>,
    /// What came and is not in it.
    pub(crate) unreadable: Unreadable,
}

/// The outcome of a call, or its error with the exit code that belongs to it.
pub(crate) fn of<R: Serialize>(result: Result<Answer<R>, core::Error>) -> Result<Outcome, Error> {
    of_answer(&result.map_err(|error| failed(&error))?)
}

/// The outcome of a call that was answered.
pub(crate) fn of_answer<R: Serialize>(answer: &Answer<R>) -> Result<Outcome, Error> {
    let mut remarks = Vec::new();
    if let Some(request_id) = answer.request_id() {
        remarks.push(format!("request id {request_id}"));
    }
    if let Some(key) = answer.idempotency_key() {
        remarks.push(format!("idempotency key {}", key.as_str()));
    }
    let json = serde_json::to_string(&**answer)
        .map_err(|error| Error::unexpected("the answer cannot be written as JSON").with_cause(error))?;
    Ok(Outcome { json, remarks, unreadable: Unreadable::of(answer) })
}

/// A call whose body could be written.
pub(crate) fn call<R>(call: Result<Call<R>, core::Error>) -> Result<Call<R>, Error> {
    call.map_err(|error| failed(&error))
}

/// The typed request that `body` holds.
pub(crate) fn body<T: DeserializeOwned>(
    operation: &'static Operation,
    body: Option<Value>,
) -> Result<T, Error> {
    serde_path_to_error::deserialize(body.unwrap_or_default()).map_err(|error| {
        let place = error.path().to_string();
        let member = if place == "." { String::new() } else { format!("{place}: ") };
        Error::usage(format!(
            "the body of {} is not acceptable: {member}{}",
            operation.name(),
            without_value(error.inner())
        ))
        .with_advice(format!(
            "correct it; billwire {} {} {} --help lists the members",
            operation.api.as_str(),
            operation.resource,
            operation.command
        ))
    })
}

/// The typed query parameters that `arguments` hold.
pub(crate) fn query<T: DeserializeOwned>(
    operation: &'static Operation,
    arguments: &Arguments,
) -> Result<T, Error> {
    body(operation, Some(arguments.query(operation)))
}

/// An operation of the table that this build of the command has no code for.
pub(crate) fn not_compiled_in(operation: &'static Operation) -> Error {
    Error::unexpected(format!("this build cannot call {}", operation.name()))
        .with_advice("report it: the operation table and the command were built from different descriptions")
}

/// A failed call as an error of the command.
pub(crate) fn failed(error: &core::Error) -> Error {
    let mut failure =
        Error::new(exit_of(error), headline(error)).with_causes_of(error).with_advice(advice::of(error));
    if let Some(operation) = error.operation() {
        failure = failure.with_fact("sent", format!("{} {}", operation.method.as_str(), operation.path));
    }
    if let Some(status) = error.status() {
        failure = failure.with_fact("status", status);
    }
    if let Some(code) = error.vendor_code() {
        failure = failure.with_fact("code", code);
    }
    if let Some(request_id) = error.request_id() {
        failure = failure.with_fact("request id", request_id);
    }
    if let Some(key) = error.idempotency_key() {
        failure = failure.with_fact("idempotency key", key.as_str());
    }
    if error.operation().is_some() {
        failure = failure.with_fact("delivery", error.delivery());
    }
    failure
}

/// What was wrong, without the advice and the details, which stand on lines of their own.
fn headline(error: &core::Error) -> String {
    let text = error.to_string();
    let text = text.split(". What to do: ").next().unwrap_or_default();
    match text.rsplit_once(" (delivery ") {
        Some((reason, _)) => reason.to_owned(),
        None => text.to_owned(),
    }
}

/// The exit code of a failed call. Whether money may have moved comes before everything else.
fn exit_of(error: &core::Error) -> Exit {
    if error.may_have_taken_effect() {
        return Exit::Unknown;
    }
    match error.kind() {
        ErrorKind::Configuration | ErrorKind::CredentialNotAllowed | ErrorKind::Cryptography => {
            Exit::Configuration
        }
        ErrorKind::InvalidRequest => Exit::Usage,
        ErrorKind::Unauthorized | ErrorKind::Forbidden => Exit::Unauthorized,
        ErrorKind::NotFound => Exit::NotFound,
        ErrorKind::Rejected | ErrorKind::RateLimited | ErrorKind::BusinessFailure => Exit::Refused,
        _ if error.delivery() == Delivery::NotSent => Exit::NotSent,
        _ => Exit::ServiceFailed,
    }
}

/// What was wrong with a value, without the value: it may be a card number.
fn without_value(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    match (text.split_once(": "), text.rsplit_once(", expected ")) {
        (Some((kind @ ("invalid type" | "invalid value" | "invalid length"), _)), Some((_, expected))) => {
            format!("{kind}, expected {expected}")
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_wrong_value_is_not_repeated() {
        let error = serde_json::from_value::<Vec<bool>>(json!(["4111111111111111"])).expect_err("no boolean");
        assert_eq!(without_value(&error), "invalid type, expected a boolean");
    }
}
