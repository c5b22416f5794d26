//! The vendor's side of the security channel: tokens, certificates, rotation, and polling the partner's keys.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use billwire_crypto::jwt::{self, Policy};
use billwire_crypto::request::{self, RequestParts};
use billwire_crypto::{PrivateKey, jwks};
use billwire_sandbox::{KeyUsage, RequestSigning, WebhookConfiguration, WebhookEncryption, WebhookSignature};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use crate::http::{Api, text};
use crate::keys;
use crate::receiver::Receiver;

/// Trap T19: `x5c` of the service's keys is one text, not an array; behind it is a certificate of that very key.
#[tokio::test]
async fn every_key_carries_its_certificate_as_one_text() {
    let api = Api::start().await;
    api.sandbox.create_key(KeyUsage::Encryption).expect("a second");
    let listed = api.get("/partner/public-keys").await.ok();
    let mut listed = listed["keys"].as_array().expect("keys").clone();
    assert_eq!(listed.len(), 2);
    listed.push(api.get("/partner/public-keys/latest").await.ok());
    listed.push(api.get("/partner/public-keys/ory6xbfthn7y0vpufk8k").await.ok());
    for key in &listed {
        assert_holds_its_key(key);
    }
    // Every embedded key, as it comes into use.
    for usage in [KeyUsage::Encryption, KeyUsage::Signing] {
        for _ in 0..6 {
            let keys: Vec<_> = api.sandbox.info().keys.into_iter().filter(|key| key.usage == usage).collect();
            for key in &keys {
                assert_holds_its_key(&key.jwk);
            }
            if keys.len() == 2 {
                api.sandbox.remove_key(&keys[0].key_id).expect("removed");
            }
            api.sandbox.create_key(usage).expect("the next");
        }
    }
}

#[track_caller]
fn assert_holds_its_key(jwk: &Value) {
    let certificate = BASE64_STANDARD.decode(text(&jwk["x5c"])).expect("base64 without lines");
    let modulus = BASE64_URL_SAFE_NO_PAD.decode(text(&jwk["n"])).expect("base64url");
    let holds = certificate.windows(modulus.len()).any(|bytes| bytes == modulus.as_slice());
    assert!(holds, "the certificate of {} is of another key", jwk["kid"]);
}

#[tokio::test]
async fn the_thumbprint_of_a_signature_is_that_of_the_certificate() {
    let (api, receiver) = (Api::start().await, Receiver::start().await);
    let configuration =
        WebhookConfiguration::to(receiver.url("/hook")).with_signature(WebhookSignature::new());
    api.sandbox.configure_webhooks(configuration).await.expect("configured");
    let mut seen = Vec::new();
    for _ in 0..4 {
        api.sandbox.trigger_event("bill.update", None, []).await.expect("sent");
        let token = receiver.received("/hook").pop().expect("one").header("signature").to_owned();
        let first = token.split('.').next().expect("a part");
        let header: Value =
            serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(first).expect("base64")).expect("JSON");
        assert_eq!((&header["typ"], &header["alg"]), (&json!("JWT"), &json!("RS256")));
        let kid = text(&header["kid"]);
        let key = api.get(&format!("/partner/public-keys/{kid}")).await.ok();
        let certificate = BASE64_STANDARD.decode(text(&key["x5c"])).expect("base64");
        let thumbprint = BASE64_URL_SAFE_NO_PAD.encode(Sha1::digest(&certificate));
        assert_eq!(header["x5t"], json!(thumbprint));
        api.sandbox.create_key(KeyUsage::Signing).expect("the next");
        api.sandbox.remove_key(&kid).expect("retired");
        seen.push(kid);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 4, "each embedded key signed once");
}

#[tokio::test]
async fn a_key_of_ones_own_has_the_certificate_that_came_with_it() {
    let api = Api::start().await;
    let pem = include_str!("../fixtures/TEST-ONLY-partner-other.pem");
    let certificate = include_str!("../../src/test_only_keys/TEST-ONLY-signing-1.crt");
    let given = json!({ "use": "enc", "keyId": "own", "privateKey": pem, "certificate": certificate });
    let key = api.control("POST", "/q2/keys", Some(given)).await.ok();
    let inner: String = certificate.lines().filter(|line| !line.starts_with("-----")).collect();
    assert_eq!(key["jwk"]["x5c"], json!(inner));
    assert_eq!(api.get("/partner/public-keys/own").await.ok()["x5c"], json!(inner));
    let third = json!({ "use": "enc", "keyId": "third", "privateKey": pem });
    api.control("POST", "/q2/keys", Some(third.clone())).await.refused(400, "delete one first");
    api.control("DELETE", "/q2/keys/own", None).await.ok();
    api.control("POST", "/q2/keys", Some(third)).await.ok();
    let without = api.get("/partner/public-keys/third").await.ok();
    assert_eq!(without.get("x5c"), None, "none is invented");
    for (given, says) in [
        (json!({ "use": "sig", "certificate": certificate }), "give both"),
        (json!({ "use": "sig", "privateKey": pem, "certificate": "nonsense" }), "certificate cannot be read"),
        (
            json!({ "use": "sig", "privateKey": pem,
                "certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" }),
            "certificate cannot be read",
        ),
    ] {
        api.control("POST", "/q2/keys", Some(given)).await.refused(400, says);
    }
}

