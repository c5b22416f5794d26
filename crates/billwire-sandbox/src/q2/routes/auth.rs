//! Holds, stored questions and the end of an auth.

use billwire_models::q2;

use super::{Routes, owner_only};
use crate::api_error::ApiError;
use crate::bill_pay::{AuthId, StepAnswer};
use crate::q2::RequestContext;

pub(super) fn fix_hold(
    routes: &mut Routes<'_>,
    context: &RequestContext,
    auth_id: &q2::AuthId,
) -> Result<q2::Acknowledgement, ApiError> {
    let id = own_auth(routes, context, auth_id)?;
    routes.world.fix_hold(context.now, &id)?;
    Ok(q2::Acknowledgement::new(true))
}

pub(super) fn answer_questions(
    routes: &mut Routes<'_>,
    context: &RequestContext,
    auth_id: &q2::AuthId,
    request: q2::AnswerQuestions,
) -> Result<q2::Acknowledgement, ApiError> {
    let id = own_auth(routes, context, auth_id)?;
    let answers: Vec<StepAnswer> = request
        .answers
        .into_iter()
        .map(|answer| StepAnswer {
            identifier: answer.identifier,
            answer: Some(answer.answer.expose().to_owned()),
        })
        .collect();
    routes.world.answer_questions(context.now, &id, &answers)?;
    Ok(q2::Acknowledgement::new(true))
}

pub(super) fn delete(
    routes: &mut Routes<'_>,
    context: &RequestContext,
    auth_id: &q2::AuthId,
) -> Result<q2::Acknowledgement, ApiError> {
    let id = own_auth(routes, context, auth_id)?;
    routes.world.delete_auth(context.now, &id)?;
    Ok(q2::Acknowledgement::new(true))
}

/// Refuses a client token for the auth of another client; an unknown auth is for the world to refuse.
pub(super) fn own_auth(
    routes: &Routes<'_>,
    context: &RequestContext,
    id: &q2::AuthId,
) -> Result<AuthId, ApiError> {
    let id = AuthId::new(id.as_str());
    if let Some(auth) = routes.world.auth(&id) {
        owner_only(context, &auth.client_id)?;
    }
    Ok(id)
}
