//! One virtual time for a client and the sandbox that it calls over the network: it passes only when everybody waits for it.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use billwire::core::{Clock, Transport, TransportError, TransportLimits};
use billwire::reqwest::ReqwestTransport;
use billwire_sandbox::{Moment, Sandbox};
use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use tokio::task::{JoinHandle, yield_now};

/// So often every task may go on before it is believed that none can.
const ROUNDS: u32 = 8;

/// The clock of the client. Clones show the same time.
#[derive(Clone, Debug)]
pub(crate) struct VirtualTime(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    start: Timestamp,
    state: Mutex<State>,
    /// Grows with everything that anybody does.
    changes: AtomicU64,
    in_flight: AtomicUsize,
    /// Requests whose answer nobody waits for any longer.
    given_up: AtomicUsize,
}

#[derive(Debug, Default)]
struct State {
    elapsed: Duration,
    next: u64,
    sleepers: BTreeMap<u64, (Duration, Waker)>,
}

impl VirtualTime {
    /// The time of this sandbox, whose clock must stand still.
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        Self(Arc::new(Shared {
            start: sandbox.now().timestamp(),
            state: Mutex::default(),
            changes: AtomicU64::new(0),
            in_flight: AtomicUsize::new(0),
            given_up: AtomicUsize::new(0),
        }))
    }

    /// Lets time pass on both sides whenever everybody waits for it; `look` is called over and over.
    pub(crate) fn passes(&self, sandbox: Arc<Sandbox>, mut look: impl FnMut() + Send + 'static) -> Passing {
        let time = self.clone();
        Passing(tokio::spawn(async move {
            loop {
                time.stillness(&sandbox, &mut look).await;
                let Some(end) = time.state().sleepers.values().map(|(end, _)| *end).min() else { continue };
                let then = time.0.start.saturating_add(end).expect("a time of our century");
                sandbox.advance_to(Moment::new(then)).await.expect("the future");
                time.move_to(end);
            }
        }))
    }

    /// Returns when nobody does anything: no request is on its way but one that the sandbox holds back.
    async fn stillness(&self, sandbox: &Sandbox, look: &mut impl FnMut()) {
        let (mut seen, mut rounds) = (self.changes(), 0);
        while rounds < ROUNDS {
            yield_now().await;
            look();
            let now = self.changes();
            if now != seen || !self.is_idle(sandbox) {
                (seen, rounds) = (now, 0);
            } else {
                rounds += 1;
            }
        }
    }

    fn is_idle(&self, sandbox: &Sandbox) -> bool {
        let given_up = self.0.given_up.load(Ordering::Relaxed);
        match self.0.in_flight.load(Ordering::Relaxed) {
            0 => true,
            1 if given_up == 0 => !sandbox.faults().held.is_empty(),
            _ => false,
        }
    }

    fn changes(&self) -> u64 {
        self.0.changes.load(Ordering::Relaxed)
    }

    fn changed(&self) {
        self.0.changes.fetch_add(1, Ordering::Relaxed);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().expect("no holder panics")
    }

    fn move_to(&self, moment: Duration) {
        let mut state = self.state();
        state.elapsed = state.elapsed.max(moment);
        for (_, waker) in state.sleepers.values() {
            waker.wake_by_ref();
        }
    }
}

#[async_trait]
impl Clock for VirtualTime {
    fn now(&self) -> Timestamp {
        self.0.start.saturating_add(self.state().elapsed).expect("a time of our century")
    }

    fn monotonic(&self) -> Duration {
        self.state().elapsed
    }

    async fn sleep(&self, duration: Duration) {
        let end = self.monotonic().saturating_add(duration);
        let mut wait = Wait { time: self, end, place: None };
        poll_fn(|context| wait.poll(context)).await;
    }
}

/// One wait; taken off the list when it is dropped.
struct Wait<'a> {
    time: &'a VirtualTime,
    end: Duration,
    place: Option<u64>,
}

impl Wait<'_> {
    fn poll(&mut self, context: &Context<'_>) -> Poll<()> {
        let mut state = self.time.state();
        if state.elapsed >= self.end {
            return Poll::Ready(());
        }
        let place = *self.place.get_or_insert_with(|| {
            self.time.changed();
            state.next += 1;
            state.next
        });
        state.sleepers.insert(place, (self.end, context.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.time.changed();
            self.time.state().sleepers.remove(&place);
        }
    }
}

/// Time passes while this is kept.
#[derive(Debug)]
pub(crate) struct Passing(JoinHandle<()>);

impl Drop for Passing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The real transport, which tells the clock what is on its way and counts it.
#[derive(Debug)]
pub(crate) struct Wire {
    time: VirtualTime,
    transport: ReqwestTransport,
    sent: AtomicUsize,
}

impl Wire {
    pub(crate) fn new(time: VirtualTime) -> Arc<Self> {
        let transport = ReqwestTransport::new().expect("a transport");
        Arc::new(Self { time, transport, sent: AtomicUsize::new(0) })
    }

    /// How many requests the client sent.
    pub(crate) fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Transport for Wire {
    async fn send(
        &self,
        request: Request<Bytes>,
        limits: &TransportLimits,
    ) -> Result<Response<Bytes>, TransportError> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        let mut flight = Flight::begin(&self.time);
        let result = self.transport.send(request, limits).await;
        flight.landed = true;
        result
    }
}

struct Flight<'a> {
    time: &'a VirtualTime,
    landed: bool,
}

impl<'a> Flight<'a> {
    fn begin(time: &'a VirtualTime) -> Self {
        time.0.in_flight.fetch_add(1, Ordering::Relaxed);
        time.changed();
        Self { time, landed: false }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if !self.landed {
            self.time.0.given_up.fetch_add(1, Ordering::Relaxed);
        }
        self.time.0.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.time.changed();
    }
}
