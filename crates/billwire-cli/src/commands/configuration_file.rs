//! A file of settings as a value. What is wrong with one is told by its line and the member, never by what stands there:
//! that may be a secret.

use std::ops::Range;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::error::Error;

/// How a file is written unless its name says the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Toml,
    Json,
}

/// What is wrong with a file.
#[derive(Debug)]
struct Problem {
    /// Counted from one.
    line: Option<usize>,
    /// Such as `billerapi.webhooks.secrets`; empty if the file is not even of its form.
    member: String,
    what: String,
}

/// The value in the file at `path`, which is written in the `usual` form unless its name ends in `.toml` or `.json`.
pub(super) fn read<T: DeserializeOwned>(path: &str, usual: Form) -> Result<T, Error> {
    let unusable = |what: String| Error::configuration(format!("{path}{what}"));
    let text = std::fs::read_to_string(path).map_err(|error| {
        unusable(" cannot be read".to_owned())
            .with_cause(error)
            .with_advice("check the name and who may read it")
    })?;
    let value = match Form::of(path).unwrap_or(usual) {
        Form::Json => json(&text),
        Form::Toml => toml(&text),
    };
    value.map_err(|Problem { line, member, what }| {
        let line = line.map_or_else(String::new, |line| format!(", line {line}"));
        let member = if member.is_empty() { member } else { format!("{member}: ") };
        unusable(format!("{line}: {member}{what}"))
            .with_advice("correct it; the page about the command in the guides has an example")
    })
}

impl Form {
    fn of(path: &str) -> Option<Self> {
        let end = Path::new(path).extension()?;
        [(Self::Toml, "toml"), (Self::Json, "json")]
            .into_iter()
            .find_map(|(form, name)| end.eq_ignore_ascii_case(name).then_some(form))
    }
}

fn toml<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let line = |span: Option<Range<usize>>| Some(text.get(..span?.start)?.matches('\n').count() + 1);
    // The parser's own messages are about its grammar, and quote nothing.
    let parsed = ::toml::Deserializer::parse(text).map_err(|error| Problem {
        line: line(error.span()),
        member: String::new(),
        what: format!("no TOML ({})", error.message().lines().next().unwrap_or_default()),
    })?;
    serde_path_to_error::deserialize(parsed).map_err(|error| Problem {
        line: line(error.inner().span()),
        member: member(error.path()),
        what: without_value(error.inner().message()),
    })
}

fn json<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| of_json(error.inner(), member(error.path())))?;
    reader.end().map_err(|error| of_json(&error, String::new()))?;
    Ok(value)
}

fn of_json(error: &serde_json::Error, member: String) -> Problem {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    let line = Some(error.line()).filter(|line| *line > 0);
    if error.is_data() {
        Problem { line, member, what: without_value(text) }
    } else {
        Problem { line, member: String::new(), what: format!("no JSON ({text})") }
    }
}

fn member(path: &serde_path_to_error::Path) -> String {
    path.iter().next().map_or_else(String::new, |_| path.to_string())
}

/// What a decoder says is wrong, without the value. Of what is not known to be free of it, nothing is left.
fn without_value(message: &str) -> String {
    let message = message.lines().next().unwrap_or_default();
    let names = ["unknown field ", "missing field ", "duplicate field "];
    if names.iter().any(|name| message.starts_with(name)) {
        return message.to_owned();
    }
    let kinds = [
        ("invalid type", "wrong type"),
        ("invalid value", "wrong value"),
        ("invalid length", "wrong length"),
        ("unknown variant", "unknown value"),
    ];
    let kind = kinds.iter().find_map(|(start, kind)| message.starts_with(start).then_some(*kind));
    match (kind, message.rsplit_once(", expected ")) {
        (Some(kind), Some((_, expected))) => format!("{kind}, expected {expected}"),
        (Some(kind), None) => kind.to_owned(),
        (None, _) => "not acceptable".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use billwire_sandbox::{BillerApiWebhooks, Quirks};
    use serde::Deserialize;

    use super::*;

    const SECRET: &str = "whsec_test_of_nobody";

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[expect(dead_code, reason = "it is only decoded")]
        webhooks: Option<BillerApiWebhooks>,
        #[expect(dead_code, reason = "it is only decoded")]
        quirks: Option<Quirks>,
    }

    #[track_caller]
    fn check(read: Result<File, Problem>, line: Option<usize>, member: &str, what: &str) {
        let problem = read.err().expect("refused");
        assert_eq!((problem.line, problem.member.as_str()), (line, member), "{problem:?}");
        assert!(problem.what.contains(what), "{problem:?}");
        assert!(!format!("{problem:?}").contains("of_nobody"), "{problem:?}");
    }

    #[test]
    fn toml_is_told_by_line_and_member() {
        let file = |line: &str| toml(&format!("[webhooks]\n{line}\n"));
        let one = format!("secrets = \"{SECRET}\"");
        check(file(&one), Some(2), "webhooks.secrets", "wrong type, expected a sequence");
        let secret = format!("secret = \"{SECRET}\"");
        check(file(&secret), Some(2), "webhooks.secret", "unknown field `secret`, expected one of");
        check(file(&format!("secrets = [\"{SECRET}")), Some(2), "", "no TOML");
        check(file(&format!("secrets = {SECRET}")), Some(2), "", "no TOML");
        check(toml(&format!("quirks = [\"{SECRET}\"]")), Some(1), "quirks", "not acceptable");
    }

    #[test]
    fn json_is_told_by_line_and_member() {
        let file = |member: &str| json(&format!("{{\"webhooks\": {{\n{member}\n}}}}"));
        let one = format!("\"secrets\": \"{SECRET}\"");
        check(file(&one), Some(2), "webhooks.secrets", "wrong type, expected a sequence");
        check(file(&format!("\"secrets\": [\"{SECRET}")), Some(3), "", "no JSON");
        check(file(&format!("\"secrets\": {SECRET}")), Some(2), "", "no JSON");
        check(json(&format!("{{}}\n{SECRET}")), Some(2), "", "no JSON");
    }

    #[test]
    fn the_name_says_the_form() {
        assert_eq!(Form::of("a.TOML"), Some(Form::Toml));
        assert_eq!(Form::of("b.toml/a.json"), Some(Form::Json));
        assert_eq!(Form::of("/dev/fd/63"), None);
    }
}
