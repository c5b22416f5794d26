//! One request to the emulated BillerAPI, from its route to its answer.

use billwire_models::operation::{Operation, Place};
use http::{HeaderMap, HeaderValue, Method, header};
use serde::Deserialize;

use super::extras;
use super::forms;
use super::generated::router;
use super::idempotency::{self, LONGEST_KEY};
use super::rate_limits::BY_ADDRESS;
use super::routes::{RequestContext, Routes, flow_of};
use super::security::{self, Caller};
use super::state::State;
use super::world::Cause;
use crate::api::{Asked, Done, Observed, Routed};
use crate::api_error::ApiError;
use crate::context::PathParameters;
use crate::decode;
use crate::front;
use crate::moment::Moment;
use crate::shared::Shared;

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Finds the operation of a method and a path.
pub(super) fn route(method: &Method, path: &str) -> Routed {
    if let Some(routed) = extras::route(method, path) {
        return routed;
    }
    // Without the version only what looks like the id of a bill: other words may become paths of their own.
    if let ["", "bills", id] = path.split('/').collect::<Vec<_>>().as_slice()
        && !["accounts", "get", "sync"].contains(id)
        && !(id.starts_with("bill_") || id.starts_with("sandbox_bill_"))
    {
        return Routed::NotFound;
    }
    match router::route(method, path) {
        router::Route::Operation(operation, parameters) => Routed::Operation(operation, parameters),
        router::Route::MethodNotAllowed(allowed) => Routed::MethodNotAllowed(allowed.join(", ")),
        router::Route::NotFound => Routed::NotFound,
    }
}

/// Limits, credential, body, idempotency key, operation.
pub(super) fn perform(shared: &Shared, asked: Asked<'_>, observed: &mut Observed) -> Result<Done, ApiError> {
    front::acted(shared, &super::API, |engine, now| {
        let State { world, rate_limits, .. } = &mut engine.billerapi;
        let group = asked.operation.rate_group.unwrap_or_default();
        let limits = world.settings.rate_limits.then_some(world.settings.limits);
        let mut count = |who: &str| match limits {
            Some(limits) => {
                rate_limits.count(now, &limits, group, who).map_err(|seconds| too_many(seconds, observed))
            }
            None => Ok(()),
        };
        if group == BY_ADDRESS {
            count("loopback")?;
        }
        let headers = &asked.parts.headers;
        let mut seen = None;
        let caller = security::authenticate(world, headers, asked.operation, &mut seen);
        if group != BY_ADDRESS
            && let Ok(caller) = &caller
        {
            count(caller.client_id().map_or("nobody", |client_id| client_id.as_str()))?;
        }
        observed.record.credential = seen;
        let receivers = world.subscriptions().len();
        let answer = carry_out(shared, &mut engine.billerapi, now, caller?, asked, observed);
        if engine.billerapi.world.subscriptions().len() < receivers {
            engine.receiver_changed(&super::API);
        }
        answer
    })
}

fn too_many(seconds: u64, observed: &mut Observed) -> ApiError {
    observed.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    ApiError::new(429, format!("Rate limit exceeded. Retry after {seconds} seconds."))
}

/// Once it is known who calls: the answer of before, or the operation.
fn carry_out(
    shared: &Shared,
    state: &mut State,
    now: Moment,
    caller: Caller,
    asked: Asked<'_>,
    observed: &mut Observed,
) -> Result<Done, ApiError> {
    let Asked { parts, operation, parameters, body } = asked;
    let body = body?;
    let key = if parts.method == Method::POST { key(&parts.headers)? } else { None };
    let context = RequestContext { now, caller };
    // Before an answer is given again: that of a flow is for those only who may go on with it.
    if let Some(link_token_id) = parameters.get("link_token_id") {
        flow_of(&context, link_token_id)?;
    }
    let client = whose(&context.caller, &body);
    let place = |key: &str| idempotency::Place::new(&client, parts.method.as_str(), parts.uri.path(), key);
    if let Some(kept) = key.as_deref().and_then(|key| state.idempotency.find(now, &place(key))) {
        if state.world.settings.strict_idempotency && !kept.is_of(&body) {
            return Err(ApiError::bad_request(
                "This Idempotency-Key was used with another body; take a new key for another request.",
            ));
        }
        observed.headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
        return Ok((kept.status, kept.body.clone().into_bytes()));
    }
    let cause = Cause { request_id: Some(observed.record.request_id.clone()), idempotency_key: key.clone() };
    let parameters = &with_query(operation, parameters, parts.uri.query().unwrap_or_default());
    let mut routes = Routes { state, base: &shared.urls.billerapi, cause };
    let answer = match extras::perform(&mut routes, &context, operation, parameters, &body) {
        Some(answer) => answer,
        None => router::handle(&mut routes, &context, operation, parameters, &body),
    };
    if let (Ok((status, answer)), Some(key)) = (&answer, &key) {
        state.idempotency.keep(now, place(key), &body, *status, answer);
    }
    answer
}

/// The client that calls; without a credential, the one that the body names.
fn whose(caller: &Caller, body: &[u8]) -> String {
    #[derive(Default, Deserialize)]
    struct Named {
        #[serde(default)]
        client_id: String,
    }
    match caller.client_id() {
        Some(client_id) => client_id.to_string(),
        None => serde_json::from_slice::<Named>(body).unwrap_or_default().client_id,
    }
}

/// The parameters of the path, and those of the query that the operation knows.
fn with_query(operation: &Operation, path: &PathParameters, query: &str) -> PathParameters {
    let mut all = path.clone();
    for (name, value) in decode::query_pairs(query) {
        let known =
            operation.parameters.iter().find(|known| known.place == Place::Query && known.name == name);
        if let Some(parameter) = known {
            all.insert(parameter.name, value);
        }
    }
    all
}

/// The key of a request, if it has one.
fn key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=LONGEST_KEY).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(ApiError::bad_request(format!(
            "Idempotency-Key takes 1 to {LONGEST_KEY} visible characters, such as a UUID."
        ))),
    }
}

/// A good answer, in the forms that are switched on.
pub(super) fn untidy(shared: &Shared, operation: Option<&'static str>, body: Vec<u8>) -> Vec<u8> {
    let settings = shared.engine().billerapi.world.settings.clone();
    forms::shaped(&settings, operation, body)
}

pub(super) fn error_body(shared: &Shared, error: &ApiError) -> Vec<u8> {
    let shape = shared.engine().billerapi.world.settings.error_shape;
    forms::error_body(shape, error)
}
