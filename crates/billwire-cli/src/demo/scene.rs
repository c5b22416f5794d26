//! What every story is played on: the sandbox of its API, a server of our own that takes webhooks, and the timeline.

use std::sync::Arc;

use billwire::core::{self, Answer};
use billwire_sandbox::{LedgerEntry, Moment, RequestRecord, Sandbox};
use jiff::SignedDuration;

use super::check::{broken, failed, present, within_demo};
use super::fault::Fault;
use super::receiver::{Arrival, Receiver};
use super::timeline::{ArrivedWebhook, Entry, Payment, SentRequest, Summary, Timeline, check};
use super::virtual_clock::VirtualClock;
use crate::error::Error;
use crate::outcome;

/// The answer of our server to a webhook that it took.
const TAKEN: Option<u16> = Some(204);

/// An event of an API, as a line of the timeline shows it.
pub(crate) trait Told {
    /// Whether requests of this API can be signed and encrypted.
    const SECURED: bool = false;

    /// The line.
    fn shown(&self) -> ArrivedWebhook;
}

/// The setting of a story whose events are `E`.
pub(crate) struct Scene<E> {
    pub(crate) fault: Option<Fault>,
    pub(crate) sandbox: Arc<Sandbox>,
    receiver: Receiver<E>,
    timeline: Timeline,
    steps: u32,
    requests_seen: usize,
    received: usize,
    events: Vec<E>,
}

impl<E: Told> Scene<E> {
    /// Says where the story plays.
    pub(crate) fn begin(
        sandbox: Arc<Sandbox>,
        receiver: Receiver<E>,
        timeline: Timeline,
        (url, webhooks, seed): (&str, String, u64),
        fault: Option<Fault>,
    ) -> Result<Self, Error> {
        let scene = Self {
            fault,
            sandbox,
            receiver,
            timeline,
            steps: 0,
            requests_seen: 0,
            received: 0,
            events: Vec::new(),
        };
        scene.report(&Entry::Start {
            sandbox: url.to_owned(),
            receiver: webhooks,
            now: scene.now().to_string(),
            seed,
        })?;
        Ok(scene)
    }

    pub(crate) fn report(&self, entry: &Entry) -> Result<(), Error> {
        self.timeline.print(entry)
    }

    /// The next step of the story.
    pub(crate) fn step(&mut self, what: &str) -> Result<(), Error> {
        self.steps += 1;
        self.report(&Entry::Step { number: self.steps, what: what.to_owned(), at: self.now().to_string() })
    }

    /// Something held.
    pub(crate) fn held(&self, what: impl Into<String>) -> Result<(), Error> {
        self.report(&check(what))
    }

    pub(crate) fn now(&self) -> Moment {
        self.sandbox.now()
    }

    /// The time of day of the story, for a client.
    pub(crate) fn clock(sandbox: &Arc<Sandbox>) -> Arc<VirtualClock> {
        Arc::new(VirtualClock::new(Arc::clone(sandbox)))
    }

    /// Awaits a call and shows what the service saw of it.
    pub(crate) async fn call<T>(
        &mut self,
        call: impl Future<Output = Result<Answer<T>, core::Error>>,
    ) -> Result<(Answer<T>, RequestRecord), Error> {
        let (answer, last) = self.attempt(call).await?;
        let answer = answer.map_err(|error| within_demo(outcome::failed(&error)))?;
        let last = present("the service's record of the request", last)?;
        if answer.request_id() != Some(last.request_id.as_str()) {
            return Err(failed("the request id of the answer is not the one the service gave"));
        }
        Ok((answer, last))
    }

    /// As [`Scene::call`], for a call that may be refused.
    pub(crate) async fn attempt<T>(
        &mut self,
        call: impl Future<Output = Result<Answer<T>, core::Error>>,
    ) -> Result<(Result<Answer<T>, core::Error>, Option<RequestRecord>), Error> {
        // The future of a call is large, and a story awaits many.
        let answer = Box::pin(call).await;
        let requests = self.sandbox.requests();
        let new = requests.get(self.requests_seen..).unwrap_or_default();
        for record in new {
            self.report(&Entry::Request(SentRequest::new(record, E::SECURED)))?;
        }
        self.requests_seen = requests.len();
        Ok((answer, new.last().cloned()))
    }

    /// Lets virtual time pass until `moment`, and takes in every webhook that came meanwhile.
    pub(crate) async fn pass_until(&mut self, moment: Moment) -> Result<(), Error> {
        let report = self.sandbox.advance_to(moment).await.map_err(broken)?;
        self.report(&Entry::from(&report))?;
        let arrivals = self.receiver.arrivals();
        for arrival in arrivals {
            self.received += 1;
            match arrival {
                Arrival::Taken(event) => {
                    self.report(&Entry::Webhook(event.shown()))?;
                    self.events.push(*event);
                }
                Arrival::Refused(reason) => {
                    self.report(&Entry::WebhookRefused { reason: reason.clone() })?;
                    return Err(failed(format!("a webhook did not pass: {reason}")));
                }
            }
        }
        match report.deliveries.iter().find(|delivery| delivery.attempt.status != TAKEN) {
            Some(delivery) => Err(failed(format!("the webhook {} was not taken", delivery.kind))),
            None => Ok(()),
        }
    }

    /// As [`Scene::pass_until`], for `seconds` from now.
    pub(crate) async fn pass(&mut self, seconds: i64) -> Result<(), Error> {
        let until = self.now().plus(SignedDuration::from_secs(seconds));
        self.pass_until(until).await
    }

    /// Every event that came, oldest first.
    pub(crate) fn events(&self) -> &[E] {
        &self.events
    }

    /// Every payment carried out, shown.
    pub(crate) fn ledger(&self) -> Result<Vec<LedgerEntry>, Error> {
        let ledger = self.sandbox.ledger();
        self.report(&Entry::Ledger { payments: ledger.iter().map(Payment::from).collect() })?;
        Ok(ledger)
    }

    /// The last line, as far as every story has it.
    pub(crate) fn summary(&self, failure: Option<&Error>) -> Summary {
        Summary {
            webhooks_received: self.received,
            ok: failure.is_none(),
            failure: failure.map(ToString::to_string),
            ..Summary::default()
        }
    }
}
