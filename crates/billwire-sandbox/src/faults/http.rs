//! Faults of answers to requests.

use serde::{Deserialize, Serialize};

use super::targets::{self, ANY};
use super::turn::Turns;
use crate::error::{Error, ErrorKind};
use crate::moment::Moment;

/// One fault of answers: what happens to the next requests of an operation.
///
/// It applies once unless [`HttpFault::times`] or [`HttpFault::always`] say otherwise, and to the next request unless
/// [`HttpFault::skip`] lets some pass. Requests are counted before their credential is looked at: a gateway that fails
/// asks for none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct HttpFault {
    kind: HttpFaultKind,
    operation: String,
    api: Option<String>,
    when: FaultMoment,
    turns: Turns,
    status: Option<u16>,
    message: Option<String>,
    retry_after: Option<RetryAfter>,
    duration: Option<String>,
    content_type: Option<String>,
}

/// What goes wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum HttpFaultKind {
    /// An error answer with its documented body, perhaps with `Retry-After`.
    Status,
    /// Nothing for a while of virtual time; then the request goes on.
    Delay,
    /// The connection is closed without a byte of an answer.
    Cut,
    /// The answer's head with the length of the whole, half of its body, then the connection is closed.
    Truncated,
    /// The page of a proxy instead of JSON.
    Html,
    /// The first half of the answer, as if it were the whole.
    InvalidJson,
    /// Bytes that are no text.
    InvalidUtf8,
    /// No body at all.
    Empty,
    /// The right body under another content type.
    ContentType,
    /// Members that no document names, in every object of the answer.
    UnknownMembers,
}

/// When a fault strikes: before the request has had its effect, or after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FaultMoment {
    /// The request was read; nothing of it is carried out (a delayed one is carried out when it goes on).
    BeforeEffect,
    /// The request was carried out as usual, or refused as usual; only its answer is spoiled.
    AfterEffect,
}

/// The header `Retry-After` in one of its two forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum RetryAfter {
    /// So many seconds: `Retry-After: 30`.
    Seconds(u32),
    /// The HTTP date so many seconds ahead on the virtual clock: `Retry-After: Mon, 02 Mar 2026 12:00:30 GMT`.
    Date(u32),
}

/// The JSON form.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    kind: HttpFaultKind,
    operation: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<FaultMoment>,
    #[serde(default)]
    skip: u32,
    #[serde(default = "once")]
    times: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<RetryAfter>,
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    duration: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(default)]
    matched: u32,
    #[serde(default)]
    used: u32,
}

fn once() -> u32 {
    1
}

impl HttpFault {
    /// A fault of a kind that needs nothing else; `operation` is an operation id such as `schedulePayment`, or `*`.
    pub fn new(kind: HttpFaultKind, operation: impl Into<String>) -> Self {
        Self {
            kind,
            operation: operation.into(),
            api: None,
            when: kind.usual_moment(),
            turns: Turns::NEXT,
            status: None,
            message: None,
            retry_after: None,
            duration: None,
            content_type: None,
        }
    }

    /// An error answer instead of carrying the request out (after carrying it out with [`HttpFault::after_effect`]);
    /// `status` is 400 to 599.
    pub fn status(operation: impl Into<String>, status: u16) -> Self {
        Self { status: Some(status), ..Self::new(HttpFaultKind::Status, operation) }
    }

    /// Holds the request back (or, with [`HttpFault::after_effect`], its answer) for an ISO 8601 duration of virtual
    /// time, such as `PT30S`: until the clock has been moved so far, or has run so far.
    ///
    /// Credential, signature and its `Date` are looked at when the request goes on, not when it came: a token may have
    /// expired by then, and the `Date` be too old.
    ///
    /// The effect happens at its time even if the client has hung up meanwhile, as it would at a real service. Held for
    /// 60 seconds of real time, a request goes on by itself.
    pub fn delay(operation: impl Into<String>, duration: impl Into<String>) -> Self {
        Self { duration: Some(duration.into()), ..Self::new(HttpFaultKind::Delay, operation) }
    }

    /// Closes the connection without an answer: nothing was carried out, or everything with
    /// [`HttpFault::after_effect`].
    pub fn cut(operation: impl Into<String>) -> Self {
        Self::new(HttpFaultKind::Cut, operation)
    }

    /// Closes the connection in the middle of the answer's body.
    pub fn truncated(operation: impl Into<String>) -> Self {
        Self::new(HttpFaultKind::Truncated, operation)
    }

