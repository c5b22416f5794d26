//! What is refused, route by route, in the words of 2017 as far as their substance is known.
//!
//! Source: Unbill v1 description, section 2 "Authentication, request ids, errors".

use serde_json::json;

use super::legacy::{Legacy, refused};

const NOBODY: &str = "566595c8ce88ccec69328566";

/// Every row of the table of refusals that needs no state: 400 with a message, and 404 for an unknown id in a path below
/// `/bill`, `/company` and `/payment`.
#[tokio::test]
async fn every_route_refuses_what_names_nothing() {
    let unbill = Legacy::start().await;
    for (path, status) in [
        (format!("/auth/list/{NOBODY}"), 400),
        (format!("/bill/list/{NOBODY}"), 404),
        (format!("/payment/list/{NOBODY}"), 404),
        (format!("/bill/{NOBODY}"), 404),
        (format!("/company/{NOBODY}"), 404),
    ] {
        refused(&unbill.get(&path).await, status, NOBODY);
    }
    for (path, body, status, says) in [
        (format!("/auth/{NOBODY}/fix-hold"), json!({}), 400, NOBODY),
        ("/company/search".to_owned(), json!({}), 400, "query"),
        ("/client/create-token".to_owned(), json!({}), 400, "identifier"),
        (format!("/payment/{NOBODY}/retry"), json!({}), 404, NOBODY),
        (format!("/payment/{NOBODY}/assign"), json!({ "billId": NOBODY }), 404, NOBODY),
        ("/payment/schedule".to_owned(), json!({}), 400, "billId"),
        ("/payment/schedule".to_owned(), json!({ "billId": NOBODY }), 400, NOBODY),
        ("/payment/settings".to_owned(), json!({ "billId": NOBODY, "recurring": "enabled" }), 400, NOBODY),
    ] {
        refused(&unbill.post(&path, body).await, status, says);
    }
}

/// Tokens are not revoked, clients not synchronised, and there are no partner keys: none of the routes is there.
///
/// Source: Unbill v1 description, section 4 "Endpoints" (last sentence) and section 10 (8), (9) and (14).
#[tokio::test]
async fn routes_of_the_current_version_are_not_here() {
    let unbill = Legacy::start().await;
    for (method, path) in [
        ("POST", format!("/auth/{NOBODY}/answer-questions")),
        ("GET", format!("/bill/listByPartner/{NOBODY}")),
        ("POST", "/payment/cancel".to_owned()),
        ("DELETE", "/payment/cancel".to_owned()),
        ("POST", "/client/revoke-tokens".to_owned()),
        ("POST", "/client/sync".to_owned()),
        ("GET", format!("/swap/list/{NOBODY}")),
        ("GET", "/partner/public-keys".to_owned()),
        ("GET", "/partner/public-keys/latest".to_owned()),
        ("GET", format!("/partner/public-keys/{NOBODY}")),
    ] {
        refused(&unbill.request(method, &path, "{}").await, 404, "There is no route");
    }
}
