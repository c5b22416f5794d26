//! What the cases render compiles: every expected folder becomes a tiny crate around the real `scalar` and `operation`
//! modules, with stubs in place of core, sandbox and command, and one `cargo check` looks at them all.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support;

const MANIFEST: &str = r#"[package]
name = "NAME"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
http.workspace = true
jiff.workspace = true
rust_decimal.workspace = true
secrecy.workspace = true
serde.workspace = true
serde_json.workspace = true
serde_path_to_error.workspace = true
zeroize.workspace = true
"#;

#[test]
fn every_case_compiles() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let workspace = support::fresh("compile");
    let mut members = String::new();
    for name in support::described(&support::cases()) {
        let package = format!("case-{}", name.replace('_', "-"));
        let yaml = fs::read_to_string(support::cases().join(&name).join("openapi.yaml")).unwrap();
        let root = support::root_with(&format!("compile/{package}"), &yaml);
        assert!(support::codegen(&root, &[]).status.success());
        support::write(&root.join("Cargo.toml"), &MANIFEST.replace("NAME", &package));
        support::write(&root.join("src/lib.rs"), &library(repository, &root));
        let _ = write!(members, "\"{package}\",");
    }
    let shared = fs::read_to_string(repository.join("Cargo.toml")).unwrap();
    let (_, dependencies) = shared.split_once("[workspace.dependencies]").unwrap();
    let dependencies = dependencies.split("\n[").next().unwrap();
    let dependencies: Vec<&str> =
        dependencies.lines().filter(|line| !line.contains("path = \"crates")).collect();
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [{members}]\n\n[workspace.dependencies]\n{}\n",
        dependencies.join("\n")
    );
    support::write(&workspace.join("Cargo.toml"), &manifest);
    fs::copy(repository.join("Cargo.lock"), workspace.join("Cargo.lock")).unwrap();
    // A folder of its own that is kept: the second run has nothing to build but the cases.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile-target");
    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--offline", "--workspace"])
        .current_dir(&workspace)
        .env("CARGO_TARGET_DIR", target)
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", support::text(&output.stderr));
}

/// The root of a case's crate, which plays models, core, sandbox and command at once.
fn library(repository: &Path, root: &Path) -> String {
    let scalar = repository.join("crates/billwire-models/src/scalar/mod.rs");
    let operation = repository.join("crates/billwire-models/src/operation.rs");
    let stubs = support::tests().join("stubs");
    let generated = |name: &str| root.join(format!("crates/billwire-{name}/src/q2/generated/mod.rs"));
    let mut text = String::from(
        "#![deny(warnings)]\n#![allow(dead_code, reason = \"nothing uses a case\")]\n\
         extern crate self as billwire;\nextern crate self as billwire_models;\n",
    );
    let mut module = |name: &str, path: &Path, visibility: &str| {
        let _ = writeln!(text, "#[path = \"{}\"]\n{visibility} mod {name};", path.display());
    };
    // A case uses a part of what there is.
    module("scalar", &scalar, "#[allow(unused_imports, unused_macros)]\npub");
    module("operation", &operation, "pub");
    let has_operations = generated("core").is_file();
    if has_operations {
        for name in [
            "answer",
            "api_error",
            "call",
            "context",
            "decode",
            "error",
            "paging",
            "operation_args",
            "outcome",
            "pages",
        ] {
            module(name, &stubs.join(format!("{name}.rs")), "pub");
        }
        module("core_generated", &generated("core"), "pub");
        module("sandbox_generated", &generated("sandbox"), "");
        module("cli_generated", &generated("cli"), "");
        module("client", &stubs.join("client.rs"), "pub");
        text.push_str(
            "pub mod core { pub use crate::{paging, q2}; }\npub mod models { pub use crate::{operation, q2}; }\n\
             pub use crate::context::RequestContext;\n",
        );
    }
    let client = if has_operations {
        "    pub use crate::client::{Client, scope};\n    pub use crate::core_generated::calls;\n"
    } else {
        ""
    };
    let _ = write!(
        text,
        "pub mod q2 {{\n{client}    #[path = \"{}\"]\n    mod generated;\n    pub use self::generated::*;\n}}\n",
        generated("models").display()
    );
    text
}
