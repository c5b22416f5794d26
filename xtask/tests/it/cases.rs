//! Small descriptions in, expected files out. `UPDATE_EXPECT=1 cargo test -p xtask` rewrites the expected files; read
//! the difference before you commit it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::support;

const MODELS: &str = "crates/billwire-models/src/q2/generated/";

/// What is compared: the file of each schema, or everything if the case is about operations or events.
fn compared(root: &Path, name: &str) -> BTreeMap<String, String> {
    let mut files = support::tree(root);
    files.remove("apis/q2/openapi.yaml");
    if !["operations", "answers", "events", "bare_events"].contains(&name) {
        files.retain(|path, _| {
            path.strip_prefix(MODELS).is_some_and(|file| file != "mod.rs" && file != "operations.rs")
        });
    }
    // Shorter paths for people: the crate, the part, the file.
    let short = |path: String| {
        path.replace("crates/billwire-", "")
            .replace("src/q2/generated/", "")
            .replace("tests/it/q2_examples", "tests")
            .replace("tests/it/q2_samples", "samples")
    };
    files.into_iter().map(|(path, text)| (short(path), text)).collect()
}

#[test]
fn every_case_renders_what_is_expected() {
    let mut failures = String::new();
    for name in support::described(&support::cases()) {
        let case = support::cases().join(&name);
        let yaml = fs::read_to_string(case.join("openapi.yaml")).unwrap();
        let root = support::root_with(&format!("case-{name}"), &yaml);
        let output = support::codegen(&root, &[]);
        assert!(output.status.success(), "{name}: {}", support::text(&output.stderr));
        let actual = compared(&root, &name);
        assert!(!actual.is_empty(), "{name} renders nothing");
        if support::update() {
            let _ = fs::remove_dir_all(case.join("expected"));
            for (path, text) in &actual {
                support::write(&case.join("expected").join(path), text);
            }
        }
        let expected = support::tree(&case.join("expected"));
        for path in actual.keys().chain(expected.keys()).collect::<std::collections::BTreeSet<_>>() {
            let text = |files: &BTreeMap<String, String>| files.get(path).cloned().unwrap_or_default();
            if text(&actual) != text(&expected) || actual.contains_key(path) != expected.contains_key(path) {
                let _ = writeln!(failures, "{name}/expected/{path}");
                failures.push_str(&support::difference(&text(&expected), &text(&actual)));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{failures}\nUPDATE_EXPECT=1 cargo test -p xtask rewrites the expected files"
    );
}

#[test]
fn the_same_description_gives_the_same_bytes() {
    let yaml = fs::read_to_string(support::cases().join("operations/openapi.yaml")).unwrap();
    let trees = ["same-bytes-1", "same-bytes-2"].map(|name| {
        let root = support::root_with(name, &yaml);
        assert!(support::codegen(&root, &["--api", "q2"]).status.success());
        support::tree(&root)
    });
    let [first, second] = trees;
    assert_eq!(first, second);
}
