//! Other people's programs that some commands run: pinned with checksums, installed below `target/tools`.
//!
//! Never what happens to be on PATH: a check must say the same on every machine. The lists of what is installed are
//! `xtask/tools/npm/package-lock.json` and `xtask/tools/python/requirements.txt`; they name checksums and no host, so a
//! mirror set in npm's or pip's own configuration serves as well. Decision page 20 says how to update them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cargo_metadata::MetadataCommand;
use sha2::{Digest, Sha256};

use crate::{process, set_up};

/// Stands in a folder whose installation went through to its end.
const COMPLETE: &str = "complete";

/// A set of programs that is installed together.
struct Set {
    /// First part of the folder's name below `target/tools`.
    name: &'static str,
    /// The files that say what is installed, below `xtask/tools`. A change of any of them makes a new folder.
    pins: &'static [&'static str],
    /// What must be on the machine to install and run it.
    requirement: set_up::Requirement,
    /// Where the programs are, inside the folder.
    programs: &'static str,
    install: fn(&Path) -> Result<()>,
}

const NPM: Set = Set {
    name: "npm",
    pins: &["npm/package.json", "npm/package-lock.json"],
    requirement: set_up::NODE,
    programs: "node_modules/.bin",
    install: install_npm,
};

const PYTHON: Set = Set {
    name: "python",
    pins: &["python/requirements.txt"],
    requirement: set_up::PYTHON,
    programs: "bin",
    install: install_python,
};

/// The path of a program of the npm set: `redocly`, `spectral` or `prism`. The first call installs the set.
///
/// # Errors
/// Node.js or npm is missing or too old, the registry cannot be reached, a checksum is wrong, or the set has no such
/// program.
pub(crate) fn npm(program: &str) -> Result<PathBuf> {
    program_of(&NPM, program)
}

/// The path of a program of the Python set: `schemathesis`. The first call installs the set.
///
/// # Errors
/// Python is missing, the package index cannot be reached, a checksum is wrong, or the set has no such program.
pub(crate) fn python(program: &str) -> Result<PathBuf> {
    program_of(&PYTHON, program)
}

/// The folder below `target/` in which commands may leave what they measured and installed.
///
/// # Errors
/// Cargo cannot read the workspace.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let metadata = MetadataCommand::new().current_dir(process::root()).no_deps().exec();
    Ok(metadata.context("`cargo metadata` failed: does every Cargo.toml parse?")?.target_directory.into())
}

fn program_of(set: &Set, program: &str) -> Result<PathBuf> {
    let path = installed(set)?.join(set.programs).join(program);
    if !path.exists() {
        bail!("the {} tools hold no program `{program}`: is it in xtask/tools/{}?", set.name, set.pins[0]);
    }
    Ok(path)
}

/// The folder of a set, installed if it was not.
fn installed(set: &Set) -> Result<PathBuf> {
    let tools = target_folder()?.join("tools");
    fs::create_dir_all(&tools).with_context(|| format!("creating {}", tools.display()))?;
    let pins = read_pins(&process::root().join("xtask/tools"), set.pins)?;
    let folder = tools.join(format!("{}-{}", set.name, digest(&pins)));
    // Two commands at a time must not install into the same folder; the lock goes with the file.
    let lock = File::create(tools.join(format!("{}.lock", set.name)))
        .context("creating the lock file of the tools")?;
    lock.lock().context("waiting for another command that installs tools")?;
    if folder.join(COMPLETE).exists() {
        return Ok(folder);
    }
    set_up::ensure(&[set.requirement])?;
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("removing the broken {}", folder.display()))?;
    }
    fs::create_dir(&folder).with_context(|| format!("creating {}", folder.display()))?;
    for (name, text) in &pins {
        fs::write(folder.join(name), text).with_context(|| format!("writing {name}"))?;
    }
    (set.install)(&folder).with_context(|| {
        format!(
            "the pinned {} tools could not be installed. The first run needs their registry, or a mirror of it set in \
             the installer's own configuration; what went wrong stands above",
            set.name
        )
    })?;
    fs::write(folder.join(COMPLETE), "").context("marking the tools as complete")?;
    Ok(folder)
}

/// Each file of a set by its name without folders.
fn read_pins(folder: &Path, names: &[&str]) -> Result<Vec<(String, String)>> {
    let pins = names.iter().map(|name| {
        let path = folder.join(name);
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        Ok((name.rsplit('/').next().unwrap_or(name).to_owned(), text))
    });
    pins.collect()
}

/// Twelve hexadecimal digits that change with any of the files.
fn digest(pins: &[(String, String)]) -> String {
    let mut hasher = Sha256::new();
    for (name, text) in pins {
        hasher.update(name);
        hasher.update([0]);
        hasher.update(text);
        hasher.update([0]);
    }
    let bytes = hasher.finalize();
    format!(
        "{:02x}{:02x}{:02x}{:02x}{:02x}{:02x}",
        bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]
    )
}

/// What the lock file says and nothing else, without running anything that a package would like to run.
fn install_npm(folder: &Path) -> Result<()> {
    let arguments =
        ["ci", "--engine-strict", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    process::run(process::program("npm", arguments).current_dir(folder))
}

/// Every package must be in the list with its checksum, so nothing else comes along.
fn install_python(folder: &Path) -> Result<()> {
    process::run(process::program("python3", ["-m", "venv", "."]).current_dir(folder))?;
    let python = folder.join("bin/python");
    let mut install =
        process::program(&python.to_string_lossy(), ["-m", "pip", "install", "--quiet", "--no-input"]);
    install.args(["--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]);
    process::run(install.args(["--requirement", "requirements.txt"]).current_dir(folder))
}

#[cfg(test)]
mod tests {
    use super::{NPM, PYTHON, digest, read_pins};
    use crate::process;

    fn pins(set: &super::Set) -> Vec<(String, String)> {
        read_pins(&process::root().join("xtask/tools"), set.pins).unwrap()
    }

    #[test]
    fn the_folder_changes_with_every_pin() {
        let before = [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())];
        let mut after = before.clone();
        after[1].1.push('3');
        assert_eq!(digest(&before).len(), 12);
        assert_ne!(digest(&before), digest(&after));
    }

    #[test]
    fn every_package_of_npm_is_pinned_by_checksum_and_no_host_is_named() {
        let pins = pins(&NPM);
        let lock: serde_json::Value = serde_json::from_str(&pins[1].1).unwrap();
        let packages = lock["packages"].as_object().unwrap();
        assert!(packages.len() > 100);
        for (name, package) in packages.iter().filter(|(name, _)| !name.is_empty()) {
            assert!(package["integrity"].as_str().is_some_and(|sum| sum.starts_with("sha512-")), "{name}");
            assert!(package.get("resolved").is_none(), "{name} names the host it came from");
        }
    }

    #[test]
    fn every_program_of_npm_has_one_version() {
        let manifest: serde_json::Value = serde_json::from_str(&pins(&NPM)[0].1).unwrap();
        for (name, version) in manifest["dependencies"].as_object().unwrap() {
            let version = version.as_str().unwrap();
            assert!(version.split('.').all(|part| part.parse::<u32>().is_ok()), "{name}: {version}");
        }
    }

    #[test]
    fn every_package_of_python_is_pinned_by_checksum_and_no_host_is_named() {
        let text = &pins(&PYTHON)[0].1;
        let joined = text.replace("\\\n", " ");
        let packages: Vec<&str> = joined
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
            .collect();
        assert!(packages.len() > 10);
        for package in packages {
            assert!(package.contains("==") && package.contains("--hash=sha256:"), "{package}");
        }
        assert!(!text.contains("://"));
    }
}
