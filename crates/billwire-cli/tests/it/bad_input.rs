//! What a person gets wrong: each mistake has a message that says what was wrong and what to do, its documented exit code,
//! and no panic. The messages are snapshots.

use std::io::Write;
use std::net::TcpListener;
use std::process::Command;

use crate::run::{Ended, Folder, Service, billwire, odd_server, run, run_with_input};

/// Stands for anything secret in these tests.
const SECRET: &str = "4111111111111111";

/// The error of a run: the expected code, nothing on stdout, nothing secret anywhere.
#[track_caller]
fn check(name: &str, code: i32, ended: &Ended, shown: &str) {
    assert_eq!((ended.code, ended.stdout.as_str()), (code, ""), "{name}: {ended:#?}");
    assert!(!ended.stderr.contains(SECRET), "{name}: {ended:#?}");
    let shown = without_error_numbers(shown);
    insta::with_settings!({omit_expression => true}, { insta::assert_snapshot!(name, shown) });
}

/// Operating systems number the same errors differently.
fn without_error_numbers(text: &str) -> String {
    let lines: Vec<&str> =
        text.lines().map(|line| line.split(" (os error ").next().unwrap_or_default()).collect();
    lines.join(
        "
",
    )
}

/// A run that ends before anything is sent.
#[track_caller]
fn check_command(name: &str, code: i32, command: &mut Command) {
    let ended = run(command);
    check(name, code, &ended, &ended.stderr);
}

/// A call of the sandbox.
#[track_caller]
fn check_call(name: &str, code: i32, service: &Service, words: &[&str]) {
    let ended = run(&mut service.command([&["q2"], words].concat()));
    check(name, code, &ended, &service.without_port(&ended.stderr));
}

fn q2(words: &[&str]) -> Command {
    let mut command = billwire();
    command.env("BILLWIRE_Q2_API_KEY", "key").arg("q2").args(words);
    command
}

#[test]
fn wrong_ids() {
    let service = Service::start();
    check_call("unknown_bill", 4, &service, &["bill", "get", "--bill-id", "579b695decea110719b1874d"]);
    check_call(
        "unknown_bill_in_a_body",
        3,
        &service,
        &["payment", "cancel", "--bill-id", "579b695decea110719b1874d"],
    );
    check_call("empty_id", 2, &service, &["bill", "get", "--bill-id", ""]);
    check_call("dots_for_an_id", 2, &service, &["bill", "get", "--bill-id", ".."]);
}

#[test]
fn missing_and_wrong_arguments() {
    check_command("unknown_command", 2, billwire().arg("demos"));
    check_command("unknown_operation", 2, &mut q2(&["bill", "pay"]));
    check_command("missing_parameter", 2, &mut q2(&["bill", "get"]));
    check_command("missing_field", 2, &mut q2(&["payment", "settings"]));
    check_command("unknown_option", 2, &mut q2(&["bill", "get", "--bill", "a"]));
    check_command(
        "unknown_choice",
        2,
        &mut q2(&["payment", "settings", "--bill-id", "a", "--recurring", "maybe"]),
    );
    check_command(
        "no_boolean",
        2,
        &mut q2(&["client", "create-token", "--identifier", "a", "--nonce=perhaps"]),
    );
    check_command("no_number", 2, &mut q2(&["company", "search", "--page-size", "many"]));
    check_command(
        "two_days",
        2,
        &mut q2(&[
            "payment",
            "schedule",
            "--bill-id",
            "a",
            "--pay-date",
            "2026-03-10T00:00:00Z",
            "--date",
            "2026-03-11T00:00:00Z",
        ]),
    );
    check_command("no_day", 2, &mut q2(&["payment", "schedule", "--bill-id", "a", "--pay-date", "tomorrow"]));
    check_command("neither_a_day_nor_now", 2, &mut q2(&["payment", "schedule", "--bill-id", "a"]));
    check_command("no_duration", 2, &mut q2(&["bill", "get", "--bill-id", "a", "--timeout", "10"]));
}

