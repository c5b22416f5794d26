//! Answers as text for people: a table of a list, indented members of everything else.
//!
//! Knows nothing of single operations: it follows the shape of the JSON. Secrets are hidden by the name of their member.

use std::fmt::Write as _;

use crate::ordered_json::Node;

/// Members whose values are secrets or card data in some operation of some API.
const SECRET_MEMBERS: &[&str] = &[
    "token",
    "ssoToken",
    "accessToken",
    "clientToken",
    "access_token",
    "link_token",
    "public_token",
    "password",
    "secret",
    "apiKey",
    "cardNumber",
    "cardCode",
    "answer",
];

/// What stands in place of a hidden secret.
const HIDDEN: &str = "[hidden: use --show-secrets or --json]";
/// Members that tell an element from the others, the most telling one first.
const TELLING: &[&str] =
    &["_id", "id", "name", "type", "status", "balance", "amount", "dueDate", "due_date", "payDate", "paidOn"];
/// Members that tell nothing but the place of a page in its list.
const ABOUT_THE_PAGE: &[&str] =
    &["success", "has_more", "next_cursor", "total", "page", "limit", "resultCount"];
/// Fewer columns than this are no table.
const FEWEST_COLUMNS: usize = 2;

/// Whether secrets are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// Replaced by a remark.
    Hidden,
    /// Printed as they are.
    Shown,
}

/// An answer as text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    /// Ends with a line break.
    pub(crate) text: String,
    /// The columns of a table that did not fit.
    pub(crate) left_out: Vec<String>,
}

/// `answer` as text; a table is at most `width` characters wide.
pub(crate) fn text(answer: &Node, secrets: Secrets, width: usize) -> Rendered {
    let renderer = Renderer { secrets, width };
    let mut rendered = match answer {
        Node::Object(members) => renderer.answer(members),
        Node::List(elements) => renderer.list(elements),
        single => Rendered { text: format!("{}\n", plain(single)), left_out: Vec::new() },
    };
    if rendered.text.is_empty() {
        rendered.text.push_str("(nothing)\n");
    }
    rendered
}

#[derive(Clone, Copy)]
struct Renderer {
    secrets: Secrets,
    width: usize,
}

/// The cells of one row of a table, with the names of their columns.
type Row = Vec<(String, String)>;

impl Renderer {
    /// An object. A page is printed as the list it is.
    fn answer(self, members: &[(String, Node)]) -> Rendered {
        let mut text = String::new();
        let mut list = None;
        let page = list_of_page(members);
        for (name, value) in members {
            match value {
                Node::List(elements) if page == Some(name) => list = Some(self.list(elements)),
                value => self.member(name, value, 0, &mut text),
            }
        }
        let Some(list) = list else { return Rendered { text, left_out: Vec::new() } };
        Rendered { text: text + &list.text, left_out: list.left_out }
    }

    fn list(self, elements: &[Node]) -> Rendered {
        if elements.is_empty() {
            return Rendered { text: "(none)\n".to_owned(), left_out: Vec::new() };
        }
        self.table(elements).unwrap_or_else(|| {
            let blocks: Vec<String> = elements.iter().map(|element| self.block(element)).collect();
            Rendered { text: blocks.join("\n"), left_out: Vec::new() }
        })
    }

    /// A table of the elements, with the first columns that fit; `None` if there are no two of them.
    fn table(self, elements: &[Node]) -> Option<Rendered> {
        let rows: Vec<Row> = elements.iter().map(|element| self.row(element)).collect::<Option<_>>()?;
        let mut columns: Vec<&str> = Vec::new();
        for (name, _) in rows.iter().flatten() {
            if !columns.contains(&name.as_str()) {
                columns.push(name);
            }
        }
        columns.sort_by_key(|name| importance(name));
        let columns: Vec<Vec<String>> = columns.iter().map(|name| column(name, &rows)).collect();
        let (text, shown) = aligned(&columns, self.width);
        if shown < FEWEST_COLUMNS && shown < columns.len() {
            return None;
        }
        let left_out = columns.iter().skip(shown).filter_map(|column| column.first().cloned()).collect();
        Some(Rendered { text, left_out })
    }

    fn row(self, element: &Node) -> Option<Row> {
        let Node::Object(members) = element else { return None };
        let mut row = Vec::new();
        self.cells("", members, &mut row);
        Some(row)
    }

