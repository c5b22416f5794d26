//! Reading a response: pure functions that never panic, whatever came.

mod unwrap;

use billwire_models::operation::Operation;
use billwire_models::scalar;
use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::answer::Answer;
use crate::error::{Error, ErrorKind};
use crate::protocol::Refusal;
use crate::protocol::sealed::Protocol;
use crate::redact;
use crate::sent::Sent;

/// Longest error body that an [`Error`] keeps, in bytes.
const LONGEST_KEPT_BODY: usize = 64 * 1024;
/// The same for a body that is not JSON, which is a page for people.
///
/// Source: BillerAPI description, section 3.2 "Two error body shapes".
const LONGEST_KEPT_TEXT: usize = 2 * 1024;

/// What is kept of an answer's head.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
}

impl Head {
    pub(crate) fn of(protocol: &(impl Protocol + ?Sized), parts: &http::response::Parts) -> Self {
        let request_id = header_text(&parts.headers, protocol.request_id_header());
        Self { status: parts.status, request_id }
    }
}

/// A 2xx response whose body was not decoded yet.
pub(crate) struct Received {
    pub(crate) head: Head,
    body: Bytes,
}

impl AsRef<Head> for Received {
    fn as_ref(&self) -> &Head {
        &self.head
    }
}

/// Sorts a response by its status: 2xx is received, everything else, and a write that was not accepted, is an error
/// with the service's message.
///
/// What the request held of secrets is cut out of that message, beside those that the configuration knows.
pub(crate) fn receive(
    protocol: &(impl Protocol + ?Sized),
    sent: &Sent<'_>,
    max_bytes: usize,
    response: http::Response<Bytes>,
) -> Result<Received, Error> {
    let operation = sent.operation;
    let (parts, body) = response.into_parts();
    let head = Head::of(protocol, &parts);
    let status = head.status;
    let failed = |kind, reason: String| {
        Error::new(kind, reason)
            .with_operation(operation)
            .with_answer(status, head.request_id.clone())
            .with_answer_rules(protocol.answer_rules())
    };
    if body.len() > max_bytes {
        let reason = format!("the answer has {} bytes, more than the limit of {max_bytes}", body.len());
        return Err(failed(ErrorKind::AnswerTooLarge, reason));
    }
    let body = without_byte_order_mark(body);
    let refusal = if status.is_success() { protocol.refusal(operation, &body) } else { None };
    if status.is_success() && refusal.is_none() {
        return Ok(Received { head, body });
    }
    let text = String::from_utf8_lossy(kept(&body)).into_owned();
    let (kind, reason, mut problem) = match refusal {
        Some(Refusal { kind, problem }) => {
            (kind, format!("the service answered {status}, but with `success: false`"), problem)
        }
        None => (kind_of(status), format!("the service answered {status}"), protocol.problem(status, &text)),
    };
    let of_body = sent.secrets();
    let mut secrets = protocol.secrets();
    secrets.extend(sent.credential);
    secrets.extend(of_body.iter().map(|secret| secret.as_str()));
    let shown = |text: Option<String>| {
        text.map(|text| redact::vendor_text(&text, &secrets)).filter(|text| !text.is_empty())
    };
    problem.message = shown(problem.message);
    problem.code = shown(problem.code);
    Err(failed(kind, reason)
        .with_retry_after(header_text(&parts.headers, RETRY_AFTER.as_str()))
        .with_problem(problem, text))
}

/// As much of an error body as is kept.
fn kept(body: &[u8]) -> &[u8] {
    let is_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    body.get(..if is_json { LONGEST_KEPT_BODY } else { LONGEST_KEPT_TEXT }).unwrap_or(body)
}

/// Some gateways put a byte order mark before JSON text, which RFC 8259 lets a reader skip.
fn without_byte_order_mark(mut body: Bytes) -> Bytes {
    if body.starts_with("\u{feff}".as_bytes()) {
        bytes::Buf::advance(&mut body, "\u{feff}".len());
    }
    body
}

/// Decodes a received body. List elements that do not decode are reported, or refused when `strict`.
pub(crate) fn decode<R: DeserializeOwned + scalar::Answer>(
    protocol: &(impl Protocol + ?Sized),
    operation: &'static Operation,
    received: &Received,
    strict: bool,
) -> Result<Answer<R>, Error> {
    let failed = |kind, reason: String| {
        Error::new(kind, reason)
            .with_operation(operation)
            .with_answer(received.head.status, received.head.request_id.clone())
    };
    let unreadable = |reason: String| failed(ErrorKind::UnreadableAnswer, reason);
    let text = std::str::from_utf8(&received.body)
        .map_err(|error| unreadable(format!("the answer is not UTF-8 at byte {}", error.valid_up_to())))?;
    if text.trim().is_empty() {
        return Err(unreadable("the answer is empty".to_owned()));
    }
    let value: R = unwrap::read(operation, protocol.reads_bare_arrays(), text)
        .map_err(|error| unreadable(problem(operation.answer, &error, || path_of::<R>(text))))?;
    let answer = Answer::new(value, received.head.status, received.head.request_id.clone());
    match answer.rejected().first() {
        Some(first) if strict => {
            let count = scalar::Answer::rejected_count(&*answer);
            Err(failed(
                ErrorKind::RejectedElements,
                format!("{count} list element(s) of the answer do not decode, the first at {}", first.path()),
            ))
        }
        _ => Ok(answer),
    }
}

/// The place of the first problem, from a second and slower reading that only failures pay for.
fn path_of<R: DeserializeOwned>(text: &str) -> Option<String> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let error = serde_path_to_error::deserialize::<_, R>(&mut deserializer).err()?;
    redact::place(error.path())
}

/// What is wrong and where. The decoder's own text is left out because it quotes values of the answer.
///
/// The place is told for a wrong type only: there every member on the way is one of the models', while the place of a
/// syntax error may be a member that only the answer knows.
fn problem(schema: &str, error: &serde_json::Error, path: impl FnOnce() -> Option<String>) -> String {
    use serde_json::error::Category;
    let (what, place) = match error.classify() {
        Category::Data => (format!("the answer is not the documented {schema}"), path()),
        Category::Eof => ("the answer ends in the middle of its JSON".to_owned(), None),
        Category::Syntax | Category::Io => ("the answer is not JSON".to_owned(), None),
    };
    let place = place.map(|path| format!(" at {}", redact::bounded(&path))).unwrap_or_default();
    let missing = missing_member(error).map(|name| format!(": `{name}` is missing")).unwrap_or_default();
    format!("{what}{place}{missing} (line {}, column {})", error.line(), error.column())
}

/// The member that is missing, if that is what is wrong. Its name comes from the models, never from the answer.
fn missing_member(error: &serde_json::Error) -> Option<String> {
    let text = error.to_string();
    let (name, _) = text.strip_prefix("missing field `")?.split_once('`')?;
    Some(name.to_owned())
}

fn kind_of(status: StatusCode) -> ErrorKind {
    match status.as_u16() {
        300..=399 => ErrorKind::Redirected,
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        429 => ErrorKind::RateLimited,
        400..=499 => ErrorKind::Rejected,
        500..=599 => ErrorKind::Service,
        _ => ErrorKind::UnexpectedStatus,
    }
}

fn header_text(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = redact::bounded(headers.get(name)?.to_str().ok()?);
    Some(text).filter(|text| !text.is_empty())
}