    /// The page of a proxy instead of the answer.
    pub fn html(operation: impl Into<String>) -> Self {
        Self::new(HttpFaultKind::Html, operation)
    }

    /// Half an answer under the right length.
    pub fn invalid_json(operation: impl Into<String>) -> Self {
        Self::new(HttpFaultKind::InvalidJson, operation)
    }

    /// An answer with bytes that are not UTF-8.
    pub fn invalid_utf8(operation: impl Into<String>) -> Self {
        Self::new(HttpFaultKind::InvalidUtf8, operation)
    }

    /// An answer without a body.
    pub fn empty(operation: impl Into<String>) -> Self {
        Self::new(HttpFaultKind::Empty, operation)
    }

    /// The right answer under another content type.
    pub fn content_type(operation: impl Into<String>, content_type: impl Into<String>) -> Self {
        Self { content_type: Some(content_type.into()), ..Self::new(HttpFaultKind::ContentType, operation) }
    }

    /// The right answer with members that no document names.
    pub fn unknown_members(operation: impl Into<String>) -> Self {
        Self::new(HttpFaultKind::UnknownMembers, operation)
    }

    /// Strikes before anything is carried out.
    #[must_use]
    pub fn before_effect(self) -> Self {
        Self { when: FaultMoment::BeforeEffect, ..self }
    }

    /// Strikes after everything was carried out.
    #[must_use]
    pub fn after_effect(self) -> Self {
        Self { when: FaultMoment::AfterEffect, ..self }
    }

    /// Lets so many requests pass first.
    #[must_use]
    pub fn skip(mut self, requests: u32) -> Self {
        self.turns.skip = requests;
        self
    }

    /// Spoils so many requests; 0 means every one.
    #[must_use]
    pub fn times(mut self, requests: u32) -> Self {
        self.turns.times = requests;
        self
    }

    /// Spoils every request.
    #[must_use]
    pub fn always(self) -> Self {
        self.times(0)
    }

    /// Concerns this API only, such as `q2`; without it an operation of any API.
    #[must_use]
    pub fn of_api(self, api: impl Into<String>) -> Self {
        Self { api: Some(api.into()), ..self }
    }

    /// The message of the error answer.
    #[must_use]
    pub fn with_message(self, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..self }
    }

    /// Adds `Retry-After` in seconds.
    #[must_use]
    pub fn with_retry_after_seconds(self, seconds: u32) -> Self {
        Self { retry_after: Some(RetryAfter::Seconds(seconds)), ..self }
    }

    /// Adds `Retry-After` as an HTTP date, so many seconds ahead on the virtual clock.
    #[must_use]
    pub fn with_retry_after_date(self, seconds: u32) -> Self {
        Self { retry_after: Some(RetryAfter::Date(seconds)), ..self }
    }

    /// What goes wrong.
    pub fn kind(&self) -> HttpFaultKind {
        self.kind
    }

    /// The operation it concerns, or `*`.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// When it strikes.
    pub fn when(&self) -> FaultMoment {
        self.when
    }

    /// How many requests it concerned so far, those it let pass included.
    pub fn matched(&self) -> u32 {
        self.turns.matched
    }

    /// How many answers it spoiled so far.
    pub fn used(&self) -> u32 {
        self.turns.used
    }

    /// Counts a request if the fault concerns it; says whether it is its turn.
    pub(super) fn count(&mut self, api: &str, operation: Option<&str>) -> bool {
        let concerned = self.api.as_deref().is_none_or(|known| known == api)
            && (self.operation == ANY || operation == Some(self.operation.as_str()));
        concerned && self.turns.count()
    }

    pub(super) fn use_up(&mut self) {
        self.turns.use_up();
    }

    /// The status of an error answer.
    pub(super) fn error_status(&self) -> u16 {
        self.status.unwrap_or(500)
    }

    pub(super) fn error_message(&self) -> &str {
        self.message.as_deref().unwrap_or("The sandbox was told to answer with an error.")
    }

    pub(super) fn retry_after(&self) -> Option<RetryAfter> {
        self.retry_after
    }

    pub(super) fn other_content_type(&self) -> &str {
        self.content_type.as_deref().unwrap_or("text/html; charset=utf-8")
    }

    /// Until when a request that arrives `now` is held.
    pub(super) fn held_until(&self, now: Moment) -> Moment {
        later(now, self.duration.as_deref())
    }

    /// Refuses what could never apply, or members that belong to another kind.
    pub(super) fn check(&self, place: &str) -> Result<(), Error> {
        let invalid = |message: String| Err(Error::new(ErrorKind::InvalidInput, format!("{place}{message}")));
        targets::check_operation(place, self.api.as_deref(), &self.operation)?;
        let of_status = self.status.is_some() || self.message.is_some() || self.retry_after.is_some();
        match self.kind {
            HttpFaultKind::Status => match self.status {
                Some(400..=599) => {}
                _ => return invalid(".status is the status of the error answer, 400 to 599".to_owned()),
            },
            _ if of_status => {
                return invalid(": status, message and retryAfter belong to the kind \"status\"".to_owned());
            }
            _ => {}
        }
        match (self.kind, &self.duration) {
            (HttpFaultKind::Delay, Some(duration)) => check_duration(place, duration)?,
            (HttpFaultKind::Delay, None) => {
                return invalid(".for says how long, as an ISO 8601 duration such as \"PT30S\"".to_owned());
            }
            (_, Some(_)) => return invalid(".for belongs to the kind \"delay\"".to_owned()),
            (_, None) => {}
        }
        if let Some(content_type) = &self.content_type {
            if self.kind != HttpFaultKind::ContentType {
                return invalid(".contentType belongs to the kind \"content-type\"".to_owned());
            }
            if content_type.parse::<http::HeaderValue>().is_err() {
                return invalid(".contentType is not usable as a header".to_owned());
            }
        }
        if self.kind.needs_an_answer() && self.when == FaultMoment::BeforeEffect {
            return invalid(
                ".when: this kind changes the real answer, so it can only strike \"after-effect\"".to_owned(),
            );
        }
        Ok(())
    }
}

