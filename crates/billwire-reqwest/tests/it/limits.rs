//! The size of an answer is bounded while it is read.

use billwire_core::{Delivery, TransportErrorKind};

use crate::support::{Act, Peer, answer, get, send, write};

#[tokio::test]
async fn an_answer_of_exactly_the_limit_is_read() {
    let peer = Peer::start([vec![Act::Read, answer("200 OK", &"x".repeat(1000))]]).await;
    assert_eq!(send(get(&peer.url("/"))).await.expect("an answer").body().len(), 1000);
}

#[tokio::test]
async fn an_announced_excess_is_refused_without_reading() {
    for length in ["1001", "9223372036854775807"] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        let peer = Peer::start([vec![Act::Read, write(&head), Act::Hold]]).await;
        let error = send(get(&peer.url("/"))).await.expect_err("too large");
        assert_eq!(error.kind(), TransportErrorKind::AnswerTooLarge, "{error:?}");
        assert_eq!(error.delivery(), Delivery::Answered);
        peer.closed(1).await;
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let plain = "HTTP/1.1 200 OK\r\n\r\n";
    for (head, piece) in [(chunked, "a\r\n0123456789\r\n"), (plain, "0123456789")] {
        let endless = Act::WriteForEver(piece.as_bytes().to_vec());
        let peer = Peer::start([vec![Act::Read, write(head), endless]]).await;
        let error = send(get(&peer.url("/"))).await.expect_err("too large");
        assert_eq!(error.kind(), TransportErrorKind::AnswerTooLarge, "{error:?}");
        peer.closed(1).await;
    }
}