#[tokio::test]
async fn at_most_two_keys_of_a_use_are_active() {
    let api = Api::start().await;
    for (usage, name) in [(KeyUsage::Encryption, "enc"), (KeyUsage::Signing, "sig")] {
        api.sandbox.create_key(usage).expect("a second");
        let error = api.sandbox.create_key(usage).expect_err("two at most");
        assert!(error.to_string().contains("2 active keys"), "{error}");
        api.control("POST", "/q2/keys", Some(json!({ "use": name }))).await.refused(400, "delete one first");
    }
    assert_eq!(api.sandbox.info().keys.len(), 4);
}

fn key_set(keys: &[&PrivateKey]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| jwks::PublishedKey::signing(key.public_key())).collect();
    jwks::render(&keys, jwks::JwkForm::Rfc7517).expect("a set")
}

/// The status of a signed request.
async fn signed(api: &Api, key: &PrivateKey) -> u16 {
    let date = api.sandbox.now().to_string();
    let path = "/v1/company/categories";
    let parts =
        RequestParts { method: "GET", path_and_query: path, api_key: api.sandbox.api_key(), date: &date };
    let request = Request::get(api.sandbox.urls().q2.replace("/v1", path))
        .header("authorization", format!("Bearer {}", api.sandbox.api_key()))
        .header("signature", request::sign(key, &parts).expect("signed"))
        .header("date", date)
        .body(Full::new(Bytes::new()))
        .expect("a request");
    api.send(request).await.status
}

async fn polling(document: String) -> (Api, Receiver) {
    let (api, receiver) = (Api::start().await, Receiver::start().await);
    receiver.publishes("/jwks", 200, document);
    let configuration =
        RequestSigning::with_jwks_url(receiver.url("/jwks")).with_request_header("client_id", "partner");
    api.sandbox.configure_request_signing(configuration).await.expect("configured");
    (api, receiver)
}

async fn polls(api: &Api, duration: &str) -> Vec<(String, String)> {
    let report = api.sandbox.advance(duration).await.expect("moved");
    let polls = report.effects.into_iter().filter(|effect| effect.what.contains("signing keys polled"));
    polls.map(|effect| (effect.at.to_string(), effect.what)).collect()
}

#[tokio::test]
async fn the_partners_keys_are_polled_daily_in_virtual_time() {
    let (first, second) = (keys::signing(), keys::other());
    let (api, receiver) = polling(key_set(&[&first])).await;
    assert_eq!(receiver.received("/jwks").len(), 1, "fetched when it is configured");
    assert_eq!((signed(&api, &first).await, signed(&api, &second).await), (200, 401));
    receiver.publishes("/jwks", 200, key_set(&[&second]));
    assert!(polls(&api, "PT23H59M59S").await.is_empty());
    assert_eq!((signed(&api, &first).await, signed(&api, &second).await), (200, 401), "until the next poll");
    let seen = polls(&api, "P3D").await;
    let times: Vec<&str> = seen.iter().map(|(at, _)| at.as_str()).collect();
    assert_eq!(times, ["2026-03-03T12:00:00.000Z", "2026-03-04T12:00:00.000Z", "2026-03-05T12:00:00.000Z"]);
    assert!(seen[0].1.ends_with("1 usable keys found"), "{seen:?}");
    assert_eq!((signed(&api, &first).await, signed(&api, &second).await), (401, 200), "and a key can go");
    let asked = receiver.received("/jwks");
    assert_eq!(asked.len(), 4, "requests ask for nothing");
    assert!(asked.iter().all(|one| one.method == "GET" && one.header("client_id") == "partner"));
    let shown = api.control("GET", "/q2/request-signing", None).await.ok();
    assert_eq!(shown["keyIds"], json!(["partner-signing-test-2"]));
    assert_eq!(shown["nextPoll"], "2026-03-06T12:00:00.000Z");
    assert_eq!(api.control("GET", "/clock", None).await.ok()["nextDue"], "2026-03-06T12:00:00.000Z");
}

