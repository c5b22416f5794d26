//! What becomes of an answer: nothing that came is lost without a word.

use billwire_sandbox::AccountToLink;
use serde_json::{Value, json};

use crate::run::{Ended, Service, billwire, run};
use crate::scripted::{Scripted, Step, body};

/// A run against a scripted service, as Q2 or another API.
fn against(server: &Scripted, words: &[&str]) -> Ended {
    let mut command = billwire();
    command
        .env("BILLWIRE_Q2_BASE_URL", &server.url)
        .env("BILLWIRE_Q2_API_KEY", "key")
        .env("BILLWIRE_UNBILL_BASE_URL", &server.url)
        .env("BILLWIRE_UNBILL_API_KEY", "key")
        .env("BILLWIRE_BILLERAPI_BASE_URL", &server.url)
        .env("BILLWIRE_BILLERAPI_CLIENT_ID", "client")
        .env("BILLWIRE_BILLERAPI_CLIENT_SECRET", "bb_test_secret");
    run(command.args(words))
}

/// The one error object on standard error.
#[track_caller]
pub(crate) fn error(ended: &Ended) -> Value {
    let value: Value =
        serde_json::from_str(&ended.stderr).unwrap_or_else(|error| panic!("{error}: {ended:#?}"));
    value["error"].clone()
}

fn bill(id: &str) -> Value {
    json!({ "bill": { "_id": id, "balance": "1.00", "status": { "type": "upcoming" } }, "payments": [] })
}

