//! What goes over the wire, byte for byte.

use billwire_core::{Transport, TransportLimits};
use billwire_reqwest::ReqwestTransport;
use bytes::Bytes;
use http::Request;

use crate::support::{Act, Peer, answer, get, post, send};

fn lines_of(request: &str) -> Vec<String> {
    let head = request.split("\r\n\r\n").next().unwrap_or_default();
    let mut lines: Vec<String> = head.lines().map(str::to_ascii_lowercase).collect();
    lines.sort();
    lines
}

/// Source: Q2 Biller Direct description, section 3.2 "Trap table", T33.
#[tokio::test]
async fn the_signed_date_and_the_path_arrive_unchanged() {
    let peer = Peer::start([vec![Act::Read, answer("200 OK", "{}")]]).await;
    let path = "/v1/bill/a%2Fb%3Fc%25~?x=a%26b";
    let request = Request::get(peer.url(path))
        .header("accept", "application/json")
        .header("date", "2019-09-17T14:14:24.874Z")
        .header("signature", "P5uB8M6mGNslHMaJcC977m3d/+=")
        .header("authorization", "Bearer key")
        .header("user-agent", "billwire/test")
        .body(Bytes::new())
        .expect("a request");
    send(request).await.expect("an answer");
    let requests = peer.requests();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].starts_with(&format!("GET {path} HTTP/1.1\r\n")), "{}", requests[0]);
    assert!(requests[0].contains("2019-09-17T14:14:24.874Z\r\n"), "{}", requests[0]);
    let expected = [
        "accept: application/json".to_owned(),
        "authorization: bearer key".to_owned(),
        "date: 2019-09-17t14:14:24.874z".to_owned(),
        format!("get {} http/1.1", path.to_ascii_lowercase()),
        format!("host: {}", peer.address),
        "signature: p5ub8m6mgnslhmajcc977m3d/+=".to_owned(),
        "user-agent: billwire/test".to_owned(),
    ];
    assert_eq!(lines_of(&requests[0]), expected, "these headers, no others, and no body");
}

#[tokio::test]
async fn a_body_goes_out_with_its_length() {
    let peer = Peer::start([vec![Act::Read, answer("200 OK", "{}")]]).await;
    send(post(&peer.url("/v1/client"), r#"{"identifier":"x"}"#)).await.expect("an answer");
    let request = peer.requests().remove(0);
    assert!(request.ends_with("\r\n\r\n{\"identifier\":\"x\"}"), "{request}");
    assert!(lines_of(&request).contains(&"content-length: 18".to_owned()), "{request}");
}

#[tokio::test]
async fn a_redirect_is_returned_and_not_followed() {
    let elsewhere = Peer::start([vec![Act::Read, answer("200 OK", "{}")]]).await;
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let location =
            format!("HTTP/1.1 {status}\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", elsewhere.url("/"));
        let peer = Peer::start([vec![Act::Read, Act::Write(location.into_bytes())]]).await;
        let response = send(get(&peer.url("/v1/bill/b"))).await.expect("the redirect itself");
        assert!(response.status().is_redirection(), "{status}");
        assert_eq!(peer.requests().len(), 1);
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_client_builder_of_ones_own_cannot_break_the_promises() {
    let location = "HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n";
    let peer = Peer::start([vec![Act::Read, Act::Write(location.into()), Act::Read]]).await;
    let own = || reqwest::Client::builder().redirect(reqwest::redirect::Policy::limited(5));
    let transport = ReqwestTransport::builder().build_from(&own).expect("a transport");
    let response = transport.send(get(&peer.url("/")), &TransportLimits::new(1000)).await.expect("an answer");
    assert_eq!(response.status().as_u16(), 302);
    assert_eq!(peer.requests().len(), 1);
}

#[tokio::test]
async fn a_compressed_answer_is_neither_asked_for_nor_unpacked() {
    let packed = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd";
    let peer = Peer::start([vec![Act::Read, Act::Write(packed.into())]]).await;
    let response = send(get(&peer.url("/"))).await.expect("an answer");
    assert_eq!(response.body().as_ref(), b"abcd");
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert!(!peer.requests()[0].to_ascii_lowercase().contains("accept-encoding"));
}

#[tokio::test]
async fn loopback_is_never_proxied_and_other_hosts_are() {
    let proxy = Peer::start([vec![Act::Read, answer("200 OK", "proxied")]]).await;
    let direct = || vec![Act::Read, answer("200 OK", "direct")];
    let peer = Peer::start([direct(), direct()]).await;
    let transport = ReqwestTransport::builder().with_proxy(proxy.url("")).build().expect("a transport");
    let limits = TransportLimits::new(1000);
    let response = transport.send(get(&peer.url("/")), &limits).await.expect("an answer");
    assert_eq!(response.body().as_ref(), b"direct");
    let other_spelling = format!("http://127.1:{}/", peer.address.port());
    let response = transport.send(get(&other_spelling), &limits).await.expect("an answer");
    assert_eq!(response.body().as_ref(), b"direct");
    assert_eq!(proxy.connections(), 0);
    let response = transport.send(get("http://vendor.example/v1"), &limits).await.expect("an answer");
    assert_eq!(response.body().as_ref(), b"proxied");
    assert!(proxy.requests()[0].starts_with("GET http://vendor.example/v1 HTTP/1.1\r\n"));
}

#[test]
fn an_unusable_proxy_address_is_told_when_the_transport_is_made() {
    let error = ReqwestTransport::builder().with_proxy("not a url").build().expect_err("unusable");
    assert!(error.to_string().contains("proxy address"), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}
