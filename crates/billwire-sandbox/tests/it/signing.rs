//! Signed requests: the checks of the specification in their order.

use billwire_crypto::request::{self, RequestParts};
use billwire_crypto::{PrivateKey, jwks};
use billwire_sandbox::{RequestSigning, SignatureCheck};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde_json::json;

use crate::http::{Answer, Api, REGULAR_1};
use crate::keys;
use crate::receiver::Receiver;

/// A request whose signature says one thing and whose headers may say another.
struct Signed<'a> {
    key: &'a PrivateKey,
    method: &'a str,
    path: &'a str,
    date: &'a str,
    sent_date: &'a str,
}

async fn send(api: &Api, signed: Signed<'_>) -> Answer {
    let parts = RequestParts {
        method: signed.method,
        path_and_query: signed.path,
        api_key: api.sandbox.api_key(),
        date: signed.date,
    };
    let signature = request::sign(signed.key, &parts).unwrap_or_else(|_| "AAAA".to_owned());
    let url = api.sandbox.urls().q2.replace("/v1", "/v1/company/5bd885fccd274b4324a20001?x=%20y");
    let request = Request::get(url)
        .header("authorization", format!("Bearer {}", api.sandbox.api_key()))
        .header("date", signed.sent_date)
        .header("signature", signature)
        .body(Full::new(Bytes::new()))
        .expect("a request");
    api.send(request).await
}

fn good<'a>(key: &'a PrivateKey, now: &'a str) -> Signed<'a> {
    Signed {
        key,
        method: "GET",
        path: "/v1/company/5bd885fccd274b4324a20001?x=%20y",
        date: now,
        sent_date: now,
    }
}

async fn requiring(configuration: RequestSigning) -> Api {
    let api = Api::start().await;
    api.sandbox.configure_request_signing(configuration).await.expect("configured");
    api
}

#[tokio::test]
async fn a_signature_over_the_exact_request_line_is_verified() {
    let key = keys::signing();
    let api = requiring(RequestSigning::with_public_key(keys::spki(&key))).await;
    let now = api.sandbox.now().to_string();
    send(&api, good(&key, &now)).await.ok();
    assert_eq!(api.sandbox.requests()[0].signature, SignatureCheck::Verified);
    send(&api, Signed { method: "get", ..good(&key, &now) }).await.refused(401, "verifies with none");
    send(&api, Signed { path: "/company/5bd885fccd274b4324a20001?x=%20y", ..good(&key, &now) })
        .await
        .refused(401, "verifies with none");
    send(&api, Signed { path: "/v1/company/5bd885fccd274b4324a20001?x= y", ..good(&key, &now) })
        .await
        .refused(401, "verifies with none");
    send(&api, Signed { path: "/v1/company/5bd885fccd274b4324a20001", ..good(&key, &now) })
        .await
        .refused(401, "verifies with none");
    send(&api, good(&keys::other(), &now)).await.refused(401, "verifies with none");
    assert_eq!(api.sandbox.requests()[1].signature, SignatureCheck::Refused);
}

#[tokio::test]
async fn once_on_every_request_must_be_signed() {
    let key = keys::signing();
    let api = requiring(RequestSigning::with_public_key(keys::spki(&key))).await;
    api.get(&format!("/company/{REGULAR_1}")).await.refused(401, "Signature and Date");
    api.post("/client", json!({ "identifier": "x" })).await.refused(401, "Signature and Date");
    api.sandbox.configure_request_signing(RequestSigning::off()).await.expect("configured");
    api.post("/client", json!({ "identifier": "x" })).await.ok();
    let nonsense = Signed { sent_date: "whatever", ..good(&key, "2026-03-02T12:00:00.000Z") };
    send(&api, nonsense).await.ok();
}

#[tokio::test]
async fn the_date_is_iso_8601_and_near_the_virtual_time() {
    let key = keys::signing();
    let api = requiring(RequestSigning::with_public_key(keys::spki(&key))).await;
    for (date, accepted) in [
        ("2026-03-02T12:05:00.000Z", true),
        ("2026-03-02T11:55:00.000Z", true),
        ("2026-03-02T12:05:00.001Z", false),
        ("2026-03-02T11:54:59.999Z", false),
    ] {
        let answer = send(&api, good(&key, date)).await;
        if accepted { drop(answer.ok()) } else { answer.refused(401, "300 seconds away") }
    }
    for date in ["Mon, 02 Mar 2026 12:00:00 GMT", "now", "1772452800"] {
        send(&api, Signed { sent_date: date, ..good(&key, "2026-03-02T12:00:00.000Z") })
            .await
            .refused(401, "ISO 8601");
    }
    let differs = Signed { sent_date: "2026-03-02T12:00:01.000Z", ..good(&key, "2026-03-02T12:00:00.000Z") };
    send(&api, differs).await.refused(401, "verifies with none");
    api.advance("PT1H").await;
    send(&api, good(&key, "2026-03-02T13:00:00.000Z")).await.ok();
}

