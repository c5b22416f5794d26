//! Calls that only the sandbox has: no document describes them, and the typed client does not know them.
//!
//! Source: BillerAPI description, sections 5.1, 5.6, 5.16 and 5.19 (inferred).

use billwire_models::operation::{Api, Credential, Method, Operation, Safety};
use serde::Deserialize;
use serde_json::{Value, json};

use super::routes::{RequestContext, Routes, flow_of};
use super::wire as shown;
use super::world::{Biller, Failure, StepResult};
use crate::api::{Done, Routed};
use crate::api_error::ApiError;
use crate::context::PathParameters;
use crate::decode;

const CLIENT: &[Credential] = &[Credential::ClientCredentials];
const CLIENT_OR_PORTAL: &[Credential] = &[Credential::ClientCredentials, Credential::PortalToken];

static COMPLETE_LINK: Operation =
    Operation::new(Api::BillerApi, "completeLink", Method::Post, "/link/{link_token_id}/complete")
        .with_credentials(CLIENT)
        .with_rate_group("link");
static GET_BILLER: Operation =
    Operation::new(Api::BillerApi, "getBiller", Method::Get, "/billers/{biller_id}")
        .with_credentials(CLIENT)
        .with_safety(Safety::Read)
        .with_rate_group("biller");
static LIST_WEBHOOKS: Operation =
    Operation::new(Api::BillerApi, "listWebhooks", Method::Get, "/iam/clients/{clientId}/webhooks")
        .with_credentials(CLIENT_OR_PORTAL)
        .with_safety(Safety::Read)
        .with_rate_group("authentication");
static DELETE_WEBHOOKS: Operation =
    Operation::new(Api::BillerApi, "deleteWebhooks", Method::Delete, "/iam/clients/{clientId}/webhooks")
        .with_credentials(CLIENT_OR_PORTAL)
        .with_safety(Safety::Idempotent)
        .with_rate_group("authentication");
static CONSENT: Operation =
    Operation::new(Api::BillerApi, "gmailConsent", Method::Get, "/emails/gmail/consent")
        .with_credentials(&[Credential::Nothing])
        .with_safety(Safety::Read)
        .with_rate_group("read");

/// Adds the schemas of these answers to those of the description.
pub(super) fn add_schemas(answers: &mut Value) {
    let flag = || json!({ "type": "boolean" });
    let completed = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["success", "status", "public_token", "expires_at"],
        "properties": {
            "success": { "const": true },
            "status": { "const": "completed" },
            "public_token": { "type": "string" },
            "expires_at": { "$ref": "#/$defs/time" },
        },
    });
    let failed = json!({ "$ref": "#/$defs/LinkStep", "required": ["success", "error_code"] });
    answers["completeLink"] = json!({ "200": { "oneOf": [completed, failed] } });
    answers["getBiller"] = json!({ "200": { "$ref": "#/$defs/Biller" } });
    let list = json!({ "type": "array", "items": { "$ref": "#/$defs/WebhookSubscription" } });
    answers["listWebhooks"] = json!({ "200": { "type": "object", "properties": { "data": list } } });
    answers["deleteWebhooks"] = json!({ "200": { "type": "object", "properties": { "success": flag() } } });
    answers["gmailConsent"] = json!({ "200": { "type": "object", "properties": { "success": flag() } } });
}

/// What completing a flow takes.
#[derive(Deserialize)]
struct Complete {
    account_id: String,
}

