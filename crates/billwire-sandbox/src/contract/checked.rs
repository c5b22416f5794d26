//! What is done with the feature.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::schemas::{self, Checked};
use super::violation::Violation;
use crate::api::Api;
use crate::api_error::ApiError;
use crate::webhook_sender::DeliveryJob;

/// Compares what goes out with the description and keeps what was wrong.
#[derive(Default)]
pub(crate) struct Contract {
    /// Nothing is compared: for benchmarks, which the feature must not slow down.
    off: bool,
    violations: Mutex<Vec<Violation>>,
    /// Spoils answers and events before they are looked at, to see that this is noticed.
    #[cfg(test)]
    pub(super) spoil: Mutex<Option<fn(&mut Value)>>,
}

impl Contract {
    pub(crate) fn switched(on: bool) -> Self {
        Self { off: !on, ..Self::default() }
    }

    /// The answer as it is, or a 500 that says how it differs from the description.
    pub(crate) fn answer(
        &self,
        api: &'static Api,
        operation: Option<&'static str>,
        answer: Result<(u16, Vec<u8>), ApiError>,
        error_body: impl Fn(&ApiError) -> Vec<u8>,
    ) -> Result<(u16, Vec<u8>), ApiError> {
        if self.off {
            return answer;
        }
        let (what, body) = match &answer {
            Ok((status, body)) => {
                let operation = operation.unwrap_or("an unknown operation");
                (Checked::Answer { operation, status: *status }, body.clone())
            }
            Err(error) => (Checked::Error, error_body(error)),
        };
        let name = || match &answer {
            Ok(_) => format!("the answer of {}", operation.unwrap_or("an unknown operation")),
            Err(error) => {
                format!("the answer {} of {}", error.status, operation.unwrap_or("an unknown route"))
            }
        };
        let checked = match serde_json::from_slice::<Value>(&body) {
            Ok(body) => schemas::check(api, what, &self.as_sent(body)),
            Err(_) => Err((String::new(), "it is not JSON".to_owned())),
        };
        match checked {
            Ok(()) => answer,
            Err(found) => Err(ApiError::new(500, self.keep(name(), found))),
        }
    }

    /// Compares the event of a webhook; the error is for the record of the attempt. What a test has overridden may
    /// be anything: that is what it is overridden for.
    pub(crate) fn event(&self, job: &DeliveryJob) -> Result<(), String> {
        if self.off || job.overridden {
            return Ok(());
        }
        let body = self.as_sent((job.api.schemas.event)(&job.event));
        schemas::check(job.api, Checked::Event { kind: &job.kind }, &body)
            .map_err(|found| self.keep(format!("the event {}", job.kind), found))
    }

    pub(crate) fn violations(&self) -> MutexGuard<'_, Vec<Violation>> {
        self.violations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Panics if something was wrong and nobody has looked at it: a test must not pass over it.
    pub(crate) fn insist(&self) {
        let violations = self.violations();
        if violations.is_empty() || std::thread::panicking() {
            return;
        }
        let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
        #[expect(clippy::panic, reason = "only tests switch the feature on, and this is how they fail")]
        {
            panic!("{}", lines.join("\n"));
        }
    }

    fn keep(&self, what: String, (path, reason): schemas::Found) -> String {
        let violation = Violation { what, path, reason };
        let text = violation.to_string();
        tracing::error!(violation = %text, "the sandbox broke its own description");
        self.violations().push(violation);
        text
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "only tests spoil")]
    fn as_sent(&self, body: Value) -> Value {
        body
    }

    #[cfg(test)]
    fn as_sent(&self, mut body: Value) -> Value {
        if let Some(spoil) = *self.spoil.lock().unwrap_or_else(PoisonError::into_inner) {
            spoil(&mut body);
        }
        body
    }
}
