//! The error of a closed enumeration.

use std::fmt;

/// A text that is none of the values of a closed enumeration. The text itself is not repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownChoice {
    allowed: &'static [&'static str],
}

impl UnknownChoice {
    pub(crate) fn new(allowed: &'static [&'static str]) -> Self {
        Self { allowed }
    }

    /// The values that are allowed.
    pub fn allowed(&self) -> &'static [&'static str] {
        self.allowed
    }
}

impl fmt::Display for UnknownChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "not one of: {}", self.allowed.join(", "))
    }
}

impl std::error::Error for UnknownChoice {}
