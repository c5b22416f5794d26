//! The forms in which pages, objects and errors leave: what the documents print in several ways.
//!
//! Source: BillerAPI description, sections 3.2, 3.6, 5.8, 5.12, 5.16.

use serde_json::{Map, Value, json};

use super::settings::{BillerApiSettings, ErrorShape, ObjectForm, PageForm};
use crate::api_error::ApiError;

/// A page of errors, by section.
const ERROR_DOCUMENTATION: &str = "https://docs.billerapi.com/concepts/errors";
/// A page of limits.
const LIMIT_DOCUMENTATION: &str = "https://docs.billerapi.com/concepts/rate-limits";

/// The body of an error.
pub(super) fn error_body(shape: ErrorShape, error: &ApiError) -> Vec<u8> {
    let status = error.status;
    let reason = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let body = match shape {
        ErrorShape::N => json!({
            "statusCode": status,
            "message": error.message,
            "error": reason.unwrap_or("Error"),
        }),
        ErrorShape::S => json!({
            "status_code": status,
            "error": code(status),
            "message": error.message,
            "documentation_url": if status == 429 { LIMIT_DOCUMENTATION } else { ERROR_DOCUMENTATION },
        }),
    };
    body.to_string().into_bytes()
}

/// The machine code of a status; the documents have six, and the nearest stands for any other.
fn code(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        403 => "authorization_error",
        404 => "not_found",
        429 => "rate_limit_exceeded",
        400..=499 => "validation_error",
        _ => "internal_error",
    }
}

/// A list: the member that holds its elements as documented, and the name of the resource.
fn list_of(operation: &str) -> Option<(&'static str, &'static str)> {
    match operation {
        "listBillers" => Some(("data", "billers")),
        "listBills" => Some(("bills", "bills")),
        "listSyncs" => Some(("data", "syncs")),
        "listEmailMessages" => Some(("data", "messages")),
        "listRequestsToLink" => Some(("items", "items")),
        "listAccounts" => Some(("accounts", "accounts")),
        _ => None,
    }
}

/// Pages that go on by a cursor say so even at their end.
fn has_cursor(operation: &str) -> bool {
    matches!(operation, "listBillers" | "listBills" | "listSyncs" | "listEmailMessages" | "listScenarioBills")
}

/// Single objects that are documented, or to be expected, inside another: under which name.
fn wrapped_as(operation: &str) -> Option<&'static str> {
    match operation {
        "getBill" => Some("bill"),
        "getRequestToLink" | "createGmailAuthorization" => Some("data"),
        _ => None,
    }
}

/// A good answer in the forms of the settings.
pub(super) fn shaped(settings: &BillerApiSettings, operation: Option<&str>, body: Vec<u8>) -> Vec<u8> {
    let Some(operation) = operation else { return body };
    let is_listed = list_of(operation).is_some() || has_cursor(operation);
    let is_wrapped = wrapped_as(operation).is_some() && settings.objects != ObjectForm::Bare;
    if !is_listed && !is_wrapped {
        return body;
    }
    match serde_json::from_slice(&body) {
        Ok(Value::Object(members)) if is_listed => {
            page(settings.pages, operation, members).to_string().into_bytes()
        }
        Ok(object) if is_wrapped => wrapped(settings.objects, operation, object).to_string().into_bytes(),
        _ => body,
    }
}

fn page(form: PageForm, operation: &str, mut members: Map<String, Value>) -> Value {
    if has_cursor(operation) {
        members.entry("next_cursor").or_insert(Value::Null);
    }
    let Some((documented, resource)) = list_of(operation) else { return Value::Object(members) };
    let name = match form {
        PageForm::Documented => documented,
        PageForm::WithoutHasMore => {
            members.remove("has_more");
            documented
        }
        PageForm::Data => "data",
        PageForm::Items => "items",
        PageForm::Resource => resource,
        PageForm::BareArray => return members.remove(documented).unwrap_or_default(),
    };
    if name != documented
        && let Some(elements) = members.remove(documented)
    {
        members.insert(name.to_owned(), elements);
    }
    Value::Object(members)
}

