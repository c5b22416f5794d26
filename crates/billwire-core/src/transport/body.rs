//! A response body that arrives in pieces.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use super::TransportError;

type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// The body of a response, one piece after the other. Dropping it ends the response.
pub struct Body(Content);

enum Content {
    Whole(Option<Bytes>),
    Chunks(Chunks),
}

impl Body {
    /// A body that yields what `chunks` yields. A transport whose body ends early must yield an error there: an end
    /// without one means that everything came.
    pub fn new(chunks: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static) -> Self {
        Self(Content::Chunks(Box::pin(chunks)))
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// [`TransportError`] if the rest cannot be had.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        poll_fn(|context| self.poll_chunk(context)).await.transpose()
    }

    pub(crate) fn poll_chunk(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        match &mut self.0 {
            Content::Whole(bytes) => Poll::Ready(bytes.take().map(Ok)),
            Content::Chunks(chunks) => chunks.as_mut().poll_next(context),
        }
    }
}

impl From<Bytes> for Body {
    /// A body in one piece.
    fn from(bytes: Bytes) -> Self {
        Self(Content::Whole(Some(bytes).filter(|bytes| !bytes.is_empty())))
    }
}

impl Stream for Body {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_chunk(context)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = match self.0 {
            Content::Whole(_) => "whole",
            Content::Chunks(_) => "in pieces",
        };
        formatter.debug_tuple("Body").field(&form).finish()
    }
}
