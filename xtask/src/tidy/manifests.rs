//! Every crate's manifest takes the workspace's lints, says what the crate is, and explains its features.

use super::{Finding, Tree};

/// Lints, description, and a comment above every feature but `default`.
pub(super) fn complete(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let members = tree.crates().into_iter().map(|name| format!("crates/{name}/Cargo.toml"));
    for path in members.chain(["xtask/Cargo.toml".to_owned()]) {
        let Some(text) = tree.text(&path) else { continue };
        if !section(text, "lints").any(|(_, line)| line.replace(' ', "") == "workspace=true") {
            findings.push(Finding::new(path.as_str(), "add `[lints]` with `workspace = true`"));
        }
        if !section(text, "package").any(|(_, line)| is_described(line)) {
            findings.push(Finding::new(path.as_str(), "add a `description` that says what the crate is for"));
        }
        findings.extend(features_without_comment(&path, text));
    }
    findings
}

fn is_described(line: &str) -> bool {
    line.strip_prefix("description").is_some_and(|rest| rest.trim_start_matches([' ', '=', '"']).len() > 10)
}

fn features_without_comment(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut explained = false;
    for (number, line) in section(text, "features") {
        // A line that goes on with a list of parts starts with a quote or a bracket.
        let name =
            line.split_once('=').map(|(name, _)| name.trim()).filter(|_| !line.starts_with(['"', '#']));
        if let Some(name) = name.filter(|name| !explained && *name != "default") {
            findings.push(Finding::at(
                path,
                number,
                format!("feature `{name}` has no comment above it: say what it adds"),
            ));
        }
        explained = line.starts_with('#');
    }
    findings
}

/// The lines of one table of the manifest with their numbers.
fn section<'text>(text: &'text str, name: &str) -> impl Iterator<Item = (usize, &'text str)> {
    let heading = format!("[{name}]");
    let lines = text.lines().enumerate().map(|(number, line)| (number, line.trim()));
    lines.skip_while(move |(_, line)| *line != heading).skip(1).take_while(|(_, line)| !line.starts_with('['))
}

#[cfg(test)]
mod tests {
    use super::complete;
    use crate::tidy::check;

    const GOOD: &str = "[package]\nname = \"a\"\ndescription = \"What it is for.\"\n\n[lints]\nworkspace = true\n\n\
                        [features]\ndefault = [\"q2\"]\n# The Q2 API\nq2 = [\n  \"b/q2\",\n]\n\n[dependencies]\nb = \"1\"\n";

    fn check_manifest(manifest: &str, expected: &[&str]) {
        check(complete, &[("crates/a/Cargo.toml", manifest)], expected);
    }

    #[test]
    fn a_complete_manifest_passes() {
        check_manifest(GOOD, &[]);
    }

    #[test]
    fn missing_lints_are_found() {
        check_manifest(&GOOD.replace("workspace = true", ""), &["crates/a/Cargo.toml"]);
    }

    #[test]
    fn a_missing_or_empty_description_is_found() {
        check_manifest(&GOOD.replace("What it is for.", ""), &["crates/a/Cargo.toml"]);
        check_manifest(&GOOD.replace("description", "homepage"), &["crates/a/Cargo.toml"]);
    }

    #[test]
    fn a_feature_without_comment_is_found() {
        check_manifest(&GOOD.replace("# The Q2 API\n", ""), &["crates/a/Cargo.toml:10"]);
    }
}
