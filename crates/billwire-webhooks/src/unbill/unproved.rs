//! A value that nothing is proved about.

use std::fmt;

use billwire_models::unbill::{BillId, Event, ResourceType};

use crate::verified::Proved;

/// A value out of a delivery that anybody may have sent. It does not dereference to the value: taking it out is a step that
/// can be seen in the code.
///
/// A function that asks for a [`Verified`](crate::Verified) event cannot be handed this one:
///
/// ```compile_fail,E0308
/// use billwire_models::unbill::Event;
/// use billwire_webhooks::Verified;
/// use billwire_webhooks::unbill::Unproved;
///
/// fn act(_: Verified<Event>) {}
///
/// fn on_hint(hint: Unproved<Event>) {
///     act(hint);
/// }
/// ```
#[derive(Clone, PartialEq)]
pub struct Unproved<T> {
    value: T,
    body: Box<[u8]>,
}

impl<T> Unproved<T> {
    pub(super) fn new(value: T, body: Box<[u8]>) -> Self {
        Self { value, body }
    }

    /// What the delivery claims.
    #[must_use]
    pub fn unproved_value(&self) -> &T {
        &self.value
    }

    /// What the delivery claims, alone.
    #[must_use]
    pub fn into_unproved_value(self) -> T {
        self.value
    }

    /// Always [`Proved::Nothing`].
    #[must_use]
    pub fn proved(&self) -> Proved {
        Proved::Nothing
    }

    /// The raw body, for storing it before working on it. It holds personal data: keep it out of logs.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl Unproved<Event> {
    /// What to read through the API in order to know what is true.
    #[must_use]
    pub fn read_back(&self) -> ReadBack {
        let resource = &self.value.resource;
        if resource.kind == ResourceType::Bill && !resource.id.as_str().is_empty() {
            ReadBack::Bill(BillId::new(resource.id.as_str()))
        } else {
            ReadBack::Unknown
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Unproved<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Unproved").field("value", &self.value).finish_non_exhaustive()
    }
}

/// What to read back after an unproved event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadBack {
    /// This bill, with `getBill`. An id that does not exist, or is not yours, is answered with 400 or 404: then the event
    /// was not for you, or not genuine.
    Bill(BillId),
    /// The event does not say what it is about. List the bills of the clients that are waiting for something.
    Unknown,
}