#[test]
fn bodies() {
    let folder = Folder::new("bodies");
    let body = |name: &str, text: &str| {
        let file = folder.file(name, text);
        q2(&["client", "create", "--body", &file])
    };
    check_command(
        "malformed_body",
        2,
        &mut body("a.json", "{\n  \"identifier\": \"a\",\n  \"meta\": {\"firstName\": \"Demo\",}\n}\n"),
    );
    check_command(
        "malformed_body_with_a_secret",
        2,
        &mut body("b.json", &format!("{{\"identifier\": {SECRET} \"{SECRET}\"}}")),
    );
    check_command("body_ends_early", 2, &mut body("c.json", "{\"identifier\": \"a\""));
    check_command("body_is_no_object", 2, &mut body("d.json", "[]"));
    check_command("body_is_empty", 2, &mut body("e.json", ""));
    check_command("body_without_a_required_member", 2, &mut body("f.json", "{\"meta\": {}}"));
    check_command(
        "body_with_an_unknown_member",
        2,
        &mut body("g.json", "{\"identifier\": \"a\", \"Identifier\": \"b\"}"),
    );
    check_command("body_with_a_wrong_type", 2, &mut body("h.json", &format!("{{\"identifier\": {SECRET}}}")));
    check_command(
        "body_on_the_command_line",
        2,
        &mut q2(&["client", "create", "--body", &format!("{{\"a\": \"{SECRET}\"}}")]),
    );
    check_command("body_is_not_there", 8, &mut q2(&["client", "create", "--body", "no/such/file.json"]));
    check_command(
        "malformed_member",
        2,
        &mut q2(&["client", "create", "--identifier", "a", "--meta", "{firstName: 1}"]),
    );
}

#[test]
fn secrets() {
    let add = |words: &[&str]| {
        q2(&[&["payment", "add", "--client-id", "a", "--payment-type", "card", "--name", "n"], words]
            .concat())
    };
    check_command("secret_on_the_command_line", 2, &mut add(&["--card-number", SECRET]));
    check_command("secret_in_place_of_a_source", 2, &mut add(&["--card-number-from", SECRET]));
    check_command("secret_variable_is_missing", 8, &mut add(&["--card-number-from", "env:NO_SUCH_CARD"]));
    check_command(
        "api_key_on_the_command_line",
        2,
        &mut q2(&["bill", "get", "--bill-id", "a", "--api-key-from", SECRET]),
    );
    let twice = ["auth", "step", "--token-from", "-", "--method", "code", "--security-from", "-"];
    let ended = run_with_input(&mut q2(&twice), SECRET);
    check("standard_input_twice", 2, &ended, &ended.stderr);
}

#[test]
fn missing_variables() {
    let mut command = billwire();
    check_command(
        "missing_api_key_for_the_local_sandbox",
        8,
        command.args(["q2", "bill", "get", "--bill-id", "a"]),
    );
    let mut command = billwire();
    command.args(["q2", "bill", "get", "--bill-id", "a", "--environment", "sandbox"]);
    check_command("missing_api_key_for_the_vendor", 8, &mut command);
    check_command("empty_api_key", 8, q2(&["bill", "get", "--bill-id", "a"]).env("BILLWIRE_Q2_API_KEY", ""));
}

