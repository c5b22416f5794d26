//! What the commands need beyond the Rust toolchain: installed where that is possible, named where it is not.

use std::path::Path;

use anyhow::{Result, bail};

use crate::process;

/// One thing that must be on the machine.
#[derive(Clone, Copy)]
pub(crate) struct Requirement {
    what: &'static str,
    needed_for: &'static str,
    /// A program and arguments that succeed where it is there.
    probe: (&'static str, &'static [&'static str]),
    debian_packages: &'static [&'static str],
}

/// Rust links with it, and the aws-lc provider is C code.
pub(crate) const C_COMPILER: Requirement = Requirement {
    what: "a C compiler",
    needed_for: "the aws-lc provider",
    probe: ("cc", &["--version"]),
    debian_packages: &["gcc", "libc6-dev"],
};

/// The feature `native-tls` is the system's OpenSSL on Linux.
pub(crate) const OPENSSL_HEADERS: Requirement = Requirement {
    what: "the headers of OpenSSL",
    needed_for: "the feature native-tls",
    probe: ("pkg-config", &["--exists", "openssl"]),
    debian_packages: &["libssl-dev", "pkg-config"],
};

/// Runs the linters of the descriptions and the mock server that the sandbox is compared with.
pub(crate) const NODE: Requirement = Requirement {
    what: "Node.js with npm",
    needed_for: "the tools in xtask/tools/npm, which also says the oldest version",
    probe: ("npm", &["--version"]),
    debian_packages: &["nodejs", "npm"],
};

/// Runs the property tester of the sandbox.
pub(crate) const PYTHON: Requirement = Requirement {
    what: "Python 3.11 or later with venv",
    needed_for: "the tools in xtask/tools/python",
    probe: ("python3", &["-c", "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))"]),
    debian_packages: &["python3", "python3-venv"],
};

/// Makes sure that everything in the list is there: installs Debian packages when run as root on Debian.
///
/// # Errors
/// Something is missing and cannot be installed from here; the message names it all, and the packages.
pub(crate) fn ensure(requirements: &[Requirement]) -> Result<()> {
    let missing: Vec<&Requirement> =
        requirements.iter().filter(|requirement| !is_there(requirement)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if is_root_on_debian() {
        let packages = packages_of(&missing);
        println!("installing {}", packages.join(" "));
        process::run(&mut process::program("apt-get", ["update", "--quiet"]))?;
        let mut install =
            process::program("apt-get", ["install", "--yes", "--quiet", "--no-install-recommends"]);
        process::run(install.args(packages).env("DEBIAN_FRONTEND", "noninteractive"))?;
    }
    let missing: Vec<&Requirement> =
        missing.into_iter().filter(|requirement| !is_there(requirement)).collect();
    if !missing.is_empty() {
        bail!(advice(&missing));
    }
    Ok(())
}

fn is_there(requirement: &Requirement) -> bool {
    process::is_installed(requirement.probe.0, requirement.probe.1)
}

fn is_root_on_debian() -> bool {
    let is_root = process::output(&mut process::program("id", ["-u"])).is_ok_and(|id| id.trim() == "0");
    is_root && Path::new("/etc/debian_version").exists()
}

fn packages_of(missing: &[&Requirement]) -> Vec<&'static str> {
    missing.iter().flat_map(|requirement| requirement.debian_packages).copied().collect()
}

fn advice(missing: &[&Requirement]) -> String {
    let list =
        missing.iter().map(|requirement| format!("{} (for {})", requirement.what, requirement.needed_for));
    format!(
        "missing on this machine: {}. On Debian or Ubuntu: apt-get install {}. Elsewhere install the same by the \
         system's own packages.",
        list.collect::<Vec<_>>().join(", "),
        packages_of(missing).join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::{C_COMPILER, OPENSSL_HEADERS, Requirement, advice, ensure};

    #[test]
    fn what_is_there_is_not_installed_again() {
        let there = Requirement {
            what: "a shell",
            needed_for: "this test",
            probe: ("true", &[]),
            debian_packages: &["no-such-package"],
        };
        ensure(&[there]).unwrap();
    }

    #[test]
    fn the_advice_names_everything_that_is_missing_and_how_to_get_it() {
        let advice = advice(&[&C_COMPILER, &OPENSSL_HEADERS]);
        assert!(
            advice.contains("a C compiler (for the aws-lc provider), the headers of OpenSSL"),
            "{advice}"
        );
        assert!(advice.contains("apt-get install gcc libc6-dev libssl-dev pkg-config"), "{advice}");
    }
}
