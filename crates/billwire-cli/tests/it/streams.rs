//! Data on stdout, talk on stderr; colour where it belongs; a reader that leaves.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::run::{Ended, Service, billwire, run};

const WORDS: [&str; 5] = ["q2", "bill", "list", "--client-id", "nobody"];

#[test]
fn data_and_talk_do_not_mix() {
    let service = Service::start();
    let text = run(&mut service.command(["q2", "client", "create", "--identifier", "a"]));
    assert!(text.stdout.starts_with("clientId: ") && text.stdout.lines().count() == 1, "{text:#?}");
    assert!(text.stderr.starts_with("request id "), "{text:#?}");
    let json = run(&mut service.command(["q2", "client", "create", "--identifier", "a", "--json"]));
    assert_eq!(json.stderr, "");
    assert_eq!(json.stdout.lines().count(), 1);
}

#[test]
fn errors_leave_stdout_empty_and_are_json_when_asked_for() {
    let service = Service::start();
    let text = run(&mut service.command(WORDS));
    assert_eq!((text.code, text.stdout.as_str()), (4, ""));
    assert!(text.stderr.starts_with("error: "), "{text:#?}");
    let json = run(service.command(WORDS).arg("--json"));
    assert_eq!(json.stdout, "");
    let error: Value = serde_json::from_str(&json.stderr).expect("one JSON object");
    assert_eq!((&error["error"]["kind"], &error["error"]["exit_code"]), (&"not-found".into(), &4.into()));
    let wrong = run(billwire().args(["--json", "nonsense"]));
    let error: Value = serde_json::from_str(&wrong.stderr).expect("one JSON object");
    assert_eq!((&error["error"]["kind"], wrong.code), (&"usage".into(), 2));
}

#[test]
fn verbose_tells_of_calls_without_bodies_and_secrets() {
    let service = Service::start();
    let ended =
        run(&mut service.command(["q2", "client", "create", "--identifier", "customer-one", "--verbose"]));
    assert_eq!(ended.code, 0);
    assert!(ended.stderr.contains("createClient") && ended.stderr.contains("status=200"), "{ended:#?}");
    assert!(
        !ended.stderr.contains("customer-one") && !ended.stderr.contains(crate::run::API_KEY),
        "{ended:#?}"
    );
}

#[test]
fn colour_is_for_terminals_and_never_with_no_color() {
    let escape = '\u{1b}';
    let plain = run(billwire().args(WORDS));
    assert!(!plain.stderr.contains(escape));
    let forced = run(billwire().args(WORDS).env("CLICOLOR_FORCE", "1"));
    assert!(forced.stderr.contains(escape), "{forced:#?}");
    let never = run(billwire().args(WORDS).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1"));
    assert!(!never.stderr.contains(escape), "{never:#?}");
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let mut child = billwire()
        .args(["demo", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let ended = Ended::from(child.wait_with_output().expect("it ends"));
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "the story goes on and its end counts");
    let mut child =
        billwire().arg("--help").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    assert_eq!(Ended::from(child.wait_with_output().expect("it ends")).code, 0);
}
