//! The headers beside the signature.

use std::fmt;

use http::HeaderMap;
use jiff::Timestamp;

/// What the `X-Webhook-*` headers say. **None of it is signed**: whoever stands in between can change it. For routing and
/// logs, and where the body names no client; the body counts where both say something. A header that stands there more
/// than once says nothing. `Debug` shows which are there and not what they say: a stranger chooses that text.
///
/// ```
/// use billwire_webhooks::billerapi::UnsignedHeaders;
/// use http::{HeaderMap, HeaderValue};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("x-webhook-client-id", HeaderValue::from_static("client_xyz"));
/// let hints = UnsignedHeaders::of(&headers);
/// assert_eq!((hints.client_id(), hints.event_id()), (Some("client_xyz"), None));
/// ```
///
/// Source: BillerAPI description, section 6.1 "Transport".
#[derive(Clone, Copy)]
pub struct UnsignedHeaders<'a> {
    headers: &'a HeaderMap,
}

impl<'a> UnsignedHeaders<'a> {
    /// Those of `headers`.
    #[must_use]
    pub fn of(headers: &'a HeaderMap) -> Self {
        Self { headers }
    }

    /// `X-Webhook-Event-Type`.
    #[must_use]
    pub fn event_type(&self) -> Option<&'a str> {
        self.text("x-webhook-event-type")
    }

    /// `X-Webhook-Id`, equal to the id of the event.
    #[must_use]
    pub fn event_id(&self) -> Option<&'a str> {
        self.text("x-webhook-id")
    }

    /// `X-Webhook-Timestamp`, the time of the event. Never use it to judge the age of a delivery: the signature has a time
    /// of its own.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.text("x-webhook-timestamp")?.parse().ok()
    }

    /// `X-Webhook-Client-Id`. The newest envelope has no other place for it.
    #[must_use]
    pub fn client_id(&self) -> Option<&'a str> {
        self.text("x-webhook-client-id")
    }

    /// `X-Webhook-Source`, documented to be always `billerapi`.
    #[must_use]
    pub fn source(&self) -> Option<&'a str> {
        self.text("x-webhook-source")
    }

    fn text(self, name: &str) -> Option<&'a str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().filter(|_| values.next().is_none())?;
        value.to_str().ok()
    }
}

impl fmt::Debug for UnsignedHeaders<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("UnsignedHeaders")
            .field("event_type", &self.event_type().is_some())
            .field("event_id", &self.event_id().is_some())
            .field("timestamp", &self.timestamp().is_some())
            .field("client_id", &self.client_id().is_some())
            .field("source", &self.source().is_some())
            .finish()
    }
}
