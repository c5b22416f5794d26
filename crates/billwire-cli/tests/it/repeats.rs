//! What the command says about repeating a call of which no answer came.

use serde_json::json;

use crate::answers::error;
use crate::run::{Ended, billwire, run};
use crate::scripted::{Scripted, Step, header};

fn against(server: &Scripted, words: &[&str]) -> std::process::Command {
    let mut command = billwire();
    command
        .env("BILLWIRE_Q2_BASE_URL", &server.url)
        .env("BILLWIRE_Q2_API_KEY", "key")
        .env("BILLWIRE_BILLERAPI_BASE_URL", &server.url)
        .env("BILLWIRE_BILLERAPI_CLIENT_ID", "client")
        .env("BILLWIRE_BILLERAPI_CLIENT_SECRET", "bb_test_secret")
        .args(words);
    command
}

const REQUEST: [&str; 6] = ["billerapi", "request-to-link", "create", "--client-user-id", "ann", "--json"];

/// What may have happened is asked for again with the same key, which the advice names.
#[test]
fn an_unclear_call_is_repeated_with_its_own_key() {
    let server =
        Scripted::new(vec![Step::Answer(200, "no JSON".to_owned()), Step::Answer(200, "no JSON".to_owned())]);
    let ended = run(&mut against(&server, &REQUEST));
    assert_eq!(ended.code, 7, "{ended:#?}");
    let sent = header(&server.next(), "idempotency-key").expect("a key");
    let advice = advice(&ended);
    assert!(advice.contains(&format!("--idempotency-key {sent}")) && advice.contains("24 hours"), "{advice}");
    assert!(!advice.contains("Error::"), "{advice}");

    let mut command = against(&server, &REQUEST);
    let ended = run(command.args(["--idempotency-key", &sent]));
    assert_eq!(header(&server.next(), "idempotency-key"), Some(sent), "{ended:#?}");
}

/// Where nothing is promised about the key, none is offered as the way out.
#[test]
fn a_key_that_is_only_sent_is_no_way_out() {
    let server = Scripted::new(vec![Step::Drop]);
    let words = ["billerapi", "email", "connect-gmail", "--user-id", "ann", "--client-id", "c", "--json"];
    let ended = run(&mut against(&server, &words));
    assert_eq!(ended.code, 7, "{ended:#?}");
    assert!(header(&server.next(), "idempotency-key").is_some());
    assert!(!advice(&ended).contains("--idempotency-key"), "{ended:#?}");
}

fn advice(ended: &Ended) -> String {
    error(ended)["advice"].as_str().expect("advice").to_owned()
}

#[test]
fn the_help_says_with_what_a_call_can_be_repeated() {
    for (words, says) in [
        (["billerapi", "sync", "trigger"], "with the same --idempotency-key"),
        (["billerapi", "link", "create-token"], "with the same --idempotency-key"),
        (["billerapi", "email", "connect-gmail"], "read the resource back"),
        (["q2", "client", "create"], "twice has the effect of once"),
    ] {
        let help = run(billwire().args(words).arg("--help")).stdout;
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains(says), "{words:?}: {help}");
    }
}

/// A write of any API is read back where its effect shows.
#[test]
fn an_unclear_write_names_what_reads_it_back() {
    for (words, says) in [
        (
            &["billerapi", "sync", "trigger", "--account-link-id", "al_1"][..],
            "billwire billerapi sync list --account-link-id al_1",
        ),
        (
            &["billerapi", "request-to-link", "create", "--client-user-id", "two words"],
            "billwire billerapi request-to-link list --client-user-id 'two words'",
        ),
        (&["q2", "payment", "cancel", "--bill-id", "b-1"], "billwire q2 bill get --bill-id b-1"),
    ] {
        let server = Scripted::new(vec![Step::Answer(200, json!(7).to_string())]);
        let ended = run(against(&server, words).arg("--json"));
        assert_eq!(ended.code, 7, "{ended:#?}");
        assert!(advice(&ended).lines().any(|line| line == says), "{ended:#?}");
    }
}

/// Whoever stops a write is told what may have happened, and with which key to go on.
#[cfg(unix)]
#[test]
fn a_write_that_is_interrupted_is_unclear() {
    use std::process::{Command, Stdio};

    for signal in ["-TERM", "-INT"] {
        let server = Scripted::new(vec![Step::Stall]);
        let mut command = against(&server, &REQUEST);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let sent = header(&server.next(), "idempotency-key").expect("a key");
        let told = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
        assert!(told.success());
        let ended = Ended::from(child.wait_with_output().expect("it ends"));
        assert_eq!(ended.code, 7, "{ended:#?}");
        assert_eq!(error(&ended)["details"]["idempotency_key"], json!(sent));
        assert!(advice(&ended).contains(&format!("--idempotency-key {sent}")), "{ended:#?}");
    }
}
