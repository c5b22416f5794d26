//! The error answer of the emulated APIs.

use serde_json::json;

/// An error answer: its status and the text a developer reads.
///
/// The body is `{"statusCode", "error", "message"}`. No current source documents one; this shape is the one the
/// evidence points to.
///
/// Source: Q2 Biller Direct description, section 2.3 "Errors" (inferred).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) message: String,
}

impl ApiError {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(401, message)
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, message)
    }

    pub(crate) fn not_written(what: &str) -> Self {
        Self::new(501, format!("The sandbox does not emulate {what} yet."))
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        let reason = http::StatusCode::from_u16(self.status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or("Error");
        json!({ "statusCode": self.status, "error": reason, "message": self.message })
            .to_string()
            .into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_has_the_three_members() {
        let body: serde_json::Value =
            serde_json::from_slice(&ApiError::bad_request("Please provide a billId.").body()).expect("JSON");
        assert_eq!(
            body,
            json!({"statusCode": 400, "error": "Bad Request", "message": "Please provide a billId."})
        );
    }
}
