//! `cargo xtask tidy`: the rules of the tree that no compiler checks.
//!
//! Every rule is a pure function from the files to what it found, so each has tests that prove it can fail. All rules
//! run, and everything they find is printed at once.

mod changes;
mod coverage;
mod decisions;
mod generated;
mod links;
mod machine;
mod manifests;
mod pages;
mod rust_files;
mod sources;

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::process;

/// One thing that is out of order.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// A file, with `:line` where one line is meant.
    place: String,
    /// What is wrong and what to do.
    message: String,
}

impl Finding {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }

    /// A finding in one line, counted from 0 as `enumerate` does.
    fn at(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self::new(format!("{path}:{}", line + 1), message)
    }
}

/// The text files of the project, by path from the top with `/` between the folders.
struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    /// Reads what git tracks and what it would track: a new file is judged before it is committed.
    fn read() -> Result<Self> {
        let list = process::output(&mut process::program(
            "git",
            ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        ))
        .context("tidy asks git which files belong to the project; it needs git and a clone, not an unpacked archive")?;
        let root = process::root();
        let mut files = BTreeMap::new();
        for path in list.split('\0').filter(|path| !path.is_empty()) {
            // A file deleted but not yet committed is still listed; a binary file has no lines to judge.
            if let Ok(text) = fs::read_to_string(root.join(path)) {
                files.insert(path.to_owned(), text);
            }
        }
        Ok(Self { files })
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    fn with_extension(&self, extension: &str) -> impl Iterator<Item = (&str, &str)> {
        self.iter().filter(move |(path, _)| has_extension(path, extension))
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether there is a file, or a folder with files, at this path.
    fn holds(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        self.files.contains_key(path)
            || self.files.range(folder.clone()..).next().is_some_and(|(file, _)| file.starts_with(&folder))
    }

    /// The crates: the names of the folders below `crates/` with a manifest.
    fn crates(&self) -> Vec<&str> {
        let manifests =
            self.files.keys().filter_map(|path| path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml"));
        manifests.filter(|name| !name.contains('/')).collect()
    }

    /// The APIs: the names of the folders below `apis/` with a description.
    fn apis(&self) -> Vec<&str> {
        let descriptions =
            self.files.keys().filter_map(|path| path.strip_prefix("apis/")?.strip_suffix("/openapi.yaml"));
        descriptions.filter(|name| !name.contains('/')).collect()
    }

    #[cfg(test)]
    fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect() }
    }
}

/// Whether a path ends in a dot and this extension.
fn has_extension(path: &str, extension: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, found)| found == extension)
}

/// One rule: what it is called and how it is checked.
type Rule = (&'static str, fn(&Tree) -> Vec<Finding>);

/// Every rule, in the order in which the findings are printed.
const RULES: &[Rule] = &[
    ("module documentation", rust_files::module_documentation),
    ("file length", rust_files::file_length),
    ("left-overs", rust_files::left_overs),
    ("generated files", generated::headers),
    ("machine paths", machine::paths_and_hosts),
    ("manifests", manifests::complete),
    ("set-up commands", pages::set_up_commands),
    ("crates in the pages", pages::crates_listed),
    ("marks to replace", pages::marks),
    ("decision pages", decisions::numbered_and_linked),
    ("change notes", changes::form),
    ("links", links::resolve),
    ("sources of the descriptions", sources::headings_exist),
    ("coverage lists", coverage::complete),
];

/// Checks every rule and prints everything that is out of order.
///
/// # Errors
/// Something is out of order, or git cannot be asked.
pub(crate) fn run() -> Result<()> {
    let tree = Tree::read()?;
    let mut count = 0;
    for (name, rule) in RULES {
        let mut findings = rule(&tree);
        findings.sort();
        count += findings.len();
        for finding in findings {
            println!("tidy: {name}: {}: {}", finding.place, finding.message);
        }
    }
    if count > 0 {
        bail!("{count} things are out of order (rules: xtask/src/tidy.rs)");
    }
    println!("tidy: {} files, {} rules, nothing out of order", tree.files.len(), RULES.len());
    Ok(())
}

/// Runs one rule over a few files and compares the places it complains about.
#[cfg(test)]
fn check(rule: fn(&Tree) -> Vec<Finding>, files: &[(&str, &str)], expected: &[&str]) {
    let mut findings = rule(&Tree::of(files));
    findings.sort();
    let places: Vec<&str> = findings.iter().map(|finding| finding.place.as_str()).collect();
    assert_eq!(places, expected, "{findings:#?}");
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn the_real_tree_is_found_through_git() {
        let tree = Tree::read().unwrap();
        assert!(tree.text("xtask/src/tidy.rs").is_some() && tree.holds("docs/specification"));
        assert!(!tree.holds("target") && !tree.holds("docs/specificatio"));
    }

    #[test]
    fn crates_are_folders_with_a_manifest() {
        let tree = Tree::of(&[
            ("crates/a/Cargo.toml", ""),
            ("crates/b/src/lib.rs", ""),
            ("crates/a/tests/c/Cargo.toml", ""),
        ]);
        assert_eq!(tree.crates(), ["a"]);
    }
}
