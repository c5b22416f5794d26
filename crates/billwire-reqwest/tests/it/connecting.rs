//! A connection that is not made carried nothing: the only failures that are certain.

use std::time::Duration;

use billwire_core::{Delivery, Transport, TransportError, TransportErrorKind, TransportLimits};
use billwire_reqwest::ReqwestTransport;
use tokio::net::TcpListener;

use crate::support::{Act, Peer, get, post, send, write};

fn assert_not_sent(error: &TransportError) {
    assert_eq!(
        (error.delivery(), error.kind()),
        (Delivery::NotSent, TransportErrorKind::Connect),
        "{error:?}"
    );
    assert!(std::error::Error::source(error).is_some(), "the cause is kept");
    assert!(!format!("{error} {error:?}").contains("secret-id"), "the address is not repeated");
}

#[tokio::test]
async fn a_refused_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let error = send(get(&format!("http://{address}/v1/bill/secret-id"))).await.expect_err("nobody listens");
    assert_not_sent(&error);
}

#[tokio::test]
async fn a_peer_that_does_not_speak_tls() {
    let peer = Peer::start([vec![write("HTTP/1.1 400 Bad Request\r\n\r\n"), Act::Hold]]).await;
    let url = format!("https://{}/v1/payment/secret-id", peer.address);
    let error = send(post(&url, "{}")).await.expect_err("no handshake");
    assert_not_sent(&error);
    assert!(peer.requests().is_empty());
}

#[tokio::test]
async fn a_peer_that_closes_during_the_handshake() {
    let peer = Peer::start([vec![]]).await;
    let url = format!("https://{}/v1/payment/secret-id", peer.address);
    assert_not_sent(&send(post(&url, "{}")).await.expect_err("no handshake"));
}

/// On tokio's paused clock: no time passes.
#[tokio::test(start_paused = true)]
async fn a_handshake_that_takes_too_long() {
    let peer = Peer::start([vec![Act::Hold]]).await;
    let transport = ReqwestTransport::builder()
        .with_connect_timeout(Duration::from_hours(1))
        .build()
        .expect("a transport");
    let url = format!("https://{}/v1/payment/secret-id", peer.address);
    let error = transport
        .send(post(&url, "{}"), &TransportLimits::new(1000))
        .await
        .expect_err("no handshake in time");
    assert_not_sent(&error);
}

#[tokio::test]
async fn a_request_that_cannot_be_expressed() {
    for url in ["ftp://127.0.0.1/", "/v1/bill/b"] {
        let error = send(get(url)).await.expect_err(url);
        assert_eq!(error.delivery(), Delivery::NotSent, "{error:?}");
        assert_eq!(error.kind(), TransportErrorKind::InvalidRequest, "{error:?}");
    }
}
