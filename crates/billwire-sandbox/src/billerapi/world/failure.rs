//! Problems at the biller: they are no HTTP errors, and come with status 200.
//!
//! Source: BillerAPI description, section 3.3 "Business failures inside HTTP 200".

/// Why a step of a link flow, or a look at the biller, failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Failure {
    InvalidCredentials,
    BillerUnavailable,
    AccountLocked,
    InvalidMfaCode,
    LinkTokenExpired,
}

impl Failure {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::InvalidCredentials => "INVALID_CREDENTIALS",
            Self::BillerUnavailable => "BILLER_UNAVAILABLE",
            Self::AccountLocked => "ACCOUNT_LOCKED",
            Self::InvalidMfaCode => "INVALID_MFA_CODE",
            Self::LinkTokenExpired => "LINK_TOKEN_EXPIRED",
        }
    }

    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::InvalidCredentials => "The biller rejected these credentials.",
            Self::BillerUnavailable => "The biller is temporarily unavailable.",
            Self::AccountLocked => "The account is locked after too many failed attempts.",
            Self::InvalidMfaCode => "The biller rejected this code.",
            Self::LinkTokenExpired => "The link token has expired; create a new one.",
        }
    }
}
