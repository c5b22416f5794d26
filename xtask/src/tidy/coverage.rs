//! Every fact of an API has a test: `apis/<api>/coverage.toml` says which, and this rule holds the list against the tree.
//!
//! The list must name exactly the operations, events and enumeration values of the description, and what the specification
//! page itself lists: traps, decided contradictions, test vectors, rows of a table. Each entry names a section that exists
//! and tests that exist; where the page has a number for it, the test names the number. So a new operation, status or trap
//! cannot come without a test, and a test cannot be renamed away. Only a contradiction, and a trap that is a slip of the pen,
//! may say why there is nothing to test.

mod described;
mod list;
mod page;
mod tests_of;

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Tree, sources};
use list::List;

/// Both directions, for every API that has a description.
pub(super) fn complete(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for api in tree.apis() {
        let path = format!("apis/{api}/coverage.toml");
        let Some(text) = tree.text(&path) else {
            findings.push(Finding::new(
                path,
                "is missing: it names the tests of every operation, event and value",
            ));
            continue;
        };
        match List::read(text) {
            Ok(list) => Judge { tree, path: &path, list: &list, findings: &mut findings }.all(api),
            Err(error) => findings.push(Finding::new(path, error)),
        }
    }
    findings
}

/// One list under examination.
struct Judge<'a> {
    tree: &'a Tree,
    path: &'a str,
    list: &'a List,
    findings: &'a mut Vec<Finding>,
}

impl Judge<'_> {
    fn all(&mut self, api: &str) {
        let page = self.tree.text(&self.list.page).unwrap_or_default();
        if page.is_empty() {
            self.complain(format!("`page` names {}, which is not in the project", self.list.page));
        }
        self.entries(page);
        let description = self.tree.text(&format!("apis/{api}/openapi.yaml")).unwrap_or_default();
        self.against_the_description(description);
        self.against_the_page(page);
        self.counts(page);
    }

    /// Sections and tests of every entry.
    fn entries(&mut self, page: &str) {
        let headings = sources::headings(page);
        let mut known = BTreeMap::new();
        for (group, name, entry) in self.list.entries() {
            if !headings.contains_key(&entry.section) {
                self.complain(format!("{group}.{name}: {} has no section {}", self.list.page, entry.section));
            }
            if ["contradictions", "traps"].contains(&group.as_str())
                && entry.tests.iter().any(|test| is_reason(test))
            {
                continue;
            }
            if entry.tests.is_empty() {
                self.complain(format!("{group}.{name} has no test: write one that fails when it is broken"));
            }
            let listed = self.list.listed.get(&group);
            let mark = listed.and_then(|listed| listed.named.as_deref()).map(|word| (word, name.as_str()));
            for test in &entry.tests {
                if let Some(message) = wrong_with(self.tree, &mut known, test, mark) {
                    self.complain(format!("{group}.{name}: {message}"));
                }
            }
        }
    }

    fn against_the_description(&mut self, description: &str) {
        let described = match described::facts(description) {
            Ok(described) => described,
            // The generator says where and why.
            Err(message) => return self.complain(message),
        };
        self.compare("operations", &names(&self.list.operations), &described.operations, "the description");
        self.compare("events", &names(&self.list.events), &described.events, "the description");
        let enums: BTreeSet<String> = described.values.keys().cloned().collect();
        self.compare("values", &names(&self.list.values), &enums, "the description");
        for (name, values) in &self.list.values {
            if let Some(described) = described.values.get(name) {
                self.compare(&format!("values.{name}"), &names(&values.values), described, "the description");
            }
        }
    }

    /// What the page itself lists.
    fn against_the_page(&mut self, page: &str) {
        for (group, listed) in &self.list.listed {
            let there = listed.names(page);
            if there.is_empty() {
                self.complain(format!("listed.{group}: section {} lists nothing so", listed.section));
            }
            match self.list.names_of(group) {
                Some(names) => self.compare(group, &names, &there, "the page"),
                None => self.complain(format!("listed.{group}: there is no such group")),
            }
        }
        for group in ["traps", "contradictions"] {
            let is_empty = self.list.names_of(group).is_none_or(|names| names.is_empty());
            if !is_empty && !self.list.listed.contains_key(group) {
                self.complain(format!("listed.{group} is missing: say where the page lists them"));
            }
        }
    }

    /// The page's own count of a group, quoted, is the number of entries.
    fn counts(&mut self, page: &str) {
        for (group, count) in &self.list.counts {
            let Some(entries) = self.list.names_of(group).map(|names| names.len()) else {
                self.complain(format!("counts.{group}: there is no such group"));
                continue;
            };
            if entries != count.number {
                self.complain(format!("{group} has {entries} entries, and the page counts {}", count.number));
            }
            if !page.lines().any(|line| line == count.quote) {
                self.complain(format!("counts.{group}: the page has no line `{}`", count.quote));
            }
        }
    }

    fn compare(&mut self, group: &str, listed: &BTreeSet<String>, there: &BTreeSet<String>, place: &str) {
        for name in there.difference(listed) {
            self.complain(format!("{group} lacks `{name}`, which {place} has"));
        }
        for name in listed.difference(there) {
            self.complain(format!("{group} has `{name}`, which {place} lacks"));
        }
    }

    fn complain(&mut self, message: String) {
        self.findings.push(Finding::new(self.path, message));
    }
}

