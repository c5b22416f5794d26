//! One request to the emulated Q2 API, from its bytes to its answer.

use std::error::Error as StdError;
use std::sync::Arc;

use billwire_models::operation::Operation;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Body;

use super::generated::router::{self, Route};
use super::quirks::Quirks;
use super::request_signing::{self, SignedRequest};
use super::routes::Routes;
use super::security;
use crate::api_error::ApiError;
use crate::context::{Caller, PathParameters, RequestContext};
use crate::engine::Engine;
use crate::faults::{self, AnswerBody, Api, Cut, Handled};
use crate::http_body::{self, Unreadable};
use crate::moment::Moment;
use crate::request_log::{CredentialKind, RequestRecord, SignatureCheck};
use crate::shared::Shared;

/// What a fault must know of this API.
const API: Api = Api { name: "q2", error_body: ApiError::body };

/// What is learned about a request on its way, for the log and for the answer's head.
struct Observed {
    record: RequestRecord,
    allowed: Option<String>,
}

/// A request of which everything has arrived.
struct Arrived {
    parts: http::request::Parts,
    body: Result<Vec<u8>, Unreadable>,
    route: Result<(&'static Operation, PathParameters), NoRoute>,
}

/// Why a path and method lead nowhere.
enum NoRoute {
    NotFound,
    MethodNotAllowed(String),
}

/// Answers a request. Every answer, also of an error, carries a `request-id`. The error is a connection that is to be
/// closed without one, which only a fault asks for.
pub(crate) async fn answer<B>(shared: &Arc<Shared>, request: Request<B>) -> Result<Response<AnswerBody>, Cut>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let (parts, body) = request.into_parts();
    let route = find(&parts);
    let operation = route.as_ref().ok().map(|(operation, _)| operation.id);
    // Also a request that is refused is read to its end: what a fault does to a connection happens afterwards.
    let body = http_body::read(body, shared.body_limit).await;
    let (request_id, at, quirks, fault) = {
        let mut engine = shared.engine();
        let fault = engine.faults.of_request(API.name, operation);
        (engine.next_request_id(), engine.now(), engine.quirks, fault)
    };
    let record = RequestRecord {
        request_id,
        at,
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        operation: operation.map(ToOwned::to_owned),
        status: None,
        credential: None,
        signature: SignatureCheck::NotChecked,
        encrypted: false,
        error: None,
        fault: None,
    };
    let arrived = Arrived { parts, body, route };
    let handling = Arc::clone(shared);
    faults::answered(shared, &API, fault, record, move |record| handle(&handling, quirks, record, arrived))
        .await
}

/// Carries a request out, or refuses it, and says what was found out about it.
fn handle(shared: &Shared, quirks: Quirks, record: RequestRecord, arrived: Arrived) -> Handled {
    let operation = arrived.route.as_ref().ok().map(|(operation, _)| operation.id);
    let mut observed = Observed { record, allowed: None };
    let result = shared.contract.answer(operation, perform(shared, arrived, &mut observed));
    let Observed { mut record, allowed } = observed;
    let (status, body) = match result {
        Ok((status, body)) => (status_of(status), quirks.answer(operation, body)),
        Err(error) => {
            let body = error.body();
            record.error = Some(error.message);
            (status_of(error.status), body)
        }
    };
    record.status = Some(status.as_u16());
    let mut answer = http_body::json(status, body);
    if let Ok(value) = HeaderValue::from_str(&record.request_id) {
        answer.headers_mut().insert("request-id", value);
    }
    if let Some(allowed) = allowed.and_then(|allowed| allowed.parse().ok()) {
        answer.headers_mut().insert(header::ALLOW, allowed);
    }
    Handled { answer, record }
}

