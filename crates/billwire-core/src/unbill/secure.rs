//! From a draft to a request as Unbill wants it: the key, and both names of the pay date. No signature and no encryption.
//!
//! Source: Unbill v1 description, section 6 "Message security".

use std::time::Duration;

use billwire_models::operation::{Method, Operation};
use billwire_models::unbill::operations;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, StatusCode};

use super::config::Config;
use crate::call::Attempt;
use crate::config::Settings;
use crate::error::{Error, ErrorKind};
use crate::pay_date::{self, Names};
use crate::protocol::sealed::Protocol;
use crate::protocol::{Problem, Refusal};
use crate::request::{self, Draft};
use crate::{error_body, refusal};

impl Protocol for Config {
    fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    fn secure(&self, draft: &Draft<'_>, attempt: &Attempt<'_>) -> Result<Request<Bytes>, Error> {
        let config = &*self.inner;
        let credential = attempt.credential.unwrap_or(&config.credential);
        credential.check(config.settings.stage)?;
        credential.check_operation(draft.operation)?;
        if draft.operation.card_data && config.settings.base_url.is_readable_on_the_way() {
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                "card or bank account data would be sent readable over the network",
            )
            .with_advice("use https: this API has no payload encryption"));
        }
        let body = match draft.body {
            // Without the day under the name that the service reads, the bill is paid at once.
            Some(body) if draft.operation.id == operations::SCHEDULE_PAYMENT.id => {
                Some(pay_date::apply(Names::Both, body)?)
            }
            body => body.cloned(),
        };
        // The service wants every POST declared, also one without a body (trap L2).
        let declared = (body.is_none() && draft.operation.method == Method::Post)
            .then(|| (CONTENT_TYPE, HeaderValue::from_static("application/json")));
        request::assemble(&config.settings, draft, attempt, credential.headers()?, body, declared)
    }

    fn timeout(&self, operation: &Operation) -> Duration {
        if waits_for_the_company(operation) { self.inner.login_timeout } else { self.inner.settings.timeout }
    }

    fn deadline(&self, operation: &Operation) -> Duration {
        if waits_for_the_company(operation) {
            self.inner.login_deadline
        } else {
            self.inner.settings.deadline
        }
    }

    fn problem(&self, _: StatusCode, text: &str) -> Problem {
        Problem { message: error_body::message(text), ..Problem::default() }
    }

    fn refusal(&self, operation: &Operation, body: &[u8]) -> Option<Refusal> {
        refusal::of_write(operation, body, |text| self.problem(StatusCode::OK, text))
    }

    fn secrets(&self) -> Vec<&str> {
        vec![self.inner.credential.secret()]
    }
}

/// Whether the service tries a login at the company before it answers.
fn waits_for_the_company(operation: &Operation) -> bool {
    [operations::CREATE_AUTH.id, operations::STEP_AUTH.id].contains(&operation.id)
}
