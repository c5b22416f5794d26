//! The untidy forms of requests, which the sandbox takes always: one test per trap of the trap table.

use http::Request;
use serde_json::{Value, json};

use crate::http::{Api, MFA_1, REGULAR_1};
use billwire_sandbox::RequestSigning;
use bytes::Bytes;
use http_body_util::Full;

async fn with_bill(identifier: &str) -> (Api, String, String) {
    let api = Api::start().await;
    let client = api.client(identifier).await;
    api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    (api, client, bill)
}

/// The login that asks for a code: the choice of where it goes.
async fn asked_for_a_code() -> (Api, String, Value) {
    let api = Api::start().await;
    let client = api.client("code").await;
    api.auth(&client, MFA_1, ["25.21", "04/15/2026", ""]).await;
    api.advance("PT5S").await;
    let choice = api.last_event("auth.security-input-required");
    (api, client, choice)
}

async fn step(api: &Api, body: Value) {
    api.post("/auth/step", body).await.ok();
    api.advance("PT1S").await;
}

async fn auth_status(api: &Api, client: &str) -> Value {
    api.auths(client).await[0]["status"]["type"].clone()
}

/// Trap T4: the search prints its boolean, its numbers and its list as texts.
#[tokio::test]
async fn a_search_in_texts_finds_the_same() {
    let api = Api::start().await;
    let search = async |body: Value| api.post("/company/search", body).await.ok();
    let tidy = json!({ "query": "Regular", "paginateResults": true, "pageSize": 2, "pageNumber": 2, "products": ["cardswap"] });
    let expected = search(tidy).await;
    assert_eq!((&expected["resultCount"], expected["data"].as_array().map(Vec::len)), (&json!(5), Some(2)));
    for products in [json!("['cardswap']"), json!("cardswap"), json!(["cardswap"])] {
        let texts = json!({
            "query": "Regular", "paginateResults": "true", "pageSize": "2", "pageNumber": "2", "products": products,
        });
        assert_eq!(search(texts).await, expected, "{products}");
    }
    let several = json!({ "query": "Regular", "products": "['cardswap', 'biller-direct']" });
    assert_eq!(search(several).await["data"].as_array().map(Vec::len), Some(5));
}

/// Trap T5: the sync operation prints `setAsDefault` as a text, `POST /payment` as a boolean.
#[tokio::test]
async fn a_default_card_may_be_a_text() {
    for written in [json!("true"), json!(true)] {
        let api = Api::start().await;
        let card = json!({
            "cardNumber": "4111111111111111", "cardCode": "123", "expMonth": "12", "expYear": "2030",
            "zipcode": "12345", "name": "Demo User", "setAsDefault": written,
        });
        let body = json!({ "client": { "identifier": "synced" }, "cards": [card] });
        let answer = api.post("/client/sync", body).await.ok();
        let client = answer["clientId"].as_str().expect("a client").to_owned();
        assert_eq!(api.methods(&client).await[0]["default"], json!(true), "{written}");
    }
}

/// Trap T11: a payment may be scheduled under either name, under both if they agree, and without a name it is made now.
#[tokio::test]
async fn either_name_of_the_pay_date_is_read() {
    let day = "2026-03-10T00:00:00.000Z";
    for body in [json!({ "payDate": day }), json!({ "date": day }), json!({ "payDate": day, "date": day })] {
        let (api, _, bill) = with_bill("scheduled").await;
        let mut body = body;
        body["billId"] = json!(bill);
        api.post("/payment/schedule", body.clone()).await.ok();
        assert_eq!(api.read_bill(&bill).await["payDate"], day, "{body}");
    }
    let (api, _, bill) = with_bill("now").await;
    let differing = json!({ "billId": bill, "payDate": day, "date": "2026-03-11T00:00:00.000Z" });
    api.post("/payment/schedule", differing).await.refused(400, "different things");
    api.pay_now(&bill).await;
    assert_eq!(api.sandbox.ledger().len(), 1);
}

/// Trap T12: the key that an old sample carries in its body is no credential, and nobody writes it down.
#[tokio::test]
async fn a_key_in_the_body_is_ignored_and_forgotten() {
    let (api, _, bill) = with_bill("leftover").await;
    let secret = "a1b2c3d4-left-over-key";
    let body = json!({ "billId": bill, "apiKey": format!("Authorization: Bearer {secret}") });
    api.post("/payment/schedule", body.clone()).await.ok();
    let refused = api.request_as("nonsense", "POST", "/payment/schedule", Some(body.to_string())).await;
    refused.refused(401, "neither an API key nor");
    let everything = format!(
        "{}{:?}{:?}",
        api.sandbox.state().expect("a state"),
        api.sandbox.requests(),
        api.sandbox.events()
    );
    assert!(!everything.contains(secret));
}

/// Trap T13: the sample of the security step posts to `/auth`.
#[tokio::test]
async fn a_step_posted_to_auth_is_refused() {
    let (api, client, choice) = asked_for_a_code().await;
    let security = json!({ "identifier": choice["input"][0]["identifier"] });
    let body = json!({ "token": choice["token"], "method": "code", "security": security });
    api.post("/auth", body.clone()).await.refused(400, "Please provide a clientId");
    step(&api, body).await;
    assert_ne!(api.last_event("auth.security-input-required")["token"], choice["token"], "{client}");
}

/// Trap T14: the sample of the sync posts to `/client`.
#[tokio::test]
async fn a_sync_posted_to_client_is_refused() {
    let api = Api::start().await;
    let body = json!({ "client": { "identifier": "synced" }, "token": {}, "cards": [] });
    api.post("/client", body.clone()).await.refused(400, "Please provide an identifier");
    api.post("/client/sync", body).await.ok();
}

