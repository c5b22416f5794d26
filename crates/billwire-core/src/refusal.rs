//! A success that says it is none: `success: false` under a status of the 200 range.
//!
//! Most documents show `success: true` and nothing else, and say that a failure is an error status. Should `false` come
//! all the same, a caller who looks at the `Result` only must not take it for a payment that was scheduled.
//!
//! Source: Q2 Biller Direct description, section 2.3 "Errors" and section 3.2 "Trap table", trap T1; BillerAPI description,
//! section 3.3 "Business failures inside HTTP 200".

use billwire_models::operation::{Operation, Safety};
use billwire_models::scalar::lenient::LenientBool;
use serde::Deserialize as _;

use crate::error::ErrorKind;
use crate::members;
use crate::protocol::{Problem, Refusal};

/// The refusal of a write that the documents do not know: the answer says `success: false`, and nobody can tell what that
/// leaves behind.
pub(crate) fn of_write(
    operation: &Operation,
    body: &[u8],
    problem: impl FnOnce(&str) -> Problem,
) -> Option<Refusal> {
    if operation.safety == Safety::Read || !is_said_in(body) {
        return None;
    }
    let problem = problem(&String::from_utf8_lossy(body));
    Some(Refusal { kind: ErrorKind::NotAccepted, problem })
}

/// Whether `body` is an object whose `success` is false in any form that the trap table lists.
pub(crate) fn is_said_in(body: &[u8]) -> bool {
    // Most answers have no such member, and are not read twice.
    if !contains(body, b"success") && !contains(body, b"\\u") {
        return false;
    }
    let Some(answer) = members::read(body, &["success"]) else { return false };
    let success = answer.get("success").and_then(|success| LenientBool::deserialize(success).ok());
    success == Some(LenientBool(false))
}

fn contains(body: &[u8], text: &[u8]) -> bool {
    body.windows(text.len()).any(|window| window == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_false_success_counts() {
        for body in [
            r#"{"success": false}"#,
            r#"{"success": "False", "message": "no"}"#,
            r#"{"success": 0}"#,
            r#"{"success": true, "success": false}"#,
            r#"{"\u0073uccess": false}"#,
        ] {
            assert!(is_said_in(body.as_bytes()), "{body}");
        }
        for body in [
            r#"{"success": true}"#,
            r#"{"success": null}"#,
            r#"{"success": "no"}"#,
            r#"{"data": {"success": false}}"#,
            "[false]",
            "false",
            "{}",
            "",
        ] {
            assert!(!is_said_in(body.as_bytes()), "{body}");
        }
        assert!(!is_said_in("[".repeat(100_000).as_bytes()));
    }

    /// Nothing is built of what lies beside: a tree that deep would be refused by its builder.
    #[test]
    fn what_lies_beside_is_passed_over() {
        let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
        assert!(is_said_in(format!(r#"{{"bills": {deep}, "success": false}}"#).as_bytes()));
        assert!(!is_said_in(format!(r#"{{"bills": {deep}, "success": {deep}}}"#).as_bytes()));
    }
}
