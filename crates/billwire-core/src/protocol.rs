//! What an API adds to the common mechanism. Each API folder implements it for its configuration.

use std::fmt;

use bytes::Bytes;

use crate::call::Attempt;
use crate::config::Settings;
use crate::error::Error;
use crate::request::Draft;

/// The configuration of one API, as the common mechanism sees it.
///
/// Implemented by `q2::Config`. It is sealed: new methods may appear at any time.
pub trait Protocol: sealed::Protocol {}

impl<P: sealed::Protocol> Protocol for P {}

pub(crate) mod sealed {
    use super::{Attempt, Bytes, Draft, Error, Settings, fmt};

    /// The part that only this crate can name.
    pub trait Protocol: fmt::Debug + Send + Sync {
        /// The settings that every API has.
        fn settings(&self) -> &Settings;

        /// Adds credential, encryption and signature to a drafted call.
        fn secure(&self, draft: &Draft<'_>, attempt: &Attempt<'_>) -> Result<http::Request<Bytes>, Error>;

        /// The service's message for people in the text of an error answer.
        fn vendor_message(&self, text: &str) -> Option<String>;

        /// Whether the body of a 2xx answer to a write says that it was not accepted.
        fn says_not_accepted(&self, body: &[u8]) -> bool;

        /// Texts that must not be shown even when the service echoes them.
        fn secrets(&self) -> Vec<&str>;
    }
}
