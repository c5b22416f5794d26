//! A body of reqwest, piece by piece.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use billwire_core::TransportError;
use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;

use crate::map_error;

/// The pieces of a body, up to a number of bytes.
#[derive(Debug)]
pub(crate) struct Chunks {
    body: reqwest::Body,
    max_bytes: u64,
    left: u64,
}

impl Chunks {
    pub(crate) const fn new(body: reqwest::Body, max_bytes: u64) -> Self {
        Self { body, max_bytes, left: max_bytes }
    }
}

impl Stream for Chunks {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let frame = match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(map_error::in_body(error)))),
                Some(Ok(frame)) => frame,
            };
            // What is not data are trailers, which carry nothing of the documented API.
            let Ok(chunk) = frame.into_data() else { continue };
            return Poll::Ready(Some(match self.left.checked_sub(chunk.len() as u64) {
                Some(left) => {
                    self.left = left;
                    Ok(chunk)
                }
                None => Err(map_error::too_large(self.max_bytes)),
            }));
        }
    }
}
