//! After the connection is made nothing is certain: every failure is `Unknown`, and nothing is sent twice.

use billwire_core::{Delivery, Transport, TransportErrorKind, TransportLimits};
use billwire_reqwest::ReqwestTransport;

use crate::support::{Act, Peer, answer, get, post, send, write};

async fn assert_unknown(script: Vec<Act>, requests: usize) {
    let label = format!("{script:?}").chars().take(120).collect::<String>();
    let peer = Peer::start([script, vec![Act::Read, answer("200 OK", "{}")]]).await;
    let error = send(post(&peer.url("/v1/payment/schedule"), r#"{"billId":"b"}"#)).await.expect_err(&label);
    assert_eq!(error.delivery(), Delivery::Unknown, "{label}: {error:?}");
    assert_eq!(error.kind(), TransportErrorKind::Interrupted, "{label}: {error:?}");
    assert_eq!((peer.connections(), peer.requests().len()), (1, requests), "{label}: nothing is sent again");
}

#[tokio::test]
async fn cut_before_the_request_is_read() {
    assert_unknown(vec![], 0).await;
}

#[tokio::test]
async fn cut_after_the_request_is_read() {
    assert_unknown(vec![Act::Read], 1).await;
}

#[tokio::test]
async fn cut_within_the_head_of_the_answer() {
    for head in ["H", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n"] {
        assert_unknown(vec![Act::Read, write(head)], 1).await;
    }
}

#[tokio::test]
async fn cut_within_the_body() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"success\":true}";
    assert_unknown(vec![Act::Read, write(cut)], 1).await;
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\n{\"success\":true}\r\n";
    assert_unknown(vec![Act::Read, write(chunked)], 1).await;
    let cut_chunk = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\n{\"succ";
    assert_unknown(vec![Act::Read, write(cut_chunk)], 1).await;
}

#[tokio::test]
async fn garbage_in_place_of_an_answer() {
    let huge_header = format!("HTTP/1.1 200 OK\r\nx: {}\r\n", "x".repeat(2_000_000));
    for garbage in [
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551615\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: minus one\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnot a size\r\n",
        "\u{0}\u{1}\u{2}\r\n\r\n",
        huge_header.as_str(),
    ] {
        assert_unknown(vec![Act::Read, write(garbage), Act::Hold], 1).await;
    }
}

#[tokio::test]
async fn a_length_that_is_too_small_cuts_the_body_and_spoils_nothing_after_it() {
    let lie = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{\"success\":true}";
    let second = vec![Act::Read, answer("200 OK", "fresh")];
    let peer = Peer::start([vec![Act::Read, write(lie), Act::Hold], second]).await;
    let transport = ReqwestTransport::new().expect("a transport");
    let limits = TransportLimits::new(1000);
    let response = transport.send(get(&peer.url("/1")), &limits).await.expect("what was announced");
    assert_eq!(response.body().as_ref(), b"{\"");
    let response = transport.send(get(&peer.url("/2")), &limits).await.expect("a fresh connection");
    assert_eq!(response.body().as_ref(), b"fresh", "the rest of the lie is not taken for an answer");
}

#[tokio::test]
async fn a_kept_connection_that_closes_under_a_request_leaves_it_unclear_and_unrepeated() {
    let script = vec![Act::Read, answer("200 OK", "{}"), Act::Read];
    let peer = Peer::start([script, vec![Act::Read, answer("200 OK", "{}")]]).await;
    let transport = ReqwestTransport::new().expect("a transport");
    let limits = TransportLimits::new(1000);
    transport.send(get(&peer.url("/1")), &limits).await.expect("an answer");
    let error = transport.send(post(&peer.url("/2"), "{}"), &limits).await.expect_err("closed unanswered");
    assert_eq!(error.delivery(), Delivery::Unknown, "{error:?}");
    assert_eq!(
        (peer.connections(), peer.requests().len()),
        (1, 2),
        "one connection was kept, nothing was repeated"
    );
}

#[tokio::test]
async fn a_connection_that_closed_while_idle_is_replaced() {
    let once = || vec![Act::Read, answer("200 OK", "{}")];
    let peer = Peer::start([once(), once()]).await;
    let transport = ReqwestTransport::new().expect("a transport");
    let limits = TransportLimits::new(1000);
    transport.send(get(&peer.url("/1")), &limits).await.expect("an answer");
    peer.closed(1).await;
    // Let the pool notice the end of its idle connection.
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    transport.send(post(&peer.url("/2"), "{}"), &limits).await.expect("a fresh connection");
    let requests = peer.requests();
    assert_eq!((peer.connections(), requests.len()), (2, 2));
    assert!(requests[1].starts_with("POST /2 "), "{}", requests[1]);
}
