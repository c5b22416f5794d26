//! Who calls, and whether the credential opens the operation.
//!
//! Source: BillerAPI description, sections 2.1 to 2.3.

use billwire_models::operation::{Credential, Operation};
use http::{HeaderMap, header};

use super::world::{AccountId, ClientId, LinkId, SECRET_PREFIX, World};
use crate::api_error::ApiError;
use crate::request_log::CredentialKind;

/// The credential of a request, after it was found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// An operation that takes no credential.
    Nobody,
    /// Client id and secret.
    Client(ClientId),
    /// The access token of one linked account.
    Account { client_id: ClientId, account_id: AccountId },
    /// The link token of one flow: the page in which the user links.
    Link { client_id: ClientId, link_id: LinkId },
    /// The token of the portal.
    Portal(ClientId),
}

const CLIENT_ID: &str = "x-client-id";
const CLIENT_SECRET: &str = "x-client-secret";
/// The operations that the page of a link flow calls with its link token.
const STEPS: [&str; 4] = ["submitCredentials", "submitMfa", "discoverAccounts", "completeLink"];

impl Caller {
    /// The client that calls, or for which is called.
    pub(crate) fn client_id(&self) -> Option<&ClientId> {
        match self {
            Self::Nobody => None,
            Self::Client(client_id)
            | Self::Account { client_id, .. }
            | Self::Link { client_id, .. }
            | Self::Portal(client_id) => Some(client_id),
        }
    }

    fn kind(&self) -> Option<CredentialKind> {
        match self {
            Self::Nobody => None,
            Self::Client(_) => Some(CredentialKind::ClientCredentials),
            Self::Account { .. } => Some(CredentialKind::AccessToken),
            Self::Link { .. } => Some(CredentialKind::LinkToken),
            Self::Portal(_) => Some(CredentialKind::PortalToken),
        }
    }

    fn may_call(&self, operation: &Operation) -> bool {
        let takes = |credential| operation.credentials.contains(&credential);
        match self {
            Self::Nobody => takes(Credential::Nothing),
            Self::Client(_) => takes(Credential::ClientCredentials),
            Self::Account { .. } => takes(Credential::AccessToken),
            Self::Link { .. } => STEPS.contains(&operation.id),
            Self::Portal(_) => takes(Credential::PortalToken),
        }
    }
}

/// Finds out who calls. `seen` hears of a good credential even if it does not open this operation.
pub(super) fn authenticate(
    world: &World,
    headers: &HeaderMap,
    operation: &Operation,
    seen: &mut Option<CredentialKind>,
) -> Result<Caller, ApiError> {
    if operation.credentials.contains(&Credential::Nothing) {
        return Ok(Caller::Nobody);
    }
    // A bearer token is looked at first, and alone.
    let caller = match headers.get(header::AUTHORIZATION) {
        Some(value) => bearer(world, value)?,
        None => client(world, headers)?,
    };
    *seen = caller.kind();
    if caller.may_call(operation) {
        Ok(caller)
    } else {
        Err(ApiError::forbidden("This credential does not open this operation."))
    }
}

fn bearer(world: &World, value: &header::HeaderValue) -> Result<Caller, ApiError> {
    let token = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| ApiError::unauthorized("Authorization takes the form \"Bearer <token>\"."))?;
    if let Some(account) = world.account_of_token(token) {
        return Ok(Caller::Account { client_id: account.client_id.clone(), account_id: account.id.clone() });
    }
    if let Some(link) = world.link_of_token(token) {
        return Ok(Caller::Link { client_id: link.client_id.clone(), link_id: link.id.clone() });
    }
    if let Some(client_id) = world.client_of_portal_token(token) {
        return Ok(Caller::Portal(client_id.clone()));
    }
    Err(ApiError::unauthorized("The bearer token is unknown."))
}

fn client(world: &World, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (id, secret) = match (text(CLIENT_ID), text(CLIENT_SECRET)) {
        (Some(id), Some(secret)) => (id, secret),
        (None, None) => {
            return Err(ApiError::unauthorized("Please provide X-Client-ID and X-Client-Secret."));
        }
        (None, Some(_)) => return Err(ApiError::unauthorized("Please provide X-Client-ID.")),
        (Some(_), None) => return Err(ApiError::unauthorized("Please provide X-Client-Secret.")),
    };
    if !secret.starts_with(SECRET_PREFIX) {
        return Err(ApiError::unauthorized(
            "Invalid client credentials: the secret of a sandbox begins with \"bb_test_\".",
        ));
    }
    let client_id = world
        .client_of_credentials(id, secret)
        .ok_or_else(|| ApiError::unauthorized("Invalid client credentials"))?;
    Ok(Caller::Client(client_id.clone()))
}
