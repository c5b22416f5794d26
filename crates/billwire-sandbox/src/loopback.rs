//! The sandbox's own HTTP client. It talks to this machine only: a sandbox must never reach a real system.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::uri::Authority;
use http::{HeaderMap, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::error::{Error, ErrorKind};

/// Longest answer that is read.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// Checks that `url` is plain `http` on this machine.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] otherwise; `what` names the setting.
pub(crate) fn check_url(what: &str, url: &str) -> Result<Uri, Error> {
    let refuse = |reason: &str| {
        Err(Error::new(
            ErrorKind::InvalidInput,
            format!(
                "{what} {reason}; give an http URL of this machine such as \"http://127.0.0.1:9000/path\""
            ),
        ))
    };
    let Ok(uri) = url.parse::<Uri>() else { return refuse("is not a URL") };
    if uri.scheme_str() != Some("http") {
        return refuse("is not an http URL");
    }
    match uri.authority() {
        Some(authority) if authority.as_str().contains('@') => refuse("carries credentials"),
        Some(authority) if !addresses(authority).is_empty() => Ok(uri),
        _ => refuse("does not point to this machine"),
    }
}

/// The loopback addresses an authority stands for; none if it is not of this machine. No name is looked up.
fn addresses(authority: &Authority) -> Vec<SocketAddr> {
    let port = authority.port_u16().unwrap_or(80);
    let host = authority.host();
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    if host.eq_ignore_ascii_case("localhost") {
        let both = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        return both.map(|address| SocketAddr::new(address, port)).to_vec();
    }
    match literal.parse::<IpAddr>() {
        Ok(address) if address.is_loopback() => vec![SocketAddr::new(address, port)],
        _ => Vec::new(),
    }
}

/// Why a request got no answer. The text says nothing that differs from run to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    NotLoopback,
    ConnectionRefused,
    TimedOut,
    Broken,
    TooLong,
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotLoopback => "the address is not of this machine",
            Self::ConnectionRefused => "nothing listens there",
            Self::TimedOut => "no answer within the time limit",
            Self::Broken => "the connection broke before a whole answer came",
            Self::TooLong => "the answer is too long",
        })
    }
}

impl std::error::Error for NoAnswer {}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

/// Sends one request on a connection of its own and reads the whole answer, all within `limit`. No redirects.
pub(crate) async fn send(
    request: http::request::Parts,
    body: Bytes,
    limit: Duration,
) -> Result<Answer, NoAnswer> {
    match tokio::time::timeout(limit, exchange(request, body)).await {
        Ok(result) => result,
        Err(_) => Err(NoAnswer::TimedOut),
    }
}

async fn exchange(mut parts: http::request::Parts, body: Bytes) -> Result<Answer, NoAnswer> {
    let authority = parts.uri.authority().cloned().ok_or(NoAnswer::NotLoopback)?;
    let stream = connect(&authority).await?;
    if let Ok(host) = authority.as_str().parse() {
        parts.headers.insert(header::HOST, host);
    }
    // A server wants the path alone in the request line.
    let path = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    parts.uri = path.parse().map_err(|_| NoAnswer::Broken)?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|_| NoAnswer::Broken)?;
    let request = Request::from_parts(parts, Full::new(body));
    let conversation =
        async {
            let response = sender.send_request(request).await.map_err(|_| NoAnswer::Broken)?;
            let status = response.status();
            let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES).collect().await;
            let body = body.map_err(|cause| {
                if cause.is::<LengthLimitError>() { NoAnswer::TooLong } else { NoAnswer::Broken }
            })?;
            Ok(Answer { status, body: body.to_bytes() })
        };
    tokio::pin!(conversation, connection);
    tokio::select! {
        answer = &mut conversation => answer,
        _ = &mut connection => conversation.await,
    }
}

async fn connect(authority: &Authority) -> Result<TcpStream, NoAnswer> {
    let mut last = NoAnswer::NotLoopback;
    for address in addresses(authority) {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // Small bodies: waiting for more to send would only cost time.
                stream.set_nodelay(true).map_err(|_| NoAnswer::Broken)?;
                return Ok(stream);
            }
            Err(_) => last = NoAnswer::ConnectionRefused,
        }
    }
    Err(last)
}

/// Fetches a document of the partner with the configured headers.
///
/// # Errors
/// [`ErrorKind::Fetch`] without an answer or with another status than 2xx.
pub(crate) async fn fetch(
    what: &str,
    url: &str,
    headers: &std::collections::BTreeMap<String, String>,
    limit: Duration,
) -> Result<String, Error> {
    let uri = check_url(what, url)?;
    let (mut parts, ()) = Request::get(uri)
        .header(header::ACCEPT, "application/json, application/x-pem-file")
        .body(())
        .map_err(|cause| {
            Error::new(ErrorKind::InvalidInput, format!("{what} cannot be requested")).with_source(cause)
        })?
        .into_parts();
    parts.headers.extend(header_map(headers)?);
    let answer = send(parts, Bytes::new(), limit).await.map_err(|cause| {
        Error::new(ErrorKind::Fetch, format!("{what} could not be fetched: {cause}")).with_source(cause)
    })?;
    if !answer.status.is_success() {
        let status = answer.status.as_u16();
        return Err(Error::new(
            ErrorKind::Fetch,
            format!("{what} answered with status {status}; 200 is expected"),
        ));
    }
    String::from_utf8(answer.body.to_vec()).map_err(|cause| {
        Error::new(ErrorKind::Fetch, format!("{what} did not answer with text")).with_source(cause)
    })
}

/// Configured header names and values as headers.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] naming the header that is none.
pub(crate) fn header_map(headers: &std::collections::BTreeMap<String, String>) -> Result<HeaderMap, Error> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let refuse = || {
            Error::new(ErrorKind::InvalidInput, format!("requestHeaders: \"{name}\" is not an HTTP header"))
        };
        let header = name.parse::<header::HeaderName>().map_err(|_| refuse())?;
        map.insert(header, value.parse().map_err(|_| refuse())?);
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_urls_of_this_machine_only() {
        for url in
            ["http://127.0.0.1:9000/hook", "http://localhost/", "http://[::1]:80/x?y", "http://127.8.8.8/"]
        {
            check_url("url", url).expect(url);
        }
        for url in [
            "https://127.0.0.1/",
            "http://example.com/",
            "http://127.0.0.1.example.com/",
            "http://0.0.0.0/",
            "http://user@127.0.0.1/",
            "http://localhost.example/",
            "/hook",
            "",
            "http://10.0.0.1/",
        ] {
            assert_eq!(check_url("url", url).expect_err(url).kind(), ErrorKind::InvalidInput);
        }
    }
}
