//! Signing and encryption: anew for each attempt, and what the service can check and open.

use billwire_core::q2::calls;
use billwire_core::testing::Step;
use billwire_core::{Attempt, Delivery, TransportErrorKind};
use billwire_crypto::envelope::{self, Envelope};
use billwire_crypto::request::{RequestParts, verify};
use billwire_crypto::{KeyRing, OsRandom};
use billwire_models::q2::CreateToken;
use bytes::Bytes;
use http::Request;

use crate::support::{self, Scene, header};

fn assert_signed(request: &Request<Bytes>) {
    let parts = RequestParts {
        method: request.method().as_str(),
        path_and_query: request.uri().path_and_query().expect("a path").as_str(),
        api_key: support::API_KEY,
        date: header(request, "date").expect("a date"),
    };
    let signature = header(request, "signature").expect("a signature");
    verify(&[support::signing_key().public_key()], &parts, signature).expect("it verifies");
}

fn not_sent() -> Step {
    Step::fail(Delivery::NotSent, TransportErrorKind::Connect)
}

#[tokio::test]
async fn each_attempt_is_signed_anew() {
    let config = support::builder().with_request_signing(support::signing_key()).build().expect("usable");
    let scene = Scene::with(config, [not_sent(), not_sent(), support::acknowledged()]);
    let answer = scene.client.send(support::reconcilable()).await.expect("the third attempt");
    assert_eq!(answer.attempts(), 3);
    let requests = scene.transport.requests();
    for request in &requests {
        assert_signed(request);
    }
    let dates: Vec<&str> = requests.iter().filter_map(|request| header(request, "date")).collect();
    assert_eq!(dates[0], "2026-03-01T12:00:00.000Z", "ISO 8601 with milliseconds");
    assert!(dates[0] < dates[1] && dates[1] < dates[2], "{dates:?}");
    let signatures: Vec<&str> = requests.iter().filter_map(|request| header(request, "signature")).collect();
    assert!(signatures[0] != signatures[1] && signatures[1] != signatures[2]);
}

#[tokio::test]
async fn reads_are_signed_too() {
    let config = support::builder().with_request_signing(support::signing_key()).build().expect("usable");
    let scene = Scene::with(config, [support::bill()]);
    scene.client.send(support::read()).await.expect("an answer");
    assert_signed(&scene.transport.requests()[0]);
}

/// Source: Q2 Biller Direct description, section 8.3, sample `post-create-token`.
#[test]
fn the_documented_sample_has_the_documented_signature() {
    let config = support::builder().with_request_signing(support::signing_key()).build().expect("usable");
    let call = calls::create_token(&CreateToken::new("5b2bd638bdf6035960b98694")).expect("a call");
    let attempt = Attempt::new("2019-09-17T14:14:24.874Z".parse().expect("a timestamp"), &OsRandom);
    let request = call.request(&config, &attempt).expect("a request");
    assert_eq!(header(&request, "date"), Some("2019-09-17T14:14:24.874Z"));
    let signature = header(&request, "signature").expect("a signature");
    assert!(signature.starts_with("P5uB8M6mGNslHMaJcC977m3d"), "{signature}");
    assert!(signature.ends_with("GXks7VHHJg=="), "{signature}");
}

#[tokio::test]
async fn each_attempt_is_encrypted_anew_and_opens_to_the_same_body() {
    let (private, public) = support::encryption_key_pair();
    let keys = KeyRing::from_keys([private]).expect("one key");
    let config = support::builder()
        .with_payload_encryption(public)
        .with_request_signing(support::signing_key())
        .build()
        .expect("usable");
    let scene = Scene::with(config, [not_sent(), not_sent(), support::acknowledged()]);
    scene.client.send(support::reconcilable()).await.expect("the third attempt");

    let envelopes: Vec<Envelope> = scene
        .transport
        .requests()
        .iter()
        .map(|request| {
            assert_eq!(header(request, "content-type"), Some("application/json"));
            assert_signed(request);
            serde_json::from_slice(request.body()).expect("an envelope")
        })
        .collect();
    let opened: Vec<Vec<u8>> =
        envelopes.iter().map(|sealed| envelope::open(&keys, sealed).expect("it opens").to_vec()).collect();
    let plain: serde_json::Value = serde_json::from_slice(&opened[0]).expect("JSON");
    assert_eq!(plain["billId"], support::BILL_ID);
    assert_eq!((&opened[0], &opened[0]), (&opened[1], &opened[2]));
    let halves: Vec<(&str, &str)> =
        envelopes.iter().filter_map(|envelope| envelope.hash.split_once('|')).collect();
    for (first, second) in [(0, 1), (1, 2), (0, 2)] {
        assert_ne!(halves[first].0, halves[second].0, "a fresh content key");
        assert_ne!(halves[first].1, halves[second].1, "a fresh initialisation vector");
    }
}

#[tokio::test]
async fn reads_stay_without_a_body_when_encryption_is_on() {
    let (_, public) = support::encryption_key_pair();
    let config = support::builder().with_payload_encryption(public).build().expect("usable");
    let scene = Scene::with(config, [support::bill()]);
    scene.client.send(support::read()).await.expect("an answer");
    assert!(scene.transport.requests()[0].body().is_empty());
}

#[tokio::test]
async fn broken_randomness_sends_nothing() {
    let (_, public) = support::encryption_key_pair();
    let config = support::builder()
        .with_payload_encryption(public)
        .with_random(std::sync::Arc::new(billwire_crypto::testing::BrokenRandom))
        .build()
        .expect("usable");
    let scene = Scene::with(config, [support::acknowledged()]);
    let error = scene.client.send(support::reconcilable()).await.expect_err("no randomness");
    assert_eq!(error.kind(), billwire_core::ErrorKind::Cryptography);
    assert_eq!(scene.sent(), 0);
    assert!(std::error::Error::source(&error).is_some());
}
