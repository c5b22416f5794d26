//! The one error type of this crate.

use std::error::Error as StdError;
use std::fmt;

/// What went wrong while starting or steering a sandbox.
///
/// The message says what was wrong and what to do about it; [`Error::kind`] is for programs.
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kinds of [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A port is held by another program: stop it, or choose another base port (0 picks free ones).
    PortInUse,
    /// A listener could not be opened for another reason.
    Listen,
    /// A control input was refused; the message says what is accepted.
    InvalidInput,
    /// The named event, key or bill does not exist in this sandbox.
    NotFound,
    /// A key could not be read or used.
    Key,
    /// A document of the partner (key set, public key) could not be fetched.
    Fetch,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Error")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("source", &self.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
