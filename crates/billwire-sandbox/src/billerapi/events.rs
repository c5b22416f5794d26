//! What clients hear: nine types of events in three envelopes, written member by member from the description.
//!
//! They are plain JSON on purpose: a second reading beside the wire types of the client's side.
//!
//! Source: BillerAPI description, sections 6.2 and 6.7.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::event_types::EventType;
use super::settings::Envelope;
use super::wire::time_text;
use super::world::{
    Account, AccountId, Bill, Biller, Cause, ClientId, Link, RequestStatus, RequestToLink, UserId,
};
use crate::moment::Moment;

/// The date of the newest envelope.
const API_VERSION: &str = "2026-04-29";

/// An event that has happened; its body depends on the envelope.
#[derive(Clone)]
pub(crate) struct NewEvent {
    pub(crate) id: String,
    pub(crate) kind: EventType,
    pub(crate) created: Moment,
    pub(crate) subject: Subject,
    pub(crate) cause: Cause,
}

/// What an event is about, as it was when it happened.
#[derive(Clone)]
pub(crate) struct Subject {
    kind: EventType,
    pub(crate) client_id: ClientId,
    user_id: UserId,
    /// The id of the resource itself.
    id: String,
    biller: Option<Biller>,
    more: More,
}

/// What only one resource has.
#[derive(Clone)]
enum More {
    Bill {
        account_id: AccountId,
    },
    Link {
        session_id: String,
        account_id: Option<AccountId>,
    },
    Account,
    Request {
        status: RequestStatus,
        previous: Option<RequestStatus>,
        metadata: Option<BTreeMap<String, Value>>,
        created: Moment,
    },
}

impl Subject {
    pub(crate) fn bill(bill: &Bill, user_id: &UserId, is_new: bool) -> Self {
        Self {
            kind: if is_new { EventType::BillCreated } else { EventType::BillUpdated },
            client_id: bill.client_id.clone(),
            user_id: user_id.clone(),
            id: bill.id.to_string(),
            biller: Some(bill.biller),
            more: More::Bill { account_id: bill.account_id.clone() },
        }
    }

    fn link(kind: EventType, link: &Link, biller: Option<Biller>, account_id: Option<AccountId>) -> Self {
        Self {
            kind,
            client_id: link.client_id.clone(),
            user_id: link.user_id.clone(),
            id: link.id.to_string(),
            biller,
            more: More::Link { session_id: link.session_id.clone(), account_id },
        }
    }

    pub(crate) fn link_created(link: &Link) -> Self {
        Self::link(EventType::LinkCreated, link, link.at_biller(), None)
    }

    pub(crate) fn link_updated(link: &Link) -> Self {
        Self::link(EventType::LinkUpdated, link, link.at_biller(), None)
    }

    pub(crate) fn link_completed(link: &Link, biller: Biller, account_id: &AccountId) -> Self {
        Self::link(EventType::LinkCompleted, link, Some(biller), Some(account_id.clone()))
    }

    pub(crate) fn account_link(account: &Account, is_new: bool) -> Self {
        Self {
            kind: if is_new { EventType::AccountLinkCreated } else { EventType::AccountLinkUpdated },
            client_id: account.client_id.clone(),
            user_id: account.user_id.clone(),
            id: account.id.to_string(),
            biller: Some(account.biller),
            more: More::Account,
        }
    }

    /// New if there was no status before.
    pub(crate) fn request(request: &RequestToLink, previous: Option<RequestStatus>) -> Self {
        let kind = match previous {
            None => EventType::RequestToLinkCreated,
            Some(_) => EventType::RequestToLinkUpdated,
        };
        Self {
            kind,
            client_id: request.client_id.clone(),
            user_id: request.user_id.clone(),
            id: request.id.to_string(),
            biller: request.biller,
            more: More::Request {
                status: request.status,
                previous,
                metadata: request.metadata.clone(),
                created: request.created,
            },
        }
    }

    /// About something that there never was.
    pub(crate) fn invented(kind: EventType, client_id: ClientId) -> Self {
        let account_id = AccountId::new("sb_link_00000000");
        let session_id = "ls_invented".to_owned();
        let (id, more) = match kind {
            EventType::BillCreated | EventType::BillUpdated => {
                ("sandbox_bill_sb_link_00000000_1", More::Bill { account_id })
            }
            EventType::LinkCreated | EventType::LinkUpdated => {
                ("ltid_invented", More::Link { session_id, account_id: None })
            }
            EventType::LinkCompleted => {
                ("ltid_invented", More::Link { session_id, account_id: Some(account_id) })
            }
            EventType::AccountLinkCreated | EventType::AccountLinkUpdated => {
                ("sb_link_00000000", More::Account)
            }
            EventType::RequestToLinkCreated | EventType::RequestToLinkUpdated => {
                let is_new = kind == EventType::RequestToLinkCreated;
                let status = if is_new { RequestStatus::Pending } else { RequestStatus::InProgress };
                let previous = (!is_new).then_some(RequestStatus::Pending);
                let created = Moment::new(jiff::Timestamp::UNIX_EPOCH);
                ("rtl_invented", More::Request { status, previous, metadata: None, created })
            }
        };
        Self {
            kind,
            client_id,
            user_id: UserId::new("user_123"),
            id: id.to_owned(),
            biller: Some(Biller::Electric),
            more,
        }
    }

