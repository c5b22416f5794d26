//! Reads a YAML description into a tree that knows where every key and value stands.
//!
//! Works on the parser's events instead of a loaded document, because a loader drops what an author needs to be told:
//! the place of a key, and a key written twice. Anchors, aliases, tags and several documents are refused: a
//! description must mean the same to every tool that reads it.

use std::borrow::Cow;
use std::fmt::Write as _;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, SpannedEventReceiver};
use serde_json::Value as Json;

use super::problem::{Position, Problems};

/// A value of the description and where it starts.
#[derive(Clone, Debug)]
pub struct Node {
    pub position: Position,
    pub value: Value,
}

/// What a [`Node`] holds.
#[derive(Clone, Debug)]
pub enum Value {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// One member of a mapping.
#[derive(Clone, Debug)]
pub struct Entry {
    pub key: String,
    pub key_position: Position,
    pub node: Node,
}

impl Node {
    /// The members, if this is a mapping; nothing otherwise.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The elements, if this is a sequence; nothing otherwise.
    pub fn elements(&self) -> &[Node] {
        match &self.value {
            Value::Sequence(elements) => elements,
            _ => &[],
        }
    }

    /// The member named `key`, with the place of its key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The value of the member named `key`.
    pub fn member(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The text of the member named `key`, if it is text.
    pub fn text_of(&self, key: &str) -> Option<&str> {
        self.member(key).and_then(Node::text)
    }

    /// Whether the member named `key` is the boolean `true`.
    pub fn is_true(&self, key: &str) -> bool {
        self.member(key).is_some_and(|node| matches!(node.value, Value::Boolean(true)))
    }

    /// The text, if this is text.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether this is a mapping.
    pub fn is_mapping(&self) -> bool {
        matches!(self.value, Value::Mapping(_))
    }

    /// What this is, in the words of an error message.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Boolean(_) => "a boolean",
            Value::Integer(_) => "an integer",
            Value::Float(_) => "a number",
            Value::Text(_) => "a string",
            Value::Sequence(_) => "an array",
            Value::Mapping(_) => "an object",
        }
    }

    /// The same value as JSON text, indented by two spaces, members in the order of the text.
    pub fn to_json_text(&self) -> String {
        let mut text = String::new();
        self.print(&mut text, 0);
        text
    }

    fn print(&self, out: &mut String, depth: usize) {
        let indent = "  ".repeat(depth + 1);
        match &self.value {
            Value::Sequence(elements) if !elements.is_empty() => {
                out.push_str("[\n");
                for (index, element) in elements.iter().enumerate() {
                    out.push_str(&indent);
                    element.print(out, depth + 1);
                    out.push_str(if index + 1 < elements.len() { ",\n" } else { "\n" });
                }
                let _ = write!(out, "{}]", "  ".repeat(depth));
            }
            Value::Mapping(entries) if !entries.is_empty() => {
                out.push_str("{\n");
                for (index, entry) in entries.iter().enumerate() {
                    let _ = write!(out, "{indent}{}: ", Json::from(entry.key.as_str()));
                    entry.node.print(out, depth + 1);
                    out.push_str(if index + 1 < entries.len() { ",\n" } else { "\n" });
                }
                let _ = write!(out, "{}}}", "  ".repeat(depth));
            }
            _ => out.push_str(&self.to_json().to_string()),
        }
    }

    /// The same value as JSON.
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Boolean(value) => Json::Bool(*value),
            Value::Integer(value) => Json::from(*value),
            Value::Float(value) => Json::from(*value),
            Value::Text(text) => Json::String(text.clone()),
            Value::Sequence(elements) => elements.iter().map(Node::to_json).collect(),
            Value::Mapping(entries) => {
                entries.iter().map(|entry| (entry.key.clone(), entry.node.to_json())).collect()
            }
        }
    }
}

/// Reads `text`. `None` if it is no YAML at all; the reasons are in `problems`.
pub fn read(text: &str, problems: &Problems) -> Option<Node> {
    let mut builder = Builder { problems, stack: Vec::new(), document: None };
    if let Err(error) = Parser::new_from_str(text).load(&mut builder, true) {
        let marker = error.marker();
        problems.push(
            Position { line: marker.line(), column: marker.col() + 1 },
            format!("not valid YAML: {}", error.info()),
            "mend the YAML: indentation, quotes or brackets near this place",
        );
        return None;
    }
    if builder.document.is_none() {
        problems.push(
            Position { line: 1, column: 1 },
            "the description is empty",
            "write an OpenAPI 3.1 document into it",
        );
    }
    builder.document
}

/// A collection that is still open.
enum Open {
    Sequence(Position, Vec<Node>),
    Mapping { position: Position, entries: Vec<Entry>, key: Option<(String, Position)> },
}

struct Builder<'a> {
    problems: &'a Problems,
    stack: Vec<Open>,
    document: Option<Node>,
}

