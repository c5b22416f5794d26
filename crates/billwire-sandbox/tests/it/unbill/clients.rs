//! Clients and their tokens.

use serde_json::json;

use super::legacy::{Legacy, refused};
use crate::http::text;

/// Source: Unbill v1 description, section 10 (10).
#[tokio::test]
async fn a_client_is_created_once_per_identifier() {
    let unbill = Legacy::start().await;
    let meta = json!({ "firstName": "Demo", "nickName": "D" });
    let first = unbill.post("/client", json!({ "identifier": "a", "meta": meta })).await.ok();
    assert_eq!(unbill.post("/client", json!({ "identifier": "a" })).await.ok(), first);
    assert_ne!(unbill.post("/client", json!({ "identifier": "b" })).await.ok(), first);
    refused(&unbill.post("/client", json!({})).await, 400, "Please provide an identifier");
    let state = unbill.sandbox().state().expect("a state");
    assert_eq!(state["unbill"]["world"]["clients"][0]["meta"], meta);
}

/// Trap L7: without `nonce` a token works once; `false` makes it reusable. Contradiction LC7.
#[tokio::test]
async fn a_token_works_once_unless_it_is_said_otherwise() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let token =
        async |body: serde_json::Value| text(&unbill.post("/client/create-token", body).await.ok()["token"]);
    for nonce in [None, Some(true)] {
        let mut body = json!({ "identifier": "somebody" });
        if let Some(nonce) = nonce {
            body["nonce"] = json!(nonce);
        }
        let once = token(body).await;
        assert_eq!(unbill.sandbox().unbill().use_token(&once).expect("good"), client);
        let error = unbill.sandbox().unbill().use_token(&once).expect_err("used up");
        assert!(error.to_string().contains("works once"), "{error}");
    }
    let often = token(json!({ "identifier": "somebody", "nonce": false })).await;
    for _ in 0..3 {
        assert_eq!(unbill.sandbox().unbill().use_token(&often).expect("good"), client);
    }
    let used = unbill.api.control("POST", "/unbill/tokens/use", Some(json!({ "token": often }))).await.ok();
    assert_eq!(used, json!({ "clientId": client }));
    let unknown = unbill.sandbox().unbill().use_token("nobody's").expect_err("unknown");
    assert_eq!(unknown.to_string(), "there is no such client token");
    unbill.advance("PT24H").await;
    let error = unbill.sandbox().unbill().use_token(&often).expect_err("expired");
    assert!(error.to_string().contains("expired"), "{error}");
}

/// Source: Unbill v1 description, section 10 (9).
#[tokio::test]
async fn a_token_makes_its_client_with_meta() {
    let unbill = Legacy::start().await;
    let body = json!({ "identifier": "new", "meta": { "email": "demo@example.com" } });
    let token = text(&unbill.post("/client/create-token", body).await.ok()["token"]);
    let client = unbill.sandbox().unbill().use_token(&token).expect("good");
    assert_eq!(client, unbill.client("new").await);
    let state = unbill.sandbox().state().expect("a state");
    assert_eq!(state["unbill"]["world"]["clients"][0]["meta"]["email"], "demo@example.com");
}

/// The API key opens every route; a client token opens none of them in this version.
///
/// Source: Unbill v1 description, section 4 "Endpoints".
#[tokio::test]
async fn only_an_api_key_is_a_credential() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let body = json!({ "identifier": "somebody", "nonce": false });
    let token = text(&unbill.post("/client/create-token", body).await.ok()["token"]);
    let path = format!("/bill/list/{client}");
    for credential in [format!("Bearer {token}"), "Bearer nothing".to_owned(), "Basic abc".to_owned()] {
        let answer = unbill.raw("GET", &path, &[("authorization", &credential)], "").await;
        refused(&answer, 401, "");
    }
    refused(&unbill.raw("GET", &path, &[], "").await, 401, "Authorization");
    // Trap L12: a key in the body is no credential, and is not in the way of one.
    let with_key = json!({ "identifier": "somebody", "apiKey": unbill.sandbox().api_key() });
    refused(&unbill.raw("POST", "/client", &[], &with_key.to_string()).await, 401, "Authorization");
    unbill.post("/client", with_key).await.ok();
}
