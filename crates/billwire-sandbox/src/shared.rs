//! What the listeners, the ticker and the handle share, and the one loop that lets time pass.

use std::future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use billwire_crypto::Provider;
use serde::Serialize;
use tokio::sync::Notify;

use crate::clock::ClockMode;
use crate::contract::Contract;
use crate::engine::{Engine, Step};
use crate::info::Urls;
use crate::moment::Moment;
#[cfg(feature = "q2")]
use crate::q2::request_signing::key_document;
use crate::to_the_end::ToTheEnd;
use crate::webhook_sender::{DeliveryAttempt, Sender};

pub(crate) struct Shared {
    /// For what runs on its own.
    me: Weak<Self>,
    engine: Mutex<Engine>,
    /// Held by whoever lets time pass, so that effects and deliveries never overlap.
    turn: tokio::sync::Mutex<Sender>,
    /// What goes on though its caller is gone. It ends with the sandbox.
    pub(crate) steps: ToTheEnd,
    /// Something may have become due.
    pub(crate) changed: Notify,
    /// A fault holds one request more.
    pub(crate) held_changed: Notify,
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) fetch_limit: Duration,
    pub(crate) body_limit: usize,
    pub(crate) api_keys: Vec<String>,
    pub(crate) urls: Urls,
    pub(crate) contract: Contract,
}

/// What happened while time passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ClockReport {
    /// The time now.
    pub now: Moment,
    /// Whether it passes by itself.
    pub mode: ClockMode,
    /// How many things happened by themselves.
    pub effect_count: u64,
    /// How many deliveries were attempted.
    pub delivery_count: u64,
    /// What happened by itself, in order: the first thousand.
    pub effects: Vec<EffectReport>,
    /// The deliveries that were attempted, in order: the first thousand.
    pub deliveries: Vec<DeliveryReport>,
}

/// How many effects, and how many deliveries, a report tells one by one: a year of a population has millions.
const REPORTED: usize = 1000;
/// After so many steps others get a turn: requests, and whoever else runs on the same thread.
const STEPS_AT_ONCE: u32 = 1024;

impl ClockReport {
    fn new(now: Moment, mode: ClockMode) -> Self {
        Self { now, mode, effect_count: 0, delivery_count: 0, effects: Vec::new(), deliveries: Vec::new() }
    }

    fn happened(&mut self, at: Moment, what: impl FnOnce() -> String) {
        self.effect_count += 1;
        if self.effects.len() < REPORTED {
            self.effects.push(EffectReport { at, what: what() });
        }
    }

    fn delivered(&mut self, delivery: DeliveryReport) {
        self.delivery_count += 1;
        if self.deliveries.len() < REPORTED {
            self.deliveries.push(delivery);
        }
    }
}

/// Something that happened by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct EffectReport {
    /// When.
    pub at: Moment,
    /// What, for a person.
    pub what: String,
}

/// One attempt to deliver an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DeliveryReport {
    /// The API it belongs to, such as `q2`.
    pub api: &'static str,
    /// The event's `_id`.
    pub event_id: String,
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// How it went.
    #[serde(flatten)]
    pub attempt: DeliveryAttempt,
}

/// What the shell is given when it starts.
pub(crate) struct Settings {
    pub(crate) contract: Contract,
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) delivery_limit: Duration,
    pub(crate) body_limit: usize,
    pub(crate) api_keys: Vec<String>,
    pub(crate) urls: Urls,
}

