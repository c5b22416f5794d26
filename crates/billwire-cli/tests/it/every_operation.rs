//! Every operation of the table has a command that sends it with a credential that opens it, whatever else the service
//! thinks of it.

use billwire::models::operation::{BodyMember, Credential, MemberKind, Operation};
use billwire::models::{billerapi, q2, unbill};
use billwire_sandbox::CredentialKind;

use crate::run::{CLIENT_ID, Service, run};

#[test]
fn every_operation_reaches_its_route() {
    check(q2::operations::ALL);
}

/// Every operation of Unbill.
#[test]
fn every_operation_of_unbill_reaches_its_route() {
    check(unbill::operations::ALL);
}

/// Every operation of BillerAPI.
#[test]
fn every_operation_of_billerapi_reaches_its_route() {
    check(billerapi::operations::ALL);
}

#[track_caller]
fn check(operations: &'static [&'static Operation]) {
    let service = Service::start();
    for operation in operations {
        let mut command = service.command(words(operation));
        let ended = run(command.env("TEXT", "x").env("OBJECT", r#"{"identifier": "x"}"#).env("LIST", "[]"));
        // Nothing here exists, so most are refused: by the service, not by the command, and not for the credential.
        assert!([0, 3, 4].contains(&ended.code), "{}: {ended:#?}", operation.id);
        let requests = service.sandbox.requests();
        let request = requests.last().expect("a request");
        assert_eq!(request.operation.as_deref(), Some(operation.id), "{ended:#?}");
        assert_eq!(request.credential, usual(operation), "{}: {ended:#?}", operation.id);
    }
    assert_eq!(service.sandbox.requests().len(), operations.len(), "one request for each");
}

/// The credential that the operation goes with where the usual ones are set.
fn usual(operation: &Operation) -> Option<CredentialKind> {
    let takes = |kind: Credential| operation.credentials.contains(&kind);
    match operation.credentials.first() {
        Some(Credential::Nothing) => None,
        _ if takes(Credential::ApiKey) => Some(CredentialKind::ApiKey),
        _ if takes(Credential::ClientCredentials) => Some(CredentialKind::ClientCredentials),
        _ => panic!("{} takes none of the usual credentials", operation.id),
    }
}

/// The command with whatever it cannot do without.
fn words(operation: &Operation) -> Vec<String> {
    let mut words = vec![operation.api.as_str(), operation.resource, operation.command, "--json"];
    if operation.id == "schedulePayment" {
        words.push("--now");
    }
    let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    for parameter in operation.parameters.iter().filter(|parameter| parameter.required) {
        words.extend([format!("--{}", kebab(parameter.name)), text(parameter.name).to_owned()]);
    }
    let members = operation.body.iter().flat_map(|body| body.members);
    for member in members.filter(|member| member.required) {
        words.extend(option(member));
    }
    words
}

fn option(member: &BodyMember) -> [String; 2] {
    // The connection has an option of this name.
    let name = if member.name == "environment" { "body-environment".to_owned() } else { kebab(member.name) };
    let list = member.name == "answers";
    match member.kind {
        MemberKind::Json if member.secret => {
            [format!("--{name}-from"), if list { "env:LIST" } else { "env:OBJECT" }.to_owned()]
        }
        _ if member.secret => [format!("--{name}-from"), "env:TEXT".to_owned()],
        MemberKind::Json if member.name == "client" => {
            [format!("--{name}"), r#"{"identifier": "x"}"#.to_owned()]
        }
        MemberKind::Json => [format!("--{name}"), if list { "[]" } else { "{}" }.to_owned()],
        MemberKind::Choice(choices) => {
            [format!("--{name}"), choices.first().copied().unwrap_or("x").to_owned()]
        }
        MemberKind::TextList => [format!("--{name}"), "bill".to_owned()],
        _ => [format!("--{name}"), text(member.name).to_owned()],
    }
}

/// Something that is nothing's name, but where the service wants the owner of the credentials.
fn text(name: &str) -> &'static str {
    if matches!(name, "client_id" | "clientId") { CLIENT_ID } else { "x" }
}

/// `billId` → `bill-id`
fn kebab(name: &str) -> String {
    name.chars().fold(String::new(), |mut kebab, character| {
        if character.is_ascii_uppercase() {
            kebab.push('-');
        }
        kebab.push(if character == '_' { '-' } else { character.to_ascii_lowercase() });
        kebab
    })
}
