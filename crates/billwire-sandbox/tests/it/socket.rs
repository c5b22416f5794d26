//! A conversation at the level of the socket: every byte that came, and how it ended.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::http::Api;

/// What came before the service closed the connection.
pub(crate) struct Conversation {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Conversation {
    /// Sends one request on a connection that it would gladly keep, and reads until the service closes it.
    pub(crate) async fn until_closed(api: &Api, method: &str, path: &str, body: &str) -> Self {
        let head = format!("Content-Length: {}", body.len());
        Self::exchange(api, &format!("{method} /v1{path} HTTP/1.1\r\n{head}"), body).await
    }

    /// Sends a request whose body is not what its encoding says, and reads until the service closes the connection.
    pub(crate) async fn broken_body(api: &Api, path: &str) -> Self {
        let head = format!("POST /v1{path} HTTP/1.1\r\nTransfer-Encoding: chunked");
        Self::exchange(api, &head, "this is no chunk\r\n").await
    }

    async fn exchange(api: &Api, head: &str, body: &str) -> Self {
        let url: http::Uri = api.sandbox.urls().q2.parse().expect("a URL");
        let mut stream = TcpStream::connect(url.authority().expect("one").as_str()).await.expect("connected");
        let key = api.sandbox.api_key();
        let request = format!("{head}\r\nHost: sandbox\r\nAuthorization: Bearer {key}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut received = Vec::new();
        // The end must be an orderly one, not a reset.
        stream.read_to_end(&mut received).await.expect("closed in order");
        let end = received.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        let (head, body) = match end {
            Some(end) => received.split_at(end + 4),
            None => (received.as_slice(), [].as_slice()),
        };
        Self { head: String::from_utf8(head.to_vec()).expect("a head is text"), body: body.to_vec() }
    }

    /// The value of a header, its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_empty() && self.body.is_empty()
    }
}
