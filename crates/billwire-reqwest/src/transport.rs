//! One request out, one answer in.

use std::net::{Ipv4Addr, Ipv6Addr};

use async_trait::async_trait;
use billwire_core::transport::Body;
use billwire_core::{Delivery, Transport, TransportError, TransportErrorKind, TransportLimits};
use bytes::{Bytes, BytesMut};
use reqwest::Client;

use crate::build_error::BuildError;
use crate::builder::ReqwestTransportBuilder;
use crate::chunks::Chunks;
use crate::map_error;

/// The [`Transport`] on reqwest. Cheap to clone; clones share the connection pool.
///
/// - HTTP/1.1 with keep-alive. Headers go out as given, among them `Date`.
/// - Redirects are returned, not followed.
/// - A request is handed to the connection once. The one exception lies in the HTTP library below: a request that a
///   closed pooled connection hands back **unwritten** goes to a fresh connection.
/// - The body is read up to the limit and not further, whole or piece by piece; compressed answers are not asked for and not unpacked.
/// - No proxy unless one is chosen in the builder; loopback addresses are never proxied.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    /// For loopback addresses.
    direct: Client,
    /// For every other address.
    remote: Client,
}

impl ReqwestTransport {
    /// A transport with the defaults of [`ReqwestTransport::builder`].
    ///
    /// # Errors
    /// [`BuildError`] if TLS cannot be started.
    pub fn new() -> Result<Self, BuildError> {
        Self::builder().build()
    }

    /// A transport to be set up.
    pub const fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder::new()
    }

    pub(crate) const fn from_clients(direct: Client, remote: Client) -> Self {
        Self { direct, remote }
    }

    async fn execute(&self, request: http::Request<Bytes>) -> Result<reqwest::Response, TransportError> {
        let request = converted(request)?;
        self.client_for(request.url()).execute(request).await.map_err(map_error::before_status)
    }

    /// By the host as reqwest read it: `127.1` is an address of this machine too.
    fn client_for(&self, url: &reqwest::Url) -> &Client {
        if is_loopback(url.host_str().unwrap_or_default()) { &self.direct } else { &self.remote }
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        limits: &TransportLimits,
    ) -> Result<http::Response<Bytes>, TransportError> {
        read(self.execute(request).await?, limits.max_response_bytes).await
    }

    /// Returns with the head; the body is read as far as it is asked for, and the connection closed if it is dropped
    /// before its end.
    async fn open(
        &self,
        request: http::Request<Bytes>,
        limits: &TransportLimits,
    ) -> Result<http::Response<Body>, TransportError> {
        let mut response = self.execute(request).await?;
        check_announced(&response, limits.max_stream_bytes)?;
        let head = head_of(&mut response);
        Ok(head.map(|()| Body::new(Chunks::new(response.into(), limits.max_stream_bytes))))
    }
}

/// The request in reqwest's own types, and proof that its request line stayed what was signed.
fn converted(request: http::Request<Bytes>) -> Result<reqwest::Request, TransportError> {
    let invalid =
        |reason: &str| TransportError::new(Delivery::NotSent, TransportErrorKind::InvalidRequest, reason);
    let (parts, body) = request.into_parts();
    let url = reqwest::Url::parse(&parts.uri.to_string()).map_err(|_| invalid("the URI is not a URL"))?;
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    if parts.uri.path_and_query().map(http::uri::PathAndQuery::as_str) != Some(&target) {
        return Err(invalid("the path would be rewritten on the way, which a signature does not survive"));
    }
    let mut converted = reqwest::Request::new(parts.method, url);
    *converted.headers_mut() = parts.headers;
    if !body.is_empty() {
        *converted.body_mut() = Some(body.into());
    }
    Ok(converted)
}

/// Reads the body, at most `max_bytes` of it.
async fn read(
    mut response: reqwest::Response,
    max_bytes: usize,
) -> Result<http::Response<Bytes>, TransportError> {
    check_announced(&response, max_bytes as u64)?;
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(map_error::in_body)? {
        if chunk.len() > max_bytes - body.len() {
            return Err(map_error::too_large(max_bytes as u64));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(head_of(&mut response).map(|()| body.freeze()))
}

/// Refuses a body whose announced length is beyond the limit, before any of it is read.
fn check_announced(response: &reqwest::Response, max_bytes: u64) -> Result<(), TransportError> {
    match response.content_length() {
        Some(announced) if announced > max_bytes => Err(map_error::too_large(max_bytes)),
        _ => Ok(()),
    }
}

/// Status, version and headers, which are taken out of `response`.
fn head_of(response: &mut reqwest::Response) -> http::Response<()> {
    let mut head = http::Response::new(());
    *head.status_mut() = response.status();
    *head.version_mut() = response.version();
    *head.headers_mut() = std::mem::take(response.headers_mut());
    head
}

/// Whether `host`, as it stands in a URL, is this machine.
fn is_loopback(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host.trim_end_matches('.').eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || literal.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request_to(uri: &str) -> http::Request<Bytes> {
        http::Request::builder().uri(uri).body(Bytes::new()).expect("a request")
    }

    #[test]
    fn a_path_that_would_be_rewritten_is_refused_unsent() {
        for uri in
            ["http://127.0.0.1/v1/../bill", "http://127.0.0.1/v1/%2e%2e/bill", "http://127.0.0.1/a/./b"]
        {
            let error = converted(request_to(uri)).expect_err(uri);
            assert_eq!(error.delivery(), Delivery::NotSent);
            assert_eq!(error.kind(), TransportErrorKind::InvalidRequest);
        }
    }

    #[test]
    fn percent_encoded_segments_stay_as_they_are() {
        let uri = "http://127.0.0.1/v1/bill/a%2Fb%3F%25%C3%A9~?q=a%26b";
        let converted = converted(request_to(uri)).expect("unchanged");
        assert_eq!(converted.url().as_str(), uri);
    }

    #[test]
    fn loopback_hosts() {
        for (host, expected) in [
            ("127.0.0.1", true),
            ("127.1.2.3", true),
            ("[::1]", true),
            ("localhost", true),
            ("LOCALHOST.", true),
            ("128.0.0.1", false),
            ("localhost.example", false),
            ("", false),
        ] {
            assert_eq!(is_loopback(host), expected, "{host}");
        }
    }
}
