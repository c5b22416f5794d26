//! The half of an axum extractor that is the same for every API: headers first, then a bounded body within a time limit.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum_core::body::Body;
use axum_core::extract::Request;
use axum_core::response::{IntoResponse, Response};
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::rejection::{Rejection, RejectionReason};

/// How long a receiver waits for a whole body unless told otherwise: 10 seconds.
pub const DEFAULT_BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// The checks of one API, headers before body.
pub trait Check: fmt::Debug + Send + Sync + 'static {
    /// What a delivery that passes becomes.
    type Output;

    /// What stands between the headers and the body.
    type Admitted<'a>: Send
    where
        Self: 'a;

    /// The largest body that is read, in bytes.
    fn max_body_bytes(&self) -> usize;

    /// Checks the headers of a delivery that arrived at `now`.
    ///
    /// # Errors
    /// [`Rejection`] if they alone are reason enough to refuse it.
    fn admit_headers(
        &self,
        headers: &HeaderMap,
        now: jiff::Timestamp,
    ) -> Result<Self::Admitted<'_>, Rejection>;

    /// Checks the body.
    ///
    /// # Errors
    /// [`Rejection`] with what is wrong.
    fn open_body(admitted: Self::Admitted<'_>, body: &[u8]) -> Result<Self::Output, Rejection>;
}

/// The last check of a delivery.
pub(crate) type OpenBody<C, T> = fn(<C as Check>::Admitted<'_>, &[u8]) -> Result<T, Rejection>;

/// What an extractor needs: the checks of an API, a clock, and what to do with reasons. Cloning is cheap.
pub struct Receiver<C> {
    verifier: Arc<C>,
    clock: Arc<dyn Fn() -> jiff::Timestamp + Send + Sync>,
    rejection_hook: Arc<dyn Fn(&Rejection) + Send + Sync>,
    body_timeout: Duration,
}

impl<C: Check> Receiver<C> {
    /// Receives with `verifier`; `clock` says what time it is when a delivery arrives, in production
    /// `jiff::Timestamp::now`.
    #[must_use]
    pub fn new(verifier: Arc<C>, clock: impl Fn() -> jiff::Timestamp + Send + Sync + 'static) -> Self {
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
    pub fn verifier(&self) -> &C {
        &self.verifier
    }

    /// Checks one request: what the extractor does, for handlers that want to see the rejection themselves. The hook is
    /// called too.
    ///
    /// # Errors
    /// As the verifier, and [`RejectionReason::BodyTooSlow`] or [`RejectionReason::BodyCutOff`] if the body does not
    /// arrive.
    pub async fn receive(&self, request: Request) -> Result<C::Output, Rejection> {
        self.receive_as(request, C::open_body).await
    }

    /// As [`receive`](Self::receive), and the body is opened by `open`.
    pub(crate) async fn receive_as<T>(&self, request: Request, open: OpenBody<C, T>) -> Result<T, Rejection> {
        let received = self.check(request, open).await;
        if let Err(rejection) = &received {
            (self.rejection_hook)(rejection);
        }
        received
    }

    async fn check<T>(&self, request: Request, open: OpenBody<C, T>) -> Result<T, Rejection> {
        let (head, body) = request.into_parts();
        if announced_length(&head.headers).is_some_and(|length| length > self.verifier.max_body_bytes()) {
            return Err(Rejection::new(RejectionReason::BodyTooLarge));
        }
        let admitted = self.verifier.admit_headers(&head.headers, (self.clock)())?;
        let body = self.read(body).await?;
        open(admitted, &body)
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

impl<C> Clone for Receiver<C> {
    fn clone(&self) -> Self {
        Self {
            verifier: Arc::clone(&self.verifier),
            clock: Arc::clone(&self.clock),
            rejection_hook: Arc::clone(&self.rejection_hook),
            body_timeout: self.body_timeout,
        }
    }
}

impl<C: fmt::Debug> fmt::Debug for Receiver<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Receiver")
            .field("verifier", &self.verifier)
            .field("body_timeout", &self.body_timeout)
            .finish_non_exhaustive()
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