/// Route, credential, signature, body, envelope, operation: each check in the order of the description.
fn perform(shared: &Shared, arrived: Arrived, observed: &mut Observed) -> Result<(u16, Vec<u8>), ApiError> {
    let Arrived { parts, body, route } = arrived;
    let path = parts.uri.path();
    let (operation, parameters) = route.map_err(|no_route| match no_route {
        NoRoute::NotFound => ApiError::not_found(format!("There is no route {} {path}.", parts.method)),
        NoRoute::MethodNotAllowed(allowed) => {
            let message = format!("{path} takes {allowed}, not {}.", parts.method);
            observed.allowed = Some(allowed);
            ApiError::new(405, message)
        }
    })?;
    let credential = security::bearer(&parts.headers)?;
    let (caller, now) = authenticate(shared, credential, &mut observed.record)?;
    if caller == Caller::Partner {
        check_signature(shared, &parts, credential, now, &mut observed.record)?;
    }
    let body = body.map_err(|unreadable| match unreadable {
        Unreadable::TooLong => {
            ApiError::new(413, format!("The body is longer than {} bytes.", shared.body_limit))
        }
        Unreadable::Broken => ApiError::bad_request("The body ended before it was complete."),
    })?;
    let (body, encrypted) = if parts.method == http::Method::POST {
        security::open_body(|| shared.engine().keys.encryption(), body)?
    } else {
        (body, false)
    };
    observed.record.encrypted = encrypted;
    let (answer, news) = {
        let mut engine = shared.engine();
        let due = engine.next_due();
        let context = RequestContext { now: engine.now(), caller };
        let Engine { world, keys, .. } = &mut *engine;
        let answer = router::handle(&mut Routes { world, keys }, &context, operation, &parameters, &body);
        engine.collect_events();
        (answer, engine.next_due() != due)
    };
    // Whoever waits for the next thing to be due waits on, unless that is another one now.
    if news {
        shared.changed.notify_one();
    }
    answer
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn find(parts: &http::request::Parts) -> Result<(&'static Operation, PathParameters), NoRoute> {
    let path = parts.uri.path();
    let inner = path.strip_prefix("/v1").filter(|inner| inner.starts_with('/')).ok_or(NoRoute::NotFound)?;
    // Older documents print the path without its end (trap T15).
    let inner = if inner == "/swap" { "/swap/create" } else { inner };
    match router::route(&parts.method, inner) {
        Route::Operation(operation, parameters) => Ok((operation, parameters)),
        Route::MethodNotAllowed(allowed) => Err(NoRoute::MethodNotAllowed(allowed.join(", "))),
        Route::NotFound => Err(NoRoute::NotFound),
    }
}

fn authenticate(
    shared: &Shared,
    credential: &str,
    record: &mut RequestRecord,
) -> Result<(Caller, Moment), ApiError> {
    let mut engine = shared.engine();
    let now = engine.now();
    if shared.api_keys.iter().any(|key| key == credential) {
        record.credential = Some(CredentialKind::ApiKey);
        return Ok((Caller::Partner, now));
    }
    let client_id = engine.world.use_token(now, credential)?;
    record.credential = Some(CredentialKind::ClientToken);
    Ok((Caller::Client(client_id), now))
}

/// Client tokens are not signed: what would stand for the API key is not documented, and a browser has no key.
fn check_signature(
    shared: &Shared,
    parts: &http::request::Parts,
    api_key: &str,
    now: Moment,
    record: &mut RequestRecord,
) -> Result<(), ApiError> {
    let (keys, window_seconds) = {
        let engine = shared.engine();
        if !engine.request_signing.applies_to(api_key) {
            return Ok(());
        }
        (engine.partner_keys.keys().to_vec(), engine.request_signing.window_seconds)
    };
    record.signature = SignatureCheck::Refused;
    let signed = SignedRequest {
        method: parts.method.as_str(),
        path_and_query: parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str),
        api_key,
        headers: &parts.headers,
    };
    request_signing::verify(&signed, &keys, now, window_seconds)?;
    record.signature = SignatureCheck::Verified;
    Ok(())
}
