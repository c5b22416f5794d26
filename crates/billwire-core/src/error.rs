//! The one error of this crate.

mod advice;
mod judgement;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use billwire_models::operation::{Operation, Safety};
use http::StatusCode;
use jiff::Timestamp;

use crate::delivery::Delivery;
use crate::engine::{History, LastAnswer};
use crate::idempotency::{IdempotencyKey, KeyOfCall};
use crate::protocol::Problem;
use crate::response::Head;
use crate::retry::{AnswerRules, retry_after};
use crate::transport::{TransportError, TransportErrorKind};

/// What kind of failure it is, and so who has to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client is set up in a way that cannot work or is not safe: an address, a credential of another
    /// environment, a bound of zero. Nothing was sent.
    Configuration,
    /// This call cannot be sent: an empty id, a body that does not serialise, card data that would go in clear.
    /// Nothing was sent.
    InvalidRequest,
    /// The operation does not accept the kind of credential, or request signing is on for a credential that cannot
    /// be signed for. Nothing was sent.
    CredentialNotAllowed,
    /// Signing, encryption or the source of randomness failed. Nothing was sent.
    Cryptography,
    /// No whole answer came. Ask [`Error::delivery`] whether the request can have arrived.
    Transport,
    /// One attempt took longer than its time limit and was dropped.
    Timeout,
    /// The time for the whole call was used up.
    DeadlineExceeded,
    /// Status 401: credential missing, unknown or expired, or the signature is missing or wrong.
    Unauthorized,
    /// Status 403: the credential may not do this.
    Forbidden,
    /// Status 404: no such resource. The service may say 400 for the same: see [`Error::is_not_found_like`].
    NotFound,
    /// Another status of the 400 range: the service refused the request.
    Rejected,
    /// Status 429: too many requests.
    RateLimited,
    /// A status of the 500 range: the service failed.
    Service,
    /// A status of the 300 range. Redirects are never followed.
    Redirected,
    /// A status outside 200 to 599.
    UnexpectedStatus,
    /// The service answered a write with a status of the 200 range, but its body says `success: false`. The
    /// documents only ever show `true`, so what is left behind is not known: [`Error::may_have_taken_effect`].
    NotAccepted,
    /// The service answered with a status of the 200 range that the thing asked for failed, and why:
    /// [`Error::vendor_code`]. A documented code is a known outcome, such as a login that a biller refused; any other one
    /// leaves open what was done: [`Error::may_have_taken_effect`].
    BusinessFailure,
    /// The service accepted the call, but its answer could not be read. A write was probably carried out.
    UnreadableAnswer,
    /// The answer is larger than the configured limit.
    AnswerTooLarge,
    /// Strict mode: the answer holds list elements that could not be decoded.
    RejectedElements,
    /// A list in pages does not come to an end: a page came twice, or there are more pages than the bound. Every page
    /// before it was good.
    EndlessList,
    /// The service's payload encryption key could not be fetched. The call itself was not sent.
    KeyUnavailable,
}