#[tokio::test]
async fn a_poll_that_fails_keeps_the_keys_of_before() {
    let key = keys::signing();
    let (api, receiver) = polling(key_set(&[&key])).await;
    for (status, document, says) in [
        (500, "", "status 500"),
        (404, "not here", "status 404"),
        (200, "<html>", "signing key cannot be used"),
    ] {
        receiver.publishes("/jwks", status, document);
        let seen = polls(&api, "P1D").await;
        assert_eq!(seen.len(), 1, "daily as long as there is a key");
        assert!(seen[0].1.contains("1 keys kept") && seen[0].1.contains(says), "{seen:?}");
        assert_eq!(signed(&api, &key).await, 200);
        let shown = api.control("GET", "/q2/request-signing", None).await.ok();
        assert!(text(&shown["lastError"]).contains(says), "{shown}");
    }
    drop(receiver);
    assert!(polls(&api, "P1D").await[0].1.contains("1 keys kept"));
    assert_eq!(signed(&api, &key).await, 200);
}

#[tokio::test]
async fn without_a_usable_key_the_partner_is_polled_several_times_a_day() {
    let key = keys::signing();
    let (api, receiver) = polling(r#"{"keys":[]}"#.to_owned()).await;
    assert_eq!(signed(&api, &key).await, 401);
    assert_eq!(polls(&api, "PT20H").await.len(), 5);
    receiver.publishes("/jwks", 200, key_set(&[&key]));
    let seen = polls(&api, "PT28H").await;
    let times: Vec<&str> = seen.iter().map(|(at, _)| at.as_str()).collect();
    assert_eq!(times, ["2026-03-03T12:00:00.000Z", "2026-03-04T12:00:00.000Z"], "then daily again");
    assert_eq!(signed(&api, &key).await, 200);
}

#[tokio::test]
async fn a_published_set_may_list_any_number_of_keys() {
    let (first, second, third) = (keys::signing(), keys::other(), keys::encryption());
    let (api, _receiver) = polling(key_set(&[&first, &second, &third])).await;
    for key in [&first, &second, &third] {
        assert_eq!(signed(&api, key).await, 200, "a request names no key, so each one is tried");
    }
    // By hand it is one.
    let by_hand = json!({ "publicKey": key_set(&[&first, &second]) });
    api.control("PUT", "/q2/request-signing", Some(by_hand)).await.refused(400, "holds 2 keys");
    assert_eq!(signed(&api, &third).await, 200, "what was refused changed nothing");
    let one = json!({ "publicKey": key_set(&[&first]) });
    api.control("PUT", "/q2/request-signing", Some(one)).await.ok();
    assert_eq!((signed(&api, &first).await, signed(&api, &second).await), (200, 401));
    assert!(polls(&api, "P2D").await.is_empty(), "nothing to poll");
}

#[tokio::test]
async fn polled_keys_are_part_of_the_state() {
    let key = keys::signing();
    let (api, receiver) = polling(key_set(&[&key])).await;
    api.advance("PT1H").await;
    let state = api.sandbox.state().expect("a state");
    drop(receiver);
    let other = Api::start().await;
    other.sandbox.restore(&state).await.expect("restored");
    assert_eq!(signed(&other, &key).await, 200, "without asking the partner");
    assert_eq!(polls(&other, "PT23H").await.len(), 1, "when it would have been");
    assert_eq!(other.sandbox.state().expect("a state")["requestSigning"], state["requestSigning"]);
    other.sandbox.reset(None).await.expect("reset");
    assert!(polls(&other, "P2D").await.is_empty());
}

#[tokio::test]
async fn a_token_that_cannot_be_had_costs_an_attempt() {
    let (api, receiver) = (Api::start().await, Receiver::start().await);
    let configuration = WebhookConfiguration::to(receiver.url("/hook"))
        .with_oauth(receiver.url("/token"), "grant_type=client_credentials&client_secret=test-secret");
    api.sandbox.configure_webhooks(configuration).await.expect("configured");
    receiver.publishes("/token", 503, "");
    let event = api.sandbox.trigger_event("bill.update", None, []).await.expect("recorded");
    let error = event.attempts[0].error.clone().expect("an error");
    assert!(error.contains("status 503") && !error.contains("test-secret"), "{error}");
    receiver.publishes("/token", 200, r#"{"token":"misnamed"}"#);
    api.advance("PT5S").await;
    let error = api.sandbox.events()[0].attempts[1].error.clone().expect("an error");
    assert!(error.contains("access_token"), "{error}");
    assert!(receiver.received("/hook").is_empty(), "nothing goes out without it");
    receiver.publishes("/token", 200, r#"{"access_token":"one","token_type":"Bearer","expires_in":30}"#);
    api.advance("PT10S").await;
    assert_eq!(receiver.received("/hook")[0].header("authorization"), "Bearer one");
    // A token that lives for less than the minute before its end is fetched for each delivery.
    let before = receiver.received("/token").len();
    api.sandbox.trigger_event("bill.update", None, []).await.expect("sent");
    assert_eq!(receiver.received("/token").len(), before + 1);
}

#[tokio::test]
async fn the_encryption_key_is_fetched_daily_and_a_rotated_one_holds_from_then_on() {
    let (old, new) = (keys::encryption(), keys::other());
    let publish = |key: &PrivateKey| {
        jwks::render(&[jwks::PublishedKey::encryption(key.public_key())], jwks::JwkForm::Rfc7517)
            .expect("a set")
    };
    let (api, receiver) = (Api::start().await, Receiver::start().await);
    receiver.publishes("/keys", 200, publish(&old));
    let encryption =
        WebhookEncryption::from_url(receiver.url("/keys")).with_request_header("x-client-id", "my_client_id");
    let configuration = WebhookConfiguration::to(receiver.url("/hook")).with_encryption(encryption);
    api.sandbox.configure_webhooks(configuration).await.expect("configured");
    let send = async || api.sandbox.trigger_event("bill.update", None, []).await.expect("recorded");
    let kid = || {
        let received = receiver.received("/hook").pop().expect("one");
        let text = std::str::from_utf8(&received.body).expect("text").to_owned();
        let header = BASE64_URL_SAFE_NO_PAD.decode(text.split('.').next().expect("a part")).expect("base64");
        let header: Value = serde_json::from_slice(&header).expect("JSON");
        assert_eq!((&header["alg"], &header["enc"]), (&json!("RSA-OAEP"), &json!("A256GCM")));
        header["kid"].clone()
    };
    send().await;
    receiver.publishes("/keys", 200, publish(&new));
    api.advance("PT23H").await;
    send().await;
    assert_eq!((kid(), receiver.received("/keys").len()), (json!("partner-webhook-enc-test-1"), 1));
    api.advance("PT1H").await;
    send().await;
    assert_eq!((kid(), receiver.received("/keys").len()), (json!("partner-signing-test-2"), 2));
    assert!(receiver.received("/keys").iter().all(|one| one.header("x-client-id") == "my_client_id"));
    receiver.publishes("/keys", 500, "");
    api.advance("P1D").await;
    let event = send().await;
    let error = event.attempts[0].error.clone().expect("an error");
    assert!(error.contains("public key URL answered with status 500"), "{error}");
    assert_eq!(receiver.received("/hook").len(), 3, "it does not fall back to plain text");
}

#[tokio::test]
async fn all_three_protections_work_together() {
    let key = keys::encryption();
    let (api, receiver) = (Api::start().await, Receiver::start().await);
    receiver.publishes("/keys", 200, keys::spki(&key));
    receiver.publishes("/token", 200, r#"{"access_token":"one","token_type":"Bearer","expires_in":3600}"#);
    let signature = WebhookSignature::new()
        .with_issuer("example issuer")
        .with_audience("audience.example.com")
        .with_header_name("x-q2-token");
    let configuration = WebhookConfiguration::to(receiver.url("/hook"))
        .with_oauth(receiver.url("/token"), "grant_type=client_credentials")
        .with_encryption(
            WebhookEncryption::from_url(receiver.url("/keys")).with_key_id("partner-webhook-enc-test-1"),
        )
        .with_signature(signature);
    api.sandbox.configure_webhooks(configuration).await.expect("configured");
    let event = api.sandbox.trigger_event("bill.payment.sent", None, []).await.expect("sent");
    let delivery = receiver.received("/hook").pop().expect("one");
    assert_eq!(delivery.header("authorization"), "Bearer one");
    assert_eq!(delivery.header("content-type"), "application/jose+json");
    assert!(!delivery.headers.contains_key("signature"), "the header has another name");
    let policy = Policy::new().with_issuer("example issuer").with_audience("audience.example.com");
    let ring = keys::of(&api.sandbox, KeyUsage::Signing);
    let now = api.sandbox.now().timestamp().as_second();
    jwt::verify(&ring, delivery.header("x-q2-token"), &policy, now).expect("verified");
    let compact = std::str::from_utf8(&delivery.body).expect("text");
    let opened = billwire_crypto::jwe::decrypt(&keys::ring(key), compact).expect("opened");
    let body: Value = serde_json::from_slice(&opened).expect("JSON");
    assert_eq!(body, json!({ "event": event.event }));
}
