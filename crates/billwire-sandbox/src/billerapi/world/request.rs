//! Requests to link (RTL): a user is asked to link an account.
//!
//! Source: BillerAPI description, sections 4.7, 5.7 to 5.9.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::account::{invalid, not_found};
use super::biller::Biller;
use super::ids::{ClientId, LinkId, RequestId, UserId};
use super::link::NewLink;
use super::{Cause, Effect, World};
use crate::api_error::ApiError;
use crate::billerapi::events::Subject;
use crate::error::Error;
use crate::moment::Moment;
use crate::schedule::EntryKey;
use crate::table::Row;

/// How long a request waits for its user (inferred: nothing is documented).
const LIFE: SignedDuration = SignedDuration::from_hours(24 * 7);

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestToLink {
    pub(crate) id: RequestId,
    pub(crate) number: u64,
    pub(crate) client_id: ClientId,
    pub(crate) user_id: UserId,
    pub(crate) biller: Option<Biller>,
    pub(crate) status: RequestStatus,
    pub(crate) link_id: Option<LinkId>,
    pub(crate) metadata: Option<BTreeMap<String, Value>>,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
    expiry: EntryKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum RequestStatus {
    Pending,
    InProgress,
    Completed,
    Cancelled,
    Expired,
}

/// What a user does about a request to link: what `POST /control/billerapi/requests-to-link/{id}/answer` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RequestAnswer {
    /// Opens the page: the request is in progress and has a link token.
    Begin,
    /// Says no.
    Cancel,
    /// Lets it expire, at once.
    Expire,
}

/// Which requests are asked for.
#[derive(Default)]
pub(crate) struct RequestFilter {
    pub(crate) search: Option<String>,
    pub(crate) status: Option<RequestStatus>,
    pub(crate) user_id: Option<UserId>,
    /// By its id; one that does not exist has no requests.
    pub(crate) biller_id: Option<String>,
}

impl RequestStatus {
    pub(crate) const ALL: [Self; 5] =
        [Self::Pending, Self::InProgress, Self::Completed, Self::Cancelled, Self::Expired];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
        }
    }

    pub(crate) fn of_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled | Self::Expired)
    }
}

impl RequestFilter {
    fn keeps(&self, request: &RequestToLink) -> bool {
        let found = self.search.as_ref().is_none_or(|search| {
            let search = search.to_lowercase();
            let is_in = |text: &str| text.to_lowercase().contains(&search);
            is_in(request.user_id.as_str()) || request.biller.is_some_and(|biller| is_in(biller.name()))
        });
        found
            && self.status.is_none_or(|status| request.status == status)
            && self.user_id.as_ref().is_none_or(|user_id| request.user_id == *user_id)
            && self.biller_id.as_ref().is_none_or(|id| request.biller.is_some_and(|biller| biller.id() == id))
    }
}

impl Row for RequestToLink {
    type Id = RequestId;

    fn id(&self) -> &RequestId {
        &self.id
    }
}

impl World {
    pub(crate) fn request(&self, id: &RequestId) -> Option<&RequestToLink> {
        self.requests.find(id)
    }

    pub(crate) fn request_of_client(
        &self,
        client_id: &ClientId,
        id: &RequestId,
    ) -> Result<&RequestToLink, ApiError> {
        self.request(id)
            .filter(|request| request.client_id == *client_id)
            .ok_or_else(|| ApiError::not_found(format!("There is no request to link {id}.")))
    }

    /// The requests of a client that the filter keeps, newest first.
    pub(crate) fn requests_of(&self, client_id: &ClientId, filter: &RequestFilter) -> Vec<&RequestToLink> {
        let mut requests: Vec<_> = self
            .requests
            .iter()
            .filter(|request| request.client_id == *client_id && filter.keeps(request))
            .collect();
        requests.reverse();
        requests
    }

    pub(crate) fn create_request(
        &mut self,
        now: Moment,
        client_id: &ClientId,
        user_id: UserId,
        biller: Option<Biller>,
        metadata: Option<BTreeMap<String, Value>>,
        cause: &Cause,
    ) -> RequestId {
        let id = RequestId::new(format!("rtl_{}", self.seed.id("request-to-link")));
        let expiry = self.schedule.add(now.plus(LIFE), Effect::RequestExpires { request_id: id.clone() });
        let request = RequestToLink {
            id: id.clone(),
            number: self.next_number(),
            client_id: client_id.clone(),
            user_id,
            biller,
            status: RequestStatus::Pending,
            link_id: None,
            metadata,
            created: now,
            updated: now,
            expiry,
        };
        let told = Subject::request(&request, None);
        self.requests.insert(request);
        self.tell(now, told, cause);
        id
    }

    /// The user does something about a request.
    pub(crate) fn user_answers(
        &mut self,
        now: Moment,
        id: &RequestId,
        answer: RequestAnswer,
    ) -> Result<(), Error> {
        let request = self.request(id).ok_or_else(|| not_found("request to link", id))?;
        if request.status.is_final() {
            let status = request.status.as_str();
            return Err(invalid(format!("the request to link is {status}, which is final")));
        }
        match answer {
            RequestAnswer::Begin => self.request_begins(now, id)?,
            RequestAnswer::Cancel => {
                self.request_becomes(now, id, RequestStatus::Cancelled, &Cause::nobody());
            }
            RequestAnswer::Expire => self.request_becomes(now, id, RequestStatus::Expired, &Cause::nobody()),
        }
        Ok(())
    }

    /// Begins, or begins anew when the link token of before is of no use any more.
    fn request_begins(&mut self, now: Moment, id: &RequestId) -> Result<(), Error> {
        let request = self.request(id).ok_or_else(|| not_found("request to link", id))?;
        let before = request.link_id.as_ref().and_then(|link_id| self.link(link_id));
        if before.is_some_and(|link| now < link.expires && !matches!(link.state.name(), "locked" | "left")) {
            return Err(invalid("the request to link is IN_PROGRESS, and its link token works still"));
        }
        let new = NewLink {
            client_id: request.client_id.clone(),
            user_id: request.user_id.clone(),
            consents: vec!["bills".to_owned()],
            redirect_uri: None,
            biller: request.biller,
            request_id: Some(id.clone()),
        };
        let link_id = self.create_link(now, new, &Cause::nobody());
        if let Some(request) = self.requests.find_mut(id) {
            request.link_id = Some(link_id);
            request.updated = now;
        }
        self.request_becomes(now, id, RequestStatus::InProgress, &Cause::nobody());
        Ok(())
    }

    pub(super) fn request_is_completed(&mut self, now: Moment, id: &RequestId, cause: &Cause) {
        self.request_becomes(now, id, RequestStatus::Completed, cause);
    }

    pub(super) fn request_expires(&mut self, now: Moment, id: &RequestId) {
        self.request_becomes(now, id, RequestStatus::Expired, &Cause::nobody());
    }

    /// The one place where a status changes: never from a final one, never to itself.
    fn request_becomes(&mut self, now: Moment, id: &RequestId, status: RequestStatus, cause: &Cause) {
        let Some(request) = self.requests.find_mut(id) else { return };
        let previous = request.status;
        if previous.is_final() || previous == status {
            return;
        }
        request.status = status;
        request.updated = now;
        if status.is_final() {
            self.schedule.remove(request.expiry);
        }
        let told = Subject::request(request, Some(previous));
        self.tell(now, told, cause);
    }
}
