//! Why a transport could not be made.

use std::error::Error as StdError;
use std::fmt;

/// The HTTP client could not be set up: TLS did not start, or the proxy address is unusable.
///
/// `source()` holds the cause.
#[derive(Debug)]
pub struct BuildError {
    what: &'static str,
    source: Box<dyn StdError + Send + Sync>,
}

impl BuildError {
    pub(crate) fn new(what: &'static str, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { what, source: source.into() }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.what)
    }
}

impl StdError for BuildError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}