/// Trap T15: a swap is started at both paths.
#[tokio::test]
async fn a_swap_is_started_at_both_paths() {
    for path in ["/swap/create", "/swap"] {
        let api = Api::start().await;
        let client = api.client("swapper").await;
        let card = api.card(&client, "4111111111111111").await;
        let auth = api.auth(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
        api.advance("PT5S").await;
        let body = json!({ "authId": auth, "paymentMethodId": card });
        api.post(path, body).await.ok();
        let swaps = api.get(&format!("/swap/list/{client}")).await.ok();
        assert_eq!(swaps["data"].as_array().map(Vec::len), Some(1), "{path}");
        assert_eq!(
            api.sandbox.requests().iter().rev().nth(1).and_then(|one| one.operation.as_deref()),
            Some("createSwap")
        );
    }
}

/// Trap T16: the samples' trailing commas and missing commas are not JSON.
#[tokio::test]
async fn broken_json_is_refused() {
    let (api, _, bill) = with_bill("commas").await;
    let post = async |path: &str, body: String| api.request("POST", path, Some(body)).await;
    let trailing = format!("{{\"billId\": \"{bill}\",}}");
    post("/payment/cancel", trailing.clone()).await.refused(400, "not valid JSON");
    post("/payment/5c5b2ed67d94870391c30b33/assign", trailing).await.refused(400, "not valid JSON");
    let missing = "{\"query\": \"Netflix\" \"paginateResults\": true}".to_owned();
    post("/company/search", missing).await.refused(400, "not valid JSON");
    post("/payment/cancel", format!("\"billId\": \"{bill}\"")).await.refused(400, "");
}

/// Trap T22: `security` may be an array or an object, for a code and for questions.
#[tokio::test]
async fn security_may_be_an_array_or_an_object() {
    for as_array in [false, true] {
        let shaped = |one: Value| if as_array { json!([one]) } else { one };
        let (api, client, choice) = asked_for_a_code().await;
        let chosen = shaped(json!({ "identifier": choice["input"][0]["identifier"] }));
        step(&api, json!({ "token": choice["token"], "method": "code", "security": chosen })).await;
        let asked = api.last_event("auth.security-input-required");
        let given = shaped(json!({ "identifier": asked["input"][0]["identifier"], "answer": "123456" }));
        step(&api, json!({ "token": asked["token"], "method": "questions", "security": given })).await;
        assert_eq!(auth_status(&api, &client).await, "verified", "as an array: {as_array}");
    }
}

/// Trap T23: the webhook that asks for a code says `questions`, the sample of the answer says `code`. Both are taken.
#[tokio::test]
async fn a_code_may_be_answered_as_a_question_or_as_a_code() {
    for method in ["questions", "code"] {
        let (api, client, choice) = asked_for_a_code().await;
        let chosen = json!({ "identifier": choice["input"][0]["identifier"] });
        step(&api, json!({ "token": choice["token"], "method": "code", "security": chosen })).await;
        let asked = api.last_event("auth.security-input-required");
        assert_eq!(asked["method"], "questions");
        let given = json!({ "identifier": asked["input"][0]["identifier"], "answer": "123456" });
        step(&api, json!({ "token": asked["token"], "method": method, "security": given })).await;
        assert_eq!(auth_status(&api, &client).await, "verified", "{method}");
    }
}

/// Trap T28: the table of `DELETE /auth/{authId}` calls its parameter the id of a bill; it is that of the auth.
#[tokio::test]
async fn an_auth_is_deleted_by_its_own_id() {
    let (api, client, bill) = with_bill("deleted").await;
    let auth = api.auths(&client).await[0]["_id"].as_str().expect("an id").to_owned();
    api.request("DELETE", &format!("/auth/{bill}"), None).await.refused(404, "");
    api.request("DELETE", &format!("/auth/{auth}"), None).await.ok();
    assert!(api.auths(&client).await.is_empty());
}

/// Trap T33: the `Date` that is signed is ISO 8601; the usual date of HTTP is refused.
#[tokio::test]
async fn the_usual_http_date_is_refused() {
    let api = Api::start().await;
    api.sandbox
        .configure_request_signing(RequestSigning::with_public_key(
            crate::keys::spki(&crate::keys::signing()),
        ))
        .await
        .expect("configured");
    let request = Request::get(format!("{}/company/categories", api.sandbox.urls().q2))
        .header("authorization", format!("Bearer {}", api.sandbox.api_key()))
        .header("date", "Mon, 02 Mar 2026 12:00:00 GMT")
        .header("signature", "AAAA")
        .body(Full::new(Bytes::new()))
        .expect("a request");
    api.send(request).await.refused(401, "ISO 8601");
}

/// Trap T34: `items` may be a bare text.
#[tokio::test]
async fn items_may_be_a_text_or_a_list() {
    for items in [json!("swap"), json!(["swap"])] {
        let api = Api::start().await;
        let client = api.client("items").await;
        let card = api.card(&client, "4111111111111111").await;
        let form = json!({ "balance": "25.21", "dueDate": "04/15/2026", "status": "" });
        let body = json!({
            "clientId": client, "companyId": REGULAR_1, "items": items, "form": form,
            "meta": { "paymentMethodId": card },
        });
        api.post("/auth", body).await.ok();
        api.advance("PT5S").await;
        let swaps = api.get(&format!("/swap/list/{client}")).await.ok();
        assert_eq!(swaps["data"].as_array().map(Vec::len), Some(1), "{items}");
    }
}
