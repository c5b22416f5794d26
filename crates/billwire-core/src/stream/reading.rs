//! A body on its way through the splitter.

use std::task::{Context, Poll, ready};

use bytes::Bytes;

use crate::config::Settings;
use crate::delivery::Delivery;
use crate::error::{Error, ErrorKind};
use crate::splitter::Splitter;
use crate::transport::Body;

/// An answer that is being read element by element.
pub(crate) struct Reading {
    body: Body,
    splitter: Splitter,
    max_bytes: u64,
    received: u64,
    ended: bool,
}

impl Reading {
    pub(crate) const fn new(body: Body, splitter: Splitter, settings: &Settings) -> Self {
        Self { body, splitter, max_bytes: settings.max_stream_bytes, received: 0, ended: false }
    }

    /// The text of the next element; `None` when the whole answer was read and was in order.
    pub(crate) fn poll_element(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>> {
        let answered = |error: Error| error.with_delivery(Delivery::Answered);
        loop {
            if let Some(element) = self.splitter.next_element().map_err(answered)? {
                return Poll::Ready(Ok(Some(element)));
            }
            if self.ended {
                return Poll::Ready(self.splitter.finish().map(|()| None).map_err(answered));
            }
            match ready!(self.body.poll_chunk(context)).transpose().map_err(Error::from_transport) {
                Ok(Some(chunk)) => {
                    self.received = self.received.saturating_add(chunk.len() as u64);
                    if self.received > self.max_bytes {
                        return Poll::Ready(Err(self.too_large()));
                    }
                    self.splitter.feed(chunk);
                }
                Ok(None) => self.ended = true,
                Err(error) => return Poll::Ready(Err(too_large_as_stream(error))),
            }
        }
    }

    /// What the answer has said so far beside its list, of a success or failure; see [`Splitter::beside`].
    pub(crate) fn beside(&self) -> Option<Bytes> {
        self.splitter.beside()
    }

    /// Whether the whole answer was read, with the list or without it.
    pub(crate) fn is_over(&self) -> bool {
        self.ended && self.splitter.is_over()
    }

    /// How many bytes of the answer are held.
    pub(crate) const fn held_bytes(&self) -> usize {
        self.splitter.held_bytes()
    }

    /// How many bytes of the answer arrived.
    pub(crate) const fn received_bytes(&self) -> u64 {
        self.received
    }

    fn too_large(&self) -> Error {
        Error::new(ErrorKind::AnswerTooLarge, format!("the answer has more than {} bytes", self.max_bytes))
            .with_advice(RAISE_THE_LIMIT)
            .with_delivery(Delivery::Answered)
    }
}

const RAISE_THE_LIMIT: &str = "raise the limit with with_max_stream_bytes if the answer is legitimate (with \
                               with_max_response_bytes where the transport cannot give a body in pieces)";

/// Names the limit of streams in an error that is about one.
pub(crate) fn too_large_as_stream(error: Error) -> Error {
    if error.kind() == ErrorKind::AnswerTooLarge { error.with_advice(RAISE_THE_LIMIT) } else { error }
}
