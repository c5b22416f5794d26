//! An axum extractor that owns the raw body: a handler that takes a [`VerifiedEvent`] cannot see an unverified one.
//!
//! Form and time of the signature are checked before the first byte of the body is read; then at most as many bytes are
//! read as the policy allows, within a time limit, and the signature is verified over exactly these bytes. A refused
//! delivery gets the one [answer](Rejection::answer) and never reaches the handler; the reason goes to a hook of yours.
//!
//! The [`Receiver`] is the router's state, or part of it (`FromRef`). A router without it does not compile.
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::Router;
//! use axum::http::StatusCode;
//! use axum::routing::post;
//! use billwire_webhooks::billerapi::axum::{Receiver, VerifiedEvent};
//! use billwire_webhooks::billerapi::{Policy, Verifier};
//!
//! async fn handle(VerifiedEvent(event): VerifiedEvent) -> StatusCode {
//!     // Write the event down first, unique by client and id; work later. A store that is down answers 503, never 2xx.
//!     let (client_id, event_id) = event.dedupe_key();
//!     match store(client_id.map(|id| id.as_str()), event_id.as_str(), event.plain_body()).await {
//!         Ok(()) => StatusCode::NO_CONTENT,
//!         Err(_) => StatusCode::SERVICE_UNAVAILABLE,
//!     }
//! }
//! # async fn store(_client: Option<&str>, _id: &str, _body: &[u8]) -> Result<(), ()> { Ok(()) }
//! # fn clock() -> jiff::Timestamp { jiff::Timestamp::UNIX_EPOCH }
//!
//! let policy = Policy::builder().with_secret("whsec_test_0123456789abcdef").build()?;
//! let receiver = Receiver::new(Arc::new(Verifier::new(policy)), clock)
//!     .with_rejection_hook(|rejection| eprintln!("{rejection} ({})", rejection.reason().as_str()));
//! let router: Router = Router::new().route("/webhooks/billerapi", post(handle)).with_state(receiver);
//! # Ok::<(), billwire_webhooks::Error>(())
//! ```
//!
//! A delivery that is signed but in an envelope that this version does not know is no event, and a [`VerifiedEvent`]
//! refuses it. Three envelopes are documented already, so a receiver that must not lose anything takes a [`VerifiedBody`],
//! which keeps such a delivery whole.
//!
//! Forgetting the receiver is an error of the compiler:
//!
//! ```compile_fail,E0277
//! # use axum::{Router, http::StatusCode, routing::post};
//! # use billwire_webhooks::billerapi::axum::VerifiedEvent;
//! async fn handle(VerifiedEvent(_): VerifiedEvent) -> StatusCode {
//!     StatusCode::NO_CONTENT
//! }
//!
//! let router: Router = Router::new().route("/webhooks/billerapi", post(handle)).with_state(());
//! ```

use axum_core::extract::{FromRef, FromRequest, Request};
use billwire_models::billerapi::Event;
use billwire_models::billerapi::behaviour::EventBody;
use http::HeaderMap;

use super::verifier::{Admission, Verifier};
use crate::receiver::Check;
pub use crate::receiver::DEFAULT_BODY_TIMEOUT;
use crate::rejection::Rejection;
use crate::verified::Verified;

/// What the extractor needs: a [verifier](Verifier), a clock, and what to do with reasons. Cloning is cheap.
pub type Receiver = crate::receiver::Receiver<Verifier>;

impl Check for Verifier {
    type Output = Verified<Event>;
    type Admitted<'a> = Admission<'a>;

    fn max_body_bytes(&self) -> usize {
        self.max_body_bytes()
    }

    fn admit_headers(&self, headers: &HeaderMap, now: jiff::Timestamp) -> Result<Admission<'_>, Rejection> {
        self.admit(headers, now)
    }

    fn open_body(admitted: Admission<'_>, body: &[u8]) -> Result<Verified<Event>, Rejection> {
        admitted.open(body)
    }
}

impl crate::receiver::Receiver<Verifier> {
    /// As `receive`, in the forms of [`Verifier::open_any_form`]: what [`VerifiedBody`] does.
    ///
    /// # Errors
    /// As `receive`, but for a signed body in an unknown envelope.
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method alone is of one lifetime, and any is wanted"
    )]
    pub async fn receive_any_form(&self, request: Request) -> Result<Verified<EventBody>, Rejection> {
        self.receive_as(request, |admitted, body| admitted.open_any_form(body)).await
    }
}

/// Extracts a verified event. A signed body in an unknown envelope is refused: take a [`VerifiedBody`] to keep it. It must
/// be the last argument of the handler, because it takes the body.
#[derive(Clone, Debug)]
pub struct VerifiedEvent(pub Verified<Event>);

impl<S> FromRequest<S> for VerifiedEvent
where
    S: Send + Sync,
    Receiver: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        Receiver::from_ref(state).receive(request).await.map(Self)
    }
}

/// Extracts what was signed, in whatever envelope: an event, or an object that is none as far as this version knows. Store
/// the [plain body](Verified::plain_body) of either and answer 2xx; a later version may read it. It must be the last
/// argument of the handler, because it takes the body. `Debug` hides an unknown body.
///
/// ```
/// use axum::http::StatusCode;
/// use billwire_models::billerapi::behaviour::EventBody;
/// use billwire_webhooks::billerapi::axum::VerifiedBody;
///
/// async fn handle(VerifiedBody(body): VerifiedBody) -> StatusCode {
///     let event_id = match body.value() {
///         EventBody::Event { event, .. } => Some(event.id.as_str()),
///         _ => None, // a fourth envelope: keep it, and look at it by hand
///     };
///     match store(event_id, body.plain_body()).await {
///         Ok(()) => StatusCode::NO_CONTENT,
///         Err(_) => StatusCode::SERVICE_UNAVAILABLE,
///     }
/// }
/// # async fn store(_id: Option<&str>, _body: &[u8]) -> Result<(), ()> { Ok(()) }
/// ```
///
/// Source: BillerAPI description, section 6.2 "Three envelopes".
#[derive(Clone, Debug)]
pub struct VerifiedBody(pub Verified<EventBody>);

impl<S> FromRequest<S> for VerifiedBody
where
    S: Send + Sync,
    Receiver: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        Receiver::from_ref(state).receive_any_form(request).await.map(Self)
    }
}