/// A delay must lead forward, or it would be none.
pub(super) fn check_duration(place: &str, duration: &str) -> Result<(), Error> {
    let start = Moment::new(jiff::Timestamp::UNIX_EPOCH);
    let refuse = |why: String| Error::new(ErrorKind::InvalidInput, format!("{place}.for: {why}"));
    let end = start.plus_iso(duration).map_err(|cause| refuse(cause.to_string()))?;
    if end > start { Ok(()) } else { Err(refuse(format!("\"{duration}\" is no time at all; give more"))) }
}

/// So much later than `now`; the end of the calendar for what leads beyond it.
pub(super) fn later(now: Moment, duration: Option<&str>) -> Moment {
    let end = Moment::new(jiff::Timestamp::MAX);
    duration.map_or(now, |duration| now.plus_iso(duration).unwrap_or(end))
}

impl HttpFaultKind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::Status,
        Self::Delay,
        Self::Cut,
        Self::Truncated,
        Self::Html,
        Self::InvalidJson,
        Self::InvalidUtf8,
        Self::Empty,
        Self::ContentType,
        Self::UnknownMembers,
    ];

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Delay => "delay",
            Self::Cut => "cut",
            Self::Truncated => "truncated",
            Self::Html => "html",
            Self::InvalidJson => "invalid-json",
            Self::InvalidUtf8 => "invalid-utf8",
            Self::Empty => "empty",
            Self::ContentType => "content-type",
            Self::UnknownMembers => "unknown-members",
        }
    }

    /// When a fault of this kind strikes if nothing else is said: what changes an answer needs one.
    fn usual_moment(self) -> FaultMoment {
        match self {
            Self::Status | Self::Delay | Self::Cut => FaultMoment::BeforeEffect,
            _ => FaultMoment::AfterEffect,
        }
    }

    fn needs_an_answer(self) -> bool {
        matches!(self, Self::Truncated | Self::ContentType | Self::UnknownMembers)
    }
}

impl From<Written> for HttpFault {
    fn from(written: Written) -> Self {
        let Written { skip, times, matched, used, .. } = written;
        Self {
            when: written.when.unwrap_or_else(|| written.kind.usual_moment()),
            kind: written.kind,
            operation: written.operation,
            api: written.api,
            turns: Turns { skip, times, matched, used },
            status: written.status,
            message: written.message,
            retry_after: written.retry_after,
            duration: written.duration,
            content_type: written.content_type,
        }
    }
}

impl From<HttpFault> for Written {
    fn from(fault: HttpFault) -> Self {
        let Turns { skip, times, matched, used } = fault.turns;
        Self {
            kind: fault.kind,
            operation: fault.operation,
            api: fault.api,
            when: Some(fault.when),
            skip,
            times,
            status: fault.status,
            message: fault.message,
            retry_after: fault.retry_after,
            duration: fault.duration,
            content_type: fault.content_type,
            matched,
            used,
        }
    }
}
