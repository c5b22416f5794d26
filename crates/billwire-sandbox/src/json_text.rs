//! JSON written straight to text: for what is made by the million and read by few.

use std::fmt::{self, Display, Write as _};

use serde_json::Value;

/// A JSON value as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Json(String);

impl Json {
    /// In bytes.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn into_text(self) -> Box<str> {
        // A copy of the right length leaves no small pieces behind, as cutting the long one off would.
        self.0.as_str().into()
    }

    #[cfg(test)]
    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self(value.to_string())
    }
}

/// An object, member by member, in the order in which they are written.
pub(crate) struct Object {
    text: String,
    empty: bool,
}

impl Object {
    pub(crate) fn new() -> Self {
        Self { text: String::from("{"), empty: true }.with_room(240)
    }

    /// With room for so many bytes more, so that they need not be moved while they are written.
    pub(crate) fn with_room(mut self, bytes: usize) -> Self {
        self.text.reserve(bytes);
        self
    }

    /// A string.
    #[must_use]
    pub(crate) fn text(mut self, name: &'static str, text: &str) -> Self {
        self.name(name);
        push_string(&mut self.text, text);
        self
    }

    /// A string in which nothing can need escaping: an id, or a word of the description.
    #[must_use]
    pub(crate) fn word(mut self, name: &'static str, word: &str) -> Self {
        debug_assert!(word.bytes().all(|byte| !needs_escape(byte)), "{name}");
        self.name(name);
        self.text.push('"');
        self.text.push_str(word);
        self.text.push('"');
        self
    }

    /// What prints itself, as a string.
    #[must_use]
    pub(crate) fn shown(mut self, name: &'static str, value: impl Display) -> Self {
        self.name(name);
        self.text.push('"');
        // Writing to a string does not fail.
        let _ = write!(Escaping(&mut self.text), "{value}");
        self.text.push('"');
        self
    }

    #[must_use]
    pub(crate) fn flag(mut self, name: &'static str, value: bool) -> Self {
        self.name(name);
        self.text.push_str(if value { "true" } else { "false" });
        self
    }

    /// What is JSON already.
    #[must_use]
    pub(crate) fn json(mut self, name: &'static str, value: &Json) -> Self {
        self.name(name);
        self.text.push_str(&value.0);
        self
    }

    /// Strings in an array.
    #[must_use]
    pub(crate) fn texts<'a>(mut self, name: &'static str, texts: impl IntoIterator<Item = &'a str>) -> Self {
        self.name(name);
        let mut before = '[';
        for text in texts {
            self.text.push(before);
            push_string(&mut self.text, text);
            before = ',';
        }
        self.text.push_str(if before == '[' { "[]" } else { "]" });
        self
    }

    /// An object inside, whose members `write` writes.
    #[must_use]
    pub(crate) fn object(mut self, name: &'static str, write: impl FnOnce(Self) -> Self) -> Self {
        self.name(name);
        self.text.push('{');
        let inner = write(Self { text: self.text, empty: true });
        Self { text: inner.end().0, empty: false }
    }

    pub(crate) fn end(mut self) -> Json {
        self.text.push('}');
        Json(self.text)
    }

    /// Names are words of the description: nothing in them is escaped.
    fn name(&mut self, name: &'static str) {
        self.text.push_str(if self.empty { "\"" } else { ",\"" });
        self.text.push_str(name);
        self.text.push_str("\":");
        self.empty = false;
    }
}

fn push_string(json: &mut String, text: &str) {
    json.push('"');
    push_escaped(json, text);
    json.push('"');
}

/// What JSON wants escaped, and nothing else.
fn push_escaped(json: &mut String, text: &str) {
    if !text.bytes().any(needs_escape) {
        json.push_str(text);
        return;
    }
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\0'..='\u{1f}' => {
                let _ = write!(json, "\\u{:04x}", u32::from(character));
            }
            _ => json.push(character),
        }
    }
}

fn needs_escape(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

/// Text that is escaped on its way.
struct Escaping<'a>(&'a mut String);

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        push_escaped(self.0, text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_what_a_reader_of_json_reads() {
        let odd = "a \"quoted\" \\ back\nslash, a tab\t, \u{1} and é";
        let json = Object::new()
            .text("text", odd)
            .shown("shown", odd)
            .object("inner", |inner| inner.flag("yes", true).object("deep", |deep| deep).flag("no", false))
            .object("empty", |empty| empty)
            .texts("list", [odd, ""])
            .texts("none", [])
            .json("json", &json!([1, "two"]).into())
            .end();
        let expected = json!({
            "text": odd, "shown": odd, "inner": { "yes": true, "deep": {}, "no": false }, "empty": {},
            "list": [odd, ""], "none": [], "json": [1, "two"],
        });
        assert_eq!(json.value(), expected);
        assert_eq!(Json::from(expected.clone()).value(), expected);
    }
}
