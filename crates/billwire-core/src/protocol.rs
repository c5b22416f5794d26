//! What an API adds to the common mechanism. Each API folder implements it for its configuration.

use std::fmt;
use std::time::Duration;

use billwire_models::operation::Operation;
use bytes::Bytes;
use http::StatusCode;

use crate::call::Attempt;
use crate::config::Settings;
use crate::error::{Error, ErrorKind};
use crate::request::Draft;
use crate::retry::AnswerRules;

/// The configuration of one API, as the common mechanism sees it.
///
/// Implemented by the `Config` of every API. It is sealed: new methods may appear at any time.
pub trait Protocol: sealed::Protocol {}

impl<P: sealed::Protocol> Protocol for P {}

/// What a body says about a failure.
#[derive(Clone, Debug, Default)]
pub struct Problem {
    /// The service's message for people.
    pub(crate) message: Option<String>,
    /// The service's code for programs.
    pub(crate) code: Option<String>,
    /// What to do about this code, where the documents say it.
    pub(crate) advice: Option<&'static str>,
    /// Whether the documents know this code, and so that nothing was done.
    pub(crate) is_known: bool,
    /// Whether it is documented to pass by itself.
    pub(crate) passes: bool,
}

/// A body that takes back the success that its status tells.
#[derive(Debug)]
pub struct Refusal {
    pub(crate) kind: ErrorKind,
    pub(crate) problem: Problem,
}

pub(crate) mod sealed {
    use super::{
        AnswerRules, Attempt, Bytes, Draft, Duration, Error, Operation, Problem, Refusal, Settings,
        StatusCode, fmt,
    };

    /// The part that only this crate can name.
    pub trait Protocol: fmt::Debug + Send + Sync {
        /// The settings that every API has.
        fn settings(&self) -> &Settings;

        /// Adds credential, encryption and signature to a drafted call.
        fn secure(&self, draft: &Draft<'_>, attempt: &Attempt<'_>) -> Result<http::Request<Bytes>, Error>;

        /// The time limit of one attempt of `operation`.
        fn timeout(&self, operation: &Operation) -> Duration {
            let _ = operation;
            self.settings().timeout
        }

        /// The time limit of a whole call of `operation`.
        fn deadline(&self, operation: &Operation) -> Duration {
            let _ = operation;
            self.settings().deadline
        }

        /// After which answers an attempt may be repeated.
        fn answer_rules(&self) -> &'static AnswerRules {
            &AnswerRules::DEFAULT
        }

        /// The header in which the service names its request id.
        fn request_id_header(&self) -> &'static str {
            "request-id"
        }

        /// Whether a bare array stands for an object with that array under `data`.
        fn reads_bare_arrays(&self) -> bool {
            false
        }

        /// What the text of an answer with an error status says.
        fn problem(&self, status: StatusCode, text: &str) -> Problem;

        /// Whether and how the body of a 2xx answer takes its success back.
        fn refusal(&self, operation: &Operation, body: &[u8]) -> Option<Refusal>;

        /// Texts that must not be shown even when the service echoes them.
        fn secrets(&self) -> Vec<&str>;
    }
}
