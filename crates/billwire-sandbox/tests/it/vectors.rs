//! The published vectors against the running sandbox: what they accept is accepted, what they reject is refused.

use billwire_sandbox::{KeyUsage, RequestSigning, Sandbox, SignatureCheck};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde_json::Value;

use crate::http::{Answer, Api, text};

/// TEST KEYS ONLY, as the file says itself.
fn vectors() -> Value {
    serde_json::from_str(include_str!("../fixtures/q2-message-security.json")).expect("JSON")
}

fn cases<'a>(vectors: &'a Value, section: &str, kind: &str) -> &'a Vec<Value> {
    let cases = vectors[section][kind].as_array().expect("cases");
    assert!(cases.len() >= 6, "{section}.{kind} has lost cases");
    cases
}

/// A sandbox at the time of the vectors that knows their partner key and the API key of a case.
async fn signed_world(api_key: &str) -> Api {
    let at = "2019-09-17T14:14:24.874Z".parse().expect("an instant");
    let api = Api::start_with(Sandbox::builder().frozen_at(at).api_keys([api_key])).await;
    let key = text(&vectors()["keys"]["request_signing"]["public_spki_pem"]);
    api.sandbox.configure_request_signing(RequestSigning::with_public_key(key)).await.expect("configured");
    api
}

async fn present(api: &Api, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let url = api.sandbox.urls().q2.replace("/v1", path);
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    api.send(request.body(Full::new(Bytes::new())).expect("a request")).await
}

#[tokio::test]
async fn valid_request_signatures_are_accepted() {
    for case in cases(&vectors(), "request_signing", "valid") {
        let api_key = text(&case["api_key"]);
        let api = signed_world(&api_key).await;
        let (method, path) = (text(&case["method"]), text(&case["path_and_query"]));
        // Some vectors were signed at another time than the first.
        let date = text(&case["date"]);
        if date.parse::<jiff::Timestamp>().expect("an instant") > api.sandbox.now().timestamp() {
            api.sandbox.advance_to(date.parse().expect("an instant")).await.expect("time moves");
        }
        let (signature, bearer) = (text(&case["signature_base64"]), format!("Bearer {api_key}"));
        let headers = [("authorization", bearer.as_str()), ("date", &date), ("signature", &signature)];
        let answer = present(&api, &method, &path, &headers).await;
        // The case need not be a good request, nor one that is emulated; its signature is good.
        let verified = api.sandbox.requests()[0].signature;
        assert_eq!(verified, SignatureCheck::Verified, "{}: {}", case["name"], answer.body);
    }
}

#[tokio::test]
async fn invalid_request_signatures_are_refused() {
    for case in cases(&vectors(), "request_signing", "invalid") {
        let presented = &case["presented_request"];
        let api_key = text(&presented["api_key"]);
        let api = signed_world(&api_key).await;
        let (bearer, date) = (format!("Bearer {api_key}"), text(&presented["date"]));
        let signature = text(&case["signature_base64"]);
        let headers = [("authorization", bearer.as_str()), ("date", &date), ("signature", &signature)];
        let answer =
            present(&api, &text(&presented["method"]), &text(&presented["path_and_query"]), &headers).await;
        assert_eq!(answer.status, 401, "{}: {}", case["name"], answer.body);
        assert_eq!(api.sandbox.requests()[0].signature, SignatureCheck::Refused, "{}", case["name"]);
    }
}

#[tokio::test]
async fn valid_envelopes_are_opened() {
    let api = Api::start().await;
    // The second key of the rotation.
    api.sandbox.create_key(KeyUsage::Encryption).expect("room for a second");
    let vectors = vectors();
    for case in cases(&vectors, "payload_encryption", "valid") {
        let answer = api.post("/client/create-token", case["envelope"].clone()).await;
        assert_ne!(answer.body["message"], "The encrypted body could not be read.", "{}", case["name"]);
        let opened = api.sandbox.requests().last().expect("a record").encrypted;
        assert!(opened, "{}", case["name"]);
        if case["name"] == "create-token" {
            answer.ok();
        }
    }
    // No integrity: a flipped bit is not noticed, and the sandbox is as blind as the service.
    api.post("/client", vectors["payload_encryption"]["malleability"]["envelope"].clone())
        .await
        .refused(400, "identifier");
}

#[tokio::test]
async fn invalid_envelopes_are_refused() {
    let api = Api::start().await;
    for case in cases(&vectors(), "payload_encryption", "invalid") {
        let answer = api.post("/client", case["envelope"].clone()).await;
        assert_eq!(answer.status, 400, "{}: {}", case["name"], answer.body);
        assert_eq!(u64::from(answer.status), case["recommended_http_status"], "{}", case["name"]);
    }
}
