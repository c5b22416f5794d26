//! The service's codes as types.

use billwire_models::billerapi::{ErrorCode, FailureCode};
use billwire_models::operation::Api;

use crate::error::{Error, ErrorKind};

/// What only BillerAPI's errors have.
impl Error {
    /// Why the biller refused, for an [`ErrorKind::BusinessFailure`]; `None` for every other error. Codes that are not
    /// documented are kept.
    ///
    /// Source: BillerAPI description, section 3.3 "Business failures inside HTTP 200".
    #[must_use]
    pub fn failure_code(&self) -> Option<FailureCode> {
        (self.kind() == ErrorKind::BusinessFailure).then(|| self.vendor_code().map(FailureCode::from))?
    }

    /// The code of an answer of BillerAPI with an error status: as its body tells it if that is a documented one, else as its status
    /// does; `None` where neither does.
    ///
    /// Source: BillerAPI description, section 3.2 "Two error body shapes".
    #[must_use]
    pub fn error_code(&self) -> Option<ErrorCode> {
        self.operation().filter(|operation| operation.api == Api::BillerApi)?;
        let status = self.status().filter(|status| !status.is_success())?;
        let told = self.vendor_code().map(ErrorCode::from);
        told.filter(|code| ErrorCode::ALL.contains(code)).or(match status.as_u16() {
            400 => Some(ErrorCode::ValidationError),
            401 => Some(ErrorCode::AuthenticationError),
            403 => Some(ErrorCode::AuthorizationError),
            404 => Some(ErrorCode::NotFound),
            429 => Some(ErrorCode::RateLimitExceeded),
            500 => Some(ErrorCode::InternalError),
            _ => None,
        })
    }
}