fn wrapped(form: ObjectForm, operation: &str, object: Value) -> Value {
    match (form, wrapped_as(operation)) {
        (ObjectForm::Resource, Some(name)) if name != "data" => json!({ "success": true, name: object }),
        (ObjectForm::Bare, _) | (_, None) => object,
        _ => json!({ "success": true, "data": object }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(form: PageForm, operation: &str, body: &Value, expected: &Value) {
        let settings = BillerApiSettings::default().with_pages(form);
        let shaped = shaped(&settings, Some(operation), body.to_string().into_bytes());
        assert_eq!(serde_json::from_slice::<Value>(&shaped).expect("JSON"), *expected, "{form:?}");
    }

    /// Contradiction C5: the array of a page stands under several names.
    #[test]
    fn pages_have_the_form_that_is_asked_for() {
        let body = || json!({ "data": [1], "has_more": true, "next_cursor": "c" });
        check(PageForm::Documented, "listSyncs", &body(), &body());
        let items = json!({ "items": [1], "has_more": true, "next_cursor": "c" });
        check(PageForm::Items, "listSyncs", &body(), &items);
        let syncs = json!({ "syncs": [1], "has_more": true, "next_cursor": "c" });
        check(PageForm::Resource, "listSyncs", &body(), &syncs);
        check(PageForm::WithoutHasMore, "listSyncs", &body(), &json!({ "data": [1], "next_cursor": "c" }));
        check(PageForm::BareArray, "listSyncs", &body(), &json!([1]));
        let last = json!({ "bills": [], "has_more": false, "next_cursor": null });
        check(PageForm::Documented, "listBills", &json!({ "bills": [], "has_more": false }), &last);
        check(PageForm::Data, "listAccounts", &json!({ "accounts": [1] }), &json!({ "data": [1] }));
        check(PageForm::BareArray, "triggerSync", &json!({ "id": "a" }), &json!({ "id": "a" }));
    }

    /// Contradiction C13: an object stands alone, in `data`, or under its own name.
    #[test]
    fn objects_have_the_form_that_is_asked_for() {
        let shape = |form, operation: &str| {
            let settings = BillerApiSettings::default().with_objects(form);
            let body = shaped(&settings, Some(operation), b"{\"a\":1}".to_vec());
            serde_json::from_slice::<Value>(&body).expect("JSON")
        };
        let in_data = json!({ "success": true, "data": { "a": 1 } });
        assert_eq!(shape(ObjectForm::Bare, "getBill"), json!({ "a": 1 }));
        assert_eq!(shape(ObjectForm::Data, "getBill"), in_data);
        assert_eq!(shape(ObjectForm::Resource, "getBill"), json!({ "success": true, "bill": { "a": 1 } }));
        assert_eq!(shape(ObjectForm::Resource, "createGmailAuthorization"), in_data);
        assert_eq!(shape(ObjectForm::Data, "triggerSync"), json!({ "a": 1 }));
    }

    /// Contradiction C1: two shapes of one error.
    #[test]
    fn errors_have_two_shapes() {
        let body = |shape, status| {
            let error = ApiError::new(status, "No.");
            serde_json::from_slice::<Value>(&error_body(shape, &error)).expect("JSON")
        };
        for (status, code, reason) in [
            (400, "validation_error", "Bad Request"),
            (401, "authentication_error", "Unauthorized"),
            (403, "authorization_error", "Forbidden"),
            (404, "not_found", "Not Found"),
            (429, "rate_limit_exceeded", "Too Many Requests"),
            (500, "internal_error", "Internal Server Error"),
        ] {
            let framework = json!({ "statusCode": status, "message": "No.", "error": reason });
            assert_eq!(body(ErrorShape::N, status), framework);
            let structured = body(ErrorShape::S, status);
            assert_eq!((&structured["status_code"], &structured["error"]), (&json!(status), &json!(code)));
            let url = structured["documentation_url"].as_str().unwrap_or_default();
            assert!(url.starts_with("https://docs.billerapi.com/"), "{url}");
        }
    }
}
