//! Faults on demand: what goes wrong between a partner and the service, at the wish of a test.
//!
//! Two lists: faults of answers to requests ([`HttpFault`]) and faults of deliveries ([`WebhookFault`]). Each fault says
//! what it concerns, how many of them to let pass first and how many to spoil, and counts both. They are part of the
//! written state, and a reset removes them. Which API a fault concerns is data, so a further API needs no further kind.

mod answer;
mod around;
mod book;
mod held;
mod http;
mod targets;
mod turn;
mod webhook;

use serde::{Deserialize, Serialize};

pub(crate) use self::answer::{AnswerBody, Cut, whole};
pub(crate) use self::around::{Handled, answered};
pub(crate) use self::book::{Due, FaultBook, Plan};
pub use self::held::HeldRequest;
pub(crate) use self::held::{Held, HeldRequests};
pub use self::http::{FaultMoment, HttpFault, HttpFaultKind, RetryAfter};
pub(crate) use self::webhook::Protections;
pub use self::webhook::{WebhookFault, WebhookFaultKind};
use crate::error::Error;

/// The faults of a sandbox, as `PUT /control/faults` takes them.
///
/// Of several faults that concern a request or a delivery, the first one whose turn it is applies; every one of them
/// counts it.
///
/// ```
/// use billwire_sandbox::{Faults, HttpFault, WebhookFault, WebhookFaultKind};
///
/// // The next payment is scheduled, but its answer never arrives; and its event is told twice.
/// let faults = Faults::new()
///     .with_http(HttpFault::cut("schedulePayment").after_effect())
///     .with_webhook(WebhookFault::new(WebhookFaultKind::Duplicate, "bill.payment.scheduled"));
/// assert_eq!(faults.http.len() + faults.webhooks.len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Faults {
    /// Faults of answers, in the order in which they are tried.
    #[serde(default)]
    pub http: Vec<HttpFault>,
    /// Faults of deliveries, in the order in which they are tried.
    #[serde(default)]
    pub webhooks: Vec<WebhookFault>,
}

impl Faults {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fault of answers.
    #[must_use]
    pub fn with_http(mut self, fault: HttpFault) -> Self {
        self.http.push(fault);
        self
    }

    /// Adds a fault of deliveries.
    #[must_use]
    pub fn with_webhook(mut self, fault: WebhookFault) -> Self {
        self.webhooks.push(fault);
        self
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let place = |list: &str, index: usize| format!("{list}[{index}]");
        self.http.iter().enumerate().try_for_each(|(index, fault)| fault.check(&place("http", index)))?;
        self.webhooks.iter().enumerate().try_for_each(|(index, fault)| fault.check(&place("webhooks", index)))
    }
}

/// What `GET /control/faults` answers: every fault with its counts, and the requests that are held at the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FaultReport {
    /// Faults of answers.
    pub http: Vec<HttpFault>,
    /// Faults of deliveries.
    pub webhooks: Vec<WebhookFault>,
    /// Requests that wait for the clock because of a delay, the next one to go on first.
    pub held: Vec<HeldRequest>,
}