#[tokio::test]
async fn the_window_can_be_set() {
    let key = keys::signing();
    let configuration = RequestSigning::with_public_key(keys::spki(&key)).with_window_seconds(10);
    let api = requiring(configuration).await;
    send(&api, good(&key, "2026-03-02T12:00:11.000Z")).await.refused(401, "10 seconds away");
    send(&api, good(&key, "2026-03-02T12:00:10.000Z")).await.ok();
}

#[tokio::test]
async fn an_unknown_credential_is_refused_before_the_signature() {
    let api = requiring(RequestSigning::with_public_key(keys::spki(&keys::signing()))).await;
    api.request_as("nobody", "GET", "/company/x", None).await.refused(401, "neither an API key");
}

#[tokio::test]
async fn client_tokens_and_other_api_keys_need_not_sign() {
    let key = keys::signing();
    let builder = billwire_sandbox::Sandbox::builder().api_keys(["signing-key", "plain-key"]);
    let api = Api::start_with(builder).await;
    let token = api.token(json!({ "identifier": "browser" })).await;
    let configuration = RequestSigning::with_public_key(keys::spki(&key)).with_api_keys(["signing-key"]);
    api.sandbox.configure_request_signing(configuration).await.expect("configured");
    let path = format!("/company/{REGULAR_1}");
    api.request_as("signing-key", "GET", &path, None).await.refused(401, "Signature and Date");
    api.request_as("plain-key", "GET", &path, None).await.ok();
    api.request_as(&token, "GET", &path, None).await.ok();
    let unknown = RequestSigning::with_public_key(keys::spki(&key)).with_api_keys(["nobody"]);
    let error = api.sandbox.configure_request_signing(unknown).await.expect_err("refused");
    assert!(error.to_string().contains("apiKeys"), "{error}");
}

#[tokio::test]
async fn a_published_key_set_is_fetched_daily() {
    let receiver = Receiver::start().await;
    let set = |keys: &[&PrivateKey]| {
        let keys: Vec<_> = keys.iter().map(|key| jwks::PublishedKey::signing(key.public_key())).collect();
        jwks::render(&keys, jwks::JwkForm::Rfc7517).expect("a set")
    };
    let (first, second) = (keys::signing(), keys::other());
    receiver.publishes("/jwks", 200, set(&[&first]));
    let configuration = RequestSigning::with_jwks_url(receiver.url("/jwks"))
        .with_request_header("client_id", "Biller_Direct_Cardswap");
    let api = requiring(configuration).await;
    assert_eq!(receiver.received("/jwks")[0].header("client_id"), "Biller_Direct_Cardswap");
    let check = async |key: &PrivateKey| {
        let now = api.sandbox.now().to_string();
        send(&api, good(key, &now)).await.status
    };
    assert_eq!((check(&first).await, check(&second).await), (200, 401));
    receiver.publishes("/jwks", 200, set(&[&first, &second]));
    api.advance("PT23H").await;
    assert_eq!(check(&second).await, 401, "not yet fetched again");
    api.advance("PT1H").await;
    assert_eq!((check(&first).await, check(&second).await), (200, 200));
    // A set that cannot be fetched leaves the keys of before.
    receiver.publishes("/jwks", 500, "");
    api.advance("P1D").await;
    assert_eq!(check(&first).await, 200);
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused() {
    let api = Api::start().await;
    let receiver = Receiver::start().await;
    receiver.publishes("/jwks", 404, "");
    receiver.publishes("/nonsense", 200, "nonsense");
    for (body, status, says) in [
        (json!({}), 400, "publicKey (PEM or JWK) or jwksUrl"),
        (json!({ "publicKey": "nonsense" }), 400, "signing key cannot be used"),
        (json!({ "publicKey": "k", "jwksUrl": "http://127.0.0.1/" }), 400, "not both"),
        (json!({ "jwksUrl": "https://keys.example.com/" }), 400, "not an http URL"),
        (json!({ "jwksUrl": "http://keys.example.com/" }), 400, "this machine"),
        (json!({ "jwksUrl": receiver.url("/jwks") }), 502, "status 404"),
        (json!({ "jwksUrl": receiver.url("/nonsense") }), 400, "signing key cannot be used"),
        (
            json!({ "jwksUrl": receiver.url("/jwks"), "requestHeaders": { "bad header": "x" } }),
            400,
            "requestHeaders",
        ),
        (json!({ "requierd": false }), 400, "unknown field `requierd`"),
        (json!({ "required": false, "windowSeconds": -1 }), 400, "windowSeconds"),
    ] {
        api.control("PUT", "/q2/request-signing", Some(body)).await.refused(status, says);
    }
    let answer = api.control("PUT", "/q2/request-signing", Some(json!({ "required": false }))).await.ok();
    assert_eq!(answer["required"], json!(false));
}
