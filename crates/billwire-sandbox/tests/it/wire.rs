//! What every answer has in common: ids, error bodies, routes.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde_json::json;

use crate::http::{Api, REGULAR_1};

#[tokio::test]
async fn every_answer_has_a_request_id() {
    let api = Api::start().await;
    let mut ids = Vec::new();
    for path in [format!("/company/{REGULAR_1}"), "/company/nothing".to_owned(), "/nowhere".to_owned()] {
        let answer = api.get(&path).await;
        let id = answer.headers.get("request-id").and_then(|id| id.to_str().ok()).expect("a request-id");
        assert_eq!(id.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{id}");
        assert!(answer.headers["content-type"].to_str().expect("text").starts_with("application/json"));
        ids.push(id.to_owned());
    }
    let logged: Vec<String> = api.sandbox.requests().into_iter().map(|record| record.request_id).collect();
    assert_eq!(logged, ids, "the log names the same requests");
}

#[tokio::test]
async fn credentials_are_checked_first() {
    let api = Api::start().await;
    let url = format!("{}/company/{REGULAR_1}", api.sandbox.urls().q2);
    let with = |value: Option<&str>| {
        let request = Request::get(&url);
        let request = match value {
            Some(value) => request.header("authorization", value),
            None => request,
        };
        request.body(Full::new(Bytes::new())).expect("a request")
    };
    let key = api.sandbox.api_key().to_owned();
    for bad in [None, Some("Bearer"), Some("Bearer  "), Some("Basic abc"), Some(key.as_str())] {
        api.send(with(bad)).await.refused(401, "Authorization: Bearer");
    }
    api.send(with(Some("Bearer nonsense"))).await.refused(401, "neither an API key nor");
    api.send(with(Some(&format!("bearer {key}")))).await.ok();
    // Also before the body is looked at.
    api.request_as("nonsense", "POST", "/client", Some("{".to_owned())).await.refused(401, "neither");
}

#[tokio::test]
async fn unknown_routes_and_methods_differ() {
    let api = Api::start().await;
    api.get("/nowhere").await.refused(404, "no route GET /v1/nowhere");
    api.get("").await.refused(404, "no route");
    api.get("/bill/").await.refused(404, "no route");
    let answer = api.get("/client").await;
    assert_eq!(answer.headers["allow"], "POST");
    answer.refused(405, "takes POST, not GET");
    api.request("PUT", "/auth/579b695decea110719b1874d", None).await.refused(405, "takes DELETE, not PUT");
    api.get("/swap/create").await.refused(405, "takes POST, not GET");
}

#[tokio::test]
async fn bodies_are_refused_with_the_place_of_the_mistake() {
    let api = Api::start().await;
    let post = async |body: &str| api.request("POST", "/client", Some(body.to_owned())).await;
    post("").await.refused(400, "Please provide a JSON body.");
    post("{\"identifier\": \"x\",}").await.refused(400, "not valid JSON (line 1, column 20)");
    post("{\"identifier\": \"x\"").await.refused(400, "not valid JSON");
    post("[]").await.refused(400, "The body is not acceptable");
    post("{\"identifier\": 7}").await.refused(400, "The member identifier is not acceptable");
    post("{\"identifier\": null}").await.refused(400, "identifier");
    post(&format!("{{\"identifier\": \"{}\"}}", "x".repeat(2_000_000))).await.refused(413, "1048576 bytes");
    post("{\"identifier\": \"x\", \"unknown\": [1, 2]}").await.ok();
}

#[tokio::test]
async fn a_card_number_is_repeated_nowhere() {
    let api = Api::start().await;
    let client = api.client("private").await;
    for body in [
        json!({ "clientId": client, "paymentType": "card", "name": "N", "cardNumber": 4_000_123_412_341_235_u64 }),
        json!({ "clientId": client, "paymentType": "card", "name": "N", "cardNumber": "4000123412341235", "expMonth": "12", "expYear": "2030", "zipcode": "1" }),
        json!({ "clientId": client, "paymentType": "card", "name": "N", "cardNumber": { "4000123412341235": 1 } }),
    ] {
        let answer = api.post("/payment", body).await;
        assert_eq!(answer.status, 400);
        assert!(!answer.body.to_string().contains("4000123412341235"), "{}", answer.body);
    }
    api.card(&client, "4111111111111111").await;
    let everything = format!(
        "{}{:?}{:?}{:?}",
        api.sandbox.state().expect("a state"),
        api.sandbox.requests(),
        api.sandbox.events(),
        api.sandbox
    );
    assert!(!everything.contains("4000123412341235") && !everything.contains("4111111111111111"));
}