impl Builder<'_> {
    fn add(&mut self, node: Node) {
        match self.stack.last_mut() {
            None if self.document.is_some() => self.problems.push(
                node.position,
                "a second YAML document in one file",
                "keep one document: remove everything from this `---` on",
            ),
            None => self.document = Some(node),
            Some(Open::Sequence(_, elements)) => elements.push(node),
            Some(Open::Mapping { entries, key, .. }) => match key.take() {
                Some((key, key_position)) => entries.push(Entry { key, key_position, node }),
                None => *key = Some(self.problems.key_of(&node, entries)),
            },
        }
    }

    fn refuse_extras(&self, position: Position, anchor: usize, tagged: bool) {
        if anchor != 0 {
            self.problems.push(
                position,
                "a YAML anchor",
                "repeat the value, or use `$ref`: not every reader follows anchors",
            );
        }
        if tagged {
            self.problems.push(
                position,
                "a YAML tag",
                "remove the tag; quote the value if it must be a string",
            );
        }
    }
}

impl Problems {
    /// The text of a mapping's key; notes keys that are no text and keys written twice.
    fn key_of(&self, node: &Node, entries: &[Entry]) -> (String, Position) {
        let key = match &node.value {
            Value::Text(text) => text.clone(),
            Value::Integer(value) => value.to_string(),
            Value::Boolean(value) => value.to_string(),
            Value::Null => "null".to_owned(),
            Value::Float(_) | Value::Sequence(_) | Value::Mapping(_) => {
                self.push(
                    node.position,
                    format!("{} as a key", node.kind()),
                    "use a plain string as the key",
                );
                String::new()
            }
        };
        if let Some(first) = entries.iter().find(|entry| entry.key == key) {
            self.push(
                node.position,
                format!("key `{key}` is written twice"),
                format!("keep one of the two; the first stands in line {}", first.key_position.line),
            );
        }
        (key, node.position)
    }
}

impl<'input> SpannedEventReceiver<'input> for Builder<'_> {
    fn on_event(&mut self, event: Event<'input>, span: Span) {
        let position = Position { line: span.start.line(), column: span.start.col() + 1 };
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(position, anchor, tag.is_some());
                self.add(Node { position, value: scalar(text, style) });
            }
            Event::Alias(_) => {
                self.problems.push(position, "a YAML alias", "repeat the value, or use `$ref`");
                self.add(Node { position, value: Value::Null });
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_extras(position, anchor, tag.is_some());
                self.stack.push(Open::Sequence(position, Vec::new()));
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_extras(position, anchor, tag.is_some());
                self.stack.push(Open::Mapping { position, entries: Vec::new(), key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => match self.stack.pop() {
                Some(Open::Sequence(position, elements)) => {
                    self.add(Node { position, value: Value::Sequence(elements) });
                }
                Some(Open::Mapping { position, entries, .. }) => {
                    self.add(Node { position, value: Value::Mapping(entries) });
                }
                None => {}
            },
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {}
        }
    }
}

/// A plain scalar by the rules of the YAML 1.2 core schema; a quoted or block one is always text.
fn scalar(text: Cow<'_, str>, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::Text(text.into_owned());
    }
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Boolean(true),
        "false" | "False" | "FALSE" => return Value::Boolean(false),
        _ => {}
    }
    if let Ok(value) = text.parse::<i64>() {
        return Value::Integer(value);
    }
    let numeric = text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+' | '.'))
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E'));
    match text.parse::<f64>() {
        Ok(value) if numeric => Value::Float(value),
        _ => Value::Text(text.into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Node {
        let problems = Problems::default();
        let node = read(text, &problems).unwrap();
        problems.into_result("test.yaml", ()).unwrap();
        node
    }

    fn refused(text: &str) -> String {
        let problems = Problems::default();
        let _ = read(text, &problems);
        problems.into_result("test.yaml", ()).unwrap_err().to_string()
    }

    #[test]
    fn keys_and_values_know_their_place() {
        let tree = tree("a:\n  b: 1\n  c: [x, 'true']\n");
        let a = tree.entry("a").unwrap();
        assert_eq!(a.key_position, Position { line: 1, column: 1 });
        let b = a.node.entry("b").unwrap();
        assert_eq!(b.key_position, Position { line: 2, column: 3 });
        assert_eq!(b.node.position, Position { line: 2, column: 6 });
        assert_eq!(tree.to_json(), serde_json::json!({"a": {"b": 1, "c": ["x", "true"]}}));
    }

    #[test]
    fn json_text_keeps_the_order_and_is_json() {
        let tree = tree("{z: 1, a: [x, {}, []], m: {b: 'q\"q', a: 2.5}}");
        let text = tree.to_json_text();
        assert!(text.starts_with("{\n  \"z\": 1,\n  \"a\": [\n    \"x\",\n"), "{text}");
        assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), tree.to_json());
    }

    #[test]
    fn scalars_follow_the_core_schema() {
        let tree = tree("[1, -2.5, true, ~, '1', 1.2.3, 2018-10-25, 1e3, abc]");
        assert_eq!(
            tree.to_json(),
            serde_json::json!([1, -2.5, true, null, "1", "1.2.3", "2018-10-25", 1000.0, "abc"])
        );
    }

    #[test]
    fn a_key_written_twice_is_refused_where_it_stands() {
        assert!(refused("a: 1\nb: 2\na: 3\n").starts_with("test.yaml:3:1: error: key `a` is written twice"));
    }

    #[test]
    fn anchors_tags_and_broken_yaml_are_refused() {
        assert!(refused("a: &x 1\nb: *x\n").contains("a YAML anchor"));
        assert!(refused("a: !!str 1\n").contains("a YAML tag"));
        assert!(refused("a: [1\n").contains("not valid YAML"));
        assert!(refused("").contains("the description is empty"));
    }
}
