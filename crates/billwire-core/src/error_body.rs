//! The body of an error answer where no document gives its form: read what is there, never fail.
//!
//! Source: Q2 Biller Direct description, section 2.3 "Errors"; Unbill v1 description, section 2 "Authentication, request
//! ids, errors".

use serde_json::Value;

use crate::members;

/// The message for people: `message`, else `error`, else `error.message`, of a JSON object.
pub(crate) fn message(text: &str) -> Option<String> {
    let body = members::read(text.as_bytes(), &["message", "error"])?;
    let error = body.get("error");
    let candidates =
        [body.get("message"), error, error.and_then(|error| error.get("message"))].into_iter().flatten();
    candidates.filter_map(Value::as_str).map(str::trim).find(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(message(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn every_form_with_evidence_is_read() {
        check(
            r#"{"statusCode":400,"error":"Bad Request","message":"Please provide a billId."}"#,
            Some("Please provide a billId."),
        );
        check(r#"{"message":"only this"}"#, Some("only this"));
        check(r#"{"error":"only that"}"#, Some("only that"));
        check(r#"{"error":{"message":"nested"}}"#, Some("nested"));
        check(r#"{"message":17,"error":"text wins"}"#, Some("text wins"));
        check(r#"{"message":"","error":"not the empty one"}"#, Some("not the empty one"));
    }

    #[test]
    fn everything_else_gives_no_message_and_no_panic() {
        for text in
            ["", " ", "<html><body>502</body></html>", "null", "[]", "\"text\"", "{", "{\"message\":null}"]
        {
            check(text, None);
        }
        check(&"[".repeat(100_000), None);
        check(&r#"{"a":"#.repeat(100_000), None);
    }
}
