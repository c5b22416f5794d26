//! BillerAPI through the command, from a link token to bills that are read with the token of their account.

use billwire_sandbox::{BillToCome, CredentialKind};
use serde_json::Value;

use crate::run::{CLIENT_ID, Ended, Service, run, text};

/// The account number that asks for a code, and the code.
const ACCOUNT_NUMBER: &str = "4000000003";
const CODE: &str = "123456";

/// Calls without secrets.
fn call(service: &Service, words: &[&str]) -> Value {
    service.call_of("billerapi", words, &[])
}

/// The credential of the newest request.
fn credential(service: &Service) -> Option<CredentialKind> {
    service.sandbox.requests().last().expect("a request").credential
}

#[test]
fn from_a_link_token_to_bills_of_one_account() {
    let service = Service::start();
    let link = link(&service);
    log_in(&service, &link);
    let public_token = choose_account(&service, &link);
    let (account, access_token) = exchange(&service, &public_token);
    for cents in [1, 10_010] {
        service.sandbox.billerapi().issue_bill(&account, BillToCome::of(cents)).expect("a bill");
    }
    synchronise(&service, &account);
    read_bills(&service, &account, &access_token);
}

#[test]
fn webhooks_are_registered_with_the_credentials_or_from_the_portal() {
    let service = Service::start();
    let register = ["webhook", "register", "--client-id", CLIENT_ID, "--body-environment", "sandbox"];
    let words = [&register[..], &["--url", "http://127.0.0.1:9/hook", "--events", "bill.created"]].concat();
    let secret = ("--secret-from", "whsec_test_of_a_command_test");
    let portal_token = service.sandbox.info().credentials.billerapi_portal_token;
    let first = service.call_of("billerapi", &words, &[secret]);
    assert_eq!(credential(&service), Some(CredentialKind::ClientCredentials));
    let second = service.call_of("billerapi", &words, &[secret, ("--portal-token-from", &portal_token)]);
    assert_eq!(credential(&service), Some(CredentialKind::PortalToken));
    assert_eq!((&first["status"], &second["status"]), (&"ACTIVE".into(), &"ACTIVE".into()));
    assert_ne!(first["id"], second["id"]);
}

fn link(service: &Service) -> String {
    let words = ["link", "create-token", "--client-id", CLIENT_ID, "--client-user-id", "user-1"];
    let biller = ["--consents", "bills", "--biller-id", "test_electric_company"];
    text(&call(service, &[&words[..], &biller].concat()), "link_token_id")
}

/// With a wrong code first: a failure inside an answer with status 200.
fn log_in(service: &Service, link: &str) {
    let login = ["link", "submit-credentials", "--link-token-id", link];
    let asked = service.call_of("billerapi", &login, &[("--account-number-from", ACCOUNT_NUMBER)]);
    assert_eq!(asked["status"], "mfa_required", "{asked}");
    let submit = ["billerapi", "link", "submit-mfa", "--link-token-id", link, "--mfa-code-from", "env:CODE"];
    let ended: Ended = run(service.command(submit).arg("--json").env("CODE", "000000"));
    let error: Value = serde_json::from_str(&ended.stderr).expect("one JSON object");
    assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{ended:#?}");
    assert_eq!(error["error"]["kind"], "refused");
    assert_eq!(error["error"]["details"]["code"], "INVALID_MFA_CODE");
    assert_eq!(error["error"]["details"]["status"], "200 OK");
    assert_eq!(service.sandbox.requests().last().expect("a request").status, Some(200));
    let accepted = run(service.command(submit).arg("--json").env("CODE", CODE)).json();
    assert_eq!(accepted["status"], "credentials_accepted", "{accepted}");
}

/// The user's own part on the provider's page is played by the control API.
fn choose_account(service: &Service, link: &str) -> String {
    let found = call(service, &["link", "discover-accounts", "--link-token-id", link]);
    let account = text(&found["accounts"][0], "account_id");
    service.wait(service.sandbox.billerapi().complete_link(link, &account)).expect("a public token")
}

/// The public token works once.
fn exchange(service: &Service, public_token: &str) -> (String, String) {
    let words = ["link", "exchange", "--client-id", CLIENT_ID];
    let linked = service.call_of("billerapi", &words, &[("--public-token-from", public_token)]);
    let again = [&["billerapi"], &words[..], &["--public-token-from", "env:TOKEN"]].concat();
    let ended = run(service.command(again).arg("--json").env("TOKEN", public_token));
    assert!([3, 5].contains(&ended.code), "{ended:#?}");
    assert!(!ended.stderr.contains(public_token), "{ended:#?}");
    (text(&linked, "link_id"), text(&linked, "access_token"))
}

/// Asked for twice with one key: one synchronisation.
fn synchronise(service: &Service, account: &str) {
    let words = ["sync", "trigger", "--account-link-id", account, "--force", "--idempotency-key"];
    let trigger = |key: &'static str| call(service, &[&words[..], &[key]].concat());
    let first = trigger("command-test-1");
    assert_eq!(trigger("command-test-1")["id"], first["id"]);
    service.wait(service.sandbox.advance("PT6S")).expect("time passes");
    let listed = call(service, &["sync", "list", "--account-link-id", account]);
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(listed["data"][0]["id"], first["id"]);
    assert_eq!(listed["data"][0]["status"], "COMPLETED");
    assert_eq!(credential(service), Some(CredentialKind::ClientCredentials));
}

/// One page, the next one, and all of them as one list; with the token of the account alone, from an option and from the
/// variable.
fn read_bills(service: &Service, account: &str, access_token: &str) {
    let words = ["bill", "list", "--account-link-id", account, "--limit", "2"];
    let token = [("--access-token-from", access_token)];
    let first = service.call_of("billerapi", &words, &token);
    assert_eq!(credential(service), Some(CredentialKind::AccessToken));
    assert_eq!((ids(&first).len(), &first["has_more"]), (2, &true.into()), "{first}");
    let cursor = text(&first, "next_cursor");
    let next = [&words[..], &["--cursor", &cursor]].concat();
    let second = service.call_of("billerapi", &next, &token);
    let both = [ids(&first), ids(&second)].concat();
    assert_eq!(both.len(), 3, "{second}");

    let all = [&["billerapi"], &words[..], &["--all-pages", "--json"]].concat();
    let mut command = service.command(all);
    command.env_remove("BILLWIRE_BILLERAPI_CLIENT_ID").env_remove("BILLWIRE_BILLERAPI_CLIENT_SECRET");
    let requests = service.sandbox.requests().len();
    let listed = run(command.env("BILLWIRE_BILLERAPI_ACCESS_TOKEN", access_token)).json();
    let found: Vec<String> = listed.as_array().map_or_else(|| ids(&listed), |bills| ids_of(bills));
    assert_eq!(found, both);
    assert_eq!(service.sandbox.requests().len() - requests, 2, "one request for each page");
    assert_eq!(credential(service), Some(CredentialKind::AccessToken));
}

fn ids(page: &Value) -> Vec<String> {
    ids_of(page["bills"].as_array().expect("a list of bills"))
}

fn ids_of(bills: &[Value]) -> Vec<String> {
    bills.iter().map(|bill| text(bill, "id")).collect()
}
