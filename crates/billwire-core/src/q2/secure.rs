//! From a draft to a request as Q2 wants it: credential, pay date members, encryption, signature.

use billwire_models::operation::Operation;
use billwire_models::q2::behaviour::PayDateName;
use billwire_models::q2::operations;
use bytes::Bytes;
use http::{Request, StatusCode};

use super::config::{Config, Inner};
use super::scope::Scope;
use super::{encryption, signing};
use crate::call::Attempt;
use crate::config::Settings;
use crate::credential::Credential;
use crate::error::{Error, ErrorKind};
use crate::pay_date::{self, Names};
use crate::protocol::sealed::Protocol;
use crate::protocol::{Problem, Refusal};
use crate::request::{self, Draft};
use crate::{error_body, refusal};

impl<S: Scope> Protocol for Config<S> {
    fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    fn secure(&self, draft: &Draft<'_>, attempt: &Attempt<'_>) -> Result<Request<Bytes>, Error> {
        let config = &*self.inner;
        let credential = attempt.credential.unwrap_or(&config.credential);
        check_credential(config, draft.operation, credential)?;
        let body = body(config, draft, attempt)?;
        let headers = credential.headers()?;
        let signature = signing::headers(config, draft, credential, attempt.now)?;
        request::assemble(&config.settings, draft, attempt, headers, body, signature.into_iter().flatten())
    }

    fn problem(&self, _: StatusCode, text: &str) -> Problem {
        Problem { message: error_body::message(text), ..Problem::default() }
    }

    fn refusal(&self, operation: &Operation, body: &[u8]) -> Option<Refusal> {
        refusal::of_write(operation, body, |text| self.problem(StatusCode::OK, text))
    }

    fn secrets(&self) -> Vec<&str> {
        let credentials = [Some(&self.inner.credential), self.inner.key_credential.as_ref()];
        credentials.into_iter().flatten().map(Credential::secret).collect()
    }
}

fn check_credential(
    config: &Inner,
    operation: &'static Operation,
    credential: &Credential,
) -> Result<(), Error> {
    credential.check(config.settings.stage)?;
    credential.check_operation(operation)?;
    check_signable(config, credential)
}

/// Checks a token before a client is made of it.
pub(super) fn check_token(config: &Inner, token: &Credential) -> Result<(), Error> {
    token.check(config.settings.stage)?;
    check_signable(config, token)
}

/// What to sign in place of the API key is not documented.
fn check_signable(config: &Inner, credential: &Credential) -> Result<(), Error> {
    if config.signing_key.is_none() || matches!(credential, Credential::ApiKey(_)) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::CredentialNotAllowed,
        "request signing is on, and a call with a client token cannot be signed",
    )
    .with_advice("use the API key, or a client without request signing"))
}

/// The body as it goes over the wire.
fn body(config: &Inner, draft: &Draft<'_>, attempt: &Attempt<'_>) -> Result<Option<Bytes>, Error> {
    let Some(body) = draft.body else { return Ok(None) };
    let body = if draft.operation.id == operations::SCHEDULE_PAYMENT.id {
        pay_date::apply(names(config.pay_date_name), body)?
    } else {
        body.clone()
    };
    encryption::apply(config, draft.operation, body, attempt).map(Some)
}

const fn names(wanted: PayDateName) -> Names {
    match wanted {
        PayDateName::PayDate => Names::PayDate,
        PayDateName::Date => Names::Date,
        _ => Names::Both,
    }
}
