//! `cargo xtask arrows`: who may name whom, and what a crate must never pull in.
//!
//! Two tables, compared with what cargo says. [`ARROWS`] is the picture of the house: a crate names only crates of a
//! lower level, and only those of its row. [`CLOSURES`] is the promise to users who pick one crate: what its whole
//! dependency tree is free of. A new arrow needs a page in `docs/decisions/` first.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use crate::process;

/// One row of the picture: a crate, its level, and the crates of ours that it may name.
struct Row {
    name: &'static str,
    level: u8,
    may_name: &'static [&'static str],
    /// What its tests and examples may name besides.
    tests_may_name: &'static [&'static str],
}

/// Who may name whom. Anything else fails.
///
/// The sandbox names neither core nor webhooks, in its tests either: two hands write the two ends of the wire, so that
/// one misreading cannot pass at both. Tests of core, reqwest, the facade and the command use the sandbox as their other end.
#[rustfmt::skip]
const ARROWS: &[Row] = &[
    Row { name: "billwire-models", level: 0, may_name: &[], tests_may_name: &[] },
    Row { name: "billwire-crypto", level: 0, may_name: &[], tests_may_name: &[] },
    Row { name: "billwire-core", level: 1, may_name: &["billwire-models", "billwire-crypto"], tests_may_name: &["billwire-sandbox"] },
    Row { name: "billwire-webhooks", level: 1, may_name: &["billwire-models", "billwire-crypto"], tests_may_name: &[] },
    Row { name: "billwire-sandbox", level: 1, may_name: &["billwire-models", "billwire-crypto"], tests_may_name: &[] },
    Row { name: "billwire-reqwest", level: 2, may_name: &["billwire-core"], tests_may_name: &["billwire-models", "billwire-crypto", "billwire-sandbox"] },
    Row { name: "billwire", level: 3, may_name: &["billwire-models", "billwire-crypto", "billwire-core", "billwire-webhooks", "billwire-reqwest"], tests_may_name: &["billwire-sandbox"] },
    Row { name: "billwire-cli", level: 4, may_name: &["billwire", "billwire-sandbox"], tests_may_name: &["billwire-models", "billwire-crypto"] },
    Row { name: "xtask", level: 0, may_name: &[], tests_may_name: &[] },
];

/// HTTP: types, servers and clients.
const HTTP: &[&str] = &[
    "http",
    "http-body",
    "hyper",
    "hyper-util",
    "reqwest",
    "axum",
    "axum-core",
    "tower",
    "tower-http",
    "h2",
];
/// HTTP clients and servers; the plain types of `http` are allowed.
const HTTP_ENGINES: &[&str] =
    &["hyper", "hyper-util", "reqwest", "axum", "axum-core", "tower", "tower-http", "h2"];
/// Asynchronous runtimes.
const RUNTIMES: &[&str] = &["tokio", "async-std", "smol", "async-io", "mio"];
/// TLS.
const TLS: &[&str] =
    &["rustls", "native-tls", "openssl", "openssl-sys", "schannel", "security-framework", "tokio-rustls"];
/// Cryptography.
const CRYPTO: &[&str] = &[
    "aws-lc-rs",
    "aws-lc-sys",
    "ring",
    "rsa",
    "aes",
    "aes-gcm",
    "ctr",
    "sha1",
    "sha2",
    "hmac",
    "jose-jwk",
    "openssl",
    "openssl-sys",
    "getrandom",
];
/// Libraries that need a C compiler.
const C_CODE: &[&str] = &["aws-lc-sys", "openssl-sys", "ring", "cc", "cmake"];
/// The crates that hold the other reading of the documents.
const OTHER_END: &[&str] = &["billwire", "billwire-core", "billwire-reqwest", "billwire-webhooks"];

/// One promise about everything that a crate pulls in.
struct Closure {
    name: &'static str,
    /// Arguments of `cargo tree` that choose the features.
    features: &'static [&'static str],
    free_of: &'static [&'static [&'static str]],
    because: &'static str,
}

