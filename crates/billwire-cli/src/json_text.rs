//! JSON that a person wrote: errors point at the place, and never show a value, which may be a secret.

use serde_json::Value;
use serde_json::error::Category;

use crate::error::Error;

/// Characters of the faulty line shown on each side of the fault.
const CONTEXT: usize = 60;

/// Parses `text`. `what` names the option it came from.
pub(crate) fn parse(what: &str, text: &str) -> Result<Value, Error> {
    if text.trim().is_empty() {
        return Err(Error::usage(format!("{what}: the JSON is empty")).with_advice("give a JSON value"));
    }
    serde_json::from_str(text).map_err(|error| malformed(what, text, &error))
}

/// A number, kept exactly as JSON keeps it.
pub(crate) fn number(what: &str, text: &str) -> Result<Value, Error> {
    match serde_json::from_str(text) {
        Ok(Value::Number(number)) => Ok(Value::Number(number)),
        _ => Err(Error::usage(format!("{what} is not a number")).with_advice("give one such as 25.21")),
    }
}

fn malformed(what: &str, text: &str, error: &serde_json::Error) -> Error {
    let (line, column) = (error.line(), characters(text, error.line(), error.column()));
    let reason = match error.classify() {
        Category::Eof => "it ends too early".to_owned(),
        _ => reason_of(error),
    };
    Error::usage(format!("{what}: not valid JSON, line {line}, column {column}: {reason}"))
        .with_fact("here", pointed(text, line, column))
        .with_advice("correct the JSON at the caret; values are shown as dots because they may be secret")
}

/// The reason alone: `serde_json` adds the place, which stands elsewhere.
fn reason_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

/// The column in characters: the parser counts bytes.
fn characters(text: &str, line: usize, column: usize) -> usize {
    let faulty = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    faulty.get(..column.saturating_sub(1)).map_or(1, |before| before.chars().count() + 1)
}

/// The faulty line with its values masked, and a caret below the fault.
fn pointed(text: &str, line: usize, column: usize) -> String {
    let before = column.saturating_sub(1);
    let masked: Vec<char> =
        masked(text).lines().nth(line.saturating_sub(1)).unwrap_or_default().chars().collect();
    let start = before.saturating_sub(CONTEXT);
    let shown: String = masked.iter().skip(start).take(2 * CONTEXT).collect();
    format!("{shown}\n{}^", " ".repeat(before - start))
}

/// `text` with everything inside string values and numbers replaced by dots, character by character. Member names stay: a
/// string followed by a colon is one.
fn masked(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut shown = String::with_capacity(text.len());
    let mut index = 0;
    while let Some(&character) = characters.get(index) {
        if character != '"' {
            shown.push(if character.is_alphanumeric() { '·' } else { printable(character) });
            index += 1;
            continue;
        }
        let rest = characters.get(index + 1..).unwrap_or_default();
        let length = string_length(rest);
        let name = rest.get(length + 1..).unwrap_or_default().iter().find(|next| !next.is_whitespace())
            == Some(&':');
        shown.push('"');
        for &inner in rest.iter().take(length) {
            shown.push(if name || inner == '\n' { printable(inner) } else { '·' });
        }
        if length < rest.len() {
            shown.push('"');
        }
        index += length + 2;
    }
    shown
}

/// Characters up to the closing quote, or to the end.
fn string_length(rest: &[char]) -> usize {
    let mut escaped = false;
    for (length, &character) in rest.iter().enumerate() {
        match character {
            '"' if !escaped => return length,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

fn printable(character: char) -> char {
    if character.is_control() && character != '\n' { ' ' } else { character }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let error = parse("--body", text).expect_err("malformed");
        assert_eq!(error.text().lines().take(3).collect::<Vec<_>>().join("\n"), expected);
    }

    #[test]
    fn the_caret_stands_below_the_fault() {
        check(
            "{\n  \"billId\": \"b\",\n}",
            "error: --body: not valid JSON, line 3, column 1: trailing comma\n  here: }\n        ^",
        );
        check(
            "{\"cardNumber\": 4111111111111111 \"x\"}",
            "error: --body: not valid JSON, line 1, column 33: expected `,` or `}`\n  here: {\"cardNumber\": ················ \"·\"}\n                                        ^",
        );
        check(
            "{\"é\": tru}",
            "error: --body: not valid JSON, line 1, column 10: expected ident\n  here: {\"é\": ···}\n                 ^",
        );
    }

    #[test]
    fn an_early_end_is_shown_at_the_end() {
        check(
            "{\"answer\": \"123456\"",
            "error: --body: not valid JSON, line 1, column 19: it ends too early\n  here: {\"answer\": \"······\"\n                          ^",
        );
        assert!(parse("--body", " \n").expect_err("empty").text().contains("the JSON is empty"));
    }

    #[test]
    fn values_are_never_shown() {
        for text in [
            "{\"cardNumber\": \"4111111111111111}",
            "{\"cardNumber\": 4111111111111111",
            "[4111111111111111,,]",
            "4111111111111111 4111111111111111",
            "{cardNumber: '4111111111111111'}",
        ] {
            let shown = parse("--body", text).expect_err(text).text();
            assert!(!shown.contains("4111"), "{shown}");
        }
    }

    #[test]
    fn numbers_are_numbers() {
        assert_eq!(number("--lat", "-5.25").expect("a number"), serde_json::json!(-5.25));
        for text in ["", "five", "\"5\"", "1,5", "true"] {
            assert!(number("--lat", text).is_err(), "{text}");
        }
    }
}
