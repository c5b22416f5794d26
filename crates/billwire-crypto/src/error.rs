//! The one error type of this crate.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

/// What went wrong, in a form a program can act on.
///
/// Each variant ends with what to do about it. New variants may be added: always have a `_` arm.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The input does not have the documented shape (base64, number of parts, JSON, PEM, date, method).
    /// Nothing was decrypted or verified. Refuse the message, or correct the argument.
    MalformedInput,
    /// The input is larger than the limit stated at the function. Refuse it.
    TooLarge,
    /// No key with the named id is in the ring, or the ring is empty, or the message names no key and the
    /// ring has several. Refresh the keys, then refuse.
    UnknownKey,
    /// The key carries no key id, but the format needs one. Use `with_key_id`.
    MissingKeyId,
    /// Two keys with the same id were put into one ring. Keep one of them.
    DuplicateKeyId,
    /// The message asks for an algorithm or an extension that is not on the allow-list. Refuse it.
    AlgorithmNotAllowed,
    /// The signature does not fit the text under any of the given keys. Refuse the message.
    VerificationFailed,
    /// The message could not be decrypted. Deliberately says no more than that. Refuse it; if it is your own
    /// traffic, check that both sides hold the same key pair.
    DecryptionFailed,
    /// The token's `exp` has passed. Refuse it; if it just arrived, check this machine's clock.
    Expired,
    /// The token's `nbf` lies ahead. Refuse it; if it just arrived, check this machine's clock.
    NotYetValid,
    /// A claim is missing, has the wrong type, or differs from what the policy asks for. Refuse the token.
    ClaimMismatch,
    /// The key cannot be used: wrong kind, too small, encrypted, inconsistent. The message names the reason.
    UnusableKey,
    /// No random bytes were available. Nothing was produced; check the operating system's generator.
    Random,
    /// The provider failed for a reason of its own; see `source()`. Nothing was produced.
    Provider,
}

impl ErrorKind {
    fn text(self) -> &'static str {
        match self {
            Self::MalformedInput => "the input does not have the documented shape",
            Self::TooLarge => "the input is larger than allowed",
            Self::UnknownKey => "no key fits the message",
            Self::MissingKeyId => "the key has no key id, but one is needed here: use `with_key_id`",
            Self::DuplicateKeyId => "two keys in one ring have the same key id: keep one of them",
            Self::AlgorithmNotAllowed => "the algorithm is not on the allow-list",
            Self::VerificationFailed => "the signature does not verify",
            Self::DecryptionFailed => "the message could not be decrypted",
            Self::Expired => "the token has expired",
            Self::NotYetValid => "the token is not valid yet",
            Self::ClaimMismatch => "a claim of the token does not fit the policy",
            Self::UnusableKey => "the key cannot be used",
            Self::Random => "no random bytes were available",
            Self::Provider => "the cryptography provider failed",
        }
    }
}

/// An error of this crate: a [kind](Error::kind) for programs, a text for people, at most one cause.
///
/// The text never holds key material, plaintext, an API key, or a claim's value. It may hold a key id.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: Cow<'static, str>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `kind` with the kind's own text. For implementers of [`Provider`](crate::Provider).
    #[must_use]
    pub fn new(kind: ErrorKind) -> Self {
        Self { kind, message: Cow::Borrowed(kind.text()), source: None }
    }

    /// The same error with `source` as its cause. For implementers of [`Provider`](crate::Provider).
    ///
    /// The cause may end up in logs: it must not hold secrets.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    pub(crate) fn with_message(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    pub(crate) fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::with_message(ErrorKind::MalformedInput, message)
    }

    pub(crate) fn unusable_key(message: impl Into<Cow<'static, str>>) -> Self {
        Self::with_message(ErrorKind::UnusableKey, message)
    }

    /// Every failure after a private key was touched becomes this one: same kind, same text, no cause.
    pub(crate) fn decryption_failed() -> Self {
        Self::new(ErrorKind::DecryptionFailed)
    }

    /// What went wrong, for programs.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
