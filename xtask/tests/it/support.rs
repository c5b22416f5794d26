//! Running the command on small descriptions.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// `xtask/tests`.
pub(crate) fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The folder of the small descriptions.
pub(crate) fn cases() -> PathBuf {
    tests().join("cases")
}

/// The names of the folders in `folder` that hold a description.
pub(crate) fn described(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("openapi.yaml").is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(!names.is_empty(), "no case in {}", folder.display());
    names
}

/// An empty folder for one test, below cargo's own folder for such things.
pub(crate) fn fresh(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A fresh root that holds the description `yaml` as the API `q2`.
pub(crate) fn root_with(name: &str, yaml: &str) -> PathBuf {
    let root = fresh(name);
    write(&root.join("apis/q2/openapi.yaml"), yaml);
    root
}

pub(crate) fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

pub(crate) fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap()
}

pub(crate) fn codegen(root: &Path, arguments: &[&str]) -> Output {
    xtask(&[&["codegen", "--root", root.to_str().unwrap()], arguments].concat())
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// All files below `folder` with their texts, by relative path.
pub(crate) fn tree(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    collect(folder, "", &mut files);
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().into_string().unwrap());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read_to_string(entry.path()).unwrap());
        }
    }
}

/// Whether the expected files are to be rewritten: `UPDATE_EXPECT=1 cargo test -p xtask`.
pub(crate) fn update() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some()
}

/// The difference of two texts, for the message of a failed test.
pub(crate) fn difference(expected: &str, actual: &str) -> String {
    similar::TextDiff::from_lines(expected, actual).unified_diff().header("expected", "generated").to_string()
}