/// Where a path of ours leads; none if it is not one of ours alone.
pub(super) fn route(method: &http::Method, path: &str) -> Option<Routed> {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let (operation, value) = match (method.as_str(), segments.as_slice()) {
        ("POST", ["link", id, "complete"]) if *id != "token" => {
            (&COMPLETE_LINK, Some(("link_token_id", *id)))
        }
        (_, ["link", id, "complete"]) if *id != "token" => {
            return Some(Routed::MethodNotAllowed("POST".to_owned()));
        }
        ("GET", ["billers", id]) => (&GET_BILLER, Some(("biller_id", *id))),
        ("GET", ["emails", "gmail", "consent"]) => (&CONSENT, None),
        (_, ["billers", _] | ["emails", "gmail", "consent"]) => {
            return Some(Routed::MethodNotAllowed("GET".to_owned()));
        }
        ("GET", ["iam", "clients", id, "webhooks"]) => (&LIST_WEBHOOKS, Some(("clientId", *id))),
        ("DELETE", ["iam", "clients", id, "webhooks"]) => (&DELETE_WEBHOOKS, Some(("clientId", *id))),
        ("POST", ["iam", "clients", _, "webhooks"]) => return None,
        (_, ["iam", "clients", _, "webhooks"]) => {
            return Some(Routed::MethodNotAllowed("GET, POST, DELETE".to_owned()));
        }
        _ => return None,
    };
    let mut parameters = PathParameters::new();
    if let Some((name, segment)) = value {
        match decode::segment(segment) {
            Some(value) => parameters.insert(name, value),
            None => return Some(Routed::NotFound),
        }
    }
    Some(Routed::Operation(operation, parameters))
}

/// Carries out a call of ours; none if it is another one.
pub(super) fn perform(
    routes: &mut Routes<'_>,
    context: &RequestContext,
    operation: &'static Operation,
    parameters: &PathParameters,
    body: &[u8],
) -> Option<Result<Done, ApiError>> {
    let parameter = |name: &str| parameters.get(name).unwrap_or_default();
    let answer = match operation.id {
        "completeLink" => complete(routes, context, parameter("link_token_id"), body),
        "getBiller" => biller(parameter("biller_id")),
        "listWebhooks" => webhooks(routes, context, parameter("clientId")),
        "deleteWebhooks" => delete_webhooks(routes, context, parameter("clientId")),
        // The page of the consent screen belongs to the pages; whoever comes here has consented.
        "gmailConsent" => Ok(json!({ "success": true })),
        _ => return None,
    };
    Some(answer.and_then(|answer| Ok((200, decode::encode(&answer)?))))
}

fn complete(
    routes: &mut Routes<'_>,
    context: &RequestContext,
    link_token_id: &str,
    body: &[u8],
) -> Result<Value, ApiError> {
    let (client_id, id) = flow_of(context, link_token_id)?;
    let Complete { account_id } = decode::body(body)?;
    let cause = routes.cause.clone();
    let world = &mut routes.state.world;
    match world.complete_link(context.now, client_id, &id, &account_id, &cause)? {
        Ok(completion) => Ok(json!({
            "success": true,
            "status": "completed",
            "public_token": completion.public_token,
            "expires_at": shown::time_text(completion.expires),
        })),
        Err(failure) => failed(failure),
    }
}

fn failed(failure: Failure) -> Result<Value, ApiError> {
    serde_json::to_value(shown::step(StepResult::Failed(failure)))
        .map_err(|_| ApiError::new(500, "The sandbox could not write its answer."))
}

fn biller(id: &str) -> Result<Value, ApiError> {
    let biller = Biller::of_id(id).ok_or_else(|| ApiError::not_found(format!("There is no biller {id}.")))?;
    serde_json::to_value(shown::biller(biller))
        .map_err(|_| ApiError::new(500, "The sandbox could not write its answer."))
}

fn webhooks(routes: &Routes<'_>, context: &RequestContext, client_id: &str) -> Result<Value, ApiError> {
    check_own(context, client_id)?;
    let client_id = super::world::ClientId::new(client_id);
    let own: Vec<_> = routes.state.world.registered(&client_id).map(shown::subscription).collect();
    Ok(json!({ "data": own }))
}

fn delete_webhooks(
    routes: &mut Routes<'_>,
    context: &RequestContext,
    client_id: &str,
) -> Result<Value, ApiError> {
    check_own(context, client_id)?;
    let client_id = super::world::ClientId::new(client_id);
    let deleted = routes.state.world.unregister_all(&client_id);
    Ok(json!({ "success": true, "deleted": deleted }))
}

fn check_own(context: &RequestContext, client_id: &str) -> Result<(), ApiError> {
    match context.caller.client_id() {
        Some(own) if own.as_str() == client_id => Ok(()),
        _ => Err(ApiError::forbidden("The client in the path is not that of the credentials.")),
    }
}
