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

fn wrong_with(source: &str, headings: &BTreeMap<String, String>, page: &str) -> Vec<String> {
    let named = sections(source);
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
    let missing = named.into_iter().filter(|section| !headings.contains_key(section));
    missing.map(|section| format!("{page} has no section {section}")).collect()
}

/// The numbered headings of a page: `### 4.1 Auth` is section `4.1`.
fn headings(page: &str) -> BTreeMap<String, String> {
    let titles = page
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .map(|line| line.trim_start_matches('#').trim());
    let numbered = titles.filter_map(|title| {
        let (number, title) = title.split_once(' ')?;
        let number = number.trim_end_matches('.');
        is_number(number).then(|| (number.to_owned(), title.to_owned()))
    });
    numbered.collect()
}

/// The numbers after the words `section` and `sections`, as far as the list goes.
fn sections(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_list = false;
    for word in source.split([' ', ',', ';', '(', ')']).filter(|word| !word.is_empty()) {
        let number = word.trim_end_matches(['.', ':']);
        if matches!(word.to_lowercase().as_str(), "section" | "sections") {
            in_list = true;
        } else if in_list && is_number(number) {
            found.push(number.to_owned());
        } else {
            in_list &= word == "and";
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
        found.push((number, words.join(" ").trim_matches(['"', '\'']).to_owned()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{headings_exist, sections};
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
    fn only_numbers_after_the_word_are_sections() {
        assert_eq!(sections("2021 page, section 4.1 \"title 9\", 8"), ["4.1"]);
        assert_eq!(sections("Sections 1, 2.3 and 4; trap T9"), ["1", "2.3", "4"]);
    }
}