/// A call whose answer holds a secret that no other call gives is not sent to hide that secret.
#[test]
fn a_secret_that_is_given_once_is_not_asked_for_to_be_hidden() {
    let service = Service::start();
    for words in [
        &["billerapi", "link", "exchange", "--public-token-from", "env:TEXT", "--client-id", "c"][..],
        &["unbill", "auth", "create", "--client-id", "c", "--company-id", "d", "--form-from", "env:FORM"],
        &["unbill", "auth", "step", "--token-from", "env:TEXT", "--mfa-from", "env:LIST"],
        &["q2", "client", "create-token", "--identifier", "a"],
        &["q2", "client", "sync", "--client", r#"{"identifier": "a"}"#],
    ] {
        let mut command = service.command(words);
        command.env("TEXT", "public").env("FORM", r#"{"userName": "x"}"#).env("LIST", "[]");
        let before = service.sandbox.requests().len();
        let ended = run(&mut command);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{ended:#?}");
        assert!(ended.stderr.contains("--json") && ended.stderr.contains("--show-secrets"), "{ended:#?}");
        assert_eq!(service.sandbox.requests().len(), before, "nothing was sent: {ended:#?}");
        let ended = run(command.arg("--show-secrets"));
        assert_ne!(ended.code, 2, "{ended:#?}");
        assert_eq!(service.sandbox.requests().len(), before + 1, "{ended:#?}");
        let help = run(billwire().args(&words[..3]).arg("--help"));
        assert!(help.stdout.contains("is given once"), "{help:#?}");
    }
}

/// A list that came with unreadable elements is printed, and is no success.
#[test]
fn what_cannot_be_read_is_told_with_its_place_and_not_its_content() {
    let answer = json!({ "data": [bill("a"), { "bill": { "_id": 4111 } }, bill("b"), 7] });
    let words = ["q2", "bill", "list", "--client-id", "a"];
    for json in [true, false] {
        let server = Scripted::new(vec![Step::ok(&answer)]);
        let ended = against(&server, &[&words[..], if json { &["--json"] } else { &[] }].concat());
        assert_eq!(ended.code, 11, "{ended:#?}");
        assert!(!ended.stderr.contains("4111"), "no values: {ended:#?}");
        if json {
            let printed: Value = serde_json::from_str(&ended.stdout).expect("JSON");
            assert_eq!(printed["data"].as_array().map(Vec::len), Some(2));
            let details = &error(&ended)["details"];
            assert_eq!(details["left_out"], json!(["data[1]", "data[3]"]));
            assert_eq!(details["left_out_count"], json!(2));
        } else {
            assert!(ended.stdout.contains("bill._id"), "{ended:#?}");
            for place in ["2 elements", "data[1]", "data[3]"] {
                assert!(ended.stderr.contains(place), "{ended:#?}");
            }
        }
    }
}

/// However many there are, all are counted, and so many are named as anybody reads.
#[test]
fn many_unreadable_elements_are_counted() {
    let server = Scripted::new(vec![Step::ok(&json!({ "data": vec![7; 250] }))]);
    let ended = against(&server, &["q2", "bill", "list", "--client-id", "a", "--json"]);
    assert_eq!(ended.code, 11, "{ended:#?}");
    let details = &error(&ended)["details"];
    assert_eq!(details["left_out_count"], json!(250));
    assert_eq!(details["left_out"].as_array().map(Vec::len), Some(100));
}

/// Trap L7: whether a token works once is said in any case.
#[test]
fn a_token_always_says_whether_it_works_once() {
    let words = ["unbill", "client", "create-token", "--identifier", "a", "--json"];
    for (more, expected) in [
        (&[][..], json!({ "identifier": "a", "nonce": true })),
        (&["--nonce=true"], json!({ "identifier": "a", "nonce": true })),
        (&["--nonce=false"], json!({ "identifier": "a", "nonce": false })),
        (&["--body", "-"], json!({ "identifier": "a", "nonce": true })),
    ] {
        let server = Scripted::new(vec![Step::ok(&json!({ "token": "t" }))]);
        let mut command = billwire();
        command.env("BILLWIRE_UNBILL_BASE_URL", &server.url).env("BILLWIRE_UNBILL_API_KEY", "key");
        let ended = crate::run::run_with_input(command.args(words).args(more), r#"{"nonce": null}"#);
        assert_eq!(ended.code, 0, "{ended:#?}");
        assert_eq!(body(&server.next()), expected);
    }
    let service = Service::start();
    let client =
        run(&mut service.command(["unbill", "client", "create", "--identifier", "a", "--json"])).json();
    let tokens = [("", false), ("--nonce=false", true)];
    for (more, works_again) in tokens {
        let mut command = service.command(words);
        command.args(Some(more).filter(|more| !more.is_empty()));
        let token = run(&mut command).json()["token"].as_str().expect("a token").to_owned();
        let token = token.as_str();
        assert_eq!(service.sandbox.unbill().use_token(token).expect("it is new"), client["clientId"]);
        assert_eq!(service.sandbox.unbill().use_token(token).is_ok(), works_again);
    }
    let help = run(billwire().args(["unbill", "client", "create-token", "--help"])).stdout;
    assert!(help.contains("[default: true]"), "{help}");
}

/// The advice is for people at a terminal, not for programs.
#[test]
fn an_answer_that_is_too_large_has_advice_for_the_command() {
    let long = json!({ "data": [{ "bill": { "_id": "x".repeat(17 << 20) } }] });
    for (words, says) in [
        (&["q2", "bill", "list-by-partner", "--partner-id", "a"][..], "billwire q2 bill export"),
        (&["q2", "bill", "list", "--client-id", "a"], "ask for less"),
    ] {
        let server = Scripted::new(vec![Step::ok(&long)]);
        let ended = against(&server, words);
        assert_eq!(ended.code, 11, "{}", ended.stderr);
        assert!(ended.stderr.contains(says) && !ended.stderr.contains("with_"), "{}", ended.stderr);
    }
}

/// A page is a table, whatever the service calls its list.
#[test]
fn a_page_is_a_table() {
    let service = Service::start();
    let play = service.sandbox.billerapi();
    let link = AccountToLink::of_user("user");
    let account = service.wait(play.link_account(&link)).expect("an account").account_link_id;
    let ended = run(&mut service.command(["billerapi", "bill", "list", "--account-link-id", &account]));
    insta::assert_snapshot!("billerapi_bill_list", ended.whole());
    let ended = run(&mut service.command(["billerapi", "account", "list"]));
    assert!(!ended.stdout.contains("  - "), "{ended:#?}");
}
