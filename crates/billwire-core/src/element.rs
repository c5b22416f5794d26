//! One element of a list that is read element by element.

use crate::answer::Rejected;

/// An element that could be decoded, or the report of one that could not.
///
/// Both are given, in the order of the answer: who acts on the absence of an element must know of those that could not
/// be read.
#[derive(Clone, Debug)]
pub enum Element<T> {
    /// The decoded element. Lists inside it tell their own rejected elements.
    Decoded(T),
    /// An element that could not be decoded, and where it stood. The others are not affected.
    Rejected(Rejected),
}

impl<T> Element<T> {
    /// The decoded element, if it is one.
    pub fn decoded(self) -> Option<T> {
        match self {
            Self::Decoded(item) => Some(item),
            Self::Rejected(_) => None,
        }
    }

    /// The decoded element, or the report as an error.
    ///
    /// # Errors
    /// [`Rejected`] for an element that could not be decoded. It may hold personal data: do not log it.
    pub fn into_result(self) -> Result<T, Rejected> {
        match self {
            Self::Decoded(item) => Ok(item),
            Self::Rejected(rejected) => Err(rejected),
        }
    }
}
