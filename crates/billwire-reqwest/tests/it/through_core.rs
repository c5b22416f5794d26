//! The transport under the client of `billwire-core`, whose clock is driven by hand.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use billwire_core::q2::{Client, Config};
use billwire_core::testing::ManualClock;
use billwire_core::{ApiKey, Call, CallOptions, Delivery, Environment, ErrorKind, call};
use billwire_crypto::request::{RequestParts, verify};
use billwire_crypto::testing::keys::REQUEST_SIGNING;
use billwire_crypto::{PortableProvider, PrivateKey};
use billwire_models::q2::{Acknowledgement, Bill, operations};
use billwire_reqwest::ReqwestTransport;

use crate::support::{Act, Peer, answer, write};

const API_KEY: &str = "dc220490-e6ee-11e5-8a94-e7385a8d929e";

/// TEST ONLY: a publicly known key.
fn signing_key() -> PrivateKey {
    PrivateKey::from_pem(&PortableProvider, REQUEST_SIGNING.private_pem).expect("a test key")
}

fn client(peer: &Peer, clock: &ManualClock) -> Client {
    client_for(peer.address, clock)
}

fn client_for(address: SocketAddr, clock: &ManualClock) -> Client {
    let environment = Environment::custom_sandbox(format!("http://{address}/v1"));
    let config = Config::builder(environment, ApiKey::for_sandbox(API_KEY))
        .with_request_signing(signing_key())
        .build()
        .expect("usable");
    let transport = ReqwestTransport::new().expect("a transport");
    Client::new(config, Arc::new(transport), Arc::new(clock.clone()))
}

fn clock() -> ManualClock {
    ManualClock::new("2026-03-01T12:00:00Z".parse().expect("a timestamp"))
}

fn schedule() -> Call<Acknowledgement> {
    let body = br#"{"billId":"b"}"#.to_vec();
    Call::new(&operations::SCHEDULE_PAYMENT, "/payment/schedule".to_owned(), Some(body))
}

fn bill() -> Call<Bill> {
    let operation = &operations::GET_BILL;
    Call::new(operation, call::path(operation, &[("billId", "a/b ?")]), None)
}

const BILL: &str = r#"{"_id":"a/b ?","status":{"type":"upcoming"}}"#;

#[tokio::test]
async fn the_signature_verifies_for_the_bytes_on_the_wire() {
    let peer = Peer::start([vec![Act::Read, answer("200 OK", BILL)]]).await;
    client(&peer, &clock()).send(bill()).await.expect("an answer");
    let request = peer.requests().remove(0);
    let header = |name: &str| {
        request.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap_or_default()
    };
    let mut words = request.split(' ');
    let parts = RequestParts {
        method: words.next().unwrap_or_default(),
        path_and_query: words.next().unwrap_or_default(),
        api_key: API_KEY,
        date: header("date"),
    };
    assert_eq!(parts.path_and_query, "/v1/bill/a%2Fb%20%3F");
    assert_eq!(parts.date, "2026-03-01T12:00:00.000Z");
    verify(&[signing_key().public_key()], &parts, header("signature")).expect("it verifies");
}

#[tokio::test]
async fn a_payment_whose_answer_is_cut_is_sent_once_and_reported_as_unclear() {
    for script in [
        vec![Act::Read],
        vec![Act::Read, write("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"succ")],
        vec![Act::Read, write("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n")],
    ] {
        let peer = Peer::start([script, vec![Act::Read, answer("200 OK", r#"{"success":true}"#)]]).await;
        let error = client(&peer, &clock()).send(schedule()).await.expect_err("unclear");
        assert!(error.may_have_taken_effect(), "{error}");
        assert_eq!((error.attempts(), peer.requests().len()), (1, 1));
    }
}

/// The clock is advanced a little whenever the client does nothing else, so the wait between two attempts ends.
#[tokio::test]
async fn a_read_that_is_cut_is_repeated() {
    let peer = Peer::start([vec![Act::Read], vec![Act::Read, answer("200 OK", BILL)]]).await;
    let clock = clock();
    let client = client(&peer, &clock);
    let call = tokio::spawn(async move { client.send(bill()).await });
    peer.has_read(1).await;
    while peer.requests().len() < 2 {
        clock.advance(Duration::from_micros(10));
        tokio::task::yield_now().await;
    }
    assert_eq!(call.await.expect("no panic").expect("the second attempt").attempts(), 2);
}

#[tokio::test]
async fn an_answer_that_drips_for_ever_is_dropped_at_the_time_limit() {
    let head = write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n");
    let peer = Peer::start([vec![Act::Read, head, Act::Hold]]).await;
    let clock = clock();
    let client = client(&peer, &clock)
        .with_options(CallOptions::new().with_timeout(Duration::from_secs(30)).with_max_attempts(1));
    let call = tokio::spawn(async move { client.send(schedule()).await });
    peer.has_read(1).await;
    clock.advance(Duration::from_secs(29));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!call.is_finished(), "a second is left");
    clock.advance(Duration::from_secs(1));
    let error = call.await.expect("no panic").expect_err("time is over");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::Unknown));
    peer.closed(1).await;
}

#[tokio::test]
async fn a_refused_connection_is_repeated_even_for_a_payment() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let clock = clock();
    let client = client_for(address, &clock);
    let call = tokio::spawn(async move { client.send(schedule()).await });
    while !call.is_finished() {
        clock.advance(Duration::from_millis(1));
        tokio::task::yield_now().await;
    }
    let error = call.await.expect("no panic").expect_err("nobody listens");
    assert_eq!((error.delivery(), error.attempts()), (Delivery::NotSent, 3));
    assert!(!error.may_have_taken_effect() && error.is_retryable());
}