/// `untested: ` and a reason that says something.
fn is_reason(text: &str) -> bool {
    text.strip_prefix("untested: ").is_some_and(|reason| reason.len() >= 20)
}

/// What is wrong with one named test: `billwire-core/tests/it/rules.rs::function`, below `crates/`.
fn wrong_with<'tree>(
    tree: &'tree Tree,
    known: &mut BTreeMap<String, BTreeMap<&'tree str, String>>,
    test: &str,
    mark: Option<(&str, &str)>,
) -> Option<String> {
    let Some((file, function)) = test.split_once("::") else {
        return Some(format!("`{test}` is not of the form CRATE/PATH.rs::FUNCTION"));
    };
    let path = format!("crates/{file}");
    let Some(text) = tree.text(&path) else { return Some(format!("there is no file {path}")) };
    let tests = known.entry(path).or_insert_with(|| tests_of::tests_of(text));
    let Some(documentation) = tests.get(function) else {
        return Some(format!("crates/{file} has no test `{function}`"));
    };
    let (word, name) = mark.filter(|(word, name)| !tests_of::names(function, documentation, word, name))?;
    Some(format!(
        "the test `{function}` in crates/{file} does not name its entry: `/// {word} {name}: …` above it"
    ))
}

fn names<T>(entries: &BTreeMap<String, T>) -> BTreeSet<String> {
    entries.keys().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::complete;
    use crate::tidy::Tree;

    const PAGE: &str = "# Q2\n## 3. Traps\n| # | what |\n| --- | --- |\n| T1 | a |\n## 4. Contradictions\n| id | what |\n|---|---|\n\
                        | C1 | b |\n## 15. Counts\n| endpoints | 1 |\n";
    const DESCRIPTION: &str = "paths:\n  /auth:\n    post:\n      operationId: createAuth\nwebhooks:\n  auth.success:\n    post: {}\n\
                               components:\n  schemas:\n    Schedule:\n      type: string\n      x-extensible-enum: [day-before]\n";
    const TEST: &str = "/// Trap T1: text for booleans.\n#[test]\nfn works() {}\n";
    const LIST: &str = "page = \"docs/specification/q2.md\"\n\
        [operations]\ncreateAuth = [\"3\", \"a/tests/it/b.rs::works\"]\n\
        [events]\n\"auth.success\" = [\"3\", \"a/tests/it/b.rs::works\"]\n\
        [values.Schedule]\nsection = \"3\"\nday-before = [\"a/tests/it/b.rs::works\"]\n\
        [traps]\nT1 = [\"3\", \"a/tests/it/b.rs::works\"]\n\
        [contradictions]\nC1 = [\"3\", \"a/tests/it/b.rs::works\"]\n\
        [rules.errors]\n400 = [\"3\", \"a/tests/it/b.rs::works\"]\n\
        [counts.operations]\nnumber = 1\nquote = \"| endpoints | 1 |\"\n\
        [listed.traps]\nsection = \"3\"\ncolumn = \"#\"\nnamed = \"Trap\"\n\
        [listed.contradictions]\nsection = \"4\"\ncolumn = \"id\"\n";

    /// What the rule says about a small tree in which one text is replaced by another.
    fn said(file: &str, from: &str, to: &str) -> Vec<String> {
        let mut files = [
            ("apis/q2/openapi.yaml", DESCRIPTION.to_owned()),
            ("apis/q2/coverage.toml", LIST.to_owned()),
            ("docs/specification/q2.md", PAGE.to_owned()),
            ("crates/a/tests/it/b.rs", TEST.to_owned()),
        ];
        for (path, text) in &mut files {
            if *path == file {
                assert!(text.contains(from), "{from}");
                *text = text.replace(from, to);
            }
        }
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        complete(&Tree::of(&files)).into_iter().map(|finding| finding.message).collect()
    }

    #[track_caller]
    fn check(file: &str, from: &str, to: &str, expected: &str) {
        let said = said(file, from, to);
        assert!(said.iter().any(|message| message.contains(expected)), "{said:#?}");
    }

    const LIST_FILE: &str = "apis/q2/coverage.toml";

    #[test]
    fn a_complete_list_passes() {
        assert_eq!(said("none", "", ""), Vec::<String>::new());
    }

    #[test]
    fn an_api_without_a_list_is_found() {
        let findings = complete(&Tree::of(&[("apis/q2/openapi.yaml", DESCRIPTION)]));
        assert_eq!(findings[0].place, LIST_FILE);
    }

    #[test]
    fn an_entry_without_a_test_is_found() {
        let entry = "createAuth = [\"3\", \"a/tests/it/b.rs::works\"]";
        check(LIST_FILE, entry, "createAuth = [\"3\"]", "operations.createAuth has no test");
        check(
            LIST_FILE,
            "day-before = [\"a/tests/it/b.rs::works\"]",
            "day-before = []",
            "values.Schedule.day-before has no test",
        );
    }

    #[test]
    fn only_a_trap_or_a_contradiction_may_have_a_reason_in_place_of_a_test() {
        let test = "\"a/tests/it/b.rs::works\"";
        let entry = format!("C1 = [\"3\", {test}]");
        assert!(
            said(LIST_FILE, &entry, "C1 = [\"3\", \"untested: it has no technical meaning\"]").is_empty()
        );
        check(LIST_FILE, &entry, "C1 = [\"3\", \"untested: why\"]", "is not of the form");
        let entry = format!("createAuth = [\"3\", {test}]");
        check(
            LIST_FILE,
            &entry,
            "createAuth = [\"3\", \"untested: it has no technical meaning\"]",
            "is not of the form",
        );
    }

    #[test]
    fn the_list_of_event_types_needs_no_entries_of_its_own() {
        let description = "apis/q2/openapi.yaml";
        let event_type =
            "    EventType:\n      type: string\n      x-extensible-enum: [auth.success]\n    Schedule:";
        assert!(said(description, "    Schedule:", event_type).is_empty());
    }

    #[test]
    fn a_test_that_does_not_exist_is_found() {
        let file = "crates/a/tests/it/b.rs";
        check(file, "fn works", "fn renamed", "has no test `works`");
        check(file, "#[test]\n", "", "has no test `works`");
        check(
            LIST_FILE,
            "a/tests/it/b.rs::works",
            "a/tests/it/gone.rs::works",
            "there is no file crates/a/tests/it/gone.rs",
        );
        check(LIST_FILE, "b.rs::works", "b.rs", "is not of the form");
    }

    #[test]
    fn a_test_that_does_not_name_its_trap_is_found() {
        check("crates/a/tests/it/b.rs", "Trap T1", "Trap T10", "does not name its entry: `/// Trap T1");
    }

    #[test]
    fn what_the_description_has_must_be_listed() {
        let description = "apis/q2/openapi.yaml";
        check(
            description,
            "createAuth",
            "listAuths",
            "operations lacks `listAuths`, which the description has",
        );
        check(description, "auth.success", "auth.hold", "events lacks `auth.hold`");
        check(
            description,
            "[day-before]",
            "[day-before, immediately]",
            "values.Schedule lacks `immediately`",
        );
        check(description, "    Schedule:", "    Autopay:", "values lacks `Autopay`");
        check(
            description,
            "x-extensible-enum: [day-before]",
            "enum: [monthly]",
            "values.Schedule lacks `monthly`",
        );
    }

    #[test]
    fn what_is_listed_must_be_in_the_description() {
        check(
            LIST_FILE,
            "createAuth =",
            "listAuths =",
            "operations has `listAuths`, which the description lacks",
        );
        check(LIST_FILE, "day-before =", "immediately =", "values.Schedule has `immediately`");
    }

    #[test]
    fn the_traps_and_contradictions_of_the_page_must_be_listed() {
        let page = "docs/specification/q2.md";
        check(page, "| T1 |", "| T1 | a |\n| T2 |", "traps lacks `T2`, which the page has");
        check(page, "| C1 |", "| C2 |", "contradictions has `C1`, which the page lacks");
    }

    #[test]
    fn where_the_page_lists_them_must_be_said_and_right() {
        check(LIST_FILE, "column = \"#\"", "column = \"no\"", "listed.traps: section 3 lists nothing so");
        check(
            LIST_FILE,
            "[listed.traps]",
            "[listed.\"rules.gone\"]",
            "listed.rules.gone: there is no such group",
        );
        check(LIST_FILE, "[listed.traps]", "[listed.\"rules.errors\"]", "listed.traps is missing");
    }

    #[test]
    fn a_section_that_does_not_exist_is_found() {
        check(
            LIST_FILE,
            "400 = [\"3\"",
            "400 = [\"5\"",
            "rules.errors.400: docs/specification/q2.md has no section 5",
        );
        check(LIST_FILE, "section = \"3\"", "section = \"9.9\"", "has no section 9.9");
        check(LIST_FILE, "q2.md", "gone.md", "which is not in the project");
    }

    #[test]
    fn a_count_must_be_quoted_from_the_page_and_fit() {
        check(LIST_FILE, "number = 1", "number = 2", "operations has 1 entries, and the page counts 2");
        check(LIST_FILE, "endpoints | 1", "endpoints | 2", "the page has no line");
        check(LIST_FILE, "counts.operations", "counts.operation", "there is no such group");
    }

    #[test]
    fn a_list_that_cannot_be_read_is_found() {
        check(LIST_FILE, "[operations]", "[operation]", "unknown field");
        check(LIST_FILE, "[\"3\", \"a/tests/it/b.rs::works\"]", "[]", "section");
    }
}