impl Shared {
    pub(crate) fn new(engine: Engine, settings: Settings) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            engine: Mutex::new(engine),
            turn: tokio::sync::Mutex::new(Sender::new(
                Arc::clone(&settings.provider),
                settings.delivery_limit,
            )),
            steps: ToTheEnd::new(),
            changed: Notify::new(),
            held_changed: Notify::new(),
            provider: settings.provider,
            fetch_limit: settings.delivery_limit,
            body_limit: settings.body_limit,
            api_keys: settings.api_keys,
            urls: settings.urls,
            contract: settings.contract,
        })
    }

    /// The state, for a short while: never across an `await`.
    pub(crate) fn engine(&self) -> MutexGuard<'_, Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `change` while no time passes.
    pub(crate) async fn replace<T>(&self, change: impl FnOnce(&mut Engine) -> T) -> T {
        let _turn = self.turn.lock().await;
        let result = change(&mut self.engine());
        self.changed.notify_one();
        result
    }

    /// The same where what was fetched from the partner is worth nothing afterwards: keys and tokens are forgotten.
    pub(crate) async fn replace_and_forget<T>(&self, change: impl FnOnce(&mut Engine) -> T) -> T {
        let mut sender = self.turn.lock().await;
        let result = change(&mut self.engine());
        sender.forget();
        self.changed.notify_one();
        result
    }

    /// Lets happen what is due at this moment, and sends what waits to be sent. Goes on though nobody waits for it.
    pub(crate) async fn settle(&self) -> ClockReport {
        self.to_the_end(|shared| async move { shared.settle_now().await }).await
    }

    /// Moves time forward to `target(now)`, with everything that happens on the way, in order. Goes on though nobody waits
    /// for it.
    pub(crate) async fn advance<E: Send + 'static>(
        &self,
        mode: Option<ClockMode>,
        target: impl FnOnce(Moment) -> Result<Moment, E> + Send + 'static,
    ) -> Result<ClockReport, E> {
        self.to_the_end(move |shared| async move { shared.advance_now(mode, target).await }).await
    }

    async fn settle_now(&self) -> ClockReport {
        let mut sender = self.turn.lock().await;
        let now = self.engine().now();
        self.run_until(&mut sender, now).await
    }

    async fn advance_now<E>(
        &self,
        mode: Option<ClockMode>,
        target: impl FnOnce(Moment) -> Result<Moment, E>,
    ) -> Result<ClockReport, E> {
        let mut sender = self.turn.lock().await;
        let (until, mode) = {
            let mut engine = self.engine();
            let now = engine.now();
            let until = target(now)?;
            let mode = mode.unwrap_or(engine.clock.mode());
            // A running clock stands still while it is moved, so that every step has its own time.
            engine.clock.set(ClockMode::Frozen, now);
            (until, mode)
        };
        let mut report = self.run_until(&mut sender, until).await;
        {
            let mut engine = self.engine();
            let now = engine.now();
            engine.clock.set(mode, now);
            (report.now, report.mode) = (now, mode);
        }
        self.changed.notify_one();
        Ok(report)
    }

    /// The ticker of a running clock: waits for the next due thing or for news.
    pub(crate) async fn tick_forever(&self) {
        loop {
            let wait = {
                let engine = self.engine();
                engine.next_due().and_then(|due| engine.clock.wait_until(due))
            };
            match wait {
                Some(Duration::ZERO) => drop(self.settle().await),
                Some(wait) => {
                    tokio::select! {
                        () = tokio::time::sleep(wait) => {}
                        () = self.changed.notified() => {}
                    }
                }
                None => self.changed.notified().await,
            }
        }
    }

    /// Waits until at least `count` requests are held by a fault.
    pub(crate) async fn held(&self, count: usize) {
        loop {
            let mut changed = std::pin::pin!(self.held_changed.notified());
            // From now on nothing is missed.
            changed.as_mut().enable();
            if self.engine().held.count() >= count {
                return;
            }
            changed.await;
        }
    }

    /// A step that was stopped has no result; but then the sandbox is gone, and with it whoever could wait.
    async fn to_the_end<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
        &self,
        step: impl FnOnce(Arc<Self>) -> F,
    ) -> T {
        let result = match self.me.upgrade() {
            Some(shared) => self.steps.take(step(shared)).await,
            None => None,
        };
        match result {
            Some(result) => result,
            None => future::pending().await,
        }
    }

    async fn run_until(&self, sender: &mut Sender, until: Moment) -> ClockReport {
        let mut report = ClockReport::new(until, ClockMode::Frozen);
        for number in (0..STEPS_AT_ONCE).cycle() {
            let step = self.engine().step(&*self.provider, until);
            match step {
                Step::Happened { at, what } => report.happened(at, || what.describe()),
                Step::GoOn { at, held } => {
                    let what = held.describe();
                    held.pass().await;
                    report.happened(at, || what);
                }
                #[cfg(feature = "q2")]
                Step::Poll { at, configuration } => {
                    let document = key_document(&configuration, self.fetch_limit).await;
                    let polled = self.engine().polled(&*self.provider, at, &configuration, document);
                    if let Some(what) = polled {
                        report.happened(at, || what);
                    }
                }
                Step::Deliver(job) => {
                    for copy in 0..job.copies() {
                        let attempt = match self.contract.event(&job) {
                            Ok(()) => sender.deliver(&job, copy).await,
                            Err(error) => DeliveryAttempt::failed(job.at, error),
                        };
                        self.engine().attempted(&job.event_id, attempt.clone());
                        let (event_id, kind) = (job.event_id.clone(), job.kind.clone());
                        report.delivered(DeliveryReport { api: job.api.name, event_id, kind, attempt });
                    }
                }
                Step::Done => break,
            }
            if number == STEPS_AT_ONCE - 1 {
                tokio::task::yield_now().await;
            }
        }
        let engine = self.engine();
        (report.now, report.mode) = (engine.now(), engine.clock.mode());
        report
    }
}
