//! What a person reads first.

use crate::run::{billwire, run};

/// The text of `billwire WORDS`, which must end well and say nothing on stderr.
#[track_caller]
fn help(words: &str) -> String {
    let ended = run(billwire().args(words.split(' ')));
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{words}");
    ended.stdout
}

#[track_caller]
fn snapshot(name: &str, text: &str) {
    insta::with_settings!({omit_expression => true}, { insta::assert_snapshot!(name, text) });
}

#[test]
fn the_top() {
    snapshot("top", &help("--help"));
    snapshot("top_short", &help("-h"));
}

#[test]
fn demo_and_sandbox() {
    snapshot("demo", &help("demo --help"));
    snapshot("sandbox", &help("sandbox --help"));
}

#[test]
fn an_operation_with_a_parameter() {
    snapshot("bill_get", &help("q2 bill get --help"));
}

#[test]
fn an_operation_with_secrets_choices_and_switches() {
    snapshot("payment_add", &help("q2 payment add --help"));
}

#[test]
fn an_operation_with_lists_and_objects() {
    snapshot("auth_create", &help("q2 auth create -h"));
}

#[test]
fn a_payment_that_must_say_when() {
    snapshot("payment_schedule", &help("q2 payment schedule -h"));
}

#[test]
fn an_export() {
    snapshot("bill_export", &help("q2 bill export --help"));
}

#[test]
fn resources_and_operations() {
    snapshot("q2", &help("q2 -h"));
    snapshot("payment", &help("q2 payment -h"));
    snapshot("unbill", &help("unbill -h"));
    snapshot("billerapi", &help("billerapi -h"));
}

/// All options of the connection.
#[test]
fn resources_and_credentials_of_the_other_apis() {
    snapshot("unbill_long", &help("unbill --help"));
    snapshot("billerapi_long", &help("billerapi --help"));
}

#[test]
fn operations_of_the_other_apis() {
    snapshot("unbill_auth_create", &help("unbill auth create -h"));
    snapshot("billerapi_bill_list", &help("billerapi bill list -h"));
    snapshot("billerapi_link_exchange", &help("billerapi link exchange -h"));
    snapshot("billerapi_webhook_register", &help("billerapi webhook register -h"));
}

#[test]
fn the_version_is_that_of_the_package() {
    assert_eq!(help("--version"), format!("billwire {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn without_a_command_the_help_is_shown() {
    let ended = run(&mut billwire());
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.contains("Usage: billwire"), "{ended:#?}");
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = help(&format!("completions {shell}"));
        assert!(script.contains("create-token"), "{shell} does not know the operations");
    }
}
