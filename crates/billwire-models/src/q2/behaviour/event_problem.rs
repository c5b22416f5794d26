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
}

impl InvalidEvent {
    /// Whether the bytes were JSON at all.
    #[must_use]
    pub fn is_json(&self) -> bool {
        matches!(self.problem, Problem::Form(_))
    }

    pub(super) fn not_utf8() -> Self {
        Self { problem: Problem::NotUtf8 }
    }

    pub(super) fn not_json(error: &serde_json::Error) -> Self {
        Self { problem: Problem::NotJson { line: error.line(), column: error.column() } }
    }

    pub(super) fn not_an_object() -> Self {
        Self::form("the body is JSON, but not an object")
    }

    pub(super) fn unknown_form() -> Self {
        Self::form(
            "the body is none of the documented forms: expected the member `event` with an object, or `type` and \
             `payload`",
        )
    }

    pub(super) fn bare_payload() -> Self {
        Self::form(
            "the body is a bare payload without event id and type: it occurs in the documents only, and was not asked \
             for",
        )
    }

    pub(super) fn empty_id() -> Self {
        Self::form("`_id` of the event is empty, so a repeated delivery could not be told from a new event")
    }

    pub(super) fn resource() -> Self {
        Self::form("`resource` is not an object with the texts `type` and `id`")
    }

    /// The first member that keeps `value` from being an event.
    pub(super) fn in_event(value: &Value) -> Self {
        let text = |name: &str| value.get(name).is_some_and(Value::is_string);
        Self::form(if !text("_id") {
            "`_id` of the event is missing or not a text"
        } else if !text("type") {
            "`type` of the event is missing or not a text"
        } else {
            "the event cannot be read"
        })
    }

    fn form(text: &'static str) -> Self {
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
        }
    }
}

impl std::error::Error for InvalidEvent {}
