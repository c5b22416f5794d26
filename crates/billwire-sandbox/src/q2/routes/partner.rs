//! What concerns the partner as a whole: its bills and the service's public keys.

use billwire_models::q2;

use super::{Routes, partner_only};
use crate::api_error::ApiError;
use crate::q2::RequestContext;
use crate::q2::wire;
use crate::service_keys::{KeyUsage, ServiceKey};

pub(super) fn bills(
    routes: &Routes<'_>,
    context: &RequestContext,
    partner_id: &q2::PartnerId,
) -> Result<q2::PartnerBillList, ApiError> {
    partner_only(context)?;
    if partner_id.as_str() != routes.world.partner_id() {
        return Err(ApiError::not_found(format!("There is no partner {partner_id}.")));
    }
    let bills = routes.world.active_bills().map(|bill| wire::partner_bill(routes.world, bill));
    Ok(q2::PartnerBillList::new(bills.collect()))
}

/// The keys that request bodies are encrypted to, oldest first.
pub(super) fn public_keys(routes: &Routes<'_>, context: &RequestContext) -> Result<q2::JwkSet, ApiError> {
    partner_only(context)?;
    Ok(q2::JwkSet::new(encryption_keys(routes).iter().map(jwk).collect()))
}

/// One key by its id; those that sign webhooks are found too (contradiction C17).
pub(super) fn public_key(
    routes: &Routes<'_>,
    context: &RequestContext,
    key_id: &q2::PublicKeyId,
) -> Result<q2::Jwk, ApiError> {
    partner_only(context)?;
    let keys = routes.keys.list();
    let key = keys.iter().find(|key| key.key_id == key_id.as_str());
    key.map(jwk).ok_or_else(|| ApiError::not_found(format!("There is no key {key_id}.")))
}

pub(super) fn latest_public_key(routes: &Routes<'_>, context: &RequestContext) -> Result<q2::Jwk, ApiError> {
    partner_only(context)?;
    // Of two keys made at one moment the later one in the list is the newer one.
    let newest = encryption_keys(routes).into_iter().max_by_key(|key| key.created);
    newest.as_ref().map(jwk).ok_or_else(|| ApiError::not_found("There is no public key."))
}

fn encryption_keys(routes: &Routes<'_>) -> Vec<ServiceKey> {
    routes.keys.list().into_iter().filter(|key| key.usage == KeyUsage::Encryption).collect()
}

/// With the certificate as one text, as documented (trap T19).
fn jwk(key: &ServiceKey) -> q2::Jwk {
    let text = |member: &str| key.jwk.get(member).and_then(serde_json::Value::as_str);
    let jwk = q2::Jwk::new(q2::KeyType::Rsa, key.key_id.as_str().into())
        .with_modulus(text("n").unwrap_or_default())
        .with_exponent(text("e").unwrap_or_default())
        .with_usage(text("use").unwrap_or_default().into());
    match text("x5c") {
        Some(certificate) => jwk.with_certificates(certificate.to_owned().into()),
        None => jwk,
    }
}
