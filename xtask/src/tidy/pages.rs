//! The top pages name what exists: the two set-up commands and every crate.

use super::{Finding, Tree};

/// The two commands of a newcomer. Exactly these stand in the README.
const SET_UP_COMMANDS: &[&str] = &["cargo run --release --bin billwire -- demo", "cargo xtask test"];

/// Pages that list the crates.
const PAGES: &[&str] = &["README.md", "ARCHITECTURE.md"];

/// A figure that still has to be measured carries this mark. In two parts, so that this file does not find itself.
const MARK: (&str, &str) = ("MEASURE", "-ME");

/// The README has both commands.
pub(super) fn set_up_commands(tree: &Tree) -> Vec<Finding> {
    let readme = tree.text("README.md").unwrap_or_default();
    let missing = SET_UP_COMMANDS.iter().filter(|command| !readme.contains(*command));
    missing
        .map(|command| Finding::new("README.md", format!("lacks the set-up command `{command}`")))
        .collect()
}

/// Every crate is in the pages, and every crate in the pages exists.
pub(super) fn crates_listed(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let crates = tree.crates();
    for page in PAGES {
        let text = tree.text(page).unwrap_or_default();
        for name in crates.iter().filter(|name| !text.contains(&format!("`{name}`"))) {
            findings.push(Finding::new(*page, format!("does not name the crate `{name}`")));
        }
        for (number, line) in text.lines().enumerate() {
            for name in code_spans(line).filter(|name| is_crate_name(name) && !crates.contains(name)) {
                findings.push(Finding::at(
                    page,
                    number,
                    format!("names the crate `{name}`, which does not exist"),
                ));
            }
        }
    }
    findings
}

/// No figure is left to be measured later.
pub(super) fn marks(tree: &Tree) -> Vec<Finding> {
    let mark = format!("{}{}", MARK.0, MARK.1);
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension("md") {
        for (number, _) in text.lines().enumerate().filter(|(_, line)| line.contains(&mark)) {
            findings.push(Finding::at(
                path,
                number,
                format!("`{mark}` stands where a measured figure belongs"),
            ));
        }
    }
    findings
}

/// What stands between single backquotes in a line.
fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

fn is_crate_name(word: &str) -> bool {
    let rest = word.strip_prefix("billwire-");
    rest.is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    })
}

#[cfg(test)]
mod tests {
    use super::{crates_listed, marks, set_up_commands};
    use crate::tidy::check;

    #[test]
    fn each_missing_command_is_found() {
        let both = "```sh\ncargo run --release --bin billwire -- demo\ncargo xtask test\n```\n";
        check(set_up_commands, &[("README.md", both)], &[]);
        check(set_up_commands, &[("README.md", "cargo xtask test\n")], &["README.md"]);
        check(set_up_commands, &[], &["README.md", "README.md"]);
    }

    #[test]
    fn a_crate_that_no_page_names_and_a_name_without_a_crate_are_found() {
        let manifest = ("crates/billwire-core/Cargo.toml", "");
        let good = "| `billwire-core` | the client |\n";
        check(crates_listed, &[manifest, ("README.md", good), ("ARCHITECTURE.md", good)], &[]);
        check(
            crates_listed,
            &[
                manifest,
                ("README.md", "`billwire-gone` and `cargo add billwire-any`\n"),
                ("ARCHITECTURE.md", good),
            ],
            &["README.md", "README.md:1"],
        );
    }

    #[test]
    fn a_figure_that_was_not_measured_is_found() {
        check(marks, &[("README.md", concat!("takes MEASURE", "-ME seconds\n"))], &["README.md:1"]);
    }
}
