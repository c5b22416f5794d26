//! What a call tells to `tracing`: a fixed list of fields, never a body, a credential or another header.

use std::time::Duration;

use billwire_models::operation::Operation;
use http::HeaderMap;
use tracing::{Span, debug, info_span, trace, warn};

use crate::delivery::Delivery;
use crate::error::Error;
use crate::redact::VisibleHeaders;

/// The span of a whole call. `path` is the template, so that ids do not multiply time series.
pub(super) fn call_span(operation: &'static Operation, call_id: &str) -> Span {
    info_span!(
        "billwire.call",
        api = operation.api.as_str(),
        operation = operation.id,
        method = operation.method.as_str(),
        path = operation.path,
        call_id,
    )
}

pub(super) fn attempt_started(attempt: u32) {
    debug!(attempt, "sending");
}

pub(super) fn headers_received(attempt: u32, headers: &HeaderMap) {
    trace!(attempt, headers = ?VisibleHeaders(headers), "headers received");
}

pub(super) fn attempt_succeeded(attempt: u32, status: u16, request_id: Option<&str>, took: Duration) {
    debug!(
        attempt,
        status,
        request_id = request_id.unwrap_or_default(),
        delivery = Delivery::Answered.as_str(),
        duration_ms = milliseconds(took),
        "answered"
    );
}

pub(super) fn attempt_failed(attempt: u32, error: &Error, took: Duration) {
    warn!(
        attempt,
        kind = ?error.kind(),
        status = error.status().map_or(0, |status| status.as_u16()),
        request_id = error.request_id().unwrap_or_default(),
        delivery = error.delivery().as_str(),
        duration_ms = milliseconds(took),
        "attempt failed"
    );
}

pub(super) fn waiting(attempt: u32, wait: Duration) {
    debug!(attempt, wait_ms = milliseconds(wait), "waiting before the next attempt");
}

pub(super) fn not_repeated(why: &str) {
    debug!(why, "not repeated");
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
