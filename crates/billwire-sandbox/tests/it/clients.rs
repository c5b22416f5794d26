//! Clients, their tokens, and what a token opens.

use serde_json::json;

use crate::http::{Api, REGULAR_1, card, text};

#[tokio::test]
async fn the_same_identifier_is_the_same_client() {
    let api = Api::start().await;
    let first = api.client("Bk0zwVx1Z").await;
    assert_eq!(first.len(), 24);
    let body = json!({ "identifier": "Bk0zwVx1Z", "meta": { "firstName": "Demo", "pet": "cat" } });
    assert_eq!(api.post("/client", body).await.ok(), json!({ "clientId": first }));
    assert_ne!(api.client("bk0zwVx1Z").await, first);
    api.post("/client", json!({ "identifier": "" })).await.refused(400, "Please provide an identifier.");
    api.post("/client", json!({})).await.refused(400, "Please provide an identifier.");
    // A sync posted to the wrong route (trap T14).
    api.post("/client", json!({ "client": { "identifier": "x" } })).await.refused(400, "identifier");
}

#[tokio::test]
async fn a_new_client_has_nothing() {
    let api = Api::start().await;
    let client = api.client("new").await;
    for list in ["/auth/list/", "/bill/list/", "/payment/list/"] {
        assert_eq!(api.get(&format!("{list}{client}")).await.ok(), json!({ "data": [] }));
        api.get(&format!("{list}nobody")).await.refused(404, "no client nobody");
    }
    api.get("/bill/nothing").await.refused(404, "no bill nothing");
}

#[tokio::test]
async fn a_token_opens_what_belongs_to_its_client_only() {
    let api = Api::start().await;
    let token = api.token(json!({ "identifier": "owner" })).await;
    let owner = api.client("owner").await;
    let other = api.client("other").await;
    let others_bill = api.bill(&other, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    let others_card = api.card(&other, "4111111111111111").await;

    let get = async |path: String| api.request_as(&token, "GET", &path, None).await;
    let post = async |path: &str, body: serde_json::Value| {
        api.request_as(&token, "POST", path, Some(body.to_string())).await
    };
    get(format!("/payment/list/{owner}")).await.ok();
    get(format!("/company/{REGULAR_1}")).await.ok();
    post("/company/search", json!({ "query": "Regular" })).await.ok();
    post("/payment", card(&owner, "4111111111111111")).await.ok();

    for list in ["/auth/list/", "/bill/list/", "/payment/list/"] {
        get(format!("{list}{other}")).await.refused(403, "another client");
    }
    get(format!("/bill/{others_bill}")).await.refused(403, "another client");
    let body = json!({ "billId": others_bill });
    post("/payment/schedule", body.clone()).await.refused(403, "another client");
    post("/payment/cancel", body.clone()).await.refused(403, "another client");
    post(&format!("/payment/{others_card}/assign"), body.clone()).await.refused(403, "another client");
    let settings = json!({ "billId": others_bill, "recurring": "disabled" });
    post("/payment/settings", settings).await.refused(403, "another client");
    post("/payment", card(&other, "4111111111111111")).await.refused(403, "another client");
    let auth = json!({ "clientId": other, "companyId": REGULAR_1, "items": ["bill"], "form": { "username": "test" } });
    post("/auth", auth).await.refused(403, "another client");
    post("/client", json!({ "identifier": "x" })).await.refused(403, "API key");
    post("/client/create-token", json!({ "identifier": "x" })).await.refused(403, "API key");

    api.auth(&other, REGULAR_1, ["1", "", "mfa-required-prompt"]).await;
    api.advance("PT3S").await;
    let challenge = api.last_event("auth.security-input-required");
    let step = json!({ "token": challenge["token"], "method": "prompt" });
    post("/auth/step", step).await.refused(403, "another client");
}

#[tokio::test]
async fn a_token_expires() {
    let api = Api::start().await;
    let day = api.token(json!({ "identifier": "owner" })).await;
    let hour = api.token(json!({ "identifier": "owner", "expiration": "2026-03-02T13:00:00.000Z" })).await;
    assert_ne!(day, hour);
    let path = format!("/bill/list/{}", api.client("owner").await);
    let get = async |token: &str| api.request_as(token, "GET", &path, None).await;
    api.advance("PT59M59S").await;
    get(&hour).await.ok();
    api.advance("PT1S").await;
    get(&hour).await.refused(401, "expired");
    get(&day).await.ok();
    api.advance("PT23H").await;
    get(&day).await.refused(401, "expired");
    let past = json!({ "identifier": "owner", "expiration": "2026-03-03T12:00:00.000Z" });
    api.post("/client/create-token", past).await.refused(400, "in the past");
    let bad = json!({ "identifier": "owner", "expiration": "tomorrow" });
    api.post("/client/create-token", bad).await.refused(400, "expiration");
    let never = json!({ "identifier": "owner", "accessTokenExpiresIn": 0 });
    api.post("/client/create-token", never).await.refused(400, "accessTokenExpiresIn");
}

#[tokio::test]
async fn a_one_time_token_works_once() {
    let api = Api::start().await;
    let token = api.token(json!({ "identifier": "owner", "nonce": true })).await;
    let path = format!("/bill/list/{}", api.client("owner").await);
    api.request_as(&token, "GET", &path, None).await.ok();
    api.request_as(&token, "GET", &path, None).await.refused(401, "works once");
}

#[tokio::test]
async fn a_token_makes_its_client() {
    let api = Api::start().await;
    let token = api.token(json!({ "identifier": "unknown yet", "accessTokenExpiresIn": 3600 })).await;
    let client = api.client("unknown yet").await;
    api.request_as(&token, "GET", &format!("/bill/list/{client}"), None).await.ok();
    assert!(text(&json!(token)).len() >= 24);
}
