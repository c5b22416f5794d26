//! An axum extractor that owns the raw body: a handler that takes a [`VerifiedEvent`] cannot see an unverified one.
//!
//! Bearer token, signature and content type are checked before the first byte of the body is read; then at most as many
//! bytes are read as the policy allows, within a time limit. A refused delivery gets the one
//! [answer](Rejection::answer) and never reaches the handler; the reason goes to a hook of yours.
//!
//! The [`Receiver`] is the router's state, or part of it (`FromRef`). A router without it does not compile.
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::Router;
//! use axum::http::StatusCode;
//! use axum::routing::post;
//! use billwire_webhooks::q2::axum::{Receiver, VerifiedEvent};
//! use billwire_webhooks::q2::{KnownTokens, Policy, Verifier};
//!
//! async fn handle(VerifiedEvent(event): VerifiedEvent) -> StatusCode {
//!     // Write the event down first, unique by its id; work later. A store that is down answers 503, never 2xx.
//!     match store(event.id.as_str(), event.plain_body()).await {
//!         Ok(()) => StatusCode::NO_CONTENT,
//!         Err(_) => StatusCode::SERVICE_UNAVAILABLE,
//!     }
//! }
//! # async fn store(_id: &str, _body: &[u8]) -> Result<(), ()> { Ok(()) }
//! # fn clock() -> jiff::Timestamp { jiff::Timestamp::UNIX_EPOCH }
//!
//! let policy = Policy::builder().with_bearer(KnownTokens::new(["test-access-token-1"])).build()?;
//! let receiver = Receiver::new(Arc::new(Verifier::new(policy)), clock)
//!     .with_rejection_hook(|rejection| eprintln!("{rejection} ({})", rejection.reason().as_str()));
//! let router: Router = Router::new().route("/webhooks/q2", post(handle)).with_state(receiver);
//! # Ok::<(), billwire_webhooks::Error>(())
//! ```
//!
//! Beside other state:
//!
//! ```
//! # use axum::extract::FromRef;
//! # use billwire_webhooks::q2::axum::Receiver;
//! #[derive(Clone)]
//! struct AppState {
//!     receiver: Receiver,
//!     // the store, the client …
//! }
//!
//! impl FromRef<AppState> for Receiver {
//!     fn from_ref(state: &AppState) -> Receiver {
//!         state.receiver.clone()
//!     }
//! }
//! ```
//!
//! Forgetting it is an error of the compiler:
//!
//! ```compile_fail,E0277
//! # use axum::{Router, http::StatusCode, routing::post};
//! # use billwire_webhooks::q2::axum::VerifiedEvent;
//! async fn handle(VerifiedEvent(_): VerifiedEvent) -> StatusCode {
//!     StatusCode::NO_CONTENT
//! }
//!
//! let router: Router = Router::new().route("/webhooks/q2", post(handle)).with_state(());
//! ```

use axum_core::extract::{FromRef, FromRequest, Request};
use billwire_models::q2::Event;
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

/// Extracts a verified event. It must be the last argument of the handler, because it takes the body.
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
