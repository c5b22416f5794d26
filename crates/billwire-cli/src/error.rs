//! The one error of the command: what was wrong, what to do, and the exit code that belongs to it.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use serde_json::{Map, Value, json};

use crate::exit::Exit;

/// Why the command stopped.
///
/// `Display` is one sentence of what was wrong. The advice, the facts and the causes are printed below it.
pub(crate) struct Error {
    exit: Exit,
    message: String,
    advice: Option<String>,
    facts: Vec<(&'static str, Value)>,
    causes: Vec<String>,
    silent: bool,
}

impl Error {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            advice: None,
            facts: Vec::new(),
            causes: Vec::new(),
            silent: false,
        }
    }

    /// A wrong command line or request body.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// A missing or unusable variable, key, file or profile.
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(Exit::Configuration, message)
    }

    /// A failure that no input explains.
    pub(crate) fn unexpected(message: impl Into<String>) -> Self {
        Self::new(Exit::Unexpected, message)
    }

    /// The same failure as part of a larger one, with the exit code of that.
    #[must_use]
    pub(crate) fn within(mut self, exit: Exit, larger: &str) -> Self {
        self.exit = exit;
        self.message = format!("{larger}: {}", self.message);
        self
    }

    /// What to do about it: one or more whole lines.
    #[must_use]
    pub(crate) fn with_advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// One more line of advice.
    #[must_use]
    pub(crate) fn with_further_advice(mut self, line: &str) -> Self {
        self.advice = Some(match self.advice {
            Some(advice) => format!("{advice}\n{line}"),
            None => line.to_owned(),
        });
        self
    }

    /// A detail that helps whoever looks into it, such as the request id.
    #[must_use]
    pub(crate) fn with_fact(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.facts.push((name, Value::from(value.to_string())));
        self
    }

    /// How many of something there are.
    #[must_use]
    pub(crate) fn with_count(mut self, name: &'static str, count: usize) -> Self {
        self.facts.push((name, Value::from(count)));
        self
    }

    /// A detail that has several values.
    #[must_use]
    pub(crate) fn with_list(mut self, name: &'static str, values: &[String]) -> Self {
        self.facts.push((name, Value::from(values)));
        self
    }

    /// The chain of causes below `error`, `error` itself not included.
    #[must_use]
    pub(crate) fn with_causes_of(mut self, error: &dyn StdError) -> Self {
        let mut next = error.source();
        while let Some(cause) = next {
            self = self.with_cause(cause);
            next = cause.source();
        }
        self
    }

    /// A cause of which only the text is known. One that says what was said before is left out.
    #[must_use]
    pub(crate) fn with_cause(mut self, cause: impl fmt::Display) -> Self {
        let cause = cause.to_string();
        if !self.message.contains(&cause) && !self.causes.contains(&cause) {
            self.causes.push(cause);
        }
        self
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// Whether there is nobody left to tell: the reader of the pipe has gone.
    pub(crate) fn is_silent(&self) -> bool {
        self.silent
    }

    /// The form for people: a headline, then what to do, then details.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("error: {}\n", self.message);
        for cause in &self.causes {
            text.push_str(&labelled("cause", cause));
        }
        for (name, value) in &self.facts {
            text.push_str(&labelled(name, &lines(value)));
        }
        if let Some(advice) = &self.advice {
            text.push_str(&labelled("what to do", advice));
        }
        text
    }

    /// The form for programs: one object.
    pub(crate) fn json(&self) -> Value {
        let mut details = Map::new();
        for (name, value) in &self.facts {
            details.insert(name.replace(' ', "_"), value.clone());
        }
        json!({"error": {
            "kind": self.exit.word(),
            "exit_code": self.exit.code(),
            "message": self.message,
            "advice": self.advice,
            "causes": self.causes,
            "details": details,
        }})
    }
}

/// A value as text: a list has a line for each element.
fn lines(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(lines).collect::<Vec<_>>().join("\n"),
        other => other.to_string(),
    }
}

/// `  name: value`, with the further lines of the value below its first one.
fn labelled(name: &str, value: &str) -> String {
    let indent = " ".repeat(name.len() + 4);
    let mut lines = value.lines();
    let mut text = format!("  {name}: {}\n", lines.next().unwrap_or_default());
    for line in lines {
        text.extend([indent.as_str(), line, "\n"]);
    }
    text
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text())
    }
}

impl StdError for Error {}

/// An error while writing our own output. A reader that left early, such as `head`, is not a failure.
pub(crate) fn of_output(error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Error { silent: true, ..Error::new(Exit::Done, "the reader has gone") };
    }
    Error::unexpected("the output could not be written").with_cause(error).with_advice(
        "check that the disk is not full and that the file or terminal behind the output is still there",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_lines_stand_below_the_first() {
        let error = Error::configuration("no key")
            .with_fact("profile", "local")
            .with_cause("it is not there")
            .with_advice("set it\nor start the sandbox");
        assert_eq!(
            error.text(),
            "error: no key\n  cause: it is not there\n  profile: local\n  what to do: set it\n              or start the sandbox\n"
        );
    }

    #[test]
    fn the_json_form_has_stable_names() {
        let error = Error::usage("wrong").with_fact("request id", "r-1").json();
        assert_eq!(error["error"]["kind"], "usage");
        assert_eq!(error["error"]["exit_code"], 2);
        assert_eq!(error["error"]["details"]["request_id"], "r-1");
    }

    #[test]
    fn a_list_has_a_line_for_each_element() {
        let error = Error::unexpected("wrong").with_list("left out", &["a".to_owned(), "b".to_owned()]);
        let error = error.with_count("count", 2);
        assert_eq!(error.text(), "error: wrong\n  left out: a\n            b\n  count: 2\n");
        let details = &error.json()["error"]["details"];
        assert_eq!(*details, json!({"left_out": ["a", "b"], "count": 2}));
    }

    #[test]
    fn a_reader_that_left_is_no_failure() {
        let gone = of_output(&io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(gone.is_silent());
        assert_eq!(gone.exit(), Exit::Done);
        assert_eq!(of_output(&io::Error::from(io::ErrorKind::StorageFull)).exit(), Exit::Unexpected);
    }
}
