//! Brings the generated files in the tree up to date, or tells how they differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use similar::TextDiff;

/// Everything that is generated for one description: files by path below the root, and the folders that hold nothing else.
#[derive(Debug, Default)]
pub struct Output {
    pub files: BTreeMap<String, String>,
    /// Folders whose files are all generated: whatever else is in them is left over. Hand-written siblings are impossible.
    pub folders: BTreeSet<String>,
    /// Files in those folders that something else writes: the snapshots of generated tests.
    pub kept: BTreeSet<String>,
}

impl Output {
    /// Adds a folder and all files in it.
    pub fn folder<'a>(&mut self, folder: &str, files: impl IntoIterator<Item = (&'a str, String)>) {
        for (name, text) in files {
            self.add(format!("{folder}/{name}"), text);
        }
        self.folders.insert(folder.to_owned());
    }

    /// Adds one file.
    pub fn add(&mut self, path: String, text: String) {
        self.files.insert(path, text);
    }
}

/// Writes changed files and deletes left-over ones. Returns what was done, one line each.
pub fn write(root: &Path, output: &Output) -> Result<Vec<String>> {
    let mut done = Vec::new();
    for (path, text) in &output.files {
        let target = root.join(path);
        if fs::read_to_string(&target).is_ok_and(|present| present == *text) {
            continue;
        }
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        fs::write(&target, text).with_context(|| format!("cannot write {path}"))?;
        done.push(format!("wrote {path}"));
    }
    for path in left_over(root, output)? {
        fs::remove_file(root.join(&path)).with_context(|| format!("cannot delete {path}"))?;
        done.push(format!("deleted {path}"));
    }
    Ok(done)
}

/// Compares the tree with what would be written. Returns a report of every difference, empty if there is none.
pub fn check(root: &Path, output: &Output) -> Result<String> {
    let mut report = String::new();
    for (path, text) in &output.files {
        match fs::read_to_string(root.join(path)) {
            Ok(present) if present == *text => {}
            Ok(present) => {
                let diff = TextDiff::from_lines(present.as_str(), text.as_str());
                let unified = diff.unified_diff().context_radius(2).header(path, "generated now").to_string();
                let _ = writeln!(report, "out of date: {path}\n{unified}");
            }
            Err(_) => {
                let _ = writeln!(report, "missing: {path}\n");
            }
        }
    }
    for path in left_over(root, output)? {
        let _ = writeln!(report, "left over: {path} (nothing generates it any more)\n");
    }
    Ok(report)
}

/// Files in generated folders that nothing generates.
fn left_over(root: &Path, output: &Output) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for folder in &output.folders {
        collect(root, folder, &mut found)?;
    }
    found.retain(|path| !output.files.contains_key(path) && !output.kept.contains(path));
    found.sort();
    Ok(found)
}

/// The generated folders of APIs that have no description any more: everything in them is left over.
pub fn orphans(root: &Path, apis: &[String]) -> Result<Vec<String>> {
    let described = |name: &str| apis.iter().any(|api| api == name);
    let mut found = Vec::new();
    for name in ["models", "core", "sandbox", "cli"] {
        let source = format!("crates/billwire-{name}/src");
        let apis = folders(&root.join(&source))?.into_iter().filter(|api| !described(api));
        found.extend(apis.map(|api| format!("{source}/{api}/generated")));
    }
    let reference = folders(&root.join("docs/reference"))?.into_iter().filter(|api| !described(api));
    found.extend(reference.map(|api| format!("docs/reference/{api}")));
    for name in ["models", "core"] {
        let tests = format!("crates/billwire-{name}/tests/it");
        let left = folders(&root.join(&tests))?.into_iter().filter(|folder| {
            let api = folder.strip_suffix("_examples").or_else(|| folder.strip_suffix("_samples"));
            api.is_some_and(|api| !described(api))
        });
        found.extend(left.map(|folder| format!("{tests}/{folder}")));
    }
    Ok(found)
}

/// The names of the folders in `path`; none if it does not exist.
fn folders(path: &Path) -> Result<Vec<String>> {
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
    let names = entries.filter_map(Result::ok).filter(|entry| entry.path().is_dir());
    Ok(names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
}

fn collect(root: &Path, folder: &str, found: &mut Vec<String>) -> Result<()> {
    let path = root.join(folder);
    if !path.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(&path).with_context(|| format!("cannot read {folder}"))? {
        let entry = entry.with_context(|| format!("cannot read {folder}"))?;
        let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(root, &name, found)?;
        } else {
            found.push(name);
        }
    }
    Ok(())
}