#[test]
fn wrong_keys() {
    let service = Service::start_with(
        billwire_sandbox::Sandbox::builder().running_from(billwire::core::clock::system_now()),
    );
    let get = ["q2", "company", "get", "--company-id", "5bd885fccd274b4324a20001"];
    let mut command = service.command(get);
    let ended = run(command.env("BILLWIRE_Q2_API_KEY", "another-key"));
    check("wrong_api_key", 5, &ended, &ended.stderr);

    let registered = include_str!("../../src/demo/test_only_keys/TEST-ONLY-request-signing.pem");
    let other = include_str!("../../src/demo/test_only_keys/TEST-ONLY-request-signing-unregistered.pem");
    let public = billwire::keys::private_key(registered, "a").and_then(|key| key.public_key().to_spki_pem());
    let signing = billwire_sandbox::RequestSigning::with_public_key(public.expect("a key"));
    service.wait(service.sandbox.configure_request_signing(signing)).expect("request signing");
    let ended =
        run(service.command(get).env("SIGNING_KEY", other).args(["--signing-key-from", "env:SIGNING_KEY"]));
    check("wrong_signing_key", 5, &ended, &ended.stderr);
    let ended = run(&mut service.command(get));
    check("missing_signature", 5, &ended, &ended.stderr);
}

#[test]
fn unusable_keys() {
    let get = ["bill", "get", "--bill-id", "a"];
    let mut command = q2(&get);
    command.env("SIGNING_KEY", "-----BEGIN NOTHING-----").args(["--signing-key-from", "env:SIGNING_KEY"]);
    check_command("signing_key_is_no_key", 8, &mut command);
    check_command(
        "signing_key_is_not_there",
        8,
        q2(&get).args(["--signing-key-from", "file:no/such/key.pem"]),
    );
    let folder = Folder::new("unusable-keys");
    let file = folder.file("key.pem", "nothing");
    let ended = run(q2(&get).args(["--encryption-key", &file, "--encryption-key-id", "a"]));
    check("encryption_key_is_no_key", 8, &ended, &ended.stderr.replace(&file, "[file]"));
    check_command("encryption_key_without_id", 8, q2(&get).args(["--encryption-key", "key.pem"]));
}

#[test]
fn an_expired_token() {
    let service = Service::start();
    let created = service.call(&["client", "create", "--identifier", "a"]);
    let client_id = created["clientId"].as_str().expect("an id").to_owned();
    let token = service.call(&["client", "create-token", "--identifier", "a"])["token"]
        .as_str()
        .expect("a token")
        .to_owned();
    service.wait(service.sandbox.advance("PT25H")).expect("time passes");
    let mut command = service.command([
        "q2",
        "bill",
        "list",
        "--client-id",
        &client_id,
        "--client-token-from",
        "env:TOKEN",
    ]);
    let ended = run(command.env("TOKEN", &token));
    assert!(!ended.stderr.contains(&token), "{ended:#?}");
    check("expired_token", 5, &ended, &ended.stderr);
}

#[test]
fn a_port_in_use() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let ended = run(billwire().args(["sandbox", "--port", &port]));
    check("port_in_use", 9, &ended, &ended.stderr.replace(&port, "[port]"));
    check_command("port_is_too_high", 2, billwire().args(["sandbox", "--port", "65535"]));
    check_command("port_is_no_port", 2, billwire().args(["sandbox", "--port", "sandbox"]));
    check_command("time_is_no_time", 2, billwire().args(["sandbox", "--port", "0", "--time", "noon"]));
}

#[test]
fn nobody_answers() {
    let free = TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("an address");
    let url = format!("http://{free}/v1");
    let ended = run(&mut q2(&["payment", "cancel", "--bill-id", "a", "--base-url", &url]));
    check("nobody_listens", 6, &ended, &ended.stderr.replace(&free.to_string(), "[address]"));
}

#[test]
fn the_outcome_is_unknown() {
    let schedule = |url: &str| {
        run(&mut q2(&[
            "payment",
            "schedule",
            "--bill-id",
            "a",
            "--pay-date",
            "2026-03-10T00:00:00Z",
            "--base-url",
            url,
        ]))
    };
    let ended = schedule(&odd_server(drop));
    check("answer_is_cut_off", 7, &ended, &ended.stderr);
    let ended = schedule(&odd_server(|mut connection| {
        let _ = connection
            .write_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    }));
    check("service_fails", 7, &ended, &ended.stderr);
}

