//! `codegen --check`: changed, missing and left-over files fail, with the difference and the command that mends it.

use std::fs;
use std::path::PathBuf;

use crate::support;

const THING: &str = "crates/billwire-models/src/q2/generated/thing.rs";

/// A root in which everything is up to date.
fn generated(name: &str) -> PathBuf {
    let yaml = fs::read_to_string(support::cases().join("operations/openapi.yaml")).unwrap();
    let root = support::root_with(name, &yaml);
    assert!(support::codegen(&root, &[]).status.success());
    let output = support::codegen(&root, &["--check"]);
    assert_eq!(output.status.code(), Some(0), "{}", support::text(&output.stderr));
    root
}

#[track_caller]
fn refused(root: &std::path::Path, expected: &[&str]) {
    let before = support::tree(root);
    let output = support::codegen(root, &["--check"]);
    let report = support::text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{report}");
    for part in [expected, &["run `cargo xtask codegen`"]].concat() {
        assert!(report.contains(part), "`{part}` is not in:\n{report}");
    }
    assert_eq!(support::tree(root), before, "--check must change nothing");
    assert!(support::codegen(root, &[]).status.success());
    assert_eq!(support::codegen(root, &["--check"]).status.code(), Some(0), "codegen mends it");
}

#[test]
fn an_edited_file_fails_with_the_difference() {
    let root = generated("check-edited");
    let text = fs::read_to_string(root.join(THING)).unwrap();
    fs::write(root.join(THING), text.replace("pub amount", "pub price")).unwrap();
    refused(&root, &["out of date: crates/billwire-models", "-    pub price", "+    pub amount"]);
}

#[test]
fn a_missing_file_fails() {
    let root = generated("check-missing");
    fs::remove_file(root.join(THING)).unwrap();
    refused(&root, &["missing: crates/billwire-models/src/q2/generated/thing.rs"]);
}

#[test]
fn a_left_over_file_fails_and_is_deleted() {
    let root = generated("check-left-over");
    let left_over = [
        "crates/billwire-models/src/q2/generated/old.rs",
        "crates/billwire-core/src/q2/generated/old.rs",
        "crates/billwire-sandbox/src/q2/generated/old.rs",
        "crates/billwire-cli/src/q2/generated/old.rs",
        "docs/reference/q2/operations/old.md",
        "crates/billwire-models/tests/it/q2_examples/fixtures/old.json",
        "crates/billwire-models/tests/it/q2_examples/snapshots/old.snap",
    ];
    for path in left_over {
        support::write(&root.join(path), "old");
    }
    let lines: Vec<String> = left_over.iter().map(|path| format!("left over: {path}")).collect();
    refused(&root, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    for path in left_over {
        assert!(!root.join(path).exists(), "{path} must be gone");
    }
}

#[test]
fn files_of_an_api_without_a_description_are_left_over() {
    let root = generated("check-orphan");
    let orphan = "crates/billwire-core/src/old/generated/client.rs";
    let by_hand = "crates/billwire-core/src/old/client.rs";
    for path in [orphan, by_hand] {
        support::write(&root.join(path), "old");
    }
    refused(&root, &["left over: crates/billwire-core/src/old/generated/client.rs"]);
    assert!(!root.join(orphan).exists());
    assert!(root.join(by_hand).exists(), "only generated folders are swept");
}

#[test]
fn a_snapshot_of_an_example_is_not_left_over() {
    let root = generated("check-snapshot");
    let folder = root.join("crates/billwire-models/tests/it/q2_examples");
    let fixture = fs::read_dir(folder.join("fixtures")).unwrap().next().unwrap().unwrap().file_name();
    let snapshot = fixture.to_str().unwrap().replace(".json", ".snap");
    support::write(&folder.join("snapshots").join(snapshot), "kept");
    assert_eq!(support::codegen(&root, &["--check"]).status.code(), Some(0));
}

#[test]
fn a_changed_description_fails_everywhere_it_is_repeated() {
    let root = generated("check-changed");
    let path = root.join("apis/q2/openapi.yaml");
    let yaml = fs::read_to_string(&path).unwrap();
    fs::write(&path, yaml.replace("operationId: listThings", "operationId: listAllThings")).unwrap();
    refused(
        &root,
        &[
            "out of date: crates/billwire-models/src/q2/generated/operations.rs",
            "out of date: crates/billwire-core/src/q2/generated/client.rs",
            "out of date: crates/billwire-sandbox/src/q2/generated/server.rs",
            "out of date: crates/billwire-cli/src/q2/generated/dispatch.rs",
            "out of date: docs/reference/q2/operations/thing.md",
            "left over: crates/billwire-models/tests/it/q2_examples/fixtures/list_things.answer.two.json",
        ],
    );
}

/// The promise of the project's one source: an enumeration value is written down once, and everything follows.
#[test]
fn one_enum_value_of_the_real_description_changes_everything_that_names_it() {
    let yaml = fs::read_to_string(support::tests().join("../../apis/q2/openapi.yaml")).unwrap();
    let root = support::root_with("check-enum-value", &yaml);
    assert!(support::codegen(&root, &[]).status.success());
    let changed = yaml.replace("five-days-before", "six-days-before");
    assert_ne!(changed, yaml, "the description has the value that this test changes");
    fs::write(root.join("apis/q2/openapi.yaml"), changed).unwrap();
    refused(
        &root,
        &[
            "out of date: crates/billwire-models/src/q2/generated/schedule.rs",
            // The command takes its choices, and their help, from the operation table.
            "out of date: crates/billwire-models/src/q2/generated/operations.rs",
            "out of date: crates/billwire-core/src/q2/generated/client.rs",
            "out of date: crates/billwire-sandbox/src/q2/generated/server.rs",
            "out of date: crates/billwire-cli/src/q2/generated/dispatch.rs",
            "out of date: docs/reference/q2/schemas.md",
            // The example is named after the value, so its fixture, and with it its snapshot, gets another name.
            "left over: crates/billwire-models/tests/it/q2_examples/fixtures/update_payment_settings.request.recurring_five_days_before.json",
        ],
    );
}

#[test]
fn wrong_arguments_are_told_apart_from_failures() {
    let output = support::xtask(&["codegen", "--chek"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(support::text(&output.stderr).contains("unknown argument `--chek`"));
    let output = support::xtask(&["codegen", "--api"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(support::text(&output.stderr).contains("`--api` needs a value"));
    let output = support::codegen(&support::fresh("no-apis"), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(support::text(&output.stderr).contains("cannot read"));
}
