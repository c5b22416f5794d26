//! The faults of a sandbox while it runs: which one is next, and what was decided for events on their way.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::webhook::Protections;
use super::{Faults, HttpFault, WebhookFaultKind};
use crate::moment::Moment;

/// How long an event waits for another one to change places with.
const WAIT_FOR_ANOTHER: SignedDuration = SignedDuration::from_hours(1);

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FaultBook {
    #[serde(deserialize_with = "checked")]
    faults: Faults,
    /// What was decided for an event that is not sent yet, by its id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    decided: BTreeMap<String, Decided>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Decided {
    /// It was sent later on purpose.
    Delayed,
    /// It waits for the next event of its client.
    AwaitsAnother,
    /// It changed places with a later one.
    Moved,
    /// It changed places with an earlier one; its own faults are still to come.
    MovedForward,
}

/// A delivery whose turn it is.
pub(crate) struct Due<'a> {
    pub(crate) api: &'a str,
    pub(crate) event_id: &'a str,
    pub(crate) event_type: &'a str,
    pub(crate) at: Moment,
    /// The first attempt since the event was queued.
    pub(crate) first: bool,
    /// The next event of the same client, if one waits.
    pub(crate) next: Option<&'a str>,
    pub(crate) protections: Protections,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// It is sent now, spoiled or not.
    Send(Option<WebhookFaultKind>),
    /// It is sent later.
    Postpone(Moment),
    /// The next one of its client goes first.
    Swap,
}

/// Faults that were written by hand may be as wrong as those of a request.
fn checked<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Faults, D::Error> {
    let faults = Faults::deserialize(deserializer)?;
    faults.check().map_err(D::Error::custom)?;
    Ok(faults)
}

impl FaultBook {
    /// Replaces the faults; what was decided for events on their way holds.
    pub(crate) fn set(&mut self, faults: Faults) {
        self.faults = faults;
    }

    /// Nothing is spoiled, and nothing was decided to be.
    pub(crate) fn is_empty(&self) -> bool {
        self.faults.http.is_empty() && self.faults.webhooks.is_empty() && self.decided.is_empty()
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The fault of a request to an API, counted and used up. `operation` is none if the path belongs to none.
    pub(crate) fn of_request(&mut self, api: &str, operation: Option<&str>) -> Option<HttpFault> {
        if self.faults.http.is_empty() {
            return None;
        }
        let mut found = None;
        for fault in &mut self.faults.http {
            if fault.count(api, operation) && found.is_none() {
                fault.use_up();
                found = Some(fault.clone());
            }
        }
        found
    }

    /// What becomes of a delivery.
    pub(crate) fn of_delivery(&mut self, due: &Due<'_>) -> Plan {
        let moved_forward = match self.decided.remove(due.event_id) {
            Some(Decided::Delayed) => return Plan::Send(Some(WebhookFaultKind::Delay)),
            Some(Decided::Moved) => return Plan::Send(Some(WebhookFaultKind::Reorder)),
            // Nobody came.
            Some(Decided::AwaitsAnother) => return Plan::Send(None),
            Some(Decided::MovedForward) => true,
            None => false,
        };
        let mut found = None;
        let faults = self.faults.webhooks.iter_mut();
        // Nothing changes places twice.
        for fault in faults.filter(|fault| !(moved_forward && fault.kind() == WebhookFaultKind::Reorder)) {
            if fault.count(due.api, due.event_type, due.first, due.protections) && found.is_none() {
                fault.use_up();
                found = Some((fault.kind(), fault.later(due.at)));
            }
        }
        if moved_forward && found.is_none() {
            return Plan::Send(Some(WebhookFaultKind::Reorder));
        }
        match (found, due.next) {
            (Some((WebhookFaultKind::Delay, later)), _) => {
                self.decide(due.event_id, Decided::Delayed);
                Plan::Postpone(later)
            }
            (Some((WebhookFaultKind::Reorder, _)), Some(next)) => {
                self.moved(due.event_id, next);
                Plan::Swap
            }
            (Some((WebhookFaultKind::Reorder, _)), None) => {
                self.decide(due.event_id, Decided::AwaitsAnother);
                Plan::Postpone(due.at.plus(WAIT_FOR_ANOTHER))
            }
            (found, _) => Plan::Send(found.map(|(kind, _)| kind)),
        }
    }

    /// Another event of the client came, into the lane of the first one or into its own: true if the first one waits for it, which then goes first.
    pub(crate) fn another_came(&mut self, first: &str, next: &str) -> bool {
        let waited = self.decided.get(first) == Some(&Decided::AwaitsAnother);
        if waited {
            self.moved(first, next);
        }
        waited
    }

    /// The events that wait for another one to change places with.
    pub(crate) fn awaiting(&self) -> impl Iterator<Item = &str> {
        let awaits = |decided: &Decided| *decided == Decided::AwaitsAnother;
        self.decided.iter().filter(move |(_, decided)| awaits(decided)).map(|(id, _)| id.as_str())
    }

    fn moved(&mut self, first: &str, next: &str) {
        self.decide(first, Decided::Moved);
        self.decide(next, Decided::MovedForward);
    }

    fn decide(&mut self, event_id: &str, decided: Decided) {
        self.decided.insert(event_id.to_owned(), decided);
    }
}