#[test]
fn unsafe_addresses() {
    let get = ["bill", "get", "--bill-id", "a", "--base-url"];
    check_command("plain_http_to_another_machine", 8, q2(&get).arg("http://gateway.example/v1"));
    check_command("production_host_as_sandbox", 8, q2(&get).arg("https://api.q2open.io/v1"));
    check_command("no_url", 8, q2(&get).arg("localhost"));
}

/// A credential is for some operations, and for one environment.
#[test]
fn credentials_that_do_not_fit() {
    let credentials = |words: &[&str]| {
        let mut command = billwire();
        command.arg("billerapi").args(words).env("TOKEN", SECRET);
        command.env("BILLWIRE_BILLERAPI_CLIENT_ID", "client_of_nobody");
        command.env("BILLWIRE_BILLERAPI_CLIENT_SECRET", format!("bb_live_{SECRET}"));
        command
    };
    let sync = ["sync", "trigger", "--account-link-id", "a"];
    let bills = ["bill", "list", "--account-link-id", "a"];
    let access = ["--access-token-from", "env:TOKEN"];
    let portal = ["--portal-token-from", "env:TOKEN"];
    check_command("access_token_for_a_write", 8, credentials(&sync).args(access));
    check_command("portal_token_for_bills", 8, credentials(&bills).args(portal));
    check_command("two_credentials", 2, credentials(&bills).args(access).args(portal));
    check_command(
        "access_token_is_not_there",
        8,
        credentials(&bills).args(["--access-token-from", "env:NO"]),
    );
    check_command("live_secret_at_the_local_sandbox", 8, &mut credentials(&bills));
    check_command("live_secret_at_the_sandbox", 8, credentials(&bills).args(["--environment", "sandbox"]));
    let mut test = credentials(&sync);
    test.env("BILLWIRE_BILLERAPI_CLIENT_SECRET", format!("bb_test_{SECRET}"));
    check_command("test_secret_in_production", 8, test.args(["--environment", "production", "--yes"]));
    let mut command = billwire();
    command.args(["unbill", "bill", "get", "--bill-id", "a", "--client-token-from", "env:TOKEN"]);
    check_command("client_token_for_unbill", 2, &mut command);
}

#[test]
fn credentials_of_billerapi_are_missing() {
    let mut command = billwire();
    check_command("missing_credentials_of_billerapi", 8, command.args(["billerapi", "biller", "list"]));
    let mut command = billwire();
    command.env("BILLWIRE_BILLERAPI_CLIENT_ID", "client_of_nobody");
    check_command("missing_half_of_the_credentials", 8, command.args(["billerapi", "biller", "list"]));
}

#[test]
fn production_asks_first() {
    let cancel = ["payment", "cancel", "--bill-id", "a", "--environment", "production"];
    check_command("production_without_confirmation", 12, &mut q2(&cancel));
}

#[test]
fn profiles() {
    let folder = Folder::new("profiles");
    let config = folder.file("config.toml", "[profiles.local.q2]\nenvironment = \"local\"\n");
    let wrong = folder.file("wrong.toml", &format!("[profiles.local.q2]\napi_key = \"{SECRET}\"\n"));
    let with = |words: &[&str]| {
        let ended = run(q2(&["bill", "get", "--bill-id", "a"]).args(words));
        let shown = ended.stderr.replace(folder.path(), "[folder]");
        (ended, shown)
    };
    let (ended, shown) = with(&["--config", &config, "--profile", "live"]);
    check("unknown_profile", 8, &ended, &shown);
    let (ended, shown) = with(&["--config", &wrong]);
    check("wrong_profile_file", 8, &ended, &shown);
    let (ended, shown) = with(&["--config", "no/such/config.toml"]);
    check("missing_profile_file", 8, &ended, &shown);
    let (ended, shown) = with(&["--profile", "live"]);
    check("profile_without_a_file", 8, &ended, &shown);
}
