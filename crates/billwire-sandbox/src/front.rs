//! One request to an emulated API, from its bytes to its answer: the same way for every API.

use std::error::Error as StdError;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Body;

use crate::api::{Api, Asked, Done, Observed, Routed};
use crate::api_error::ApiError;
use crate::engine::Engine;
use crate::faults::{self, AnswerBody, Cut, Handled};
use crate::http_body::{self, Unreadable};
use crate::moment::Moment;
use crate::request_log::{RequestRecord, SignatureCheck};
use crate::shared::Shared;

/// A request of which everything has arrived.
struct Arrived {
    parts: http::request::Parts,
    body: Result<Vec<u8>, Unreadable>,
    route: Routed,
}

/// Answers a request. Every answer, also of an error, carries a request id. The error is a connection that is to be
/// closed without one, which only a fault asks for.
pub(crate) async fn answer<B>(
    shared: &Arc<Shared>,
    api: &'static Api,
    request: Request<B>,
) -> Result<Response<AnswerBody>, Cut>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let (parts, body) = request.into_parts();
    let route = (api.route)(&parts.method, parts.uri.path());
    let operation = operation_of(&route);
    // Also a request that is refused is read to its end: what a fault does to a connection happens afterwards.
    let body = http_body::read(body, shared.body_limit).await;
    let (request_id, at, fault) = {
        let mut engine = shared.engine();
        let fault = engine.faults.of_request(api.name, operation);
        (engine.next_request_id(), engine.now(), fault)
    };
    let record = RequestRecord {
        api: api.name,
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
    faults::answered(shared, api, fault, record, move |record| handle(&handling, api, record, arrived)).await
}

fn operation_of(route: &Routed) -> Option<&'static str> {
    match route {
        Routed::Operation(operation, _) => Some(operation.id),
        Routed::MethodNotAllowed(_) | Routed::NotFound => None,
    }
}

/// Carries a request out, or refuses it, and says what was found out about it.
fn handle(shared: &Shared, api: &'static Api, record: RequestRecord, arrived: Arrived) -> Handled {
    let operation = operation_of(&arrived.route);
    let mut observed = Observed { record, headers: HeaderMap::new() };
    let result = perform(shared, api, arrived, &mut observed);
    let result = shared.contract.answer(api, operation, result, |error| (api.error_body)(shared, error));
    let Observed { mut record, headers } = observed;
    let (status, body) = match result {
        Ok((status, body)) => (status_of(status), (api.untidy)(shared, operation, body)),
        Err(error) => {
            let body = (api.error_body)(shared, &error);
            record.error = Some(error.message);
            (status_of(error.status), body)
        }
    };
    record.status = Some(status.as_u16());
    let mut answer = http_body::json(status, body);
    mark(&mut answer, api, &record.request_id);
    answer.headers_mut().extend(headers);
    Handled { answer, record }
}

/// Puts the request's id on its answer.
pub(crate) fn mark<T>(answer: &mut Response<T>, api: &Api, request_id: &str) {
    if let Ok(value) = HeaderValue::from_str(request_id) {
        answer.headers_mut().insert(HeaderName::from_static(api.request_id_header), value);
    }
}

fn perform(
    shared: &Shared,
    api: &'static Api,
    arrived: Arrived,
    observed: &mut Observed,
) -> Result<Done, ApiError> {
    let Arrived { parts, body, route } = arrived;
    let path = parts.uri.path();
    let (operation, parameters) = match route {
        Routed::Operation(operation, parameters) => (operation, parameters),
        Routed::NotFound => {
            return Err(ApiError::not_found(format!("There is no route {} {path}.", parts.method)));
        }
        Routed::MethodNotAllowed(allowed) => {
            let message = format!("{path} takes {allowed}, not {}.", parts.method);
            if let Ok(allowed) = HeaderValue::from_str(&allowed) {
                observed.headers.insert(header::ALLOW, allowed);
            }
            return Err(ApiError::new(405, message));
        }
    };
    let body = body.map_err(|unreadable| match unreadable {
        Unreadable::TooLong => {
            ApiError::new(413, format!("The body is longer than {} bytes.", shared.body_limit))
        }
        Unreadable::Broken => ApiError::bad_request("The body ended before it was complete."),
    });
    (api.perform)(shared, Asked { parts: &parts, operation, parameters: &parameters, body }, observed)
}

/// Lets an operation act on the engine, tells its events, and wakes whoever waits for the next thing to be due.
pub(crate) fn acted<T>(shared: &Shared, api: &'static Api, act: impl FnOnce(&mut Engine, Moment) -> T) -> T {
    let (answer, news) = {
        let mut engine = shared.engine();
        let due = engine.next_due();
        let now = engine.now();
        let answer = act(&mut engine, now);
        engine.collect_events(api);
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
