//! The subcommands of an API, built from its operation table: nothing here knows a single operation.
//!
//! Parameters become `--bill-id ID`. Body members become flags by their kind; objects are given as JSON or `@FILE`. A whole
//! body comes from `--body FILE` or `--body -`, and flags then replace its members. Secret members have no plain flag: they
//! are fetched from `--card-number-from SOURCE`.

use std::collections::BTreeMap;

use billwire::models::operation::{Body, BodyMember, MemberKind, Operation, Parameter, Place};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use serde_json::{Map, Value};

use crate::advice;
use crate::connection;
use crate::error::Error;
use crate::exit::Exit;
use crate::json_text;
use crate::secret_source::{self, Reader, SecretSource};

const BODY: &str = "body";
const PARAMETERS_HEADING: &str = "Parameters";
const BODY_HEADING: &str = "Request body";

/// The values of the path and query parameters, by their names on the wire.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments(BTreeMap<&'static str, String>);

impl Arguments {
    /// The value of a required parameter.
    pub(crate) fn parameter(&self, name: &str) -> Result<&str, Error> {
        self.0.get(name).map(String::as_str).ok_or_else(|| {
            Error::usage(format!("{} is missing", flag(name))).with_advice("give it; see --help")
        })
    }

    /// The query parameters of `operation` as an object of texts.
    pub(crate) fn query(&self, operation: &'static Operation) -> Value {
        let in_query = operation.parameters.iter().filter(|parameter| parameter.place == Place::Query);
        in_query
            .filter_map(|parameter| self.0.get(parameter.name).map(|value| (parameter.name, value.as_str())))
            .collect()
    }
}

/// The command of `operation`, without the options that all commands share.
pub(crate) fn command(operation: &'static Operation) -> Command {
    let mut command = Command::new(operation.command)
        .about(operation.summary)
        .long_about(long_about(operation))
        .after_help(after_help(operation))
        .args(operation.parameters.iter().map(parameter));
    if let Some(body) = &operation.body {
        command = command.arg(whole_body(body));
        for member in body.members {
            command =
                command.arg(if member.secret { secret_member(member) } else { plain_member(body, member) });
            if member.secret {
                command = command.arg(refused_member(member));
            }
        }
    }
    command
}

/// What was given for `operation`: its parameters and its body.
pub(crate) fn read(
    operation: &'static Operation,
    matches: &ArgMatches,
    reader: &mut Reader,
) -> Result<(Arguments, Option<Value>), Error> {
    let mut arguments = Arguments::default();
    for parameter in operation.parameters {
        if let Some(value) = matches.get_one::<String>(parameter.name) {
            if value.is_empty() {
                return Err(Error::usage(format!("{} is empty", flag(parameter.name)))
                    .with_advice("give the id as the service gave it"));
            }
            arguments.0.insert(parameter.name, value.clone());
        }
    }
    let body = match &operation.body {
        Some(body) => Some(Value::Object(read_body(body, matches, reader)?)),
        None => None,
    };
    Ok((arguments, body))
}

fn read_body(body: &Body, matches: &ArgMatches, reader: &mut Reader) -> Result<Map<String, Value>, Error> {
    for member in body.members.iter().filter(|member| member.secret) {
        if matches.contains_id(member.name) {
            return Err(refusal(member));
        }
    }
    let mut members = match matches.get_one::<String>(BODY) {
        Some(path) => given_body(body, path, reader)?,
        None => Map::new(),
    };
    for member in body.members {
        if let Some(value) = read_member(member, matches, reader)? {
            members.insert(member.name.to_owned(), value);
        }
    }
    for (name, default) in body.explicit_defaults {
        if members.get(*name).is_none_or(Value::is_null) {
            members.insert((*name).to_owned(), Value::from(*default));
        }
    }
    Ok(members)
}

/// The JSON object at `path`. A member that the operation does not know is refused: the service would ignore it, and a
/// payment with a misspelt date is a payment at once.
fn given_body(body: &Body, path: &str, reader: &mut Reader) -> Result<Map<String, Value>, Error> {
    if path.trim_start().starts_with(['{', '[']) {
        return Err(Error::usage("--body takes a file, not the JSON itself").with_advice(
            "give --body FILE, or --body - and the JSON on standard input: it may hold secrets",
        ));
    }
    let text = reader.text("--body", path)?;
    let Value::Object(members) = json_text::parse("--body", &text)? else {
        return Err(Error::usage("--body: the JSON is not an object").with_advice(known_members(body)));
    };
    let known = |name: &String| body.members.iter().any(|member| member.name == name);
    match members.keys().find(|name| !known(name)) {
        Some(unknown) => Err(Error::usage(format!("--body: {} has no member {unknown:?}", body.schema))
            .with_advice(known_members(body))),
        None => Ok(members),
    }
}

fn known_members(body: &Body) -> String {
    let names: Vec<&str> = body.members.iter().map(|member| member.name).collect();
    format!("the members of {} are {}", body.schema, names.join(", "))
}

