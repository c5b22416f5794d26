//! The emulated BillerAPI: a plain state machine without network, threads or a clock of its own.
//!
//! Every function takes `now`. What happens later is put into the schedule; what clients should hear about is put into
//! the outbox. The same calls at the same times with the same seed give the same world, byte for byte.

mod account;
mod bill;
mod biller;
mod client;
mod day;
mod failure;
mod ids;
mod link;
mod mailbox;
mod request;
mod scenario;
mod subscription;
mod sync;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use self::account::{Account, NewAccount, masked};
pub use self::account::{AccountStatus, BillChange, BillToCome};
pub(crate) use self::bill::{Bill, BillFilter};
pub use self::bill::{BillSource, BillStatus};
pub(crate) use self::biller::Biller;
pub(crate) use self::client::{Client, FIRST_CLIENT, FIRST_SECRET, SECRET_PREFIX, portal_token};
pub use self::day::Day;
pub(crate) use self::failure::Failure;
pub(crate) use self::ids::{AccountId, BillId, ClientId, LinkId, RequestId, SyncId, UserId};
pub(crate) use self::link::{Link, LinkState, NewLink, StepResult};
pub use self::mailbox::{MailToCome, MailboxConsent};
pub(crate) use self::mailbox::{Mailbox, Message};
pub use self::request::RequestAnswer;
pub(crate) use self::request::{RequestFilter, RequestStatus, RequestToLink};
pub(crate) use self::scenario::{Found, LoginOutcome, Scenario};
pub(crate) use self::subscription::{NewSubscription, Receiver, Subscription};
pub(crate) use self::sync::Sync;
use super::event_types::EventType;
use super::events::{NewEvent, Subject};
use super::settings::BillerApiSettings;
use crate::count;
use crate::error::Error;
use crate::moment::Moment;
use crate::schedule::Schedule;
use crate::seed::Seed;
use crate::table::Table;

/// Everything the emulated service knows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct World {
    seed: Seed,
    #[serde(deserialize_with = "BillerApiSettings::checked")]
    pub(crate) settings: BillerApiSettings,
    clients: Vec<Client>,
    links: Table<Link>,
    /// To the flows that gave them.
    public_tokens: BTreeMap<String, LinkId>,
    accounts: Table<Account>,
    bills: Table<Bill>,
    syncs: Table<Sync>,
    requests: Table<RequestToLink>,
    mailboxes: Vec<Mailbox>,
    subscriptions: Vec<Subscription>,
    /// How many things were made, of those that stand in pages.
    #[serde(deserialize_with = "count::deserialize")]
    made: u64,
    schedule: Schedule<Effect>,
    #[serde(skip)]
    outbox: Vec<NewEvent>,
}

/// What the world does by itself when its time has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(crate) enum Effect {
    /// The link token expired a day ago.
    LinkIsForgotten { link_id: LinkId },
    /// The synchronisation begins to look at the biller.
    SyncStarts { sync_id: SyncId },
    /// The biller has answered.
    SyncEnds { sync_id: SyncId },
    /// Nobody answered the request to link in time.
    RequestExpires { request_id: RequestId },
}

/// The request that something comes of; nobody's if the world outside the API did it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cause {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) idempotency_key: Option<String>,
}

impl Cause {
    pub(crate) fn nobody() -> Self {
        Self::default()
    }

    pub(crate) fn is_request(&self) -> bool {
        self.request_id.is_some()
    }
}

impl Effect {
    /// One line for a report: what happened to what.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::LinkIsForgotten { link_id } => format!("expired link token {link_id} forgotten"),
            Self::SyncStarts { sync_id } => format!("synchronisation {sync_id} began"),
            Self::SyncEnds { sync_id } => format!("synchronisation {sync_id} ended"),
            Self::RequestExpires { request_id } => format!("request to link {request_id} expired"),
        }
    }
}

