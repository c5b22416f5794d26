//! Card swaps.

use billwire_models::q2;

use super::auth::own_auth;
use super::{Routes, own_method};
use crate::api_error::ApiError;
use crate::q2::RequestContext;
use crate::q2::wire;

pub(super) fn create(
    routes: &mut Routes<'_>,
    context: &RequestContext,
    request: &q2::CreateSwap,
) -> Result<q2::Acknowledgement, ApiError> {
    let auth_id = own_auth(routes, context, &request.auth_id)?;
    let method_id = own_method(routes, context, &request.payment_method_id)?;
    routes.world.create_swap(context.now, &auth_id, &method_id)?;
    Ok(q2::Acknowledgement::new(true))
}

pub(super) fn companies(routes: &Routes<'_>) -> q2::CompanyList {
    let companies = routes.world.companies().iter().filter(|company| company.supports_swaps());
    q2::CompanyList::new(companies.map(|company| wire::company(routes.world, company)).collect())
}

pub(super) fn list(
    routes: &Routes<'_>,
    context: &RequestContext,
    client_id: &q2::ClientId,
) -> Result<q2::SwapList, ApiError> {
    let client = routes.client_in_path(context, client_id)?;
    let swaps = routes.world.swaps_of(client).into_iter().map(|swap| wire::swap(routes.world, swap));
    Ok(q2::SwapList::new(swaps.collect()))
}
