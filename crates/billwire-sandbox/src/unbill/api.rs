//! What the shared parts must know of Unbill, and the way of a request from its credential to its operation.

use http::{HeaderMap, Method, header};
use serde_json::{Value, json};

use super::generated::router::{self, Route};
use super::routes::Routes;
use super::{Partner, RequestContext};
use crate::api::{self, Api, Asked, Done, Observed, Ordering, Routed, Schemas};
use crate::api_error::ApiError;
use crate::bearer;
use crate::front;
use crate::request_log::CredentialKind;
use crate::shared::Shared;

pub(crate) static API: Api = Api {
    name: "unbill",
    port_offset: 2,
    base_path: BASE_PATH,
    request_id_header: "request-id",
    url: |urls| &mut urls.unbill,
    operations: billwire_models::unbill::operations::ALL,
    event_types: super::events::TYPES,
    ordering: Ordering::PerClient,
    route,
    perform,
    untidy: api::as_it_is,
    error_body: |_, error| error_body(error),
    schemas: Schemas {
        text: include_str!("generated/schemas.json"),
        prepare: prepare_schemas,
        // The schemas describe the later form, in which the event is wrapped (trap L14); what is sent is bare.
        event: |event| json!({ "event": event }),
    },
    world: |engine| &engine.unbill,
    world_mut: |engine| &mut engine.unbill,
};

const BASE_PATH: &str = "/v1";

fn route(method: &Method, path: &str) -> Routed {
    let Some(inner) = path.strip_prefix(BASE_PATH).filter(|inner| inner.starts_with('/')) else {
        return Routed::NotFound;
    };
    // Nothing cancels here; the word is no id of a payment method (section 10 (8) of the description).
    if inner == "/payment/cancel" {
        return Routed::NotFound;
    }
    // Documents of August 2017 have this one otherwise (trap L23).
    let fixes_hold = inner.starts_with("/auth/") && inner.ends_with("/fix-hold");
    let method = if fixes_hold && *method == Method::PATCH { &Method::POST } else { method };
    match router::route(method, inner) {
        Route::Operation(operation, parameters) => Routed::Operation(operation, parameters),
        Route::MethodNotAllowed(allowed) => Routed::MethodNotAllowed(allowed.join(", ")),
        Route::NotFound => Routed::NotFound,
    }
}

fn perform(shared: &Shared, asked: Asked<'_>, observed: &mut Observed) -> Result<Done, ApiError> {
    let Asked { parts, operation, parameters, body } = asked;
    let credential = bearer::credential(&parts.headers)?;
    if !shared.api_keys.iter().any(|key| key == credential) {
        return Err(ApiError::unauthorized("The credential is no API key."));
    }
    observed.record.credential = Some(CredentialKind::ApiKey);
    let body = body?;
    front::acted(shared, &API, |engine, now| {
        let state = &mut engine.unbill;
        if state.rules.strict_content_type && operation.body.is_some() && !says_json(&parts.headers) {
            return Err(ApiError::bad_request("Send the header Content-Type: application/json."));
        }
        let context = RequestContext { now, caller: Partner };
        router::handle(&mut Routes { world: &mut state.world }, &context, operation, parameters, &body)
    })
}

fn says_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// One member.
///
/// Source: Unbill v1 description, section 2 "Authentication, request ids, errors" (inferred).
fn error_body(error: &ApiError) -> Vec<u8> {
    json!({ "message": error.message }).to_string().into_bytes()
}

/// Names and values that are listed for decoding only and never sent, with the traps that say so.
///
/// Source: Unbill v1 description, section 3 "Traps of this version" (L13, L18) and section 12 (LC6).
const ONLY_DECODED: &[(&str, &str)] = &[
    ("PaymentMethodStatus", "failed"),
    ("PaymentMethodStatus", "not-linked"),
    ("SurchargeType", "credit"),
    ("SurchargeType", "debit"),
    ("SurchargeType", "ach"),
];

fn prepare_schemas(all: &mut Value) -> Result<(), String> {
    for (name, value) in ONLY_DECODED {
        let values = all.pointer_mut(&format!("/$defs/{name}/enum")).and_then(Value::as_array_mut);
        let values = values.ok_or_else(|| format!("the schemas have no enumeration {name}"))?;
        values.retain(|known| known != value);
    }
    // The sandbox sends the message and nothing else.
    all["errors"] = json!({
        "type": "object",
        "required": ["message"],
        "properties": { "message": { "type": "string", "minLength": 1 } },
        "additionalProperties": false,
    });
    Ok(())
}
