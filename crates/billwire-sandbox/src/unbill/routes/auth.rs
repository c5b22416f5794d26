//! Logins: the caller waits for the result. Every refusal is a 400, also that of an unknown id.
//!
//! Source: Unbill v1 description, section 2 "Authentication, request ids, errors" and section 4.1 "Auth".

use billwire_models::scalar::Secret;
use billwire_models::unbill;

use super::super::credentials::refused;
use super::super::wire;
use super::done;
use crate::api_error::ApiError;
use crate::bill_pay::{
    Ask, Auth, AuthId, AuthItem, AuthStatus, Challenge, ClientId, CompanyId, NewAuth, StepAnswer, StepInput,
    World,
};
use crate::moment::Moment;

pub(super) fn create(
    world: &mut World,
    now: Moment,
    request: unbill::CreateAuth,
) -> Result<unbill::AuthProgress, ApiError> {
    let new = NewAuth {
        client_id: ClientId::new(request.client_id.as_str()),
        company_id: CompanyId::new(request.company_id.as_str()),
        items: items(request.items.as_deref())?,
        payment_method_id: None,
        bill_id: None,
        swap_id: None,
        form: request.form.into_iter().map(|(name, value)| (name, value.expose().to_owned())).collect(),
    };
    let id = world.create_auth(now, &new)?;
    progress(world, now, &id, new.items.contains(&AuthItem::Bill))
}

/// Absent stands for all of them, an empty list for none.
fn items(wanted: Option<&[unbill::AuthItem]>) -> Result<Vec<AuthItem>, ApiError> {
    let Some(wanted) = wanted else { return Ok(vec![AuthItem::Bill]) };
    match wanted.iter().find(|item| item.as_str() != "bill") {
        Some(_) => Err(ApiError::bad_request("items takes \"bill\" only.")),
        None if wanted.is_empty() => Ok(Vec::new()),
        None => Ok(vec![AuthItem::Bill]),
    }
}

/// Takes both forms of the answer, whatever was asked (trap L6).
pub(super) fn step(
    world: &mut World,
    now: Moment,
    request: unbill::StepAuth,
) -> Result<unbill::AuthProgress, ApiError> {
    let token = request.token.expose().to_owned();
    let (auth, challenge) = world.find_challenge(now, &token).ok_or_else(|| {
        ApiError::bad_request("The token belongs to no open challenge: it is unknown, used or expired.")
    })?;
    let (id, method, wants_bills) = (auth.id.clone(), challenge.method(), auth.wants_bills());
    let answers = match request.mfa {
        unbill::StepAnswers::Answers(answers) => answers,
        unbill::StepAnswers::Destination(destination) => vec![destination],
    };
    let answers = answers.into_iter().map(|answer| StepAnswer {
        identifier: answer.identifier,
        answer: answer.answer.map(|answer| answer.expose().to_owned()),
    });
    let step = StepInput { token, method, answers: answers.collect(), did_not_receive_code: false };
    world.answer_challenge(now, &step)?;
    progress(world, now, &id, wants_bills)
}

/// What the caller has waited for: the login, a question, or a refusal.
fn progress(
    world: &mut World,
    now: Moment,
    id: &AuthId,
    wants_bills: bool,
) -> Result<unbill::AuthProgress, ApiError> {
    world.answer_at_once(now, id);
    let auth = world.auth(id).ok_or_else(refused)?;
    if let Some(challenge) = auth.run.as_ref().and_then(|run| run.challenge()) {
        return Ok(unbill::AuthProgress::Challenge(shown(challenge)));
    }
    let items = match auth.status {
        AuthStatus::Verified if wants_bills => {
            auth.bills.iter().filter_map(|bill| world.bill(bill)).map(wire::item).collect()
        }
        // A login on hold is known, and the reason is in the list; nothing of it has been fetched.
        AuthStatus::Verified | AuthStatus::Hold => Vec::new(),
        AuthStatus::Validating | AuthStatus::Authenticate | AuthStatus::MfaRequired => return Err(refused()),
    };
    Ok(unbill::AuthProgress::Finished(unbill::FinishedAuth::new(id.as_str().into()).with_items(items)))
}

fn shown(challenge: &Challenge) -> unbill::MfaChallenge {
    let question = |identifier: &str, text: &str| unbill::MfaInput::new(identifier).with_question(text);
    let inputs = match &challenge.ask {
        Ask::Questions { questions } => {
            questions.iter().map(|asked| question(&asked.identifier, &asked.question)).collect()
        }
        // Asks for the code that was sent, with the method of a question.
        Ask::Code { question: asked, .. } => vec![question(&asked.identifier, &asked.question)],
        Ask::Destination { destinations } => destinations
            .iter()
            .map(|destination| {
                unbill::MfaInput::new(&destination.identifier)
                    .with_mask(&destination.mask)
                    .with_kind(destination.kind.as_str().into())
                    .with_label(&destination.label)
            })
            .collect(),
        Ask::Prompt { .. } => Vec::new(),
    };
    unbill::MfaChallenge::new(Secret::new(challenge.token.clone()))
        .with_method(challenge.method().as_str().into())
        .with_mfa(inputs)
}

/// An unknown client has no auths; that is a 400 here and a 404 elsewhere.
pub(super) fn list(world: &World, client_id: &unbill::ClientId) -> Result<unbill::AuthList, ApiError> {
    let client = world
        .client(&ClientId::new(client_id.as_str()))
        .ok_or_else(|| ApiError::bad_request(format!("There are no auths for {client_id}.")))?;
    let auths = world.auths_of(client).into_iter().filter(|auth| is_known(auth));
    Ok(unbill::AuthList::new(auths.map(|auth| wire::auth(world, auth)).collect()))
}

pub(super) fn fix_hold(
    world: &mut World,
    now: Moment,
    auth_id: &unbill::AuthId,
) -> Result<unbill::Acknowledgement, ApiError> {
    let id = known(world, auth_id)?.id.clone();
    world.fix_hold(now, &id)?;
    world.answer_at_once(now, &id);
    Ok(done())
}

pub(super) fn delete(
    world: &mut World,
    now: Moment,
    auth_id: &unbill::AuthId,
) -> Result<unbill::Acknowledgement, ApiError> {
    let id = known(world, auth_id)?.id.clone();
    world.delete_auth(now, &id)?;
    Ok(done())
}

pub(super) fn known<'a>(world: &'a World, id: &unbill::AuthId) -> Result<&'a Auth, ApiError> {
    let auth = world.auth(&AuthId::new(id.as_str())).filter(|auth| is_known(auth));
    auth.ok_or_else(|| ApiError::bad_request(format!("There is no auth {id}.")))
}

/// A login whose first questions are still open has no id yet that anybody was told.
fn is_known(auth: &Auth) -> bool {
    match auth.status {
        AuthStatus::Verified | AuthStatus::Authenticate | AuthStatus::Hold => true,
        AuthStatus::Validating | AuthStatus::MfaRequired => auth.is_told(),
    }
}
