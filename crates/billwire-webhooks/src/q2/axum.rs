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

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum_core::body::Body;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use billwire_models::q2::Event;
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::verifier::Verifier;
use crate::rejection::{Rejection, RejectionReason};
use crate::verified::Verified;

/// How long the receiver waits for a whole body unless told otherwise: 10 seconds.
pub const DEFAULT_BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// What the extractor needs: a verifier, a clock, and what to do with reasons. Cloning is cheap.
#[derive(Clone)]
pub struct Receiver {
    verifier: Arc<Verifier>,
    clock: Arc<dyn Fn() -> jiff::Timestamp + Send + Sync>,
    rejection_hook: Arc<dyn Fn(&Rejection) + Send + Sync>,
    body_timeout: Duration,
}

impl Receiver {
    /// Receives with `verifier`; `clock` says what time it is when a delivery arrives, in production
    /// `jiff::Timestamp::now`.
    #[must_use]
    pub fn new(verifier: Arc<Verifier>, clock: impl Fn() -> jiff::Timestamp + Send + Sync + 'static) -> Self {
        Self {
            verifier,
            clock: Arc::new(clock),
            rejection_hook: Arc::new(|_| ()),
            body_timeout: DEFAULT_BODY_TIMEOUT,
        }
    }

    /// Calls `hook` with every rejection: the place for a log line and a counter. It must not block. Default: the
    /// reasons are dropped.
    #[must_use]
    pub fn with_rejection_hook(mut self, hook: impl Fn(&Rejection) + Send + Sync + 'static) -> Self {
        self.rejection_hook = Arc::new(hook);
        self
    }

    /// Waits at most `timeout` for the whole body, so that a slow sender cannot hold a connection for ever. Default:
    /// [`DEFAULT_BODY_TIMEOUT`]. Needs a tokio runtime with its timer enabled, as `#[tokio::main]` makes it.
    #[must_use]
    pub fn with_body_timeout(mut self, timeout: Duration) -> Self {
        self.body_timeout = timeout;
        self
    }

    /// The verifier: for replacing its keys while deliveries arrive.
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Checks one request: what the extractor does, for handlers that want to see the rejection themselves. The hook is
    /// called too.
    ///
    /// # Errors
    /// As [`Verifier::open`], and [`RejectionReason::BodyTooSlow`] or [`RejectionReason::BodyCutOff`] if the body does
    /// not arrive.
    pub async fn receive(&self, request: Request) -> Result<Verified<Event>, Rejection> {
        let received = self.check(request).await;
        if let Err(rejection) = &received {
            (self.rejection_hook)(rejection);
        }
        received
    }

    async fn check(&self, request: Request) -> Result<Verified<Event>, Rejection> {
        let (head, body) = request.into_parts();
        if announced_length(&head.headers).is_some_and(|length| length > self.verifier.max_body_bytes()) {
            return Err(Rejection::new(RejectionReason::BodyTooLarge));
        }
        let admission = self.verifier.admit(&head.headers, (self.clock)())?;
        let body = self.read(body).await?;
        admission.open(&body)
    }

    async fn read(&self, body: Body) -> Result<Bytes, Rejection> {
        let whole = Limited::new(body, self.verifier.max_body_bytes()).collect();
        match tokio::time::timeout(self.body_timeout, whole).await {
            Ok(Ok(collected)) => Ok(collected.to_bytes()),
            Ok(Err(error)) => Err(unreadable(error)),
            Err(_elapsed) => Err(Rejection::new(RejectionReason::BodyTooSlow)),
        }
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Receiver")
            .field("verifier", &self.verifier)
            .field("body_timeout", &self.body_timeout)
            .finish_non_exhaustive()
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

/// The one [answer](Rejection::answer).
impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.answer().map(Body::from)
    }
}

/// What the sender says about the length; a wrong number is found out while reading.
fn announced_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn unreadable(error: Box<dyn StdError + Send + Sync>) -> Rejection {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error.as_ref());
    while let Some(current) = cause {
        if current.is::<LengthLimitError>() {
            return Rejection::new(RejectionReason::BodyTooLarge);
        }
        cause = current.source();
    }
    Rejection::new(RejectionReason::BodyCutOff).with_source(error)
}