    /// The same, told as another kind of event about the same sort of thing.
    pub(crate) fn told_as(self, kind: EventType) -> Self {
        Self { kind, ..self }
    }

    pub(crate) fn kind(&self) -> EventType {
        self.kind
    }

    /// `data` of the oldest envelope.
    fn oldest(&self) -> Map<String, Value> {
        let mut data = Map::new();
        let mut put = |name: &str, value: Value| data.insert(name.to_owned(), value);
        put("id", json!(self.id));
        put("client_user_id", json!(self.user_id));
        let is_changed_request = matches!(&self.more, More::Request { previous: Some(_), .. });
        if let Some(biller) = self.biller.filter(|_| !is_changed_request) {
            put("biller_id", json!(biller.id()));
        }
        match &self.more {
            More::Bill { account_id } => {
                put("account_link_id", json!(account_id));
            }
            More::Link { session_id, account_id } => {
                put("link_session_id", json!(session_id));
                if let Some(account_id) = account_id {
                    put("account_link_id", json!(account_id));
                }
            }
            More::Account => {}
            More::Request { status, previous, metadata, created } => {
                put("status", json!(status.as_str()));
                if let Some(previous) = previous {
                    put("previous_status", json!(previous.as_str()));
                } else {
                    put("metadata", json!(metadata.clone().unwrap_or_default()));
                    put("created_at", json!(time_text(*created)));
                }
            }
        }
        data
    }

    /// `data` of the flat envelope.
    fn flat(&self) -> Value {
        let (id, user_id) = (&self.id, &self.user_id);
        let biller_id = self.biller.map(Biller::id);
        let mut data = match (&self.more, self.kind) {
            (More::Bill { account_id }, _) => {
                json!({ "bill_id": id, "account_link_id": account_id, "client_user_id": user_id })
            }
            (More::Link { session_id, account_id: None }, _) => {
                json!({ "link_id": id, "link_session_id": session_id })
            }
            (More::Link { session_id, account_id: Some(account_id) }, _) => {
                json!({ "link_id": id, "link_session_id": session_id, "account_link_id": account_id })
            }
            (More::Account, EventType::AccountLinkCreated) => {
                json!({ "account_link_id": id, "client_user_id": user_id, "biller_id": biller_id })
            }
            (More::Account, _) => json!({ "account_link_id": id, "client_user_id": user_id }),
            (More::Request { status, previous: None, .. }, _) => json!({
                "request_to_link_id": id,
                "client_user_id": user_id,
                "biller_id": biller_id,
                "status": status.as_str(),
            }),
            (More::Request { .. }, _) => json!({ "request_to_link_id": id, "client_user_id": user_id }),
        };
        if let Value::Object(members) = &mut data {
            members.retain(|_, value| !value.is_null());
        }
        data
    }

    /// `data.object` of the newest envelope.
    fn newest(&self) -> Value {
        let object = match &self.more {
            More::Bill { .. } => "bill",
            More::Link { .. } => "link",
            More::Account => "account_link",
            More::Request { .. } => "request_to_link",
        };
        let mut data = json!({ "id": self.id, "object": object, "user_id": self.user_id });
        if let (Value::Object(members), Some(biller)) = (&mut data, self.biller) {
            members.insert("biller_id".to_owned(), json!(biller.id()));
        }
        data
    }
}

impl NewEvent {
    /// The body in an envelope.
    pub(crate) fn body(&self, envelope: Envelope) -> Value {
        let (id, kind, created) = (&self.id, self.kind.as_str(), self.created);
        let client_id = &self.subject.client_id;
        match envelope {
            Envelope::E1 => json!({
                "id": id,
                "type": kind,
                "created_at": time_text(created),
                "client_id": client_id,
                "data": self.subject.oldest(),
            }),
            Envelope::E2 => json!({
                "event_type": kind,
                "event_id": id,
                "timestamp": time_text(created),
                "client_id": client_id,
                "mode": self.cause.is_request().then_some("sandbox"),
                "data": self.subject.flat(),
            }),
            Envelope::E3 => json!({
                "id": id,
                "object": "event",
                "type": kind,
                "api_version": API_VERSION,
                "created": created.timestamp().as_second(),
                "environment": "dev",
                "data": { "object": self.subject.newest() },
                "request": { "id": self.cause.request_id, "idempotency_key": self.cause.idempotency_key },
            }),
        }
    }
}
