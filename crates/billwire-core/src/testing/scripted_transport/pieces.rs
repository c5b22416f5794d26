//! A scripted body that arrives in pieces.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;

use crate::clock::Clock;
use crate::delivery::Delivery;
use crate::transport::{TransportError, TransportErrorKind};

/// The pieces, and what comes after them.
#[derive(Clone, Debug)]
pub(super) struct Pieces {
    queue: VecDeque<Bytes>,
    pub(super) pause: Duration,
    pub(super) rest: Rest,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Rest {
    Ends,
    Fails(Delivery, TransportErrorKind),
    Hangs,
}

impl Pieces {
    pub(super) const fn new(queue: VecDeque<Bytes>) -> Self {
        Self { queue, pause: Duration::ZERO, rest: Rest::Ends }
    }

    pub(super) fn into_stream(self, clock: Arc<dyn Clock>) -> Arriving {
        Arriving { pieces: self, clock, wait: None }
    }
}

/// The pieces on their way.
pub(super) struct Arriving {
    pieces: Pieces,
    clock: Arc<dyn Clock>,
    wait: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Stream for Arriving {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let pause = self.pieces.pause;
        if !pause.is_zero() && !self.pieces.queue.is_empty() {
            let clock = Arc::clone(&self.clock);
            let wait = self.wait.get_or_insert_with(|| Box::pin(async move { clock.sleep(pause).await }));
            ready!(wait.as_mut().poll(context));
            self.wait = None;
        }
        match (self.pieces.queue.pop_front(), self.pieces.rest) {
            (Some(piece), _) => Poll::Ready(Some(Ok(piece))),
            (None, Rest::Ends) => Poll::Ready(None),
            (None, Rest::Fails(delivery, kind)) => {
                Poll::Ready(Some(Err(TransportError::without_source(delivery, kind))))
            }
            (None, Rest::Hangs) => Poll::Pending,
        }
    }
}
