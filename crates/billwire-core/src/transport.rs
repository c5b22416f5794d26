//! The seam to the network: one request in, one response or one [`TransportError`] out.
//!
//! A response comes whole ([`Transport::send`]), or in pieces as they arrive ([`Transport::open`]) where a list is too
//! long to be held.
//!
//! `billwire-reqwest` implements [`Transport`] for production use; `testing::ScriptedTransport` for tests. Write
//! your own to send through another HTTP client: the types are those of the `http` and `bytes` crates.

mod body;

use std::error::Error as StdError;
use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;

pub use self::body::Body;

use crate::delivery::Delivery;

/// Carries one request to the service.
///
/// An implementation
/// - never retries and never follows a redirect: one loop in this crate decides both;
/// - returns `Ok` for every status;
/// - sends the headers as given, among them `Date`, which holds the signed text and is not an HTTP date;
/// - claims [`Delivery::NotSent`] only when it is certain, and otherwise says [`Delivery::Unknown`];
/// - stops reading the body at [`TransportLimits::max_response_bytes`];
/// - may be dropped at any await point: the caller's time limits work that way.
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends `request` and reads the whole answer.
    ///
    /// # Errors
    /// [`TransportError`] when no whole answer was received; its [`Delivery`] says whether the request can have
    /// arrived.
    async fn send(
        &self,
        request: http::Request<Bytes>,
        limits: &TransportLimits,
    ) -> Result<http::Response<Bytes>, TransportError>;

    /// Sends `request` and returns as soon as status and headers are there; the body arrives in pieces.
    ///
    /// A transport that cannot do that may leave this method out: then the answer is read whole, within
    /// [`TransportLimits::max_response_bytes`], and handed on as one piece. One that can stops at
    /// [`TransportLimits::max_stream_bytes`], and closes the connection when the [`Body`] is dropped before its end.
    ///
    /// # Errors
    /// [`TransportError`] when no status was received. What happens later is an error of the [`Body`].
    async fn open(
        &self,
        request: http::Request<Bytes>,
        limits: &TransportLimits,
    ) -> Result<http::Response<Body>, TransportError> {
        Ok(self.send(request, limits).await?.map(Body::from))
    }
}

/// Bounds that the transport enforces while it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportLimits {
    /// Largest accepted response body in bytes, when it is read whole.
    pub max_response_bytes: usize,
    /// Largest accepted response body in bytes, when it is read in pieces and not kept.
    pub max_stream_bytes: u64,
}

impl TransportLimits {
    /// Limits with a largest response body of `max_response_bytes`, whole or in pieces.
    #[must_use]
    pub const fn new(max_response_bytes: usize) -> Self {
        Self { max_response_bytes, max_stream_bytes: max_response_bytes as u64 }
    }

    /// Another largest body for answers that are read in pieces.
    #[must_use]
    pub const fn with_max_stream_bytes(mut self, bytes: u64) -> Self {
        self.max_stream_bytes = bytes;
        self
    }
}

/// Where a transport failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The connection was not made: name resolution, TCP connect, proxy or TLS handshake.
    Connect,
    /// The connection was made, but no whole answer was received over it.
    Interrupted,
    /// What came back is not HTTP.
    InvalidAnswer,
    /// The body was larger than [`TransportLimits::max_response_bytes`].
    AnswerTooLarge,
    /// The transport could not express the request.
    InvalidRequest,
    /// Anything else.
    Other,
}

impl TransportErrorKind {
    const fn text(self) -> &'static str {
        match self {
            Self::Connect => "no connection could be made to the service",
            Self::Interrupted => "no whole answer was received",
            Self::InvalidAnswer => "the answer is not valid HTTP",
            Self::AnswerTooLarge => "the answer is larger than the configured limit",
            Self::InvalidRequest => "the transport could not express the request",
            Self::Other => "the transport failed",
        }
    }
}

/// Why no whole answer was received.
pub struct TransportError {
    delivery: Delivery,
    kind: TransportErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// An error with what is known about delivery, where it failed, and the cause.
    ///
    /// The cause is shown to people who follow `source()`. It must hold no header value and no body.
    pub fn new(
        delivery: Delivery,
        kind: TransportErrorKind,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self { delivery, kind, source: Some(source.into()) }
    }

    /// An error without a further cause.
    #[must_use]
    pub const fn without_source(delivery: Delivery, kind: TransportErrorKind) -> Self {
        Self { delivery, kind, source: None }
    }

    /// Whether the request can have arrived.
    pub const fn delivery(&self) -> Delivery {
        self.delivery
    }

    /// Where it failed.
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TransportError")
            .field("delivery", &self.delivery)
            .field("kind", &self.kind)
            .field("source", &self.source.as_ref().map(ToString::to_string))
            .finish()
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kind.text())
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
