//! The demo ends well when everything holds, and badly when one link is broken.

use serde_json::{Value, json};

use crate::run::{Ended, billwire, run};

/// The lines of `billwire demo --json WORDS`.
fn demo(words: &[&str]) -> (Ended, Vec<Value>) {
    let ended = run(billwire().args(["demo", "--json"]).args(words));
    let lines = ended.stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    (ended, lines)
}

fn events<'a>(lines: &'a [Value], event: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}

#[test]
fn everything_holds() {
    let (ended, lines) = demo(&[]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    assert_eq!(
        lines.last().expect("a last line"),
        &json!({
            "event": "result", "payments_in_ledger": 1, "webhooks_received": 7, "webhooks_verified": 7, "ok": true
        })
    );
    let requests = events(&lines, "request");
    assert!(requests.iter().all(|request| request["signature"] == "verified"), "{requests:#?}");
    let encrypted: Vec<&Value> =
        requests.iter().filter(|line| line["encrypted"] == true).map(|line| &line["path"]).collect();
    assert_eq!(encrypted, ["/v1/payment"], "the card travels encrypted");
    for webhook in events(&lines, "webhook") {
        assert_eq!(
            (&webhook["proved"], &webhook["encrypted_to_us"]),
            (&json!("sender"), &json!(true)),
            "{webhook}"
        );
    }
    assert_eq!(events(&lines, "ledger")[0]["payments"][0]["amount"], "125.40");
    assert!(!ended.stdout.contains("4111111111111111"), "card data in the timeline");
}

#[test]
fn the_timeline_is_readable() {
    let ended = run(billwire().arg("demo"));
    insta::assert_snapshot!("timeline", without_ports(&ended.whole()));
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let first = run(billwire().args(["demo", "--seed", "7"]));
    let second = run(billwire().args(["demo", "--seed", "7"]));
    assert_eq!(first.code, 0, "{first:#?}");
    assert_eq!(without_ports(&first.stdout), without_ports(&second.stdout));
    let other = run(billwire().args(["demo", "--seed", "8"]));
    assert_ne!(without_ports(&first.stdout), without_ports(&other.stdout));
}

/// Breaks one link: the demo must fail with its code, say why in one sentence, and not claim success anywhere.
#[track_caller]
fn check_broken(link: &str, reason: &str) {
    check_broken_of("q2", link, reason);
}

#[track_caller]
fn check_broken_of(api: &str, link: &str, reason: &str) {
    let (ended, lines) = demo(&["--api", api, "--break", link]);
    assert_eq!(ended.code, 10, "{ended:#?}");
    let result = lines.last().expect("a last line");
    assert_eq!((&result["event"], &result["ok"]), (&json!("result"), &json!(false)), "{result}");
    let error: Value = serde_json::from_str(&ended.stderr).expect("one JSON object on stderr");
    assert_eq!(error["error"]["kind"], "demo-failed");
    let message = error["error"]["message"].as_str().expect("a message");
    assert!(message.starts_with("the demo failed: ") && message.contains(reason), "{message}");
    assert_eq!(result["failure"], message);
}

#[test]
fn a_wrong_signing_key_is_noticed() {
    check_broken("wrong-signing-key", "401 Unauthorized");
}

#[test]
fn unsigned_requests_are_noticed() {
    check_broken("unsigned-requests", "send the headers Signature and Date");
}

#[test]
fn a_tampered_webhook_is_noticed() {
    check_broken("tampered-webhook", "encryption_does_not_open");
}

#[test]
fn a_wrong_webhook_key_is_noticed() {
    check_broken("wrong-webhook-key", "signature_does_not_verify");
}

#[test]
fn a_wrong_encryption_key_is_noticed() {
    check_broken("wrong-encryption-key", "encryption_does_not_open");
}

#[test]
fn a_missing_webhook_is_noticed() {
    check_broken("missing-webhook", "the webhook bill.payment.sent is missing");
}

#[test]
fn an_ignored_pay_date_is_noticed() {
    check_broken("ignored-pay-date", "the bill has no pay date and is paid");
}

#[test]
fn a_second_payment_is_noticed() {
    check_broken("second-payment", "the number of payments in the ledger is 2, expected 1");
}

#[test]
fn unbill_everything_holds() {
    let (ended, lines) = demo(&["--api", "unbill"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    assert_eq!(
        lines.last().expect("a last line"),
        &json!({
            "event": "result", "payments_in_ledger": 1, "webhooks_received": 2, "webhooks_read_back": 2, "ok": true
        })
    );
    assert!(events(&lines, "webhook").iter().all(|webhook| webhook["proved"] == "nothing"));
    let logins: Vec<&Value> = events(&lines, "request")
        .into_iter()
        .filter(|request| request["path"].as_str().is_some_and(|path| path.starts_with("/v1/auth")))
        .map(|request| &request["status"])
        .collect();
    assert_eq!(logins, [201, 201, 200, 200], "asked twice, then finished, then listed");
    assert_eq!(events(&lines, "ledger")[0]["payments"][0]["amount"], "100.00");
    assert!(!ended.stdout.contains("4111111111111111"), "card data in the timeline");
    let text = run(billwire().args(["demo", "--api", "unbill"]));
    insta::assert_snapshot!("timeline_unbill", without_ports(&text.whole()));
}

#[test]
fn unbill_a_tampered_webhook_is_noticed() {
    check_broken_of("unbill", "tampered-webhook", "the webhook says $999.99 was paid");
}

#[test]
fn unbill_a_missing_webhook_is_noticed() {
    check_broken_of("unbill", "missing-webhook", "the webhook bill.payment is missing");
}

#[test]
fn unbill_a_wrong_api_key_is_noticed() {
    check_broken_of("unbill", "wrong-api-key", "401 Unauthorized");
}

#[test]
fn unbill_a_reused_challenge_is_noticed() {
    check_broken_of("unbill", "reused-challenge", "400 Bad Request");
}

#[test]
fn unbill_a_second_payment_is_noticed() {
    check_broken_of("unbill", "second-payment", "the number of payments in the ledger is 2, expected 1");
}

#[test]
fn billerapi_everything_holds() {
    let (ended, lines) = demo(&["--api", "billerapi"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{}", ended.stdout);
    let result = lines.last().expect("a last line");
    assert_eq!((&result["ok"], &result["bills_read"]), (&json!(true), &json!(3)));
    assert_eq!(result["webhooks_received"], result["webhooks_verified"]);
    assert!(events(&lines, "webhook").iter().all(|webhook| webhook["proved"] == "sender-and-body"));
    let text = run(billwire().args(["demo", "--api", "billerapi"]));
    insta::assert_snapshot!("timeline_billerapi", without_ports(&text.whole()));
}

#[test]
fn billerapi_a_tampered_webhook_is_noticed() {
    check_broken_of("billerapi", "tampered-webhook", "a webhook did not pass");
}

#[test]
fn billerapi_a_replayed_webhook_is_noticed() {
    check_broken_of("billerapi", "replayed-webhook", "a webhook did not pass");
}

#[test]
fn billerapi_a_wrong_webhook_secret_is_noticed() {
    check_broken_of("billerapi", "wrong-webhook-key", "a webhook did not pass");
}

#[test]
fn billerapi_a_missing_webhook_is_noticed() {
    check_broken_of("billerapi", "missing-webhook", "the number of webhooks bill.created is 0, expected 3");
}

#[test]
fn billerapi_a_wrong_client_secret_is_noticed() {
    check_broken_of("billerapi", "wrong-client-secret", "401 Unauthorized");
}

#[test]
fn billerapi_a_second_effect_is_noticed() {
    check_broken_of("billerapi", "second-effect", "the number of synchronisations is 2, expected 1");
}

#[test]
fn a_link_of_another_story_is_refused() {
    let ended = run(billwire().args(["demo", "--api", "unbill", "--break", "wrong-signing-key"]));
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
}

/// Ports are the one thing that differs from run to run.
fn without_ports(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("127.0.0.1:") {
        shown.push_str(before);
        shown.push_str("127.0.0.1:[port]");
        rest = after.trim_start_matches(|character: char| character.is_ascii_digit());
    }
    shown + rest
}