fn read_member(
    member: &BodyMember,
    matches: &ArgMatches,
    reader: &mut Reader,
) -> Result<Option<Value>, Error> {
    if member.secret {
        let option = format!("--{}", secret_option(member));
        let Some(text) = matches.get_one::<String>(&secret_id(member)) else { return Ok(None) };
        let secret = reader.secret(&option, &SecretSource::parse(&option, text)?)?;
        return match member.kind {
            MemberKind::Json => json_text::parse(&option, secret.expose()).map(Some),
            _ => Ok(Some(Value::from(secret.expose()))),
        };
    }
    let (name, flag) = (&plain_id(member), format!("--{}", plain_option(member)));
    Ok(match member.kind {
        MemberKind::Boolean => matches.get_one::<bool>(name).map(|value| Value::from(*value)),
        MemberKind::Integer => matches.get_one::<i64>(name).map(|value| Value::from(*value)),
        MemberKind::Number => {
            matches.get_one::<String>(name).map(|text| json_text::number(&flag, text)).transpose()?
        }
        MemberKind::TextList => matches
            .get_many::<String>(name)
            .map(|values| Value::from(values.map(|value| Value::from(value.as_str())).collect::<Vec<_>>())),
        MemberKind::Json => match matches.get_one::<String>(name) {
            Some(text) => Some(json_member(&flag, text, reader)?),
            None => None,
        },
        _ => matches.get_one::<String>(name).map(|value| Value::from(value.as_str())),
    })
}

/// `JSON` or `@FILE`.
fn json_member(option: &str, text: &str, reader: &mut Reader) -> Result<Value, Error> {
    match text.strip_prefix('@') {
        Some(path) => json_text::parse(option, &reader.text(option, path)?),
        None => json_text::parse(option, text),
    }
}

fn parameter(parameter: &'static Parameter) -> Arg {
    Arg::new(parameter.name)
        .long(long(parameter.name))
        .value_name(value_name(parameter.name))
        .help(parameter.description)
        .help_heading(PARAMETERS_HEADING)
        .required(parameter.required)
}

fn plain_member(body: &Body, member: &'static BodyMember) -> Arg {
    let option = plain_option(member);
    let default = body.explicit_defaults.iter().find(|(name, _)| *name == member.name);
    let default = default.map_or_else(String::new, |(_, default)| format!(" [default: {default}]"));
    let arg = Arg::new(plain_id(member)).long(option.clone()).help(help(member) + &default);
    let arg = arg.help_heading(BODY_HEADING);
    let arg = if member.required { arg.required_unless_present(BODY) } else { arg };
    match member.kind {
        MemberKind::Choice(choices) => {
            arg.value_name("CHOICE").value_parser(PossibleValuesParser::new(choices.iter().copied()))
        }
        MemberKind::Boolean => arg
            .value_name("true|false")
            .value_parser(value_parser!(bool))
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .hide_possible_values(true),
        MemberKind::Integer => {
            arg.value_name("NUMBER").value_parser(value_parser!(i64)).allow_negative_numbers(true)
        }
        MemberKind::Number => arg.value_name("NUMBER").allow_negative_numbers(true),
        MemberKind::TextList => arg.value_name("LIST").action(ArgAction::Append).value_delimiter(','),
        MemberKind::Json => arg.value_name("JSON|@FILE"),
        _ => arg.value_name(value_name(&option)),
    }
}

fn secret_member(member: &'static BodyMember) -> Arg {
    let arg = Arg::new(secret_id(member))
        .long(secret_option(member))
        .value_name(secret_source::VALUE_NAME)
        .help(help(member))
        .help_heading(BODY_HEADING);
    if member.required { arg.required_unless_present_any([BODY, member.name]) } else { arg }
}

/// The plain flag of a secret member: not shown, taken only to refuse it with a better message than "unknown".
fn refused_member(member: &'static BodyMember) -> Arg {
    Arg::new(member.name).long(long(member.name)).num_args(0..=1).hide(true)
}

fn refusal(member: &BodyMember) -> Error {
    let plain = flag(member.name);
    Error::usage(format!("{plain} is secret and is not taken from the command line")).with_advice(format!(
        "say where to read it: --{} {}\nother users of this machine can see command lines, and shells keep them: \
         treat what was given as known to others",
        secret_option(member),
        secret_source::FORMS
    ))
}

fn whole_body(body: &'static Body) -> Arg {
    Arg::new(BODY)
        .long(BODY)
        .value_name("FILE|-")
        .help(format!(
            "The whole body ({}) as a JSON object; the options below replace its members",
            body.schema
        ))
        .help_heading(BODY_HEADING)
}

fn long_about(operation: &Operation) -> String {
    let mut text = format!(
        "{}\n\nSends {} {}. Can it be repeated when no answer came? {}",
        sentence(operation.summary),
        operation.method.as_str(),
        operation.path,
        repeat_text(operation)
    );
    if operation.card_data {
        text.push_str(" Carries card or bank account data.");
    }
    text.push_str("\nSource: ");
    text.push_str(operation.source);
    text
}

