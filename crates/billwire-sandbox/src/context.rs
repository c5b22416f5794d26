//! What an operation is told beside its request.

use crate::moment::Moment;

/// Who calls and when. Each API has its own kinds of callers.
#[derive(Clone, Debug)]
pub(crate) struct RequestContext<C> {
    pub(crate) now: Moment,
    /// The credential of the request, after it was found good.
    pub(crate) caller: C,
}

/// The values of the parameters in a path, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PathParameters(Vec<(&'static str, String)>);

impl PathParameters {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn insert(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.push((name, value.into()));
    }

    /// Every one with its name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}