impl World {
    pub(crate) fn new(seed: Seed) -> Self {
        Self {
            seed,
            settings: BillerApiSettings::default(),
            clients: vec![Client::first()],
            links: Table::new(),
            public_tokens: BTreeMap::new(),
            accounts: Table::new(),
            bills: Table::new(),
            syncs: Table::new(),
            requests: Table::new(),
            mailboxes: Vec::new(),
            subscriptions: Vec::new(),
            made: 0,
            schedule: Schedule::new(),
            outbox: Vec::new(),
        }
    }

    /// When the next thing happens by itself.
    pub(crate) fn next_due(&self) -> Option<Moment> {
        self.schedule.next_due()
    }

    /// Lets the first thing happen that is due at or before `until`; says when and what it was.
    pub(crate) fn run_next(&mut self, until: Moment) -> Option<(Moment, Effect)> {
        let (at, effect) = self.schedule.pop_due(until)?;
        match &effect {
            Effect::LinkIsForgotten { link_id } => self.link_is_forgotten(link_id),
            Effect::SyncStarts { sync_id } => self.sync_starts(at, sync_id),
            Effect::SyncEnds { sync_id } => self.sync_ends(at, sync_id),
            Effect::RequestExpires { request_id } => self.request_expires(at, request_id),
        }
        Some((at, effect))
    }

    /// The events since the last call, oldest first.
    pub(crate) fn take_events(&mut self) -> Vec<NewEvent> {
        std::mem::take(&mut self.outbox)
    }

    /// How many things were made, synchronisations among them, which keep the request that asked for them.
    pub(crate) fn made(&self) -> u64 {
        self.made
    }

    /// The next number of what stands in pages: later things have higher ones.
    fn next_number(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    /// An event that is not told yet.
    pub(crate) fn event_about(&mut self, now: Moment, subject: Subject, cause: &Cause) -> NewEvent {
        let id = format!("evt_{}", self.seed.id("event"));
        NewEvent { id, kind: subject.kind(), created: now, subject, cause: cause.clone() }
    }

    /// What an event on demand is about: the thing with this id, or an invented one.
    pub(crate) fn subject_of(&self, kind: EventType, id: Option<&str>) -> Result<Subject, Error> {
        let Some(id) = id else { return Ok(Subject::invented(kind, ClientId::new(FIRST_CLIENT))) };
        let subject = match kind {
            EventType::BillCreated | EventType::BillUpdated => {
                self.bills.find(&BillId::new(id)).and_then(|bill| {
                    let account = self.accounts.find(&bill.account_id)?;
                    Some(Subject::bill(bill, &account.user_id, true))
                })
            }
            EventType::LinkCreated | EventType::LinkUpdated => {
                self.link(&LinkId::new(id)).map(Subject::link_created)
            }
            EventType::LinkCompleted => self.link(&LinkId::new(id)).and_then(|link| match &link.state {
                LinkState::Completed { account_id, .. } => {
                    Some(Subject::link_completed(link, link.at_biller()?, account_id))
                }
                _ => None,
            }),
            EventType::AccountLinkCreated | EventType::AccountLinkUpdated => {
                self.account(&AccountId::new(id)).map(|account| Subject::account_link(account, true))
            }
            EventType::RequestToLinkCreated => {
                self.request(&RequestId::new(id)).map(|request| Subject::request(request, None))
            }
            EventType::RequestToLinkUpdated => self
                .request(&RequestId::new(id))
                .map(|request| Subject::request(request, Some(RequestStatus::Pending))),
        };
        subject
            .map(|subject| subject.told_as(kind))
            .ok_or_else(|| account::not_found(&format!("thing for {}:", kind.as_str()), id))
    }

    fn tell(&mut self, now: Moment, subject: Subject, cause: &Cause) {
        let event = self.event_about(now, subject, cause);
        self.outbox.push(event);
    }

    /// Tells of something before what was told since.
    fn tell_before(&mut self, place: usize, now: Moment, subject: Subject, cause: &Cause) {
        let event = self.event_about(now, subject, cause);
        self.outbox.insert(place.min(self.outbox.len()), event);
    }
}
