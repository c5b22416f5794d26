//! Nothing in the tree depends on the machine it was written on.

use super::{Finding, Tree};

/// Paths of a person's machine and hosts of package registries: a mirror or another checkout must work too.
/// In two parts, so that this file does not find itself.
const FORBIDDEN: &[(&str, &str)] = &[
    ("/wo", "rk/"),
    ("/fa", "rm/"),
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("/Us", "ers/"),
    ("registry.npm", "js"),
    ("crates", ".io"),
    ("pypi", ".org"),
    ("deb.deb", "ian"),
];

/// No path of a machine and no host of a registry, anywhere but in `Cargo.lock`, which cargo writes.
pub(super) fn paths_and_hosts(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.iter().filter(|(path, _)| !path.ends_with("Cargo.lock")) {
        for (number, line) in text.lines().enumerate() {
            for word in FORBIDDEN.iter().map(|(first, second)| format!("{first}{second}")) {
                if line.contains(&word) {
                    findings.push(Finding::at(
                        path,
                        number,
                        format!("`{word}` is of one machine or one registry: say it without"),
                    ));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{FORBIDDEN, paths_and_hosts};
    use crate::tidy::check;

    #[test]
    fn each_path_and_host_is_found_in_every_file_but_the_lock_file() {
        for (first, second) in FORBIDDEN {
            let text = format!("fine\nsee {first}{second}x\n");
            check(paths_and_hosts, &[("Cargo.lock", &text), ("docs/page.md", &text)], &["docs/page.md:2"]);
        }
    }
}
