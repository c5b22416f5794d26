//! What a body may look like, and what an answer carries.

use billwire_sandbox::{Sandbox, UnbillRules};
use serde_json::json;

use super::legacy::{Legacy, refused};
use crate::http::Api;

/// Trap L1: the curl samples post other bodies to `/auth`, which are none of it. Contradiction LC1.
#[tokio::test]
async fn what_the_samples_post_to_the_wrong_route_is_refused() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    for body in [
        crate::http::card(&client, "4111111111111111"),
        json!({ "authId": "566595c8ce88ccec69328566" }),
        json!({ "mfa": [], "token": "566595c8ce88ccec69328566" }),
    ] {
        refused(&unbill.post("/auth", body).await, 400, "Please provide a");
    }
    let no_company = json!({ "clientId": client, "form": { "username": "test", "password": "test" } });
    refused(&unbill.post("/auth", no_company).await, 400, "Please provide a companyId");
}

/// Trap L2: JSON is accepted whatever the type says, unless the rule asks for the type.
#[tokio::test]
async fn the_content_type_counts_only_in_strict_mode() {
    let unbill = Legacy::start().await;
    let credential = format!("Bearer {}", unbill.sandbox().api_key());
    let authorized = ("authorization", credential.as_str());
    let body = json!({ "identifier": "a" }).to_string();
    let form = [authorized, ("content-type", "application/x-www-form-urlencoded")];
    for headers in [&[authorized][..], &form] {
        unbill.raw("POST", "/client", headers, &body).await.ok();
    }
    let rules = json!({ "strictContentType": true });
    assert_eq!(unbill.api.control("PUT", "/unbill/rules", Some(rules)).await.ok()["strictContentType"], true);
    for headers in [&[authorized][..], &form] {
        refused(&unbill.raw("POST", "/client", headers, &body).await, 400, "Content-Type");
    }
    let json = [authorized, ("content-type", "Application/JSON; charset=utf-8")];
    unbill.raw("POST", "/client", &json, &body).await.ok();
    unbill.raw("GET", "/company/categories", &[authorized], "").await.ok();
    unbill
        .sandbox()
        .unbill()
        .set_rules(UnbillRules::default().with_strict_content_type(false))
        .expect("rules");
    unbill.raw("POST", "/client", &[authorized], &body).await.ok();
}

/// Trap L4: the sample's trailing comma is no JSON. Trap L3 has no meaning on the wire.
#[tokio::test]
async fn a_trailing_comma_is_refused() {
    let unbill = Legacy::start().await;
    let body = "{\"billId\": \"566595c8ce88ccec69328566\",}";
    let path = "/payment/566595c8ce88ccec69328566/assign";
    refused(&unbill.request("POST", path, body).await, 400, "not valid JSON");
}

/// Every answer has a request id, also that of an error, and an error has one member.
///
/// Source: Unbill v1 description, section 2.
#[tokio::test]
async fn errors_have_this_versions_form() {
    let api = Api::start_with(Sandbox::builder().body_limit(100)).await;
    let unbill = Legacy { api };
    let long = json!({ "identifier": "a".repeat(200) });
    for (answer, status) in [
        (unbill.get("/nowhere").await, 404),
        (unbill.request("PUT", "/client", "").await, 405),
        (unbill.post("/client", long.clone()).await, 413),
        (unbill.raw("POST", "/client", &[], &long.to_string()).await, 401),
    ] {
        refused(&answer, status, "");
        assert!(answer.headers.contains_key("request-id"));
        assert_eq!(answer.headers.contains_key("allow"), status == 405);
    }
    let records = unbill.sandbox().requests();
    assert!(records.iter().all(|record| record.api == "unbill"));
    // The current version's keep their own form on the same sandbox.
    unbill.api.get("/nowhere").await.refused(404, "There is no route");
}

/// Contradiction LC12: a plain bearer key.
#[tokio::test]
async fn the_scheme_is_bearer() {
    let unbill = Legacy::start().await;
    let key = unbill.sandbox().api_key().to_owned();
    for (value, good) in
        [(format!("bearer {key}"), true), (format!("OAuth {key}"), false), (key.clone(), false)]
    {
        let answer = unbill.raw("GET", "/company/categories", &[("authorization", &value)], "").await;
        assert_eq!(answer.status, if good { 200 } else { 401 }, "{value}");
    }
}
