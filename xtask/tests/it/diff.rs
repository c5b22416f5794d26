//! `xtask diff`: two small descriptions in, the expected list of changes out.
//! `UPDATE_EXPECT=1 cargo test -p xtask` rewrites the expected lists; read the difference before you commit it.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::support;

fn case(name: &str) -> PathBuf {
    support::cases().join("diff").join(name)
}

/// Runs the command on a case. Returns the exit code and standard output.
fn diff(name: &str, arguments: &[&str]) -> (i32, String) {
    let [old, new] = ["old.yaml", "new.yaml"].map(|file| case(name).join(file).to_str().unwrap().to_owned());
    let output = support::xtask(&[&["diff", &old, &new], arguments].concat());
    assert!(output.stderr.is_empty(), "{name}: {}", support::text(&output.stderr));
    (output.status.code().unwrap(), support::text(&output.stdout))
}

/// The list of changes is the expected one, and the exit code says whether one of them breaks users.
#[track_caller]
fn check(name: &str, code: i32) {
    let (actual_code, report) = diff(name, &[]);
    let path = case(name).join("expected.txt");
    if support::update() {
        support::write(&path, &report);
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == report, "{}", support::difference(&expected, &report));
    assert_eq!(actual_code, code, "{report}");
}

#[test]
fn better_words_are_no_change() {
    check("nothing", 0);
}

#[test]
fn additions_that_break_nobody() {
    check("compatible", 0);
}

#[test]
fn operations_and_parameters() {
    check("operations", 1);
}

#[test]
fn members_of_what_is_sent_and_received() {
    check("members", 1);
}

#[test]
fn enumerations_alternatives_and_objects() {
    check("types", 1);
}

#[test]
fn types_that_are_gone() {
    check("removed_types", 1);
}

#[test]
fn events_and_their_envelope() {
    check("events", 1);
}

#[test]
fn the_json_form_says_the_same() {
    for name in ["operations", "compatible", "nothing"] {
        let (code, text) = diff(name, &[]);
        let (json_code, json) = diff(name, &["--json"]);
        assert_eq!(code, json_code);
        let json: Value = serde_json::from_str(&json).unwrap();
        let changes = json["changes"].as_array().unwrap();
        let breaking = changes.iter().filter(|change| change["breaks_users"] == true).count();
        assert_eq!(json["breaking"], breaking);
        assert_eq!(text.matches("breaks users  ").count(), breaking);
        assert_eq!(text.lines().count(), changes.len() + 1, "one line for each change, and the summary");
        assert!(
            changes.iter().all(|change| change["reason"].as_str().is_some_and(|reason| !reason.is_empty()))
        );
    }
}

#[test]
fn a_wrong_description_is_told_with_its_place() {
    let good = case("nothing").join("old.yaml");
    let bad = support::cases().join("mistakes/unknown_keyword/openapi.yaml");
    let output = support::xtask(&["diff", good.to_str().unwrap(), bad.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        support::text(&output.stderr).contains("openapi.yaml:14:30: error: unknown keyword `descripton`")
    );
    assert_eq!(support::xtask(&["diff", "one.yaml"]).status.code(), Some(2));
    assert_eq!(support::xtask(&["diff", "one.yaml", "two.yaml", "--jsn"]).status.code(), Some(2));
}