/// What the dependency trees are free of.
#[rustfmt::skip]
const CLOSURES: &[Closure] = &[
    Closure { name: "billwire-models", features: &["--all-features"], free_of: &[HTTP, TLS, RUNTIMES, CRYPTO, C_CODE], because: "the wire models do no I/O and no cryptography" },
    Closure { name: "billwire-crypto", features: &[], free_of: &[HTTP, TLS, RUNTIMES, C_CODE], because: "the cryptography turns bytes into bytes, and the portable provider needs no C compiler" },
    Closure { name: "billwire-crypto", features: &["--all-features"], free_of: &[HTTP, TLS, RUNTIMES], because: "the cryptography turns bytes into bytes" },
    Closure { name: "billwire-core", features: &[], free_of: &[HTTP_ENGINES, TLS, RUNTIMES, C_CODE], because: "the caller brings transport and runtime" },
    Closure { name: "billwire-core", features: &["--all-features"], free_of: &[HTTP_ENGINES, TLS], because: "the caller brings the transport" },
    Closure { name: "billwire-webhooks", features: &[], free_of: &[HTTP_ENGINES, TLS, RUNTIMES, C_CODE], because: "web frameworks are features of the verifier" },
    Closure { name: "billwire-sandbox", features: &["--all-features"], free_of: &[OTHER_END, TLS], because: "the sandbox is a second, independent reading of the documents, on loopback" },
    Closure { name: "billwire", features: &["--no-default-features", "--features", "q2,core,webhooks"], free_of: &[HTTP_ENGINES, TLS, RUNTIMES, C_CODE], because: "the facade without default features builds anywhere" },
];

/// Compares both tables with the workspace and prints every broken rule.
///
/// # Errors
/// A rule is broken, or cargo cannot be asked.
pub(crate) fn run() -> Result<()> {
    let metadata = MetadataCommand::new()
        .current_dir(process::root())
        .no_deps()
        .exec()
        .context("`cargo metadata` failed: does every Cargo.toml parse?")?;
    let mut failures = broken_arrows(ARROWS, &named(&metadata));
    for closure in CLOSURES {
        let mut arguments =
            vec!["-p", closure.name, "-e", "normal,build", "--prefix", "depth", "--format", " {p}"];
        arguments.extend(closure.features);
        let tree = process::output(&mut process::cargo("tree", arguments))?;
        failures.extend(broken_promises(closure, &tree));
    }
    if failures.is_empty() {
        println!(
            "arrows: {} crates, {} promises about dependency trees, all kept",
            ARROWS.len(),
            CLOSURES.len()
        );
        return Ok(());
    }
    for failure in &failures {
        println!("arrows: {failure}");
    }
    bail!(
        "{} arrows are wrong; the tables are in xtask/src/arrows.rs, the reasons in ARCHITECTURE.md",
        failures.len()
    )
}

/// What one crate of the workspace names in its manifest.
struct Names {
    name: String,
    normal: BTreeSet<String>,
    tests: BTreeSet<String>,
}

fn named(metadata: &Metadata) -> Vec<Names> {
    let packages = metadata.workspace_packages();
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let names_of = |package: &cargo_metadata::Package, tests: bool| {
        let dependencies = package.dependencies.iter().filter(|dependency| {
            (dependency.kind == DependencyKind::Development) == tests
                && ours.contains(dependency.name.as_str())
        });
        dependencies.map(|dependency| dependency.name.clone()).collect()
    };
    let names = packages.iter().map(|package| Names {
        name: package.name.to_string(),
        normal: names_of(package, false),
        tests: names_of(package, true),
    });
    names.collect()
}

fn broken_arrows(rows: &[Row], crates: &[Names]) -> Vec<String> {
    let mut failures = Vec::new();
    for names in crates {
        let Some(row) = rows.iter().find(|row| row.name == names.name) else {
            failures.push(format!(
                "{} has no row: add one to ARROWS, with a page in docs/decisions/",
                names.name
            ));
            continue;
        };
        for other in names.normal.iter().filter(|other| !row.may_name.contains(&other.as_str())) {
            failures.push(format!(
                "{} names {other} in its manifest, and its row does not: move the code to the crate that may, or add \
                 the arrow with a page in docs/decisions/",
                row.name
            ));
        }
        // A crate may name itself in its tests: that is how its own feature `testing` is switched on for them.
        let allowed = |other: &str| {
            other == row.name || row.may_name.contains(&other) || row.tests_may_name.contains(&other)
        };
        for other in names.tests.iter().filter(|other| !allowed(other)) {
            failures.push(format!("tests of {} name {other}, and its row does not", row.name));
        }
    }
    for row in rows {
        if !crates.iter().any(|names| names.name == row.name) {
            failures.push(format!("{} has a row and no crate: remove the row", row.name));
        }
        let level = |name: &str| rows.iter().find(|row| row.name == name).map(|row| row.level);
        for other in row.may_name.iter().filter(|other| level(other).is_none_or(|other| other >= row.level)) {
            failures.push(format!("{} may name {other}, which is not of a lower level", row.name));
        }
    }
    failures
}

