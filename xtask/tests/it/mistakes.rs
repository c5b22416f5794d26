//! Mistakes of an author: each is reported with its place and with what to write instead.
//! `UPDATE_EXPECT=1 cargo test -p xtask` rewrites the expected reports; read the difference before you commit it.

use std::fmt::Write as _;
use std::fs;

use crate::support;

#[test]
fn every_mistake_is_reported_where_it_stands() {
    let folder = support::cases().join("mistakes");
    let mut failures = String::new();
    for name in support::described(&folder) {
        let case = folder.join(&name);
        let yaml = fs::read_to_string(case.join("openapi.yaml")).unwrap();
        let root = support::root_with(&format!("mistake-{name}"), &yaml);
        let output = support::codegen(&root, &[]);
        let report = support::text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name} must fail: {report}");
        let written = support::tree(&root);
        assert_eq!(written.len(), 1, "{name}: nothing may be written from a wrong description: {written:?}");
        assert!(report.starts_with("apis/q2/openapi.yaml:"), "{name}: {report}");
        let expected_path = case.join("expected-error.txt");
        if support::update() {
            support::write(&expected_path, &report);
        }
        let expected = fs::read_to_string(&expected_path).unwrap_or_default();
        if expected != report {
            let _ = write!(failures, "{name}\n{}", support::difference(&expected, &report));
        }
    }
    assert!(
        failures.is_empty(),
        "{failures}\nUPDATE_EXPECT=1 cargo test -p xtask rewrites the expected reports"
    );
}
