//! Building the plain request of one attempt: pure functions.

use std::fmt;

use billwire_models::operation::{self, Method, Operation, Safety};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{HeaderName, HeaderValue, Request, Uri};

use crate::call::Attempt;
use crate::config::Settings;
use crate::environment::Stage;
use crate::error::{Error, ErrorKind};
use crate::idempotency::{self, IdempotencyKey};
use crate::path;
use crate::protocol::sealed::Protocol;
use crate::redact;

/// A call before credentials, encryption and signature.
#[derive(Clone, Copy)]
pub struct Draft<'a> {
    pub(crate) operation: &'static Operation,
    pub(crate) path_and_query: &'a str,
    pub(crate) own_path: bool,
    pub(crate) body: Option<&'a Bytes>,
}

impl Draft<'_> {
    /// Whether the call may be repeated. What an idempotency key promises it promises for the documented path.
    pub(crate) const fn safety(&self) -> Safety {
        match (self.operation.safety, self.operation.idempotency_key) {
            (Safety::Idempotent, Some(operation::IdempotencyKey::Honoured)) if self.own_path => {
                Safety::Reconcilable
            }
            (safety, _) => safety,
        }
    }
}

impl fmt::Debug for Draft<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Draft")
            .field("operation", &self.operation.id)
            .field("path_and_query", &redact::without_query(self.path_and_query))
            .finish_non_exhaustive()
    }
}

/// Checks the draft and has the API complete it.
pub(crate) fn build(
    protocol: &impl Protocol,
    draft: &Draft<'_>,
    attempt: &Attempt<'_>,
) -> Result<Request<Bytes>, Error> {
    check(draft)
        .and_then(|()| check_stage(protocol.settings(), draft.operation))
        .and_then(|()| protocol.secure(draft, attempt))
        .map_err(|error| error.with_operation(draft.operation))
}

fn check(draft: &Draft<'_>) -> Result<(), Error> {
    if draft.own_path {
        path::check_own(draft.operation, draft.path_and_query)?;
    } else {
        path::check(draft.operation, draft.path_and_query)?;
    }
    let misuse = match (draft.operation.body.is_some(), draft.body.is_some()) {
        (true, false) => "the operation needs a body and the call has none",
        (false, true) => "the operation takes no body and the call has one",
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::InvalidRequest, misuse)
        .with_advice("make the call with the functions of this crate"))
}

/// What only the provider's sandbox serves is not sent to production.
fn check_stage(settings: &Settings, operation: &Operation) -> Result<(), Error> {
    if !operation.sandbox_only || settings.stage != Stage::Production {
        return Ok(());
    }
    Err(Error::new(ErrorKind::InvalidRequest, "only the provider's sandbox serves the operation")
        .with_advice("call it with a configuration for the sandbox"))
}

/// The path and query of the request line: the base URL's path, then the call's. These bytes are what is signed.
pub(crate) fn request_target(settings: &Settings, draft: &Draft<'_>) -> String {
    format!("{}{}", settings.base_url.path(), draft.path_and_query)
}

/// Puts a request together from a draft and what the API adds. Where the operation takes an idempotency key and the
/// attempt brings none, it gets one of its own.
pub(crate) fn assemble(
    settings: &Settings,
    draft: &Draft<'_>,
    attempt: &Attempt<'_>,
    credential: Vec<(HeaderName, HeaderValue)>,
    body: Option<Bytes>,
    extra: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
) -> Result<Request<Bytes>, Error> {
    let url = format!("{}{}", settings.base_url.as_str(), draft.path_and_query);
    let uri: Uri = url.parse().map_err(|_| {
        Error::new(ErrorKind::InvalidRequest, "the path is too long or not valid in a URL")
            .with_advice("check the ids of the call")
    })?;
    let has_body = body.is_some();
    let mut request = Request::new(body.unwrap_or_default());
    *request.method_mut() = method(draft.operation.method)?;
    *request.uri_mut() = uri;
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.extend(credential.into_iter().map(|(name, value)| (Some(name), value)));
    headers.insert(USER_AGENT, settings.user_agent.clone());
    if has_body {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if draft.operation.idempotency_key.is_some() {
        let key = match attempt.idempotency_key {
            Some(key) => key.header_value(),
            None => IdempotencyKey::generate(attempt.random)?.header_value(),
        };
        headers.insert(idempotency::HEADER, key?);
    }
    headers.extend(extra.into_iter().map(|(name, value)| (Some(name), value)));
    Ok(request)
}

fn method(method: Method) -> Result<http::Method, Error> {
    http::Method::from_bytes(method.as_str().as_bytes())
        .map_err(|_| Error::new(ErrorKind::InvalidRequest, "the operation's method is not an HTTP method"))
}
