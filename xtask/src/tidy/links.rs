//! Relative links between pages lead somewhere: to a file of the project, and to a heading when they name one.

use std::collections::BTreeSet;

use super::{Finding, Tree, has_extension};

/// Every relative link of every Markdown page.
pub(super) fn resolve(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Descriptions under test are small made-up trees; their links are not ours.
    for (page, text) in tree.with_extension("md").filter(|(page, _)| !page.starts_with("xtask/tests/cases/"))
    {
        for (number, line) in prose(text) {
            for target in targets(line).filter(|target| is_relative(target)) {
                if let Some(message) = broken(tree, page, target) {
                    findings.push(Finding::at(page, number, message));
                }
            }
        }
    }
    findings
}

fn broken(tree: &Tree, page: &str, target: &str) -> Option<String> {
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let Some(file) = (if path.is_empty() { Some(page.to_owned()) } else { join(page, path) }) else {
        return Some(format!("the link `{target}` leads out of the project"));
    };
    if !tree.holds(&file) {
        return Some(format!("the link `{target}` leads to `{file}`, which is not in the project"));
    }
    let text = tree.text(&file).filter(|_| has_extension(&file, "md"))?;
    let anchor = anchor?;
    (!anchors(text).contains(anchor)).then(|| format!("`{file}` has no heading for `#{anchor}`"))
}

/// The path that a relative link on a page means, from the top of the project.
fn join(page: &str, link: &str) -> Option<String> {
    let mut folders: Vec<&str> = page.split('/').collect();
    folders.pop();
    for part in link.trim_end_matches('/').split('/') {
        match part {
            "." | "" => {}
            ".." => drop(folders.pop()?),
            name => folders.push(name),
        }
    }
    Some(folders.join("/"))
}

fn is_relative(target: &str) -> bool {
    !target.contains("://") && !target.starts_with("mailto:") && !target.is_empty()
}

/// What stands in the round brackets of `[text](target "title")`, outside of code spans.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').step_by(2).flat_map(|part| part.split("](").skip(1)).filter_map(|rest| {
        let end = rest.find(')')?;
        rest[..end].split_whitespace().next()
    })
}

/// The lines outside of fenced code, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    text.lines().enumerate().filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    })
}

/// The anchors of a page's headings, as code hosts make them: lower case, words joined by `-`, `-1` for a second one.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for (_, line) in prose(text) {
        let title = line.trim_start_matches('#');
        if title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let kept = title.trim().to_lowercase();
        let kept =
            kept.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
        let anchor: String = kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect();
        let numbered = (1..).map(|number| format!("{anchor}-{number}"));
        let free = std::iter::once(anchor.clone()).chain(numbered).find(|anchor| !anchors.contains(anchor));
        anchors.extend(free);
    }
    anchors
}

#[cfg(test)]
mod tests {
    use super::{anchors, join, resolve};
    use crate::tidy::check;

    fn check_link(text: &str, expected: &[&str]) {
        let files = [
            ("README.md", "# Start here\n## Start here\n"),
            ("docs/a/page.md", text),
            ("docs/a/other.txt", "x"),
        ];
        check(resolve, &files, expected);
    }

    #[test]
    fn links_that_lead_somewhere_pass() {
        check_link(
            "[file](other.txt) [folder](../a/) [up](../../README.md#start-here-1) [web](https://example.com/x)\n",
            &[],
        );
        check_link("# Own\n[own](#own) `[code](gone.md)`\n```\n[code](gone.md)\n```\n", &[]);
    }

    #[test]
    fn links_that_lead_nowhere_are_found() {
        check_link("fine\n[gone](gone.md)\n", &["docs/a/page.md:2"]);
        check_link("[out](../../../x.md)\n", &["docs/a/page.md:1"]);
        check_link(
            "[anchor](../../README.md#gone) and ![picture](gone.png \"title\")\n",
            &["docs/a/page.md:1", "docs/a/page.md:1"],
        );
        check_link("[own](#gone)\n", &["docs/a/page.md:1"]);
    }

    #[test]
    fn a_link_is_read_from_the_folder_of_its_page() {
        assert_eq!(join("docs/a/page.md", "../b/./c.md").as_deref(), Some("docs/b/c.md"));
        assert_eq!(join("page.md", "../c.md"), None);
    }

    #[test]
    fn anchors_are_made_as_code_hosts_make_them() {
        let found: Vec<String> =
            anchors("# 1. `POST /auth`: create\n## A\n### A\n#no\n").into_iter().collect();
        assert_eq!(found, ["1-post-auth-create", "a", "a-1"]);
    }
}
