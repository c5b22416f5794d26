//! What must hold. The first thing that does not ends the demo.

use crate::error::Error;
use crate::exit::Exit;

/// The demo failed: `what` did not hold.
pub(crate) fn failed(what: impl Into<String>) -> Error {
    within_demo(Error::unexpected(what))
}

/// The demo failed because of `error`.
pub(crate) fn within_demo(error: Error) -> Error {
    error.within(Exit::DemoFailed, "the demo failed")
}

/// Two things that must be equal.
pub(crate) fn equal<T: PartialEq + std::fmt::Display>(
    what: &str,
    found: &T,
    expected: &T,
) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(failed(format!("{what} is {found}, expected {expected}")))
}

/// Something that must be there.
pub(crate) fn present<T>(what: &str, found: Option<T>) -> Result<T, Error> {
    found.ok_or_else(|| failed(format!("{what} is missing")))
}

/// Something that has nothing to do with the story broke.
pub(crate) fn broken<E: std::error::Error>(error: E) -> Error {
    failed(error.to_string()).with_causes_of(&error)
}
