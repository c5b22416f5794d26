//! How to learn whether a write was carried out: the command that reads back what it was about.
//!
//! Follows names alone: a read that is asked with members of the write's body.

use billwire::models::operation::{Method, Operation, Parameter, Safety};
use serde_json::Value;

use crate::api;
use crate::operation_args;

/// The command that reads back what a write with `body` was about: the list of its resource, if the body says which, or the one
/// other resource whose id is in the body.
pub(crate) fn command(operation: &Operation, body: &Value) -> Option<String> {
    let reads = || api::operations(operation.api).iter().copied().filter(|read| read.safety == Safety::Read);
    let mut of_resource = reads().filter(|read| read.resource == operation.resource);
    let asked = |read| asked_with(read, operation, body);
    of_resource.find_map(asked).or_else(|| reads().filter(|read| gets_one(read)).find_map(asked))
}

/// Whether `read` gets the resource with an id, and nothing else tells which.
fn gets_one(read: &Operation) -> bool {
    let [parameter] = read.parameters else { return false };
    read.method == Method::Get && operation_args::flag(parameter.name) == format!("--{}-id", read.resource)
}

/// The command line of `read` with what the body of `write` says; `None` if that does not say enough.
fn asked_with(read: &Operation, write: &Operation, body: &Value) -> Option<String> {
    let mut words = vec!["billwire", read.api.as_str(), read.resource, read.command]
        .into_iter()
        .map(str::to_owned)
        .collect::<Vec<_>>();
    let mut is_about_something = false;
    for parameter in read.parameters {
        match said(parameter, write, body) {
            Some(value) => {
                words.extend([operation_args::flag(parameter.name), quoted(value)]);
                is_about_something = true;
            }
            None if parameter.required => return None,
            None => {}
        }
    }
    is_about_something.then(|| words.join(" "))
}

/// The text that `body` has under the name of `parameter`, in the spelling of either, unless it is secret.
fn said<'a>(parameter: &Parameter, write: &Operation, body: &'a Value) -> Option<&'a str> {
    let option = operation_args::flag(parameter.name);
    let mut members = write.body.iter().flat_map(|body| body.members).filter(|member| !member.secret);
    let member = members.find(|member| operation_args::flag(member.name) == option)?;
    body.get(member.name)?.as_str()
}

/// `value` as one word of a shell.
fn quoted(value: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_.:@/+".contains(character);
    if !value.is_empty() && value.chars().all(is_plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use billwire::models::{billerapi, q2};
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(write: &Operation, body: &Value, expected: Option<&str>) {
        assert_eq!(command(write, body).as_deref(), expected);
    }

    #[test]
    fn a_write_about_a_resource_is_read_back_from_it() {
        let payment = json!({"billId": "b-1", "payDate": "2026-03-05T00:00:00.000Z"});
        check(&q2::operations::SCHEDULE_PAYMENT, &payment, Some("billwire q2 bill get --bill-id b-1"));
        check(&q2::operations::CREATE_CLIENT, &json!({"identifier": "a"}), None);
    }

    #[test]
    fn a_write_that_makes_something_is_read_back_from_its_list() {
        let login = json!({"clientId": "c", "companyId": "d"});
        check(&q2::operations::CREATE_AUTH, &login, Some("billwire q2 auth list --client-id c"));
        let request = json!({"client_user_id": "it's", "biller_id": "b"});
        check(
            &billerapi::operations::CREATE_REQUEST_TO_LINK,
            &request,
            Some(r"billwire billerapi request-to-link list --client-user-id 'it'\''s' --biller-id b"),
        );
    }
}
