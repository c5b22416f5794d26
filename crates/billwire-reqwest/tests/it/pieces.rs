//! Bodies that are read piece by piece: as they arrive, up to a limit, and to a clear end.

use std::sync::Arc;

use billwire_core::q2::{Client, Config};
use billwire_core::testing::ManualClock;
use billwire_core::{
    ApiKey, Delivery, Element, Environment, ErrorKind, Transport, TransportError, TransportErrorKind,
    TransportLimits,
};
use billwire_reqwest::ReqwestTransport;

use crate::support::{Act, Peer, answer, get, write};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nrequest-id: r-1\r\ntransfer-encoding: chunked\r\n\r\n";

fn chunk(text: &str) -> Act {
    write(&format!("{:x}\r\n{text}\r\n", text.len()))
}

fn entry(id: &str) -> String {
    format!(
        r#"{{"bill":{{"_id":"{id}","status":{{"type":"upcoming"}}}},"payments":[],"partnerUserId":"u","partnerId":"p"}}"#
    )
}

fn transport() -> ReqwestTransport {
    ReqwestTransport::new().expect("a transport")
}

fn client(peer: &Peer) -> Client {
    let environment = Environment::custom_sandbox(peer.url("/v1"));
    let config = Config::builder(environment, ApiKey::for_sandbox("key")).build().expect("usable");
    let clock = ManualClock::new("2026-03-01T12:00:00Z".parse().expect("a timestamp"));
    Client::new(config, Arc::new(transport()), Arc::new(clock))
}

/// The whole body that `open` gives, and how it ended.
async fn drain(peer: &Peer, max_stream_bytes: u64) -> (Vec<u8>, Option<TransportError>) {
    let limits = TransportLimits::new(10).with_max_stream_bytes(max_stream_bytes);
    let mut body = match transport().open(get(&peer.url("/")), &limits).await {
        Ok(response) => response.into_body(),
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut whole = Vec::new();
    loop {
        match body.chunk().await {
            Ok(Some(piece)) => whole.extend_from_slice(&piece),
            Ok(None) => return (whole, None),
            Err(error) => return (whole, Some(error)),
        }
    }
}

#[tokio::test]
async fn the_head_comes_before_the_body() {
    let head = "HTTP/1.1 404 Not Found\r\nrequest-id: r-9\r\ncontent-length: 5\r\n\r\n";
    let peer = Peer::start([vec![Act::Read, write(head), Act::Hold]]).await;
    let limits = TransportLimits::new(1000);
    let response = transport().open(get(&peer.url("/v1/x?y=z")), &limits).await.expect("a head");
    assert_eq!(
        (response.status().as_u16(), &response.headers()["request-id"]),
        (404, &"r-9".parse().expect("text"))
    );
    assert!(peer.requests()[0].starts_with("GET /v1/x?y=z HTTP/1.1\r\n"));
    drop(response);
    peer.closed(1).await;
}

#[tokio::test]
async fn a_whole_body_arrives_in_any_framing() {
    let close = write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabcdef");
    for script in [
        vec![Act::Read, answer("200 OK", "abcdef")],
        vec![Act::Read, write(CHUNKED), chunk("ab"), chunk("cdef"), write("0\r\n\r\n")],
        vec![Act::Read, write(CHUNKED), chunk("abcdef"), write("0\r\nx-trailer: 1\r\n\r\n")],
        vec![Act::Read, close],
    ] {
        let peer = Peer::start([script]).await;
        let (body, error) = drain(&peer, 6).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(body, b"abcdef");
    }
}

#[tokio::test]
async fn a_cut_is_an_error_after_what_came() {
    for script in [
        vec![Act::Read, write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabcdef")],
        vec![Act::Read, write(CHUNKED), chunk("abc"), chunk("def")],
        vec![Act::Read, write(CHUNKED), chunk("abcdef"), write("not a size\r\n"), Act::Hold],
    ] {
        let peer = Peer::start([script]).await;
        let (body, error) = drain(&peer, 1000).await;
        assert_eq!(body, b"abcdef");
        let error = error.expect("it was cut");
        assert_eq!((error.delivery(), error.kind()), (Delivery::Unknown, TransportErrorKind::Interrupted));
        assert_eq!(peer.connections(), 1, "nothing is repeated");
    }
}

#[tokio::test]
async fn the_size_of_a_stream_is_bounded_while_it_is_read() {
    let announced = write("HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n");
    let endless = Act::WriteForEver(b"a\r\n0123456789\r\n".to_vec());
    for script in [vec![Act::Read, announced, Act::Hold], vec![Act::Read, write(CHUNKED), endless]] {
        let peer = Peer::start([script]).await;
        let (body, error) = drain(&peer, 1000).await;
        let error = error.expect("too large");
        assert_eq!(
            (error.delivery(), error.kind()),
            (Delivery::Answered, TransportErrorKind::AnswerTooLarge)
        );
        assert!(body.len() <= 1000);
        peer.closed(1).await;
    }
}

/// The service has sent two bills and keeps the rest to itself: both are there before it goes on.
#[tokio::test]
async fn bills_are_given_while_the_answer_still_arrives() {
    let text = format!(r#"{{"data":[{},{}"#, entry("b0"), entry("b1"));
    let script = vec![Act::Read, write(CHUNKED), chunk(&text[..70]), chunk(&text[70..]), Act::Hold];
    let peer = Peer::start([script]).await;
    let client = client(&peer);
    let mut bills = client.bills_of_partner(&"p".into());
    for expected in ["b0", "b1"] {
        let Ok(Some(Element::Decoded(entry))) = bills.try_next().await else { panic!("a bill") };
        assert_eq!(entry.bill.id.as_str(), expected);
    }
    assert_eq!(bills.request_id(), Some("r-1"));
    drop(bills);
    peer.closed(1).await;
}

#[tokio::test]
async fn a_cut_ends_the_bills_with_an_error_and_no_second_request() {
    let text = format!(r#"{{"data":[{},{},"#, entry("b0"), entry("b1"));
    let script = vec![Act::Read, write(CHUNKED), chunk(&text)];
    let peer = Peer::start([script, vec![Act::Read, answer("200 OK", r#"{"data":[]}"#)]]).await;
    let client = client(&peer);
    let mut bills = client.bills_of_partner(&"p".into());
    assert!(bills.try_next().await.expect("good").is_some());
    assert!(bills.try_next().await.expect("good").is_some());
    let error = bills.try_next().await.expect_err("it was cut");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Transport, Delivery::Unknown));
    assert_eq!((error.request_id(), peer.connections()), (Some("r-1"), 1));
}

/// A reader that stops reading stops the sender too: nothing fills up in between but the buffers of the network.
#[tokio::test]
async fn what_is_not_read_stays_where_it_is() {
    let endless =
        Act::WriteForEver(format!("{:x}\r\n{},\r\n", entry("b").len() + 1, entry("b")).into_bytes());
    let peer = Peer::start([vec![Act::Read, write(CHUNKED), chunk(r#"{"data":["#), endless]]).await;
    let client = client(&peer);
    let mut bills = client.bills_of_partner(&"p".into());
    for _ in 0..3000 {
        assert!(bills.try_next().await.expect("good").is_some());
        assert!(bills.held_bytes() < 1024 * 1024, "{}", bills.held_bytes());
    }
    drop(bills);
    peer.closed(1).await;
}