/// Examples, the forms of a secret's source, and the exit codes, for the end of the help.
fn after_help(operation: &Operation) -> String {
    let examples = match operation.body {
        Some(_) => format!("{}\n  {} --body request.json --json", example(operation), words(operation)),
        None => format!("{} --json", example(operation)),
    };
    let codes: Vec<String> =
        Exit::ALL.iter().map(|exit| format!("{} {}", exit.code(), exit.word())).collect();
    format!(
        "Examples:\n  {examples}\n\n\
         {} says where to read a secret: {}.\n\
         Exit codes: {}; `billwire --help` explains them.",
        secret_source::VALUE_NAME,
        secret_source::FORMS,
        codes.join(", ")
    )
}

fn repeat_text(operation: &Operation) -> String {
    let text = match operation.safety.as_str() {
        "read" => "Yes, it changes nothing.",
        "idempotent" if advice::needs_its_key(operation) => {
            let life = advice::key_life(operation);
            return format!("Yes, {life} with the same --idempotency-key; without it, it is another call.");
        }
        "idempotent" => "Yes, twice has the effect of once.",
        "reconcilable" => "Not blindly: read the resource back first.",
        _ => "No.",
    };
    text.to_owned()
}

/// A whole command line with the required options.
fn example(operation: &Operation) -> String {
    let parameters = operation.parameters.iter().filter(|parameter| parameter.required);
    let parameters =
        parameters.map(|parameter| format!("{} {}", flag(parameter.name), value_name(parameter.name)));
    let members = operation.body.iter().flat_map(|body| body.members).filter(|member| member.required);
    let words: Vec<String> =
        std::iter::once(words(operation)).chain(parameters).chain(members.map(example_of)).collect();
    words.join(" ")
}

fn example_of(member: &BodyMember) -> String {
    let flag = format!("--{}", plain_option(member));
    match member.kind {
        _ if member.secret => format!("--{} env:MY_VARIABLE", secret_option(member)),
        MemberKind::Choice(choices) => format!("{flag} {}", choices.first().copied().unwrap_or("CHOICE")),
        MemberKind::Json => format!("{flag} @FILE"),
        MemberKind::Boolean => flag,
        _ => format!("{flag} {}", value_name(member.name)),
    }
}

fn words(operation: &Operation) -> String {
    format!("billwire {} {} {}", operation.api.as_str(), operation.resource, operation.command)
}

/// What a member is, and what the shape of its option does not say.
fn help(member: &BodyMember) -> String {
    let mut text = sentence(member.description);
    if member.secret && !text.to_lowercase().contains("secret") {
        text.push_str(" Secret.");
    }
    if member.kind == MemberKind::TextList {
        text.push_str(" Separated by commas.");
    }
    if member.required {
        text.push_str(" [required]");
    }
    text
}

fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
}

fn secret_id(member: &BodyMember) -> String {
    format!("{}-from", member.name)
}

/// `environment`; `body-environment` where the connection has an option of that name.
fn plain_option(member: &BodyMember) -> String {
    beside_connection(long(member.name))
}

/// The id of a plain option: the name on the wire, unless the connection has an option of the same name.
fn plain_id(member: &BodyMember) -> String {
    let option = plain_option(member);
    if option == long(member.name) { member.name.to_owned() } else { option }
}

fn beside_connection(option: String) -> String {
    if connection::has_option(&option) { format!("body-{option}") } else { option }
}

/// `card-number-from`; `body-client-token-from` where the connection has an option of the plain name.
fn secret_option(member: &BodyMember) -> String {
    beside_connection(format!("{}-from", long(member.name)))
}

pub(crate) fn flag(name: &str) -> String {
    format!("--{}", long(name))
}

/// `clientId` → `client-id`
fn long(name: &str) -> String {
    let mut kebab = String::new();
    for character in name.trim_start_matches('_').chars() {
        if character.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(if character == '_' { '-' } else { character.to_ascii_lowercase() });
    }
    kebab
}

/// `clientId` → `CLIENT_ID`
fn value_name(name: &str) -> String {
    long(name).replace('-', "_").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_to_revoke_is_not_the_token_to_call_with() {
        let revoke = command(&billwire::models::q2::operations::REVOKE_TOKENS);
        let options: Vec<_> = revoke.get_arguments().filter_map(Arg::get_long).collect();
        assert!(options.contains(&"body-client-token-from"), "{options:?}");
        assert!(!options.contains(&"client-token-from"), "{options:?}");
    }

    #[test]
    fn the_environment_of_a_webhook_is_not_the_environment_to_call() {
        let register = command(&billwire::models::billerapi::operations::REGISTER_WEBHOOK);
        let options: Vec<_> = register.get_arguments().filter_map(Arg::get_long).collect();
        assert!(options.contains(&"body-environment"), "{options:?}");
        assert!(!options.contains(&"environment"), "{options:?}");
    }

    #[test]
    fn names_follow_the_shell() {
        for (name, expected) in [
            ("clientId", "client-id"),
            ("billId", "bill-id"),
            ("_id", "id"),
            ("accessTokenExpiresIn", "access-token-expires-in"),
            ("page_size", "page-size"),
            ("identifier", "identifier"),
        ] {
            assert_eq!(long(name), expected);
        }
        assert_eq!(value_name("clientId"), "CLIENT_ID");
    }
}
