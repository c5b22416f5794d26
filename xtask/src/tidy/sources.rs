//! Every `x-source` of a description names a section that is in our pages of the documents, or says why it is inferred.

use std::collections::BTreeMap;

use super::{Finding, Tree};

/// Which page the sections of an API's description are in.
const PAGES: &[(&str, &str)] = &[
    ("apis/q2/", "docs/specification/q2-biller-direct.md"),
    ("apis/unbill/", "docs/specification/unbill-v1.md"),
    ("apis/billerapi/", "docs/specification/billerapi.md"),
];

/// `section 4.4.7` or `sections 4.4.7 and 12.5` exists; `inferred` comes with a reason.
pub(super) fn headings_exist(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (folder, page) in PAGES {
        let headings = headings(tree.text(page).unwrap_or_default());
        for (path, text) in tree.with_extension("yaml").filter(|(path, _)| path.starts_with(folder)) {
            for (number, source) in sources(text) {
                for message in wrong_with(&source, &headings, page) {
                    findings.push(Finding::at(path, number, message));
                }
            }
        }
    }
    findings
}

/// One section that a source names.
#[derive(Debug, PartialEq, Eq)]
struct Reference<'source> {
    number: &'source str,
    title: Option<&'source str>,
}

fn wrong_with(source: &str, headings: &BTreeMap<String, String>, page: &str) -> Vec<String> {
    let named = references(source);
    if named.is_empty() {
        let reason = source.strip_prefix("inferred").map(|reason| reason.trim_start_matches([':', ',', ' ']));
        let explained = reason.is_some_and(|reason| reason.len() >= 10);
        let message = || {
            format!(
                "`{source}` names no section of {page}: write `section 4.4.7`, or `inferred:` and the reason"
            )
        };
        return if explained { Vec::new() } else { vec![message()] };
    }
    let wrong =
        named.into_iter().filter_map(|Reference { number, title }| match (headings.get(number), title) {
            (None, _) => Some(format!("{page} has no section {number}")),
            (Some(heading), Some(title)) if heading != title => {
                Some(format!("section {number} of {page} is called \"{heading}\""))
            }
            _ => None,
        });
    wrong.collect()
}

/// The numbered headings of a page, without code marks: `### 4.1 Auth` is section `4.1`, called `Auth`.
pub(super) fn headings(page: &str) -> BTreeMap<String, String> {
    let titles = page
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .map(|line| line.trim_start_matches('#').trim());
    let numbered = titles.filter_map(|title| {
        let (number, title) = title.split_once(' ')?;
        let number = number.trim_end_matches('.');
        is_number(number).then(|| (number.to_owned(), title.replace('`', "")))
    });
    numbered.collect()
}

/// What a source names: `section 4.4.7 "Title"`, `sections 4.4.7, 5.1 and 12.5`.
fn references(source: &str) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    for part in source.split("ection").skip(1) {
        let mut rest = part.trim_start_matches('s').trim_start();
        loop {
            let end =
                rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
            let number = rest[..end].trim_end_matches('.');
            if !is_number(number) {
                break;
            }
            rest = rest[end..].trim_start();
            let quoted = rest.strip_prefix('"').and_then(|text| text.split_once('"'));
            rest = quoted.map_or(rest, |(_, after)| after);
            found.push(Reference { number, title: quoted.map(|(title, _)| title) });
            rest = rest.trim_start_matches([',', ' ']);
            rest = rest.strip_prefix("and ").unwrap_or(rest).trim_start();
        }
    }
    found
}

fn is_number(word: &str) -> bool {
    word.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Each `x-source` with its line; a value folded over several lines is joined.
fn sources(text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        // Also inside a flow mapping: `{ type: string, x-source: "…" }`.
        let Some((_, value)) = line.split_once("x-source:") else { continue };
        let indent = |line: &str| line.len() - line.trim_start().len();
        let value = value.trim();
        let folded = value.starts_with(['>', '|']);
        let more = lines
            .iter()
            .skip(number + 1)
            .take_while(|next| folded && (next.trim().is_empty() || indent(next) > indent(line)));
        let first = if folded { "" } else { value };
        let words: Vec<&str> =
            std::iter::once(first).chain(more.copied()).flat_map(str::split_whitespace).collect();
        found.push((number, unquoted(&words.join(" "))));
    }
    found
}

/// A value of YAML without its quotes; what follows the closing quote belongs to the mapping around it.
fn unquoted(value: &str) -> String {
    match value.chars().next() {
        Some('\'') => {
            let text = value.replace("''", "\u{0}");
            let text = text.trim_start_matches('\'');
            text.split('\'').next().unwrap_or_default().replace('\u{0}', "'")
        }
        Some('"') => value.trim_matches(['"', ' ', '}']).replace("\\\"", "\""),
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Reference, headings_exist, references, unquoted};
    use crate::tidy::check;

    const PAGE: (&str, &str) = (
        "docs/specification/q2-biller-direct.md",
        "# Q2\n## 4. Endpoints\n### 4.1 Auth\n#### 4.1.1 `POST /auth`\n",
    );

    fn check_source(source: &str, expected: &[&str]) {
        let description = format!("paths:\n  /auth:\n    x-source: {source}\n    summary: A\n");
        check(headings_exist, &[PAGE, ("apis/q2/openapi.yaml", &description)], expected);
    }

    #[test]
    fn sections_that_exist_pass() {
        check_source("\"Q2 Biller Direct description, section 4.1.1\"", &[]);
        check_source("Q2 Biller Direct description, sections 4.1, 4.1.1 and 4", &[]);
        check_source(">-\n      Q2 Biller Direct description,\n      section 4.1", &[]);
    }

    #[test]
    fn a_section_that_does_not_exist_is_found() {
        check_source("\"Q2 Biller Direct description, section 4.1.2\"", &["apis/q2/openapi.yaml:3"]);
        check_source("{ type: string, x-source: \"section 9\" }", &["apis/q2/openapi.yaml:3"]);
        check_source(">-\n      Q2 Biller Direct description,\n      section 7", &["apis/q2/openapi.yaml:3"]);
    }

    #[test]
    fn a_source_without_section_needs_a_reason() {
        check_source("\"inferred: no document says what the body looks like\"", &[]);
        check_source("inferred", &["apis/q2/openapi.yaml:3"]);
        check_source("\"Q2 Biller Direct description\"", &["apis/q2/openapi.yaml:3"]);
    }

    #[test]
    fn a_title_must_be_that_of_the_section() {
        check_source("'Q2 Biller Direct description, section 4.1.1 \"POST /auth\"'", &[]);
        check_source("Q2 Biller Direct description, section 4.1 \"Auth\"", &[]);
        check_source("Q2 Biller Direct description, section 4.1 \"Bill\"", &["apis/q2/openapi.yaml:3"]);
    }

    #[test]
    fn only_numbers_after_the_word_are_sections() {
        let numbers = |source| {
            references(source).iter().map(|reference| reference.number).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(numbers("2021 page, section 4.1 \"title 9\" (8)"), "4.1");
        assert_eq!(numbers("Sections 1, 2.3 and 4; trap T9"), "1 2.3 4");
        assert_eq!(references("section 4.1 \"A b\""), [Reference { number: "4.1", title: Some("A b") }]);
    }

    #[test]
    fn quotes_of_yaml_are_taken_off() {
        assert_eq!(unquoted("'a client''s bills'"), "a client's bills");
        assert_eq!(unquoted("\"section 9\" }"), "section 9");
    }
}