    /// The members without members of their own, at any depth, with dotted names.
    fn cells(self, prefix: &str, members: &[(String, Node)], row: &mut Row) {
        for (name, value) in members {
            let path = if prefix.is_empty() { visible(name) } else { format!("{prefix}.{}", visible(name)) };
            match value {
                Node::Object(inner) => self.cells(&path, inner, row),
                Node::List(elements) if elements.iter().any(Node::is_object) => {
                    row.push((path, format!("{} of them", elements.len())));
                }
                single => row.push((path, self.value(name, single))),
            }
        }
    }

    fn block(self, element: &Node) -> String {
        let mut text = String::new();
        match element {
            Node::Object(members) => self.members(members, 0, &mut text),
            single => text = format!("{}\n", plain(single)),
        }
        text
    }

    fn members(self, members: &[(String, Node)], depth: usize, text: &mut String) {
        for (name, value) in members {
            self.member(name, value, depth, text);
        }
    }

    fn member(self, name: &str, value: &Node, depth: usize, text: &mut String) {
        let indent = "  ".repeat(depth);
        match value {
            Node::Object(inner) if !inner.is_empty() => {
                let _ = writeln!(text, "{indent}{}:", visible(name));
                self.members(inner, depth + 1, text);
            }
            Node::List(elements) if elements.iter().any(Node::is_object) => {
                let _ = writeln!(text, "{indent}{}:", visible(name));
                for element in elements {
                    self.element(element, depth + 1, text);
                }
            }
            single => {
                let _ = writeln!(text, "{indent}{}: {}", visible(name), self.value(name, single));
            }
        }
    }

    /// An element of an inner list: its first line starts with a dash.
    fn element(self, element: &Node, depth: usize, text: &mut String) {
        let indent = "  ".repeat(depth);
        for (index, line) in self.block(element).lines().enumerate() {
            let mark = if index == 0 { "- " } else { "  " };
            let _ = writeln!(text, "{indent}{mark}{line}");
        }
    }

    fn value(self, name: &str, value: &Node) -> String {
        if self.secrets == Secrets::Hidden && SECRET_MEMBERS.contains(&name) && *value != Node::Null {
            return HIDDEN.to_owned();
        }
        plain(value)
    }
}

/// The name of the list in an answer that is a page: `data`, or the one member that does not tell about the page.
fn list_of_page(members: &[(String, Node)]) -> Option<&str> {
    let mut others = members.iter().filter(|(name, _)| !ABOUT_THE_PAGE.contains(&name.as_str()));
    let only = others.next().filter(|_| others.next().is_none());
    let data = members.iter().find(|(name, _)| name == "data");
    data.or(only).map(|(name, _)| name.as_str())
}

/// Sorts columns: those near the top first, and of these the telling ones. An object that is nothing but a `type`, as every
/// status is, counts as the member it belongs to.
fn importance(name: &str) -> (usize, usize) {
    let name = name.strip_suffix(".type").unwrap_or(name);
    let last = name.rsplit('.').next().unwrap_or(name);
    let telling = TELLING.iter().position(|member| *member == last).unwrap_or(TELLING.len());
    (name.matches('.').count(), telling)
}

