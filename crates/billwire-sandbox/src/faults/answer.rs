//! Answers as a fault leaves them.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Frame, SizeHint};
use serde_json::{Value, json};

use super::{HttpFault, HttpFaultKind, RetryAfter};
use crate::api_error::ApiError;
use crate::http_body::{self, Answer};
use crate::moment::Moment;

/// The page of a proxy that cannot reach what is behind it.
const PROXY_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Service unavailable</title></head>\n\
    <body><h1>Service unavailable</h1><p>Please try again in a moment.</p></body></html>\n";
/// What stands for the real answer where nothing was carried out.
const STAND_IN: &[u8] = br#"{"success":true,"message":"stand-in"}"#;

/// The connection is to be closed without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection is cut on purpose")
    }
}

impl std::error::Error for Cut {}

/// A body as it goes out: whole, or cut in the middle.
pub(crate) enum AnswerBody {
    Whole(Full<Bytes>),
    Half(Half),
}

/// The first half, then nothing, then the end of the connection.
pub(crate) struct Half {
    first: Option<Bytes>,
    /// The first half must have left before the connection is closed, or nothing of the answer would arrive.
    waited: bool,
}

/// The answer of a handler, unspoiled.
pub(crate) fn whole(answer: Answer) -> Response<AnswerBody> {
    answer.map(AnswerBody::Whole)
}

/// The answer to spoil where nothing was carried out: there is no real one.
pub(super) fn stand_in() -> Answer {
    http_body::json(StatusCode::OK, STAND_IN.to_vec())
}

fn error(fault: &HttpFault, now: Moment, error_body: impl Fn(&ApiError) -> Vec<u8>) -> Answer {
    let error = ApiError::new(fault.error_status(), fault.error_message());
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = http_body::json(status, error_body(&error));
    if let Some(value) = fault.retry_after().and_then(|retry_after| retry_after_header(retry_after, now)) {
        answer.headers_mut().insert(header::RETRY_AFTER, value);
    }
    answer
}

/// Both forms of RFC 9110, section 10.2.3.
fn retry_after_header(retry_after: RetryAfter, now: Moment) -> Option<HeaderValue> {
    match retry_after {
        RetryAfter::Seconds(seconds) => Some(seconds.into()),
        RetryAfter::Date(seconds) => {
            let at = now.plus(jiff::SignedDuration::from_secs(i64::from(seconds)));
            let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
            printer.timestamp_to_rfc9110_string(&at.timestamp()).ok()?.parse().ok()
        }
    }
}

/// Spoils an answer; the error means that the connection is to be closed instead.
pub(super) async fn spoil(
    fault: &HttpFault,
    answer: Answer,
    now: Moment,
    error_body: impl Fn(&ApiError) -> Vec<u8>,
) -> Result<Response<AnswerBody>, Cut> {
    let (mut parts, body) = answer.into_parts();
    let body = collect(body).await;
    let body = match fault.kind() {
        HttpFaultKind::Cut => return Err(Cut),
        HttpFaultKind::Delay => body,
        HttpFaultKind::Status => {
            let (error, body) = error(fault, now, error_body).into_parts();
            parts.status = error.status;
            // What else the answer carries, its request id for one, stays on it.
            parts.headers.extend(error.headers);
            return Ok(whole(Response::from_parts(parts, body)));
        }
        HttpFaultKind::Truncated => {
            parts.headers.insert(header::CONTENT_LENGTH, body.len().into());
            let first = body.slice(..body.len() / 2);
            let half = Half { first: Some(first), waited: false };
            return Ok(Response::from_parts(parts, AnswerBody::Half(half)));
        }
        HttpFaultKind::Html => {
            let html = HeaderValue::from_static("text/html; charset=utf-8");
            parts.headers.insert(header::CONTENT_TYPE, html);
            Bytes::from_static(PROXY_PAGE.as_bytes())
        }
        HttpFaultKind::InvalidJson => body.slice(..body.len() / 2),
        HttpFaultKind::InvalidUtf8 => {
            let (first, rest) = body.split_at(body.len() / 2);
            [first, &[0xff, 0xfe], rest].concat().into()
        }
        HttpFaultKind::Empty => Bytes::new(),
        HttpFaultKind::ContentType => {
            if let Ok(value) = HeaderValue::from_str(fault.other_content_type()) {
                parts.headers.insert(header::CONTENT_TYPE, value);
            }
            body
        }
        HttpFaultKind::UnknownMembers => with_unknown_members(&body),
    };
    Ok(Response::from_parts(parts, AnswerBody::Whole(Full::new(body))))
}

async fn collect(body: Full<Bytes>) -> Bytes {
    let collected: Result<_, Infallible> = body.collect().await;
    match collected {
        Ok(collected) => collected.to_bytes(),
    }
}

/// Adds a member to every object: of another type than any documented member, with nested data.
fn with_unknown_members(body: &Bytes) -> Bytes {
    fn add(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.values_mut().for_each(add);
                members.insert(
                    "sandboxUnknownMember".to_owned(),
                    json!({ "nested": [1, null, "text", { "deeper": true }] }),
                );
            }
            Value::Array(elements) => elements.iter_mut().for_each(add),
            _ => {}
        }
    }
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else { return body.clone() };
    add(&mut value);
    value.to_string().into()
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        match self.get_mut() {
            Self::Whole(body) => {
                Pin::new(body).poll_frame(context).map_err(|never: Infallible| match never {})
            }
            Self::Half(half) => half.poll(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Half(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Half(_) => SizeHint::default(),
        }
    }
}

impl Half {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if !self.waited {
            self.waited = true;
            // Not ready yet, but soon: meanwhile what is written goes out.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(Cut)))
    }
}
