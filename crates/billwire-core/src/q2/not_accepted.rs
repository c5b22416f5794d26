//! A success that says it is none: `success: false` under a status of the 200 range.
//!
//! The documents show `success: true` and nothing else, and say that a failure is an error status. Should `false` come
//! all the same, a caller who looks at the `Result` only must not take it for a payment that was scheduled.
//!
//! Source: Q2 Biller Direct description, section 2.3 "Errors" and section 3.2 "Trap table", trap T1.

use billwire_models::scalar::lenient::LenientBool;
use serde::Deserialize as _;
use serde_json::Value;

/// Whether `body` is an object whose `success` is false in any form that the trap table lists.
pub(super) fn is_said_in(body: &[u8]) -> bool {
    let Ok(answer) = serde_json::from_slice::<Value>(body) else { return false };
    let success = answer.get("success").and_then(|success| LenientBool::deserialize(success).ok());
    success == Some(LenientBool(false))
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
}