/// The cells of the column `name`, its head first.
fn column(name: &str, rows: &[Row]) -> Vec<String> {
    let cell = |row: &Row| {
        row.iter().find(|(column, _)| column == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    std::iter::once(name.to_owned()).chain(rows.iter().map(cell)).collect()
}

/// A value without members worth a line of their own, on one line.
fn plain(value: &Node) -> String {
    match value {
        Node::Text(text) => visible(text),
        Node::Literal(text) => text.clone(),
        Node::Null => "-".to_owned(),
        Node::List(elements) if elements.is_empty() => "(none)".to_owned(),
        Node::List(elements) => elements.iter().map(plain).collect::<Vec<_>>().join(", "),
        Node::Object(members) => {
            let pairs: Vec<String> =
                members.iter().map(|(name, value)| format!("{}: {}", visible(name), plain(value))).collect();
            pairs.join(", ")
        }
    }
}

/// Text of the service with everything escaped that could steer a terminal or reorder what is read.
fn visible(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, character| {
        if character.is_control() || is_direction_control(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
        shown
    })
}

/// Characters that reorder or hide the text around them on a terminal.
const fn is_direction_control(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The first columns that fit into `width`, two spaces apart, and how many they are.
fn aligned(columns: &[Vec<String>], width: usize) -> (String, usize) {
    let mut lines: Vec<String> = vec![String::new(); columns.first().map_or(0, Vec::len)];
    let mut used = 0;
    let mut shown = 0;
    for column in columns {
        let gap = if shown == 0 { 0 } else { 2 };
        let column_width = column.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
        if used + gap + column_width > width {
            break;
        }
        for (line, cell) in lines.iter_mut().zip(column) {
            let _ = write!(line, "{:gap$}{cell:<column_width$}", "");
        }
        used += gap + column_width;
        shown += 1;
    }
    let text = lines.iter().fold(String::new(), |text, line| text + line.trim_end() + "\n");
    (text, shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(json: &str, secrets: Secrets) -> Rendered {
        text(&serde_json::from_str(json).expect("JSON"), secrets, 40)
    }

    #[track_caller]
    fn check(json: &str, expected: &str) {
        assert_eq!(render(json, Secrets::Hidden).text, expected);
    }

    #[test]
    fn a_list_is_a_table() {
        check(
            r#"{"data": [{"_id": "a", "status": {"type": "verified"}}, {"_id": "bb", "balance": "1.00"}]}"#,
            "_id  status.type  balance\na    verified\nbb                1.00\n",
        );
        check(r#"{"resultCount": 0, "data": []}"#, "resultCount: 0\n(none)\n");
        check(r#"{"data": [{"z": 1, "payments": [{"a": 1}, {"a": 2}]}]}"#, "z  payments\n1  2 of them\n");
    }

    #[test]
    fn a_page_is_the_list_in_it_by_whatever_name() {
        check(
            r#"{"bills": [{"id": "a", "amount": 1}], "has_more": false, "next_cursor": null}"#,
            "has_more: false\nnext_cursor: -\nid  amount\na   1\n",
        );
        check(r#"{"accounts": []}"#, "(none)\n");
        // One thing with lists in it is no page.
        check(r#"{"bill": {"id": "a"}, "payments": [{"a": 1}]}"#, "bill:\n  id: a\npayments:\n  - a: 1\n");
    }

    #[test]
    fn every_secret_of_an_answer_is_hidden() {
        for operation in crate::api::all().iter().flat_map(|entry| entry.operations) {
            for secret in operation.answer_secrets {
                assert!(SECRET_MEMBERS.contains(secret), "{}: {secret}", operation.name());
            }
        }
    }

    #[test]
    fn the_telling_columns_near_the_top_come_first() {
        check(
            r#"{"data": [{"bill": {"auth": {"_id": "x"}, "_id": "a", "label": "l", "balance": "1.00", "status": {"type": "paid"}}}]}"#,
            "bill._id  bill.status.type  bill.balance\na         paid              1.00\n",
        );
    }

    #[test]
    fn columns_that_do_not_fit_are_named() {
        let rendered = render(
            r#"{"data": [{"_id": "123456789012345678901234", "name": "n", "url": "https://example.com/long/way", "x": 1}]}"#,
            Secrets::Hidden,
        );
        assert_eq!(rendered.text, "_id                       name\n123456789012345678901234  n\n");
        assert_eq!(rendered.left_out, ["url", "x"]);
    }

    #[test]
    fn a_list_that_is_no_table_is_a_block_for_each_element() {
        let long = "x".repeat(39);
        check(
            &format!(r#"{{"data": [{{"a": "{long}", "b": "2"}}, {{"a": "1", "b": {{"c": true}}}}]}}"#),
            &format!("a: {long}\nb: 2\n\na: 1\nb:\n  c: true\n"),
        );
        check(r#"["a", "b"]"#, "a\n\nb\n");
    }

    #[test]
    fn members_keep_their_order_and_inner_lists_are_indented() {
        check(
            r#"{"name": "n", "_id": null, "tags": ["a", "b"], "payments": [{"amount": "1.00", "date": "d"}], "big": 1.5}"#,
            "name: n\n_id: -\ntags: a, b\npayments:\n  - amount: 1.00\n    date: d\nbig: 1.5\n",
        );
        check("{}", "(nothing)\n");
        check("true", "true\n");
    }

    #[test]
    fn secrets_are_hidden_until_asked_for() {
        let answer = r#"{"token": "566595c8ce88"}"#;
        assert!(!render(answer, Secrets::Hidden).text.contains("566595c8ce88"));
        assert_eq!(render(answer, Secrets::Shown).text, "token: 566595c8ce88\n");
    }

    #[test]
    fn the_service_cannot_steer_the_terminal() {
        check(r#"{"name": "a\u001b[2Jb\nc\u202e"}"#, "name: a\\u{1b}[2Jb\\u{a}c\\u{202e}\n");
    }
}
