//! From a draft to a request as BillerAPI wants it, and from an answer to what it means.
//!
//! Source: BillerAPI description, section 5.6 "POST /link/{link_token_id}/discover-accounts — link step 2", for the empty object.

use billwire_models::operation::{Method, Operation};
use bytes::Bytes;
use http::{Request, StatusCode};

use super::answers;
use super::config::{self, Config};
use super::scope::Scope;
use crate::call::Attempt;
use crate::config::Settings;
use crate::error::{Error, ErrorKind};
use crate::protocol::sealed::Protocol;
use crate::protocol::{Problem, Refusal};
use crate::request::{self, Draft};
use crate::retry::AnswerRules;

impl<S: Scope> Protocol for Config<S> {
    fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    fn secure(&self, draft: &Draft<'_>, attempt: &Attempt<'_>) -> Result<Request<Bytes>, Error> {
        let settings = &self.inner.settings;
        let credential = attempt.credential.unwrap_or(&self.inner.credential);
        config::check(credential, settings.stage)?;
        // What takes no credential gets none: a secret stays where it need not be told.
        let is_sent = credential.check_operation(draft.operation)?;
        if draft.operation.card_data && settings.base_url.is_readable_on_the_way() {
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                "card or bank account data would be sent readable over the network",
            )
            .with_advice("use https: this API has no payload encryption"));
        }
        let headers = if is_sent { credential.headers()? } else { Vec::new() };
        // Where nothing is sent with a POST, the documents print an empty object.
        let is_empty = draft.body.is_none() && draft.operation.method == Method::Post;
        let body = if is_empty { Some(Bytes::from_static(b"{}")) } else { draft.body.cloned() };
        request::assemble(settings, draft, attempt, headers, body, [])
    }

    fn answer_rules(&self) -> &'static AnswerRules {
        &answers::ANSWER_RULES
    }

    fn request_id_header(&self) -> &'static str {
        answers::REQUEST_ID
    }

    fn reads_bare_arrays(&self) -> bool {
        true
    }

    fn problem(&self, status: StatusCode, text: &str) -> Problem {
        answers::problem(status, text)
    }

    fn refusal(&self, operation: &Operation, body: &[u8]) -> Option<Refusal> {
        answers::refusal(operation, body)
    }

    fn secrets(&self) -> Vec<&str> {
        vec![self.inner.credential.secret()]
    }
}
