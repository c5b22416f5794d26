//! What a call tells to `tracing`: a fixed list of fields, never a body, a credential or another header.

use std::time::Duration;

use billwire_models::operation::Operation;
use http::HeaderMap;
use tracing::{Span, debug, info, info_span, trace, warn};

use crate::answer::Answer;
use crate::delivery::Delivery;
use crate::error::Error;
use crate::redact::VisibleHeaders;
use crate::response::Head;

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

pub(super) fn attempt_succeeded(attempt: u32, head: &Head, took: Duration) {
    debug!(
        attempt,
        status = head.status.as_u16(),
        request_id = head.request_id.as_deref().unwrap_or_default(),
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

/// A call waited for its turn, so that the service need not refuse it.
pub(super) fn held_back(wait: Duration) {
    debug!(wait_ms = milliseconds(wait), "held back by a rate limit");
}

pub(super) fn not_repeated(why: &str) {
    debug!(why, "not repeated");
}

/// The key of the payload encryption was fetched. Its id is public.
pub(crate) fn key_fetched(key_id: &str, earlier: &str) {
    info!(key_id, earlier, "payload encryption key fetched");
}

/// The key of the payload encryption was not fetched, and the earlier one, if there is one, stays in use.
pub(crate) fn key_not_fetched(earlier: &str, error: &Error) {
    warn!(
        earlier,
        kind = ?error.kind(),
        call_id = error.call_id().unwrap_or_default(),
        request_id = error.request_id().unwrap_or_default(),
        delivery = error.delivery().as_str(),
        "payload encryption key not fetched"
    );
}

/// Card or bank account data leaves for production under TLS alone.
pub(crate) fn card_data_in_clear(operation: &'static Operation) {
    warn!(operation = operation.id, "card or bank account data is sent without payload encryption");
}

/// A list that was read in pieces ended well.
pub(crate) fn list_read(call_id: &str, elements: usize, rejected: usize, bytes: u64) {
    debug!(call_id, elements, rejected, bytes, "list read");
}

/// A list that was read in pieces ended in an error, after so many elements.
pub(crate) fn list_failed(call_id: &str, elements: usize, error: &Error) {
    warn!(
        call_id,
        elements,
        kind = ?error.kind(),
        request_id = error.request_id().unwrap_or_default(),
        delivery = error.delivery().as_str(),
        "list failed"
    );
}

/// How many rejected elements of one answer are told one by one: a line is far longer than a hostile element.
const MOST_PLACES: usize = 100;

/// An element of a list could not be decoded, the `count`th of its answer; its content is not told.
pub(crate) fn element_rejected(call_id: &str, place: &str, count: usize) {
    if count <= MOST_PLACES {
        warn!(call_id, place, "list element rejected");
    }
}

/// What an answer that came whole says about elements that could not be decoded.
pub(crate) fn elements_rejected<R>(call_id: &str, answer: &Answer<R>) {
    let rejected = answer.rejected();
    for (index, element) in rejected.iter().enumerate() {
        element_rejected(call_id, element.path(), index + 1);
    }
    let further = rejected.len().saturating_sub(MOST_PLACES) + answer.unreported();
    if further > 0 {
        warn!(call_id, further, "further list elements rejected");
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
