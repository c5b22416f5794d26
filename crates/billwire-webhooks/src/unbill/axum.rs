//! An axum extractor that owns the raw body, bounded in size and time.
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::Router;
//! use axum::http::StatusCode;
//! use axum::routing::post;
//! use billwire_webhooks::unbill::Reader;
//! use billwire_webhooks::unbill::axum::{Receiver, UnprovedEvent};
//!
//! async fn handle(UnprovedEvent(hint): UnprovedEvent) -> StatusCode {
//!     // Only a hint: note what is to be read back, unique by event id, and read it later.
//!     match note(hint.unproved_value().id.as_str(), &hint.read_back()).await {
//!         Ok(()) => StatusCode::NO_CONTENT,
//!         Err(_) => StatusCode::SERVICE_UNAVAILABLE,
//!     }
//! }
//! # async fn note(_id: &str, _what: &billwire_webhooks::unbill::ReadBack) -> Result<(), ()> { Ok(()) }
//! # fn clock() -> jiff::Timestamp { jiff::Timestamp::UNIX_EPOCH }
//!
//! let receiver = Receiver::new(Arc::new(Reader::new()), clock);
//! let router: Router = Router::new().route("/webhooks/unbill", post(handle)).with_state(receiver);
//! ```

use axum_core::extract::{FromRef, FromRequest, Request};
use billwire_models::unbill::Event;
use http::HeaderMap;

use super::reader::Reader;
use super::unproved::Unproved;
use crate::inbound::Inbound;
use crate::receiver::Check;
pub use crate::receiver::DEFAULT_BODY_TIMEOUT;
use crate::rejection::Rejection;

/// What the extractor needs: a [reader](Reader), a clock (which it does not ask), and what to do with reasons.
pub type Receiver = crate::receiver::Receiver<Reader>;

impl Check for Reader {
    type Output = Unproved<Event>;
    type Admitted<'a> = &'a Self;

    fn max_body_bytes(&self) -> usize {
        self.max_body_bytes()
    }

    /// Nothing in the headers tells anything.
    fn admit_headers(&self, _: &HeaderMap, _: jiff::Timestamp) -> Result<&Self, Rejection> {
        Ok(self)
    }

    fn open_body(admitted: &Self, body: &[u8]) -> Result<Unproved<Event>, Rejection> {
        admitted.read(&Inbound::new(&HeaderMap::new(), body))
    }
}

/// Extracts an event that nothing is proved about. It must be the last argument of the handler, because it takes the body.
#[derive(Clone, Debug)]
pub struct UnprovedEvent(pub Unproved<Event>);

impl<S> FromRequest<S> for UnprovedEvent
where
    S: Send + Sync,
    Receiver: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        Receiver::from_ref(state).receive(request).await.map(Self)
    }
}
