//! Snapshots that no test compares with any more: a test that went away must not leave its expectation behind.
//!
//! The snapshot library writes the path of every snapshot that a test looked at into a file, if asked to. What is in the
//! tree and not in that file is left over.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process;

/// The variable by which the snapshot library is asked.
pub(crate) const VARIABLE: &str = "INSTA_SNAPSHOT_REFERENCES_FILE";

/// An empty list for a new run of the tests.
///
/// # Errors
/// The list of the last run cannot be removed.
pub(crate) fn new_list() -> Result<PathBuf> {
    let list = process::root().join("target").join("snapshot-references.txt");
    match fs::remove_file(&list) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", list.display()))
        }
        _ => Ok(list),
    }
}

/// Compares the snapshots of the tree with the list. Only a run in which every test passed gives a whole list.
///
/// # Errors
/// A snapshot is left over, or git cannot be asked.
pub(crate) fn none_left_over(list: &Path) -> Result<()> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.snap"];
    let tree = process::output(&mut process::program("git", arguments))?;
    let in_tree =
        tree.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect::<BTreeSet<_>>();
    let looked_at = fs::read_to_string(list).unwrap_or_default();
    let left_over = left_over(&process::root(), in_tree, &looked_at);
    if !left_over.is_empty() {
        bail!("no test looks at {}: remove the files, or bring their tests back", left_over.join(", "));
    }
    Ok(())
}

fn left_over(root: &Path, in_tree: BTreeSet<String>, looked_at: &str) -> Vec<String> {
    // A test names its snapshot by a path through its own folder, such as `tests/it/../snapshots/a.snap`.
    let looked_at: BTreeSet<PathBuf> =
        looked_at.lines().filter_map(|path| fs::canonicalize(path).ok()).collect();
    let present =
        in_tree.into_iter().filter_map(|path| Some((fs::canonicalize(root.join(&path)).ok()?, path)));
    present.filter(|(full, _)| !looked_at.contains(full)).map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::left_over;
    use crate::process::root;

    #[test]
    fn what_no_test_looked_at_is_left_over() {
        // Any files of the tree will do.
        let in_tree = ["Cargo.toml", "README.md", "deleted.snap"].map(str::to_owned).into();
        let looked_at = format!("{}/xtask/../Cargo.toml\n", root().display());
        assert_eq!(left_over(&root(), in_tree, &looked_at), ["README.md"]);
    }
}
