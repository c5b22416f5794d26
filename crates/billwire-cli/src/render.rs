//! Answers as text for people: a table where one fits, indented members otherwise.
//!
//! Knows nothing of single operations: it follows the shape of the JSON. Secrets are hidden by the name of their member.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Members whose values are secrets or card data in some operation of some API.
const SECRET_MEMBERS: &[&str] = &[
    "token",
    "ssoToken",
    "accessToken",
    "clientToken",
    "password",
    "secret",
    "apiKey",
    "cardNumber",
    "cardCode",
    "accountNumber",
    "routingNumber",
    "answer",
];

/// What stands in place of a hidden secret.
const HIDDEN: &str = "[hidden: use --show-secrets or --json]";

/// Whether secrets are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// Replaced by a remark.
    Hidden,
    /// Printed as they are.
    Shown,
}

/// `value` as text that ends with a line break, at most `width` characters wide if it is a table.
pub(crate) fn text(value: &Value, secrets: Secrets, width: usize) -> String {
    let renderer = Renderer { secrets, width };
    let mut text = match value {
        Value::Object(members) => renderer.answer(members),
        Value::Array(elements) => renderer.list(elements),
        single => format!("{}\n", plain(single)),
    };
    if text.is_empty() {
        text.push_str("(nothing)\n");
    }
    text
}

#[derive(Clone, Copy)]
struct Renderer {
    secrets: Secrets,
    width: usize,
}

impl Renderer {
    /// An object. A list wrapped in `data`, as the APIs send it, is printed as the list it is.
    fn answer(self, members: &Map<String, Value>) -> String {
        match members.get("data") {
            Some(Value::Array(elements)) => {
                let mut text = String::new();
                for (name, value) in members.iter().filter(|(name, _)| *name != "data") {
                    self.member(name, value, 0, &mut text);
                }
                text.push_str(&self.list(elements));
                text
            }
            _ => {
                let mut text = String::new();
                self.members(members, 0, &mut text);
                text
            }
        }
    }

    fn list(self, elements: &[Value]) -> String {
        if elements.is_empty() {
            return "(none)\n".to_owned();
        }
        if let Some(table) = self.table(elements) {
            return table;
        }
        let blocks: Vec<String> = elements
            .iter()
            .map(|element| {
                let mut text = String::new();
                match element {
                    Value::Object(members) => self.members(members, 0, &mut text),
                    single => {
                        let _ = writeln!(text, "{}", plain(single));
                    }
                }
                text
            })
            .collect();
        blocks.join("\n")
    }

    /// A table of the elements, if all are objects and every row fits.
    fn table(self, elements: &[Value]) -> Option<String> {
        let rows: Vec<Vec<(String, String)>> = elements
            .iter()
            .map(|element| {
                let mut cells = Vec::new();
                self.leaves("", element.as_object()?, &mut cells);
                Some(cells)
            })
            .collect::<Option<_>>()?;
        let mut columns: Vec<&str> = Vec::new();
        for (name, _) in rows.iter().flatten() {
            if !columns.contains(&name.as_str()) {
                columns.push(name);
            }
        }
        let cell = |row: &[(String, String)], column: &str| {
            row.iter().find(|(name, _)| name == column).map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let mut lines = vec![columns.iter().map(|column| (*column).to_owned()).collect::<Vec<_>>()];
        lines.extend(rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()));
        aligned(&lines, self.width)
    }

    /// The scalar members at any depth, with dotted names.
    fn leaves(self, prefix: &str, members: &Map<String, Value>, cells: &mut Vec<(String, String)>) {
        for (name, value) in members {
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            match value {
                Value::Object(inner) => self.leaves(&path, inner, cells),
                single => cells.push((path, self.scalar(name, single))),
            }
        }
    }

    fn members(self, members: &Map<String, Value>, depth: usize, text: &mut String) {
        for (name, value) in members {
            self.member(name, value, depth, text);
        }
    }

