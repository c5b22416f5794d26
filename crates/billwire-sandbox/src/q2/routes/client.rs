//! Tokens taken back, and client, token and cards in one call.

use billwire_models::q2;
use billwire_models::q2::behaviour::RevocationTarget;
use billwire_models::scalar::Secret;

use super::{Routes, partner_only};
use crate::api_error::ApiError;
use crate::bill_pay::{NewSync, NewToken};
use crate::moment::Moment;
use crate::q2::RequestContext;
use crate::q2::read;

pub(super) fn revoke_tokens(
    routes: &mut Routes<'_>,
    context: &RequestContext,
    request: &q2::RevokeTokens,
) -> Result<q2::Acknowledgement, ApiError> {
    partner_only(context)?;
    match request.target() {
        Some(RevocationTarget::Client(identifier)) => routes.world.revoke_tokens_of(identifier),
        Some(RevocationTarget::Token(token)) => routes.world.revoke_token(token.expose()),
        _ => return Err(ApiError::bad_request("Please provide an identifier or a clientToken.")),
    }
    Ok(q2::Acknowledgement::new(true))
}

pub(super) fn sync(
    routes: &mut Routes<'_>,
    context: &RequestContext,
    request: q2::SyncClient,
) -> Result<q2::SyncedClient, ApiError> {
    partner_only(context)?;
    let limits = request.token.unwrap_or_default();
    let token = NewToken {
        identifier: request.client.identifier,
        single_use: limits.nonce.unwrap_or(false),
        expires_at: limits.expiration.map(|expiration| Moment::new(expiration.instant())),
        access_token_seconds: limits.access_token_expires_in.map(i64::from),
    };
    let cards = request.cards.unwrap_or_default();
    let identifiers: Vec<Option<String>> = cards.iter().map(|card| card.identifier.clone()).collect();
    let cards = cards.into_iter().map(read::sync_card).collect::<Result<_, _>>()?;
    let meta = read::meta(request.client.meta.as_ref());
    let synced = routes.world.sync_client(context.now, NewSync { meta, token, cards })?;
    let cards = synced.cards.iter().zip(identifiers).map(|(id, identifier)| {
        let mut card = q2::SyncedCard::new(id.as_str().into());
        card.identifier = identifier;
        card
    });
    Ok(q2::SyncedClient::new(synced.client_id.as_str().into())
        .with_sso_token(Secret::new(synced.token))
        .with_cards(cards.collect()))
}
