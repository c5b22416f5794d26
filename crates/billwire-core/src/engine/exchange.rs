//! What one attempt does between its request and its result: read the answer whole, or open it as a stream.

use std::future::{Future, poll_fn};

use billwire_models::operation::Operation;
use bytes::{Bytes, BytesMut};
use http::Request;

use super::run::Link;
use super::trace;
use crate::config::{CallOptions, Settings};
use crate::credential::Credential;
use crate::error::{Error, ErrorKind};
use crate::protocol::sealed::Protocol;
use crate::response::{self, Head, Received};
use crate::sent::Sent;
use crate::stream::reading::{self, Reading};
use crate::transport::{Body, TransportError, TransportLimits};

/// What an attempt needs to know besides its request.
pub(crate) struct Way<'a, P> {
    pub(super) link: &'a Link,
    pub(super) protocol: &'a P,
    pub(super) operation: &'static Operation,
    pub(super) body: Option<&'a Bytes>,
    pub(super) options: &'a CallOptions,
    pub(super) attempt: u32,
}

impl<P: Protocol> Way<'_, P> {
    fn settings(&self) -> &Settings {
        self.protocol.settings()
    }

    fn limits(&self) -> TransportLimits {
        let settings = self.settings();
        TransportLimits::new(settings.max_response_bytes).with_max_stream_bytes(settings.max_stream_bytes)
    }

    fn receive(&self, response: http::Response<Bytes>) -> Result<Received, Error> {
        let credential = self.options.credential.as_ref().map(Credential::secret);
        let sent = Sent { operation: self.operation, body: self.body, credential };
        response::receive(self.protocol, &sent, self.settings().max_response_bytes, response)
    }
}

/// One way of reading an answer.
pub(crate) trait Exchange: Sync {
    /// A success.
    type Output: AsRef<Head> + Send;

    /// Sends the request and reads as much as makes a success. May be dropped at any await point.
    fn carry<P: Protocol>(
        &self,
        way: &Way<'_, P>,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Self::Output, Error>> + Send;
}

/// The whole body, within the limit of an ordinary answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole;

impl Exchange for Whole {
    type Output = Received;

    async fn carry<P: Protocol>(&self, way: &Way<'_, P>, request: Request<Bytes>) -> Result<Received, Error> {
        let response = way
            .link
            .transport
            .send(request, &way.limits())
            .await
            .map_err(|error| transport_failed(way.operation, error))?;
        trace::headers_received(way.attempt, response.headers());
        way.receive(response)
    }
}

/// The body up to the first element of the list `member`, or to its end if the list is empty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pieces {
    pub(crate) member: &'static str,
}

/// A success of [`Pieces`].
pub(crate) struct Opened {
    pub(crate) head: Head,
    pub(crate) reading: Reading,
    pub(crate) first: Option<Bytes>,
}

impl AsRef<Head> for Opened {
    fn as_ref(&self) -> &Head {
        &self.head
    }
}

impl Exchange for Pieces {
    type Output = Opened;

    async fn carry<P: Protocol>(&self, way: &Way<'_, P>, request: Request<Bytes>) -> Result<Opened, Error> {
        let failed = |error| reading::too_large_as_stream(transport_failed(way.operation, error));
        let response = way.link.transport.open(request, &way.limits()).await.map_err(failed)?;
        trace::headers_received(way.attempt, response.headers());
        let (parts, mut body) = response.into_parts();
        if !parts.status.is_success() {
            let body = collect(&mut body, way.settings().max_response_bytes).await.map_err(failed)?;
            // An error by its status; a success cannot come out of it.
            let received = way.receive(http::Response::from_parts(parts, body));
            let unexpected = || Error::new(ErrorKind::UnexpectedStatus, "the answer has no usable status");
            return Err(received.err().unwrap_or_else(unexpected));
        }
        let head = Head::of(way.protocol, &parts);
        let mut reading = Reading::new(body, self.member, way.settings());
        let first = poll_fn(|context| reading.poll_element(context))
            .await
            .map_err(|error| error.with_operation(way.operation).with_head(&head))?;
        Ok(Opened { head, reading, first })
    }
}

/// The body of an error answer, as far as it is kept.
async fn collect(body: &mut Body, max_bytes: usize) -> Result<Bytes, TransportError> {
    let mut collected = BytesMut::new();
    while let Some(chunk) = body.chunk().await? {
        let room = max_bytes - collected.len();
        collected.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if collected.len() == max_bytes {
            break;
        }
    }
    Ok(collected.freeze())
}

/// An error of the transport, in the words of this crate.
fn transport_failed(operation: &'static Operation, error: TransportError) -> Error {
    Error::from_transport(error).with_operation(operation)
}