    fn member(self, name: &str, value: &Value, depth: usize, text: &mut String) {
        let indent = "  ".repeat(depth);
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                let _ = writeln!(text, "{indent}{}:", visible(name));
                self.members(inner, depth + 1, text);
            }
            Value::Array(elements) if elements.iter().any(Value::is_object) => {
                let _ = writeln!(text, "{indent}{}:", visible(name));
                for element in elements {
                    self.element(element, depth + 1, text);
                }
            }
            single => {
                let _ = writeln!(text, "{indent}{}: {}", visible(name), self.scalar(name, single));
            }
        }
    }

    /// An element of an inner list: its first line starts with a dash.
    fn element(self, element: &Value, depth: usize, text: &mut String) {
        let mut block = String::new();
        match element {
            Value::Object(members) => self.members(members, 0, &mut block),
            single => block.push_str(&plain(single)),
        }
        let indent = "  ".repeat(depth);
        for (index, line) in block.lines().enumerate() {
            let mark = if index == 0 { "- " } else { "  " };
            let _ = writeln!(text, "{indent}{mark}{line}");
        }
    }

    fn scalar(self, name: &str, value: &Value) -> String {
        if self.secrets == Secrets::Hidden && SECRET_MEMBERS.contains(&name) && !value.is_null() {
            return HIDDEN.to_owned();
        }
        plain(value)
    }
}

/// A value without structure worth showing, on one line.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => visible(text),
        Value::Null => "-".to_owned(),
        Value::Array(elements) => elements.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(members) if members.is_empty() => "-".to_owned(),
        other => visible(&other.to_string()),
    }
}

/// Text of the service with everything escaped that could steer a terminal or reorder what is read.
fn visible(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, character| {
        if character.is_control() || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
        shown
    })
}

/// Lines of cells in columns, two spaces apart; `None` if a line is wider than `width`.
pub(crate) fn aligned(lines: &[Vec<String>], width: usize) -> Option<String> {
    let columns = lines.iter().map(Vec::len).max()?;
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            lines
                .iter()
                .filter_map(|line| line.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    if widths.iter().sum::<usize>() + 2 * columns.saturating_sub(1) > width {
        return None;
    }
    let mut text = String::new();
    for line in lines {
        let cells: Vec<String> =
            line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(value: &Value, expected: &str) {
        assert_eq!(text(value, Secrets::Hidden, 60), expected);
    }

    #[test]
    fn a_list_that_fits_is_a_table() {
        check(
            &json!({"data": [{"_id": "a", "status": {"type": "verified"}}, {"_id": "bb", "balance": "1.00"}]}),
            "_id  status.type  balance\na    verified\nbb                1.00\n",
        );
        check(&json!({"resultCount": 0, "data": []}), "resultCount: 0\n(none)\n");
    }

    #[test]
    fn a_list_that_does_not_fit_is_a_block_for_each_element() {
        let long = "x".repeat(40);
        check(
            &json!({"data": [{"a": long, "b": long}, {"a": "1", "b": {"c": true}}]}),
            &format!("a: {long}\nb: {long}\n\na: 1\nb:\n  c: true\n"),
        );
    }

    #[test]
    fn inner_lists_are_indented() {
        check(
            &json!({"name": "n", "tags": ["a", "b"], "payments": [{"amount": "1.00", "date": "d"}]}),
            "name: n\ntags: a, b\npayments:\n  - amount: 1.00\n    date: d\n",
        );
        check(&json!({}), "(nothing)\n");
    }

    #[test]
    fn secrets_are_hidden_until_asked_for() {
        let answer = json!({"token": "566595c8ce88"});
        assert!(!text(&answer, Secrets::Hidden, 80).contains("566595c8ce88"));
        assert_eq!(text(&answer, Secrets::Shown, 80), "token: 566595c8ce88\n");
    }

    #[test]
    fn the_service_cannot_steer_the_terminal() {
        check(&json!({"name": "a\u{1b}[2Jb\nc\u{202e}"}), "name: a\\u{1b}[2Jb\\u{a}c\\u{202e}\n");
    }
}
