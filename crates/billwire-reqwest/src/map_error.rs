//! What an error of reqwest says about delivery.

use billwire_core::{Delivery, TransportError, TransportErrorKind};

/// Maps an error that ended a request before its status was read.
///
/// Only two things are certain: a request that could not be built, and a connection that was not made, carried no
/// byte. Everything else, among it a pooled connection that closed under the request, may have carried all of it.
pub(crate) fn before_status(error: reqwest::Error) -> TransportError {
    let (delivery, kind) = if error.is_builder() {
        (Delivery::NotSent, TransportErrorKind::InvalidRequest)
    } else if error.is_connect() {
        (Delivery::NotSent, TransportErrorKind::Connect)
    } else {
        (Delivery::Unknown, TransportErrorKind::Interrupted)
    };
    TransportError::new(delivery, kind, error.without_url())
}

/// Maps an error that ended a request while its body was read.
pub(crate) fn in_body(error: reqwest::Error) -> TransportError {
    TransportError::new(Delivery::Unknown, TransportErrorKind::Interrupted, error.without_url())
}

/// The error for a body beyond the limit. The answer came, so the request had arrived.
pub(crate) fn too_large(max_bytes: u64) -> TransportError {
    TransportError::new(
        Delivery::Answered,
        TransportErrorKind::AnswerTooLarge,
        format!("the limit is {max_bytes} bytes"),
    )
}
