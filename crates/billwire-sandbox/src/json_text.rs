//! JSON written straight to text: for what is made by the million and read by few.

use std::fmt::{self, Display, Write as _};

use serde_json::Value;

/// A JSON value as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Json(String);

impl Json {
    pub(crate) fn into_text(self) -> Box<str> {
        self.0.into_boxed_str()
    }

    /// An array.
    pub(crate) fn array(elements: impl IntoIterator<Item = Self>) -> Self {
        let elements: Vec<String> = elements.into_iter().map(|element| element.0).collect();
        Self(format!("[{}]", elements.join(",")))
    }

    /// A string.
    pub(crate) fn text(text: &str) -> Self {
        let mut json = String::with_capacity(text.len() + 2);
        push_string(&mut json, text);
        Self(json)
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
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Self {
        Self(String::with_capacity(128))
    }

    /// A string.
    #[must_use]
    pub(crate) fn text(mut self, name: &'static str, text: &str) -> Self {
        self.name(name);
        push_string(&mut self.0, text);
        self
    }

    /// What prints itself, as a string.
    #[must_use]
    pub(crate) fn shown(mut self, name: &'static str, value: impl Display) -> Self {
        self.name(name);
        self.0.push('"');
        // Writing to a string does not fail.
        let _ = write!(Escaping(&mut self.0), "{value}");
        self.0.push('"');
        self
    }

    #[must_use]
    pub(crate) fn flag(mut self, name: &'static str, value: bool) -> Self {
        self.name(name);
        self.0.push_str(if value { "true" } else { "false" });
        self
    }

    #[must_use]
    pub(crate) fn json(mut self, name: &'static str, value: &Json) -> Self {
        self.name(name);
        self.0.push_str(&value.0);
        self
    }

    pub(crate) fn end(mut self) -> Json {
        if self.0.is_empty() {
            self.0.push('{');
        }
        self.0.push('}');
        Json(self.0)
    }

    fn name(&mut self, name: &'static str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        push_string(&mut self.0, name);
        self.0.push(':');
    }
}

fn push_string(json: &mut String, text: &str) {
    json.push('"');
    push_escaped(json, text);
    json.push('"');
}

/// What JSON wants escaped, and nothing else.
fn push_escaped(json: &mut String, text: &str) {
    if !text.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)) {
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
        let inner = Object::new().flag("yes", true).flag("no", false).end();
        let json = Object::new()
            .text("text", odd)
            .shown("shown", odd)
            .json("inner", &inner)
            .json("empty", &Object::new().end())
            .json("list", &Json::array([Json::text(odd), Json::array([])]))
            .end();
        let expected = json!({
            "text": odd, "shown": odd, "inner": { "yes": true, "no": false }, "empty": {}, "list": [odd, []],
        });
        assert_eq!(json.value(), expected);
        assert_eq!(Json::from(expected.clone()).value(), expected);
    }
}