/// Reads `cargo tree --prefix depth --format " {p}"` and reports each forbidden crate with the path that leads to it.
fn broken_promises(closure: &Closure, tree: &str) -> Vec<String> {
    let mut path: Vec<&str> = Vec::new();
    let mut reported = BTreeSet::new();
    let mut failures = Vec::new();
    for line in tree.lines() {
        let mut words = line.split_whitespace();
        let (Some(depth), Some(name)) = (words.next().and_then(|depth| depth.parse().ok()), words.next())
        else {
            continue;
        };
        path.truncate(depth);
        path.push(name);
        let forbidden = closure.free_of.iter().any(|group| group.contains(&name));
        if forbidden && depth > 0 && reported.insert(name) {
            failures.push(format!(
                "{} ({}) pulls in {name}: {}. It must not, because {}. Put the dependency behind a feature that is \
                 off by default, or into another crate.",
                closure.name,
                if closure.features.is_empty() { "default features".to_owned() } else { closure.features.join(" ") },
                path.join(" -> "),
                closure.because
            ));
        }
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::{ARROWS, CLOSURES, Closure, HTTP, Names, RUNTIMES, Row, broken_arrows, broken_promises};

    const ROWS: &[Row] = &[
        Row { name: "low", level: 0, may_name: &[], tests_may_name: &[] },
        Row { name: "fake", level: 1, may_name: &["low"], tests_may_name: &[] },
        Row { name: "high", level: 1, may_name: &["low"], tests_may_name: &["fake"] },
    ];

    fn names(name: &str, normal: &[&str], tests: &[&str]) -> Names {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Names { name: name.to_owned(), normal: set(normal), tests: set(tests) }
    }

    fn check(high: Names, expected: &[&str]) {
        let failures = broken_arrows(ROWS, &[names("low", &[], &[]), names("fake", &["low"], &[]), high]);
        assert_eq!(failures.len(), expected.len(), "{failures:?}");
        for (failure, expected) in failures.iter().zip(expected) {
            assert!(failure.contains(expected), "{failure}");
        }
    }

    #[test]
    fn what_the_table_says_is_allowed() {
        check(names("high", &["low"], &["fake", "high"]), &[]);
    }

    #[test]
    fn an_arrow_that_is_not_in_the_table_is_found() {
        check(names("high", &["low", "fake"], &[]), &["high names fake in its manifest"]);
    }

    #[test]
    fn what_tests_may_name_is_a_list_of_its_own() {
        let failures = broken_arrows(
            ROWS,
            &[names("low", &[], &["fake"]), names("fake", &[], &[]), names("high", &[], &[])],
        );
        assert_eq!(failures, ["tests of low name fake, and its row does not"]);
    }

    #[test]
    fn a_crate_without_a_row_and_a_row_without_a_crate_are_found() {
        check(names("new", &[], &[]), &["new has no row", "high has a row and no crate"]);
    }

    #[test]
    fn an_arrow_to_the_same_level_is_found() {
        let rows = [
            Row { name: "left", level: 1, may_name: &["right"], tests_may_name: &[] },
            Row { name: "right", level: 1, may_name: &[], tests_may_name: &[] },
        ];
        let failures = broken_arrows(&rows, &[names("left", &[], &[]), names("right", &[], &[])]);
        assert_eq!(failures, ["left may name right, which is not of a lower level"]);
    }

    const QUIET: Closure =
        Closure { name: "quiet", features: &[], free_of: &[HTTP, RUNTIMES], because: "it is quiet" };

    #[test]
    fn a_forbidden_crate_is_found_with_the_path_that_leads_to_it() {
        let tree = "0 quiet v0.1.0 (/a)\n1 serde v1.0.0\n2 serde_core v1.0.0\n1 client v0.3.0\n2 hyper v1.0.0\n3 tokio v1.0.0\n1 tokio v1.0.0 (*)\n";
        let failures = broken_promises(&QUIET, tree);
        assert_eq!(failures.len(), 2, "{failures:?}");
        assert!(failures[0].contains("pulls in hyper: quiet -> client -> hyper."), "{failures:?}");
        assert!(failures[1].contains("pulls in tokio: quiet -> client -> hyper -> tokio."), "{failures:?}");
        assert!(failures[0].contains("because it is quiet"), "{failures:?}");
    }

    #[test]
    fn names_are_compared_whole() {
        assert!(
            broken_promises(&QUIET, "0 quiet v0.1.0\n1 httparse v1.0.0\n1 tokio-free v1.0.0\n").is_empty()
        );
    }

    #[test]
    fn the_sandbox_never_names_the_other_end() {
        let sandbox = ARROWS.iter().find(|row| row.name == "billwire-sandbox").unwrap();
        assert_eq!(sandbox.may_name, ["billwire-models", "billwire-crypto"]);
        assert!(sandbox.tests_may_name.is_empty());
    }

    #[test]
    fn every_promise_is_about_a_crate_of_the_picture() {
        for closure in CLOSURES {
            assert!(ARROWS.iter().any(|row| row.name == closure.name), "{}", closure.name);
        }
    }
}
