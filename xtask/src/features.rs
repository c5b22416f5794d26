//! Which features the crates have, and which sets of them are built.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use cargo_metadata::MetadataCommand;

use crate::process;

/// Features that hand a switch on to a library of the operating system and hold no code of ours. They are built each
/// alone by `cargo xtask ci --only features`, and left out where everything is built at once, so that the tests need
/// nothing but the Rust toolchain.
const NEEDS_SYSTEM_LIBRARY: &[&str] = &["native-tls"];

/// One crate of the workspace that users see.
pub(crate) struct Package {
    pub(crate) name: String,
    /// Each feature with what it switches on.
    features: BTreeMap<String, Vec<String>>,
}

/// Every crate of the workspace but `xtask`.
///
/// # Errors
/// Cargo cannot read the workspace.
pub(crate) fn packages() -> Result<Vec<Package>> {
    let metadata = MetadataCommand::new().current_dir(process::root()).no_deps().exec();
    let metadata = metadata.context("`cargo metadata` failed: does every Cargo.toml parse?")?;
    let packages =
        metadata.workspace_packages().into_iter().filter(|package| package.name.as_str() != "xtask");
    let packages = packages.map(|package| Package {
        name: package.name.to_string(),
        features: package.features.iter().map(|(name, parts)| (name.clone(), parts.clone())).collect(),
    });
    Ok(packages.collect())
}

/// All features of all crates in the form of `--features`, less those that need a system library.
pub(crate) fn everything(packages: &[Package]) -> String {
    let features = packages.iter().flat_map(|package| {
        let names = package.features.keys().filter(|name| !NEEDS_SYSTEM_LIBRARY.contains(&name.as_str()));
        names.map(|name| format!("{}/{name}", package.name))
    });
    features.collect::<Vec<_>>().join(",")
}

/// The sets of features that must each build: none, the default, all, and each alone. Sets that come to the same stand once.
pub(crate) fn sets(package: &Package) -> Vec<Vec<&str>> {
    let names: Vec<&str> =
        package.features.keys().map(String::as_str).filter(|name| *name != "default").collect();
    let default = package.features.get("default").map(|parts| parts.iter().map(String::as_str).collect());
    let each = names.iter().map(|name| vec![*name]);
    let sets = std::iter::once(Vec::new()).chain(default).chain(each).chain([names.clone()]);
    let mut seen = BTreeSet::new();
    sets.filter(|set| seen.insert(switched_on(package, set))).collect()
}

/// Everything that a set switches on, through the crate's own features.
fn switched_on(package: &Package, set: &[&str]) -> BTreeSet<String> {
    let mut on = BTreeSet::new();
    let mut waiting: Vec<String> = set.iter().map(|name| (*name).to_owned()).collect();
    while let Some(name) = waiting.pop() {
        if on.insert(name.clone()) {
            waiting.extend(package.features.get(&name).into_iter().flatten().cloned());
        }
    }
    on
}

#[cfg(test)]
mod tests {
    use super::{Package, everything, sets};

    fn package(features: &[(&str, &[&str])]) -> Package {
        let owned = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect();
        Package {
            name: "a".to_owned(),
            features: features.iter().map(|(name, parts)| ((*name).to_owned(), owned(parts))).collect(),
        }
    }

    #[test]
    fn none_default_each_alone_and_all() {
        let package = package(&[("default", &["q2"]), ("q2", &["m/q2"]), ("testing", &[])]);
        assert_eq!(sets(&package), [vec![], vec!["q2"], vec!["testing"], vec!["q2", "testing"]]);
    }

    #[test]
    fn sets_that_come_to_the_same_stand_once() {
        assert_eq!(sets(&package(&[("default", &["q2"]), ("q2", &[])])), [vec![], vec!["q2"]]);
        assert_eq!(sets(&package(&[])), [Vec::<&str>::new()]);
    }

    #[test]
    fn everything_leaves_out_what_needs_a_system_library() {
        let packages = [package(&[("default", &[]), ("rustls", &[]), ("native-tls", &[])])];
        assert_eq!(everything(&packages), "a/default,a/rustls");
    }
}
