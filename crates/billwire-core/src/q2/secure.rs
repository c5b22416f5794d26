//! From a draft to a request as Q2 wants it: credential, pay date members, encryption, signature.

use billwire_models::operation::Operation;
use bytes::Bytes;
use http::Request;

use super::config::{Config, Inner};
use super::scope::Scope;
use super::{encryption, error_body, not_accepted, schedule, signing};
use crate::call::Attempt;
use crate::config::Settings;
use crate::credential::{Credential, operation_credential_text};
use crate::error::{Error, ErrorKind};
use crate::protocol::sealed::Protocol;
use crate::request::{self, Draft};

impl<S: Scope> Protocol for Config<S> {
    fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    fn secure(&self, draft: &Draft<'_>, attempt: &Attempt<'_>) -> Result<Request<Bytes>, Error> {
        let config = &*self.inner;
        let credential = attempt.credential.unwrap_or(&config.credential);
        check_credential(config, draft.operation, credential)?;
        let body = body(config, draft, attempt)?;
        let authorization = credential.authorization()?;
        let signature = signing::headers(config, draft, credential, attempt.now)?;
        request::assemble(&config.settings, draft, authorization, body, signature.into_iter().flatten())
    }

    fn vendor_message(&self, text: &str) -> Option<String> {
        error_body::message(text)
    }

    fn says_not_accepted(&self, body: &[u8]) -> bool {
        not_accepted::is_said_in(body)
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
    if !operation.credentials.contains(&credential.kind()) {
        let accepted: Vec<&str> =
            operation.credentials.iter().map(|kind| operation_credential_text(*kind)).collect();
        return Err(Error::new(
            ErrorKind::CredentialNotAllowed,
            format!("the operation does not accept {}", operation_credential_text(credential.kind())),
        )
        .with_advice(format!("use {}", accepted.join(" or "))));
    }
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
    let body = schedule::apply(config.pay_date_name, draft.operation, body)?;
    encryption::apply(config, draft.operation, body, attempt).map(Some)
}
