//! JSON written straight to text: for what is made by the million and read by few.

use std::fmt::Write as _;

use serde_json::Value;

/// A JSON value as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Json(String);

impl Json {
    pub(crate) fn into_text(self) -> String {
        self.0
    }

    #[cfg(test)]
    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

/// What prints as text in which nothing needs escaping, such as an instant or an amount.
pub(crate) trait Plain: Copy {
    fn push_to(self, text: &mut String);
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self(value.to_string())
    }
}

/// Room for nearly every event. All objects begin with the same, so that the memory of one is at once that of the next.
const ROOM: usize = 1024;

/// An object, member by member, in the order in which they are written.
pub(crate) struct Object {
    text: String,
    empty: bool,
}

impl Object {
    pub(crate) fn new() -> Self {
        let mut text = String::with_capacity(ROOM);
        text.push('{');
        Self { text, empty: true }
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
    pub(crate) fn shown(mut self, name: &'static str, value: impl Plain) -> Self {
        self.name(name);
        self.text.push('"');
        value.push_to(&mut self.text);
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

    /// Objects in an array; `write` writes the members of each.
    #[must_use]
    pub(crate) fn objects<T>(
        mut self,
        name: &'static str,
        things: impl IntoIterator<Item = T>,
        write: impl Fn(Self, T) -> Self,
    ) -> Self {
        self.name(name);
        let mut before = '[';
        for thing in things {
            self.text.push(before);
            self.text.push('{');
            self.text = write(Self { text: self.text, empty: true }, thing).end().0;
            before = ',';
        }
        self.text.push_str(if before == '[' { "[]" } else { "]" });
        self
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
    // Every byte is looked at, without a way out in between: so the compiler looks at many at once.
    if !text.bytes().fold(false, |found, byte| found | needs_escape(byte)) {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::moment::Moment;

    #[test]
    fn what_is_written_is_what_a_reader_of_json_reads() {
        let odd = "a \"quoted\" \\ back\nslash, a tab\t, \u{1} and é";
        let json = Object::new()
            .text("text", odd)
            .shown("shown", Moment::midnight(jiff::civil::date(2026, 3, 2)))
            .objects("objects", ["a", "b"], |members, name| members.text("name", name))
            .objects("no objects", [""; 0], |members, name| members.text("name", name))
            .object("inner", |inner| inner.flag("yes", true).object("deep", |deep| deep).flag("no", false))
            .object("empty", |empty| empty)
            .texts("list", [odd, ""])
            .texts("none", [])
            .json("json", &json!([1, "two"]).into())
            .end();
        let expected = json!({
            "text": odd, "shown": "2026-03-02T00:00:00.000Z",
            "objects": [{ "name": "a" }, { "name": "b" }], "no objects": [], "inner": { "yes": true, "deep": {}, "no": false }, "empty": {},
            "list": [odd, ""], "none": [], "json": [1, "two"],
        });
        assert_eq!(json.value(), expected);
        assert_eq!(Json::from(expected.clone()).value(), expected);
    }
}
