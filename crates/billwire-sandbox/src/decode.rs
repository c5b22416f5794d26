//! Bodies in and out, with messages that name the member and never repeat its value.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::api_error::ApiError;

/// Reads a request body.
///
/// A missing member is answered "Please provide a billId."; a member of the wrong type is named with its path and
/// what was expected. The value itself is never repeated: it may be a card number.
pub(crate) fn body<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let text = std::str::from_utf8(body).map_err(|_| ApiError::bad_request("The body is not UTF-8 text."))?;
    if text.trim().is_empty() {
        return Err(ApiError::bad_request("Please provide a JSON body."));
    }
    match serde_json::from_str(text) {
        Ok(value) => Ok(value),
        Err(_) => Err(explain::<T>(text)),
    }
}

/// Writes an answer.
pub(crate) fn encode<T: Serialize>(answer: &T) -> Result<Vec<u8>, ApiError> {
    serde_json::to_vec(answer).map_err(|_| ApiError::new(500, "The sandbox could not write its answer."))
}

/// One path segment with its percent-encoding undone; none if it is empty or not text.
pub(crate) fn segment(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok().filter(|text| !text.is_empty())
}

/// Parses again, this time keeping track of where it fails: the happy path does not pay for it.
fn explain<T: DeserializeOwned>(text: &str) -> ApiError {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(_) => ApiError::bad_request("The body has text after its JSON value."),
        Err(error) => {
            let path = error.path().to_string();
            ApiError::bad_request(message(&path, error.inner()))
        }
    }
}

fn message(path: &str, error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Io => "The body could not be read.".to_owned(),
        Category::Syntax | Category::Eof => {
            format!("The body is not valid JSON (line {}, column {}).", error.line(), error.column())
        }
        Category::Data => data_message(path, &error.to_string()),
    }
}

fn data_message(path: &str, error: &str) -> String {
    if let Some(member) = between(error, "missing field `", "`") {
        let parent = if path == "." { String::new() } else { format!(" in {path}") };
        return format!("Please provide {} {member}{parent}.", article(member));
    }
    let place = if path == "." { "The body".to_owned() } else { format!("The member {path}") };
    format!("{place} is not acceptable: {}.", reason(error))
}

/// What was expected. The decoder's own words before that may repeat the value; those of the wire types never do.
fn reason(error: &str) -> String {
    let text = error.split(" at line ").next().unwrap_or(error);
    match text.split_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None if text.starts_with("invalid ") || text.starts_with("unknown ") => {
            "expected something else".to_owned()
        }
        None => text.to_owned(),
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug)]
    #[serde(rename_all = "camelCase")]
    struct Sample {
        #[allow(dead_code, reason = "read by the derive only")]
        bill_id: String,
        #[allow(dead_code, reason = "read by the derive only")]
        inner: Option<Inner>,
    }

    #[derive(Deserialize, Debug)]
    struct Inner {
        #[allow(dead_code, reason = "read by the derive only")]
        amount: u32,
    }

    #[track_caller]
    fn check(input: &str, expected: &str) {
        let error = body::<Sample>(input.as_bytes()).expect_err("refused");
        assert_eq!((error.status, error.message.as_str()), (400, expected));
    }

    #[test]
    fn names_what_is_missing() {
        check("{}", "Please provide a billId.");
        check(r#"{"billId":"b","inner":{}}"#, "Please provide an amount in inner.");
    }

    #[test]
    fn names_what_has_the_wrong_type_without_repeating_it() {
        check(r#"{"billId":4111111111111111}"#, "The member billId is not acceptable: expected a string.");
        check(
            r#"{"billId":"b","inner":{"amount":"4111111111111111"}}"#,
            "The member inner.amount is not acceptable: expected u32.",
        );
        check("[1]", "The member [0] is not acceptable: expected a string.");
        check("7", "The body is not acceptable: expected struct Sample.");
    }

    #[test]
    fn undoes_percent_encoding() {
        assert_eq!(segment("579b%20x%C3%A9").as_deref(), Some("579b xé"));
        for bad in ["", "%", "%4", "%zz", "%ff"] {
            assert_eq!(segment(bad), None, "{bad}");
        }
    }

    #[test]
    fn says_where_the_json_breaks() {
        check("{\"billId\":\n\"b\",}", "The body is not valid JSON (line 2, column 5).");
        check("", "Please provide a JSON body.");
        check("{\"billId\":\"b\"} {", "The body has text after its JSON value.");
        assert_eq!(
            body::<Sample>(&[0xff, 0xfe]).expect_err("refused").message,
            "The body is not UTF-8 text."
        );
    }
}
