//! Why a body is not an event, said without quoting it.

use std::fmt;

use serde_json::Value;

/// A body that is not an event. The text names the place that is wrong and never quotes what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidEvent {
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    NotUtf8,
    NotJson { line: usize, column: usize },
    Form(&'static str),
    NoText(&'static str),
    EmptyId(&'static str),
}

impl InvalidEvent {
    /// Whether the bytes were JSON at all.
    #[must_use]
    pub fn is_json(&self) -> bool {
        !matches!(self.problem, Problem::NotUtf8 | Problem::NotJson { .. })
    }

    pub(crate) fn not_utf8() -> Self {
        Self { problem: Problem::NotUtf8 }
    }

    pub(crate) fn not_json(error: &serde_json::Error) -> Self {
        Self { problem: Problem::NotJson { line: error.line(), column: error.column() } }
    }

    pub(crate) fn not_an_object() -> Self {
        Self::form("the body is JSON, but not an object")
    }

    pub(crate) fn unknown_form() -> Self {
        Self::form(
            "the body is none of the documented forms: expected the member `event` with an object, or `type` and \
             `payload`",
        )
    }

    /// `id` is the name of the member.
    pub(crate) fn empty_id(id: &'static str) -> Self {
        Self { problem: Problem::EmptyId(id) }
    }

    /// The first of the members `id` and `kind` that keeps `value` from being an event.
    pub(crate) fn in_event(value: &Value, id: &'static str, kind: &'static str) -> Self {
        let missing = [id, kind].into_iter().find(|name| !value.get(*name).is_some_and(Value::is_string));
        missing.map_or(Self::form("the event cannot be read"), |name| Self { problem: Problem::NoText(name) })
    }

    /// A form of one API that another text describes. `text` must not quote the body.
    pub(crate) fn form(text: &'static str) -> Self {
        Self { problem: Problem::Form(text) }
    }
}

impl fmt::Display for InvalidEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problem {
            Problem::NotUtf8 => formatter.write_str("the body is not UTF-8"),
            Problem::NotJson { line, column } => {
                write!(formatter, "the body is not JSON, or nested too deeply (line {line}, column {column})")
            }
            Problem::Form(text) => formatter.write_str(text),
            Problem::NoText(name) => write!(formatter, "`{name}` of the event is missing or not a text"),
            Problem::EmptyId(name) => write!(
                formatter,
                "`{name}` of the event is empty, so a repeated delivery could not be told from a new event"
            ),
        }
    }
}

impl std::error::Error for InvalidEvent {}