/// Why a call gave no answer, what is known about it, and what to do.
///
/// The text says operation, reason, request id, delivery and advice. It never holds a credential, a request body or
/// the raw answer. The cause, if there is one, is reached through [`StdError::source`] only.
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: ErrorKind,
    reason: Cow<'static, str>,
    advice: Option<Cow<'static, str>>,
    operation: Option<&'static Operation>,
    delivery: Delivery,
    /// Whether an attempt of a write before the last one may have been carried out.
    earlier_effect: bool,
    status: Option<StatusCode>,
    request_id: Option<String>,
    call_id: Option<String>,
    attempts: u32,
    retry_after: Option<String>,
    not_repeated: Option<Cow<'static, str>>,
    problem: Problem,
    body: Option<String>,
    key: Option<KeyOfCall>,
    /// Whether the call may be repeated, if that differs from its operation.
    safety: Option<Safety>,
    answer_rules: &'static AnswerRules,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Which kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The operation that failed; `None` when the client could not be set up.
    #[must_use]
    pub fn operation(&self) -> Option<&'static Operation> {
        self.inner.operation
    }

    /// The status of the answer, if there was one: the last answer, should the attempts after it not have been sent.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.inner.status
    }

    /// The service's `request-id`, to be quoted to its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.inner.request_id.as_deref()
    }

    /// Our own id of the call, the same in every trace event of it. It is not sent.
    #[must_use]
    pub fn call_id(&self) -> Option<&str> {
        self.inner.call_id.as_deref()
    }

    /// What is known about the way of the request. [`Delivery::NotSent`] only if no attempt was sent.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.inner.delivery
    }

    /// How many attempts were started. Zero when the call was refused before the first one.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// What went wrong, in one sentence of our own: no operation, ids, vendor's message or advice. The text of the error
    /// puts all of them together; take this one to arrange them yourself.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.inner.reason
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(&self) -> &str {
        self.inner.advice.as_deref().unwrap_or_else(|| advice::of(self))
    }

    /// The service's own message, shortened, on one line and without the credential, the secrets of the request, and anything
    /// that looks like a card number. It is text for people: do not decide by it.
    #[must_use]
    pub fn vendor_message(&self) -> Option<&str> {
        self.inner.problem.message.as_deref()
    }

    /// The service's own code for what went wrong, such as `INVALID_CREDENTIALS` or `validation_error`, if its answer has
    /// one. Codes that are not documented come as they are.
    #[must_use]
    pub fn vendor_code(&self) -> Option<&str> {
        self.inner.problem.code.as_deref()
    }

    /// The key that every attempt of the call carried, if its operation takes one. It is no secret. To go on with the same
    /// call later, use [`Error::retry_options`], or after a restart of the program give the key to
    /// [`CallOptions::with_idempotency_key`](crate::CallOptions::with_idempotency_key).
    #[must_use]
    pub fn idempotency_key(&self) -> Option<&IdempotencyKey> {
        self.inner.key.as_ref().map(KeyOfCall::key)
    }

    /// The raw text of an error answer. It may hold personal data: do not log it.
    #[must_use]
    pub fn raw_answer(&self) -> Option<&str> {
        self.inner.body.as_deref()
    }

    /// How long after `now` the service asked to be left alone (`Retry-After`, seconds or date).
    #[must_use]
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        retry_after::parse(self.inner.retry_after.as_deref()?, now)
    }
}

