//! What an answer of BillerAPI says about a failure: the two shapes of an error body, and a success that is none.
//!
//! Source: BillerAPI description, section 3 "Errors, retries, rate limits, pagination, idempotency".

use billwire_models::billerapi::FailureCode;
use billwire_models::operation::Operation;
use http::StatusCode;
use serde_json::Value;

use crate::error::ErrorKind;
use crate::members;
use crate::protocol::{Problem, Refusal};
use crate::refusal;
use crate::retry::AnswerRules;

/// After which answers a call is repeated.
///
/// | answer | reads, and the three operations that honour an idempotency key | other writes |
/// | --- | --- | --- |
/// | 429 | yes | yes: it says that nothing was done |
/// | 500, 502, 503, 504 | yes | no |
/// | any other | no | no |
///
/// The documents would also repeat the other writes after 5xx once they carry a key, but promise for three operations only
/// that a key is honoured: the others are sent once (contradiction C17).
///
/// Source: BillerAPI description, section 3.4 "Retry rules".
pub const ANSWER_RULES: AnswerRules = AnswerRules::new(&[429, 500, 502, 503, 504], &[429]);

/// Inferred: events name request ids, but no header of an answer is documented.
///
/// Source: BillerAPI description, section 1.4 "Response headers".
pub(super) const REQUEST_ID: &str = "x-request-id";

/// What the text of an answer with an error status says, in either shape. Never fails.
///
/// Source: BillerAPI description, section 3.2 "Two error body shapes".
pub(super) fn problem(status: StatusCode, text: &str) -> Problem {
    let body = members::read(text.as_bytes(), &["message", "error"]).unwrap_or_default();
    let reason = status.canonical_reason().map(str::to_owned);
    Problem { message: message(&body).or(reason), code: code(&body), ..Problem::default() }
}

/// `message`: text, or several texts of which each is a fault of the request.
fn message(body: &Value) -> Option<String> {
    let text = match body.get("message")? {
        Value::String(text) => text.trim().to_owned(),
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; "),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// `error`, if it looks like a code for programs: in the other shape it is the reason phrase of the status.
fn code(body: &Value) -> Option<String> {
    let code = body.get("error")?.as_str()?;
    let is_code = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    is_code.then(|| code.to_owned())
}

/// A failure at the biller, which comes with a status of the 200 range.
///
/// Source: BillerAPI description, section 3.3 "Business failures inside HTTP 200".
pub(super) fn refusal(operation: &Operation, body: &[u8]) -> Option<Refusal> {
    if !refusal::is_said_in(body) {
        return None;
    }
    let body = members::read(body, &["message", "error_code"])?;
    let message = message(&body);
    let Some(code) = body.get("error_code").and_then(Value::as_str).filter(|code| !code.is_empty()) else {
        // Nothing tells what happened.
        let problem = Problem { message, ..Problem::default() };
        return Some(Refusal { kind: ErrorKind::NotAccepted, problem });
    };
    let known = FailureCode::from(code);
    let (advice, passes) = advice(operation, &known);
    let is_known = FailureCode::ALL.contains(&known);
    let problem = Problem { message, code: Some(code.to_owned()), advice: Some(advice), is_known, passes };
    Some(Refusal { kind: ErrorKind::BusinessFailure, problem })
}

/// What to do about a failure, and whether it passes by itself.
fn advice(operation: &Operation, code: &FailureCode) -> (&'static str, bool) {
    match code {
        FailureCode::InvalidCredentials => {
            ("do not repeat it: ask the user for the login at the biller again", false)
        }
        FailureCode::BillerUnavailable => {
            ("the biller is down for a while: repeat the call later, with growing pauses", true)
        }
        FailureCode::AccountLocked => {
            ("do not repeat it: the user has to unlock the account at the biller first", false)
        }
        FailureCode::InvalidMfaCode => ("do not repeat it: ask the user for the one-time code again", false),
        FailureCode::LinkTokenExpired => ("create a new link token and begin again with it", false),
        _ if operation.sandbox_only => ("look up the service's code in its documents", false),
        _ => {
            ("look up the service's code before trying again: no document says what it leaves behind", false)
        }
    }
}

#[cfg(test)]
mod tests {
    use billwire_models::billerapi::operations;

    use super::*;

    #[track_caller]
    fn check(text: &str, message: &str, code: Option<&str>) {
        let problem = problem(StatusCode::BAD_REQUEST, text);
        assert_eq!((problem.message.as_deref(), problem.code.as_deref()), (Some(message), code), "{text}");
    }

    /// Contradiction C1: two shapes of an error body; both are read.
    #[test]
    fn both_shapes_are_read() {
        check(
            r#"{"statusCode": 401, "message": "Invalid client credentials", "error": "Unauthorized"}"#,
            "Invalid client credentials",
            None,
        );
        check(
            r#"{"status_code": 400, "error": "validation_error", "message": "Field 'x' must not be empty.",
                "documentation_url": "https://docs.billerapi.com/concepts/errors"}"#,
            "Field 'x' must not be empty.",
            Some("validation_error"),
        );
        check(r#"{"error": "a_new_code", "message": "m"}"#, "m", Some("a_new_code"));
        check(r#"{"statusCode": 400, "message": ["one", "two"], "error": "Bad Request"}"#, "one; two", None);
    }

    #[test]
    fn without_a_message_the_reason_phrase_stands_for_it() {
        let deep = "[".repeat(100_000);
        for text in ["", "<html>", "null", "[]", "{}", r#"{"message": 1}"#, r#"{"message": []}"#, &deep] {
            check(text, "Bad Request", None);
        }
    }

    #[test]
    fn a_failure_is_told_from_a_success() {
        let operation = &operations::SUBMIT_CREDENTIALS;
        let kind = |body: &str| refusal(operation, body.as_bytes()).map(|refusal| refusal.kind);
        assert_eq!(kind(r#"{"success": true, "status": "mfa_required"}"#), None);
        assert_eq!(kind(r#"{"success": true, "error_code": "ACCOUNT_LOCKED"}"#), None);
        assert_eq!(kind(r#"{"success": false}"#), Some(ErrorKind::NotAccepted));
        assert_eq!(kind(r#"{"success": false, "error_code": null}"#), Some(ErrorKind::NotAccepted));
        for code in FailureCode::ALL.iter().map(FailureCode::as_str).chain(["A_NEW_ONE"]) {
            let body = format!(r#"{{"success": false, "error_code": "{code}"}}"#);
            let refusal = refusal(operation, body.as_bytes()).expect(code);
            assert_eq!(refusal.kind, ErrorKind::BusinessFailure);
            assert_eq!(refusal.problem.code.as_deref(), Some(code));
            assert_eq!(refusal.problem.passes, code == "BILLER_UNAVAILABLE", "{code}");
        }
    }
}
