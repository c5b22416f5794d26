//! Decision pages are numbered without gaps, have their three parts, and are linked from their index.

use super::{Finding, Tree};

const FOLDER: &str = "docs/decisions/";
const INDEX: &str = "docs/decisions/README.md";

/// The headings of every decision page.
const PARTS: &[&str] = &["## Context", "## Decision", "## Consequences"];

/// Names, titles, parts, order and links.
pub(super) fn numbered_and_linked(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let index = tree.text(INDEX).unwrap_or_default();
    if index.is_empty() {
        findings.push(Finding::new(INDEX, "is missing: it links every decision page"));
    }
    let mut expected = 1;
    for (path, text) in
        tree.with_extension("md").filter(|(path, _)| path.starts_with(FOLDER) && *path != INDEX)
    {
        let name = path.trim_start_matches(FOLDER);
        let Some(number) = number_of(name) else {
            findings.push(Finding::new(path, "is not named 0001-title.md: give it the next free number"));
            continue;
        };
        if number != expected {
            findings.push(Finding::new(
                path,
                format!("is number {number}, and {expected} comes next: each number stands once"),
            ));
        }
        expected = number + 1;
        if !text.starts_with(&format!("# {number}. ")) {
            findings.push(Finding::at(path, 0, format!("start the page with `# {number}. Title`")));
        }
        for part in PARTS.iter().filter(|part| !text.lines().any(|line| line == **part)) {
            findings.push(Finding::new(path, format!("lacks the part `{part}`")));
        }
        if !index.contains(&format!("]({name})")) {
            findings.push(Finding::new(path, format!("is not linked from {INDEX}")));
        }
    }
    findings
}

/// The number of `0012-some-title.md`.
fn number_of(name: &str) -> Option<u32> {
    let (number, title) = name.strip_suffix(".md")?.split_once('-')?;
    let is_title =
        !title.is_empty() && title.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    (number.len() == 4 && is_title).then(|| number.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::numbered_and_linked;
    use crate::tidy::check;

    const INDEX: (&str, &str) = ("docs/decisions/README.md", "- [One](0001-one.md)\n- [Two](0002-two.md)\n");
    const ONE: (&str, &str) =
        ("docs/decisions/0001-one.md", "# 1. One\n\n## Context\n\n## Decision\n\n## Consequences\n");

    #[test]
    fn a_page_in_order_passes() {
        check(numbered_and_linked, &[INDEX, ONE], &[]);
    }

    #[test]
    fn a_page_without_number_is_found() {
        check(numbered_and_linked, &[INDEX, ("docs/decisions/one.md", ONE.1)], &["docs/decisions/one.md"]);
    }

    #[test]
    fn a_gap_and_a_number_used_twice_are_found() {
        let two = ("docs/decisions/0002-two.md", "# 2. Two\n## Context\n## Decision\n## Consequences\n");
        check(numbered_and_linked, &[INDEX, two], &["docs/decisions/0002-two.md"]);
        let again = ("docs/decisions/0001-again.md", ONE.1);
        let index = ("docs/decisions/README.md", "[a](0001-again.md) [b](0001-one.md)");
        check(numbered_and_linked, &[index, again, ONE], &["docs/decisions/0001-one.md"]);
    }

    #[test]
    fn a_missing_title_part_link_or_index_is_found() {
        let page = |text| ("docs/decisions/0001-one.md", text);
        check(
            numbered_and_linked,
            &[INDEX, page("# One\n## Context\n## Decision\n## Consequences\n")],
            &["docs/decisions/0001-one.md:1"],
        );
        check(
            numbered_and_linked,
            &[INDEX, page("# 1. One\n## Context\n## Decision\n")],
            &["docs/decisions/0001-one.md"],
        );
        check(
            numbered_and_linked,
            &[("docs/decisions/README.md", "nothing"), ONE],
            &["docs/decisions/0001-one.md"],
        );
        check(numbered_and_linked, &[], &["docs/decisions/README.md"]);
    }
}