/// Making and completing errors: only this crate does.
impl Error {
    pub(crate) fn new(kind: ErrorKind, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                reason: reason.into(),
                advice: None,
                operation: None,
                delivery: Delivery::NotSent,
                earlier_effect: false,
                status: None,
                request_id: None,
                call_id: None,
                attempts: 0,
                retry_after: None,
                not_repeated: None,
                problem: Problem::default(),
                body: None,
                key: None,
                safety: None,
                answer_rules: &AnswerRules::DEFAULT,
                source: None,
            }),
        }
    }

    pub(crate) fn with_advice(mut self, advice: impl Into<Cow<'static, str>>) -> Self {
        self.inner.advice = Some(advice.into());
        self
    }

    pub(crate) fn with_operation(mut self, operation: &'static Operation) -> Self {
        self.inner.operation = Some(operation);
        self
    }

    pub(crate) fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.inner.delivery = delivery;
        self
    }

    pub(crate) fn with_answer(mut self, status: StatusCode, request_id: Option<String>) -> Self {
        self.inner.delivery = Delivery::Answered;
        self.inner.status = Some(status);
        self.inner.request_id = request_id;
        self
    }

    /// The transport's failure, in the words of this crate.
    pub(crate) fn from_transport(error: TransportError) -> Self {
        let kind = match error.kind() {
            TransportErrorKind::AnswerTooLarge => ErrorKind::AnswerTooLarge,
            TransportErrorKind::InvalidRequest => ErrorKind::InvalidRequest,
            _ => ErrorKind::Transport,
        };
        Self::new(kind, error.to_string()).with_delivery(error.delivery()).with_source(error)
    }

    /// Adds the status and the request id of an answer that did not come whole; what is known about delivery stays.
    pub(crate) fn with_head(mut self, head: &Head) -> Self {
        self.inner.status = Some(head.status);
        self.inner.request_id.clone_from(&head.request_id);
        self
    }

    pub(crate) fn with_retry_after(mut self, value: Option<String>) -> Self {
        self.inner.retry_after = value;
        self
    }

    /// Adds what the text of the answer says.
    pub(crate) fn with_problem(mut self, problem: Problem, body: String) -> Self {
        if let Some(advice) = problem.advice {
            self.inner.advice = Some(Cow::Borrowed(advice));
        }
        self.inner.problem = problem;
        self.inner.body = Some(body);
        self
    }

    /// Adds the rules by which the service's answers are judged.
    pub(crate) fn with_answer_rules(mut self, rules: &'static AnswerRules) -> Self {
        self.inner.answer_rules = rules;
        self
    }

    /// Says whether the call may be repeated, which can differ from its operation.
    pub(crate) fn with_safety(mut self, safety: Safety) -> Self {
        self.inner.safety = Some(safety);
        self
    }

    pub(crate) fn with_key(mut self, key: Option<KeyOfCall>) -> Self {
        self.inner.key = key;
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    /// Adds what only the loop over the attempts knows.
    pub(crate) fn with_call(mut self, call_id: &str, attempts: u32) -> Self {
        self.inner.call_id = Some(call_id.to_owned());
        self.inner.attempts = attempts;
        self
    }

    /// Adds what happened in the attempts before the one that failed last. If that was not sent, the answer to the one before
    /// stands.
    pub(crate) fn with_history(mut self, history: &History) -> Self {
        if let (Delivery::NotSent, Some(answer)) = (self.inner.delivery, &history.answer) {
            self.inner.status = Some(answer.status);
            self.inner.request_id.clone_from(&answer.request_id);
            self.inner.retry_after.clone_from(&answer.retry_after);
        }
        self.inner.delivery = history.delivery.followed_by(self.inner.delivery);
        self.inner.earlier_effect = history.possible_effect && self.safety() != Safety::Read;
        if self.inner.earlier_effect {
            // What an earlier attempt may have done matters more than why the last one failed.
            self.inner.advice = None;
        }
        self
    }

    /// What is kept of the answer that this error tells of, if it came whole.
    pub(crate) fn last_answer(&self) -> Option<LastAnswer> {
        let status = self.inner.status.filter(|_| self.inner.delivery == Delivery::Answered)?;
        let (request_id, retry_after) = (self.inner.request_id.clone(), self.inner.retry_after.clone());
        Some(LastAnswer { status, request_id, retry_after })
    }

    /// Says how much of a list had been given when it failed.
    pub(crate) fn after_elements(mut self, count: usize) -> Self {
        self.inner.reason = Cow::Owned(format!("{}, after {count} elements", self.inner.reason));
        self
    }

    /// Says why an attempt that might have been repeated was not.
    pub(crate) fn with_not_repeated(mut self, why: impl Into<Cow<'static, str>>) -> Self {
        self.inner.not_repeated = Some(why.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.inner;
        if let Some(operation) = inner.operation {
            write!(formatter, "{} failed: ", operation.name())?;
        }
        formatter.write_str(&inner.reason)?;
        if let Some(code) = &inner.problem.code {
            write!(formatter, " ({code})")?;
        }
        if let Some(message) = &inner.problem.message {
            write!(formatter, ": \"{message}\"")?;
        }
        if let Some(why) = &inner.not_repeated {
            write!(formatter, "; not repeated: {why}")?;
        }
        if inner.operation.is_some() {
            write!(formatter, " (delivery {}, attempts {}", inner.delivery, inner.attempts)?;
            if let Some(request_id) = &inner.request_id {
                write!(formatter, ", request id {request_id}")?;
            }
            if let Some(call_id) = &inner.call_id {
                write!(formatter, ", call id {call_id}")?;
            }
            if let Some(key) = self.idempotency_key() {
                write!(formatter, ", idempotency key {key}")?;
            }
            formatter.write_str(")")?;
        }
        write!(formatter, ". What to do: {}", self.advice())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.inner;
        formatter
            .debug_struct("Error")
            .field("kind", &inner.kind)
            .field("operation", &inner.operation.map(|operation| operation.id))
            .field("reason", &inner.reason)
            .field("delivery", &inner.delivery)
            .field("status", &inner.status)
            .field("request_id", &inner.request_id)
            .field("call_id", &inner.call_id)
            .field("attempts", &inner.attempts)
            .field("idempotency_key", &inner.key)
            .field("vendor_code", &inner.problem.code)
            .field("vendor_message", &inner.problem.message)
            .field("source", &inner.source.as_ref().map(ToString::to_string))
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
