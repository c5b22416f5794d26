//! From one delivery to one event that nothing is proved about.

use billwire_models::unbill::Event;

use super::unproved::Unproved;
use crate::inbound::Inbound;
use crate::rejection::{Rejection, RejectionReason};

/// The largest body that is read unless told otherwise: 1 MiB. Documented samples stay below 1 KB.
pub const DEFAULT_MAX_BODY_BYTES: usize = 1024 * 1024;

/// Reads deliveries. It checks their size and their form; there is nothing else to check.
///
/// ```
/// use billwire_webhooks::unbill::{ReadBack, Reader};
/// use billwire_webhooks::{Inbound, Proved};
/// use http::HeaderMap;
///
/// let body = br#"{"_id": "580e3e11dec21e861b5a3719", "type": "bill.update", "created": "2016-04-20T16:51:12Z",
///     "payload": {"resource": {"type": "bill", "id": "579b695decfa11012711875d"},
///         "data": {"previous": {"balance": "25.21"}, "current": {"balance": "52.11"}}}}"#;
/// let hint = Reader::new().read(&Inbound::new(&HeaderMap::new(), body))?;
/// assert_eq!(hint.proved(), Proved::Nothing);
/// let ReadBack::Bill(bill_id) = hint.read_back() else { unreachable!() };
/// assert_eq!(bill_id.as_str(), "579b695decfa11012711875d"); // client.bill(&bill_id) says what is true
/// # Ok::<(), billwire_webhooks::Rejection>(())
/// ```
///
/// Source: Unbill v1 description, section 7 "Webhooks".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    max_body_bytes: usize,
}

impl Reader {
    /// A reader of bodies up to [`DEFAULT_MAX_BODY_BYTES`].
    #[must_use]
    pub fn new() -> Self {
        Self { max_body_bytes: DEFAULT_MAX_BODY_BYTES }
    }

    /// Refuses bodies of more than `bytes` bytes.
    #[must_use]
    pub fn with_max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// The largest body that is accepted, in bytes.
    #[must_use]
    pub fn max_body_bytes(&self) -> usize {
        self.max_body_bytes
    }

    /// Reads one delivery: a bare event, or one in the member `event`. Headers are not looked at: there is none that says
    /// anything.
    ///
    /// An event of an unknown type, or with data that does not decode, is kept whole.
    ///
    /// # Errors
    /// A [`Rejection`] if the body is too large or no event: send its [`answer`](Rejection::answer).
    pub fn read(&self, inbound: &Inbound<'_>) -> Result<Unproved<Event>, Rejection> {
        let body = inbound.body();
        if body.len() > self.max_body_bytes {
            return Err(Rejection::new(RejectionReason::BodyTooLarge));
        }
        let event = Event::from_body(body).map_err(Rejection::not_an_event)?;
        Ok(Unproved::new(event, body.into()))
    }
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}
