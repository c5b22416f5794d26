//! Mistakes in setting a verifier up. What is wrong with a delivery is a [`Rejection`](crate::Rejection) instead.

use std::fmt;

/// What was wrong with a policy. New variants may be added: always have a `_` arm.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Nothing in the policy proves who sent a delivery. Add a signature check or a bearer check.
    SenderNotChecked,
    /// A check was asked for without any key. Give it the keys before deliveries arrive.
    NoKeys,
    /// Keys were to be replaced for a check that the policy does not make. Put the check into the policy.
    CheckNotConfigured,
    /// Bearer token and signature were to come in the same header. Give the signature another header.
    HeaderConflict,
    /// A limit of zero, or beyond what can be counted. Correct the argument.
    InvalidLimit,
}

/// A mistake in setting a verifier up: a [kind](Error::kind) for programs, a text for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: &'static str,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: &'static str) -> Self {
        Self { kind, message }
    }

    /// What was wrong, for programs.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.message)
    }
}

impl std::error::Error for Error {}
