//! A transport that answers by a script and remembers what it was sent.

mod pieces;

use std::collections::VecDeque;
use std::fmt;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};

use crate::clock::Clock;
use crate::delivery::Delivery;
use crate::transport::{Body, Transport, TransportError, TransportErrorKind, TransportLimits};
use pieces::{Pieces, Rest};

/// What happens to one request.
#[derive(Clone)]
#[must_use]
pub struct Step {
    after: Duration,
    end: End,
}

#[derive(Clone)]
enum End {
    Respond(Box<Response<Bytes>>),
    Pieces(Box<Response<Pieces>>),
    Fail(Delivery, TransportErrorKind),
    Never,
}

impl fmt::Debug for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = match &self.end {
            End::Respond(response) => response.status().to_string(),
            End::Pieces(response) => format!("{} in pieces", response.status()),
            End::Fail(delivery, kind) => format!("{kind:?}, {delivery}"),
            End::Never => "never answers".to_owned(),
        };
        formatter.debug_struct("Step").field("after", &self.after).field("end", &end).finish()
    }
}

impl Step {
    /// Answers with `status` and `body`.
    pub fn respond(status: StatusCode, body: impl Into<Bytes>) -> Self {
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        Self { after: Duration::ZERO, end: End::Respond(Box::new(response)) }
    }

    /// Answers 200 with `body`.
    pub fn ok(body: impl Into<Bytes>) -> Self {
        Self::respond(StatusCode::OK, body)
    }

    /// Answers 200 with a body that arrives in `pieces`. A client that asks for the whole body gets it whole.
    pub fn pieces<P: Into<Bytes>>(pieces: impl IntoIterator<Item = P>) -> Self {
        let pieces = Pieces::new(pieces.into_iter().map(Into::into).collect());
        Self { after: Duration::ZERO, end: End::Pieces(Box::new(Response::new(pieces))) }
    }

    /// Waits before each piece, on the transport's clock; without effect on the other kinds of step.
    pub fn with_pause(mut self, pause: Duration) -> Self {
        if let End::Pieces(response) = &mut self.end {
            response.body_mut().pause = pause;
        }
        self
    }

    /// Fails after the last piece; without effect on the other kinds of step.
    pub fn then_fail(mut self, delivery: Delivery, kind: TransportErrorKind) -> Self {
        if let End::Pieces(response) = &mut self.end {
            response.body_mut().rest = Rest::Fails(delivery, kind);
        }
        self
    }

    /// Sends nothing more after the last piece, and does not end; without effect on the other kinds of step.
    pub fn then_hang(mut self) -> Self {
        if let End::Pieces(response) = &mut self.end {
            response.body_mut().rest = Rest::Hangs;
        }
        self
    }

    /// Fails before or after the request was sent, as `delivery` says.
    pub fn fail(delivery: Delivery, kind: TransportErrorKind) -> Self {
        Self { after: Duration::ZERO, end: End::Fail(delivery, kind) }
    }

    /// Never answers.
    pub fn never() -> Self {
        Self { after: Duration::ZERO, end: End::Never }
    }

    /// Adds a header to the answer; without effect on the other kinds of step.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        match &mut self.end {
            End::Respond(response) => drop(response.headers_mut().append(name, value)),
            End::Pieces(response) => drop(response.headers_mut().append(name, value)),
            End::Fail(..) | End::Never => {}
        }
        self
    }

    /// Waits first, on the transport's clock.
    pub fn after(mut self, wait: Duration) -> Self {
        self.after = wait;
        self
    }
}

/// Follows a script, one step for each request, and keeps the requests. Clones share script and memory.
///
/// A request beyond the end of the script fails with [`TransportErrorKind::InvalidRequest`], which is never
/// repeated.
#[derive(Clone)]
pub struct ScriptedTransport {
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    steps: VecDeque<Step>,
    requests: Vec<Request<Bytes>>,
    dropped: usize,
}

impl ScriptedTransport {
    /// A transport that waits on `clock` and follows `steps`.
    pub fn new(clock: Arc<dyn Clock>, steps: impl IntoIterator<Item = Step>) -> Self {
        let state = State { steps: steps.into_iter().collect(), ..State::default() };
        Self { clock, state: Arc::new(Mutex::new(state)) }
    }

    /// Adds a step at the end of the script.
    pub fn push(&self, step: Step) {
        self.lock().steps.push_back(step);
    }

    /// Every request so far, in order, as it would have gone over the wire. They hold the credential.
    #[must_use]
    pub fn requests(&self) -> Vec<Request<Bytes>> {
        self.lock().requests.clone()
    }

    /// How many steps were not used.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.lock().steps.len()
    }

    /// How many requests the caller gave up while they were under way.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.lock().dropped
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ScriptedTransport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        formatter
            .debug_struct("ScriptedTransport")
            .field("remaining", &state.steps.len())
            .field("requests", &state.requests.len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for ScriptedTransport {
    async fn send(
        &self,
        request: Request<Bytes>,
        _limits: &TransportLimits,
    ) -> Result<Response<Bytes>, TransportError> {
        let mut response = self.follow(request).await?;
        let mut under_way = UnderWay { transport: self, done: false };
        let whole = collect(response.body_mut()).await;
        under_way.done = true;
        whole.map(|whole| response.map(|_| whole))
    }

    async fn open(
        &self,
        request: Request<Bytes>,
        _limits: &TransportLimits,
    ) -> Result<Response<Body>, TransportError> {
        self.follow(request).await
    }
}

impl ScriptedTransport {
    /// Follows one step up to the head of its answer.
    async fn follow(&self, request: Request<Bytes>) -> Result<Response<Body>, TransportError> {
        let step = {
            let mut state = self.lock();
            state.requests.push(request);
            state.steps.pop_front()
        };
        let Some(step) = step else {
            return Err(TransportError::new(
                Delivery::NotSent,
                TransportErrorKind::InvalidRequest,
                "the script of the test has no further step",
            ));
        };
        let mut under_way = UnderWay { transport: self, done: false };
        if !step.after.is_zero() {
            self.clock.sleep(step.after).await;
        }
        let result = match step.end {
            End::Respond(response) => Ok(response.map(Body::from)),
            End::Pieces(response) => {
                let clock = Arc::clone(&self.clock);
                Ok(response.map(|pieces| Body::new(pieces.into_stream(clock))))
            }
            End::Fail(delivery, kind) => Err(TransportError::without_source(delivery, kind)),
            End::Never => pending().await,
        };
        under_way.done = true;
        result
    }
}

async fn collect(body: &mut Body) -> Result<Bytes, TransportError> {
    let mut whole = Vec::new();
    while let Some(piece) = body.chunk().await? {
        whole.extend_from_slice(&piece);
    }
    Ok(whole.into())
}

/// Counts the requests whose future was dropped.
struct UnderWay<'a> {
    transport: &'a ScriptedTransport,
    done: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.transport.lock().dropped += 1;
        }
    }
}
