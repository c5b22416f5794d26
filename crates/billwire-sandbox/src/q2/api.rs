//! What the shared parts must know of Q2, and the way of a request from its credential to its operation.

use http::Method;
use serde_json::{Value, json};

use super::event_types::EventType;
use super::generated::router::{self, Route};
use super::request_signing::{self, SignedRequest};
use super::routes::Routes;
use super::{Caller, RequestContext, security};
use crate::api::{Api, Asked, Done, Observed, Ordering, Routed, Schemas};
use crate::api_error::ApiError;
use crate::bearer;
use crate::front;
use crate::moment::Moment;
use crate::request_log::{CredentialKind, RequestRecord, SignatureCheck};
use crate::shared::Shared;

pub(crate) static API: Api = Api {
    name: "q2",
    port_offset: 1,
    base_path: BASE_PATH,
    request_id_header: "request-id",
    url: |urls| &mut urls.q2,
    operations: billwire_models::q2::operations::ALL,
    event_types: EventType::NAMES,
    ordering: Ordering::PerClient,
    route,
    perform,
    untidy: |shared, operation, body| shared.engine().q2.quirks.answer(operation, body),
    error_body: |_, error| error.body(),
    schemas: Schemas {
        text: include_str!("generated/schemas.json"),
        prepare: prepare_schemas,
        event: |event| json!({ "event": event }),
    },
    world: |engine| &engine.q2,
    world_mut: |engine| &mut engine.q2,
};

const BASE_PATH: &str = "/v1";

fn route(method: &Method, path: &str) -> Routed {
    let Some(inner) = path.strip_prefix(BASE_PATH).filter(|inner| inner.starts_with('/')) else {
        return Routed::NotFound;
    };
    // Older documents print the path without its end (trap T15).
    let inner = if inner == "/swap" { "/swap/create" } else { inner };
    match router::route(method, inner) {
        Route::Operation(operation, parameters) => Routed::Operation(operation, parameters),
        Route::MethodNotAllowed(allowed) => Routed::MethodNotAllowed(allowed.join(", ")),
        Route::NotFound => Routed::NotFound,
    }
}

/// Credential, signature, body, envelope, operation: each check in the order of the description.
fn perform(shared: &Shared, asked: Asked<'_>, observed: &mut Observed) -> Result<Done, ApiError> {
    let Asked { parts, operation, parameters, body } = asked;
    let credential = bearer::credential(&parts.headers)?;
    let (caller, now) = authenticate(shared, credential, &mut observed.record)?;
    if caller == Caller::Partner {
        check_signature(shared, parts, credential, now, &mut observed.record)?;
    }
    let body = body?;
    let (body, encrypted) = if parts.method == Method::POST {
        security::open_body(|| shared.engine().q2.keys.encryption(), body)?
    } else {
        (body, false)
    };
    observed.record.encrypted = encrypted;
    front::acted(shared, &API, |engine, now| {
        let context = RequestContext { now, caller };
        let super::State { world, keys, .. } = &mut engine.q2;
        router::handle(&mut Routes { world, keys }, &context, operation, parameters, &body)
    })
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
    let client_id = engine.q2.world.use_token(now, credential)?;
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
        if !engine.q2.request_signing.applies_to(api_key) {
            return Ok(());
        }
        (engine.q2.partner_keys.keys().to_vec(), engine.q2.request_signing.window_seconds)
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

/// Values that are listed for decoding only and never sent, with the traps that say so.
///
/// Source: Q2 Biller Direct description, section 3.2 "Trap table" (T27, T29).
const ONLY_DECODED: &[(&str, &str)] = &[
    ("SwapStatusType", "pending"),
    ("PaymentMethodStatus", "failed"),
    ("PaymentMethodStatus", "not-linked"),
];
/// A value that only the sandbox has, and only where `listValidatingAuths` asks for it.
///
/// Source: Q2 Biller Direct description, section 5.2 "Auth status" (inferred).
const ONLY_HERE: (&str, &str) = ("AuthStatusType", "syncing");

fn prepare_schemas(all: &mut Value) -> Result<(), String> {
    for (name, value) in ONLY_DECODED {
        values(all, name)?.retain(|known| known != value);
    }
    values(all, ONLY_HERE.0)?.push(json!(ONLY_HERE.1));
    // Section 2.3 gives the body three members; a client must do without any of them, the sandbox sends all.
    all["errors"] = json!({ "$ref": "#/$defs/ErrorBody", "required": ["statusCode", "error", "message"] });
    Ok(())
}

fn values<'a>(all: &'a mut Value, name: &str) -> Result<&'a mut Vec<Value>, String> {
    let values = all.pointer_mut(&format!("/$defs/{name}/enum")).and_then(Value::as_array_mut);
    values.ok_or_else(|| format!("the schemas have no enumeration {name}"))
}
