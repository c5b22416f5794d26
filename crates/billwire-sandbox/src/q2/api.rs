//! One request to the emulated Q2 API, from its bytes to its answer.

use billwire_models::operation::Operation;
use http::{HeaderValue, Request, StatusCode, header};

use super::generated::router::{self, Route};
use super::request_signing::{self, SignedRequest};
use super::routes::Routes;
use super::security;
use crate::api_error::ApiError;
use crate::context::{Caller, PathParameters, RequestContext};
use crate::engine::Engine;
use crate::http_body::{self, Answer, Unreadable};
use crate::moment::Moment;
use crate::request_log::{CredentialKind, RequestRecord, SignatureCheck};
use crate::shared::Shared;

/// What is learned about a request on its way, for the log.
#[derive(Default)]
struct Observed {
    operation: Option<&'static str>,
    credential: Option<CredentialKind>,
    signature: SignatureCheck,
    encrypted: bool,
    allowed: Option<String>,
}

/// Answers a request. Every answer, also of an error, carries a `request-id`.
pub(crate) async fn answer(shared: &Shared, request: Request<axum::body::Body>) -> Answer {
    let (request_id, at, quirks) = {
        let mut engine = shared.engine();
        (engine.next_request_id(), engine.now(), engine.quirks)
    };
    let (parts, body) = request.into_parts();
    let mut observed = Observed::default();
    let result = perform(shared, &parts, body, &mut observed).await;
    let result = shared.contract.answer(observed.operation, result);
    let mut answer = match &result {
        Ok(body) => http_body::json(StatusCode::OK, quirks.answer(observed.operation, body.clone())),
        Err(error) => http_body::json(
            StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            error.body(),
        ),
    };
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        answer.headers_mut().insert("request-id", value);
    }
    if let Some(allowed) = observed.allowed.as_deref().and_then(|allowed| allowed.parse().ok()) {
        answer.headers_mut().insert(header::ALLOW, allowed);
    }
    shared.engine().log_request(RequestRecord {
        request_id,
        at,
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        operation: observed.operation.map(ToOwned::to_owned),
        status: answer.status().as_u16(),
        credential: observed.credential,
        signature: observed.signature,
        encrypted: observed.encrypted,
        error: result.err().map(|error| error.message),
    });
    answer
}

/// Route, credential, signature, body, envelope, operation: each check in the order of the description.
async fn perform(
    shared: &Shared,
    parts: &http::request::Parts,
    body: axum::body::Body,
    observed: &mut Observed,
) -> Result<Vec<u8>, ApiError> {
    let (operation, parameters) = find(parts, observed)?;
    observed.operation = Some(operation.id);
    let credential = security::bearer(&parts.headers)?;
    let (caller, now) = authenticate(shared, credential, observed)?;
    if caller == Caller::Partner {
        check_signature(shared, parts, credential, now, observed).await?;
    }
    let body = http_body::read(body, shared.body_limit).await.map_err(|unreadable| match unreadable {
        Unreadable::TooLong => {
            ApiError::new(413, format!("The body is longer than {} bytes.", shared.body_limit))
        }
        Unreadable::Broken => ApiError::bad_request("The body ended before it was complete."),
    })?;
    let keys = shared.engine().keys.encryption();
    let (body, encrypted) =
        if parts.method == http::Method::POST { security::open_body(&keys, body)? } else { (body, false) };
    observed.encrypted = encrypted;
    let answer = {
        let mut engine = shared.engine();
        let context = RequestContext { now: engine.now(), caller };
        let Engine { world, keys, .. } = &mut *engine;
        let answer = router::handle(&mut Routes { world, keys }, &context, operation, &parameters, &body);
        engine.collect_events();
        answer
    };
    shared.changed.notify_one();
    answer
}

fn find(
    parts: &http::request::Parts,
    observed: &mut Observed,
) -> Result<(&'static Operation, PathParameters), ApiError> {
    let path = parts.uri.path();
    let not_found = || ApiError::not_found(format!("There is no route {} {path}.", parts.method));
    let inner = path.strip_prefix("/v1").filter(|inner| inner.starts_with('/')).ok_or_else(not_found)?;
    // Older documents print the path without its end (trap T15).
    let inner = if inner == "/swap" { "/swap/create" } else { inner };
    match router::route(&parts.method, inner) {
        Route::Operation(operation, parameters) => Ok((operation, parameters)),
        Route::MethodNotAllowed(allowed) => {
            let allowed = allowed.join(", ");
            let message = format!("{path} takes {allowed}, not {}.", parts.method);
            observed.allowed = Some(allowed);
            Err(ApiError::new(405, message))
        }
        Route::NotFound => Err(not_found()),
    }
}

fn authenticate(
    shared: &Shared,
    credential: &str,
    observed: &mut Observed,
) -> Result<(Caller, Moment), ApiError> {
    let mut engine = shared.engine();
    let now = engine.now();
    if shared.api_keys.iter().any(|key| key == credential) {
        observed.credential = Some(CredentialKind::ApiKey);
        return Ok((Caller::Partner, now));
    }
    let client_id = engine.world.use_token(now, credential)?;
    observed.credential = Some(CredentialKind::ClientToken);
    Ok((Caller::Client(client_id), now))
}

/// Client tokens are not signed: what would stand for the API key is not documented, and a browser has no key.
async fn check_signature(
    shared: &Shared,
    parts: &http::request::Parts,
    api_key: &str,
    now: Moment,
    observed: &mut Observed,
) -> Result<(), ApiError> {
    let configuration = shared.engine().request_signing.clone();
    if !configuration.applies_to(api_key) {
        return Ok(());
    }
    observed.signature = SignatureCheck::Refused;
    let keys = {
        let mut cache = shared.signing_keys.lock().await;
        cache.keys(&*shared.provider, &configuration, now, shared.fetch_limit).await
    };
    let signed = SignedRequest {
        method: parts.method.as_str(),
        path_and_query: parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str),
        api_key,
        headers: &parts.headers,
    };
    request_signing::verify(&signed, &keys, now, configuration.window_seconds)?;
    observed.signature = SignatureCheck::Verified;
    Ok(())
}
