//! What kept a value from decoding, told without the value.

use std::fmt::Write as _;

use serde_path_to_error::{Error, Path, Segment};

/// Place and reason of a failed decoding: `bill.hidden: invalid type: string, expected a boolean`.
///
/// The decoder's own text quotes what it read, and what it read may be a card number. The quotation is cut out; what is
/// left names the kind of value that came and what was expected.
pub(crate) fn describe(error: &Error<serde_json::Error>) -> String {
    // A syntax error, or nesting without end, may lie in a member that only the answer knows; its name is data.
    let is_documented = error.inner().classify() == serde_json::error::Category::Data;
    let place = if is_documented { place(error.path()) } else { String::new() };
    let reason = without_value(&error.inner().to_string());
    if place.is_empty() { reason } else { format!("{place}: {reason}") }
}

/// A place, empty for the value itself. Members that do not look like those of the documents are hidden: the keys of a
/// map are data.
fn place(path: &Path) -> String {
    let mut shown = String::new();
    for segment in path {
        let key = match segment {
            Segment::Seq { index } => {
                // Writing to a string cannot fail.
                let _ = write!(shown, "[{index}]");
                continue;
            }
            Segment::Map { key } | Segment::Enum { variant: key } if looks_documented(key) => key,
            _ => "[hidden]",
        };
        if !shown.is_empty() {
            shown.push('.');
        }
        shown.push_str(key);
    }
    shown
}

/// Letters, and one digit as in `address1` and `x5c`: more of them may be a number of somebody.
fn looks_documented(key: &str) -> bool {
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    key.len() <= 40 && digits <= 1 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn without_value(reason: &str) -> String {
    // The decoder counts lines and columns inside the element, which nobody can look up.
    let reason = reason.rsplit_once(" at line ").map_or(reason, |(reason, _)| reason);
    // The value may hold any text, so the expectation is what follows the last separator.
    match reason.rsplit_once(", expected ") {
        Some((before, expected)) => {
            let kind = before.split(['"', '`']).next().unwrap_or_default().trim_end();
            format!("{kind}, expected {expected}")
        }
        None => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::de::DeserializeOwned;

    use super::*;
    use crate::scalar::{List, Money};

    #[track_caller]
    fn check<T: DeserializeOwned>(json: &str, expected: &str) {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let result: Result<T, _> = serde_path_to_error::deserialize(&mut deserializer);
        assert_eq!(describe(&result.err().expect("does not decode")), expected);
    }

    #[test]
    fn no_received_value_is_repeated() {
        check::<bool>("\"4111111111111111\"", "invalid type: string, expected a boolean");
        check::<bool>("4111111111111111", "invalid type: integer, expected a boolean");
        check::<bool>("4111111.5", "invalid type: floating point, expected a boolean");
        check::<u8>("411", "invalid value: integer, expected u8");
        check::<bool>(r#""a\", expected `4111`, expected 4111""#, "invalid type: string, expected a boolean");
        check::<Vec<bool>>("[true, \"Demo User\"]", "[1]: invalid type: string, expected a boolean");
        check::<BTreeMap<String, Vec<bool>>>(
            "{\"Demo User 4111\": [true, 1]}",
            "[hidden][1]: invalid type: integer, expected a boolean",
        );
        check::<BTreeMap<String, bool>>("{\"x5c\": 1}", "x5c: invalid type: integer, expected a boolean");
        check::<BTreeMap<String, bool>>(
            "{\"pin42\": 1}",
            "[hidden]: invalid type: integer, expected a boolean",
        );
        check::<BTreeMap<String, bool>>("{\"name\": 1}", "name: invalid type: integer, expected a boolean");
        check::<List<Money>>("{\"name\": \"Demo User\"}", "invalid type: map, expected a list");
    }
}
