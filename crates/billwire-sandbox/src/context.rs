//! What an operation is told beside its request.

use crate::moment::Moment;
use crate::q2::world::ClientId;

/// Who calls and when.
#[derive(Clone, Debug)]
pub(crate) struct RequestContext {
    pub(crate) now: Moment,
    pub(crate) caller: Caller,
}

/// The credential of a request, after it was found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The partner's API key: everything.
    Partner,
    /// A client token: only what belongs to this client.
    Client(ClientId),
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

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}
