//! What was received, for a person who wonders why something did not work. No bodies, no credentials.

use std::collections::VecDeque;

use serde::Serialize;

use crate::faults::{FaultMoment, HttpFaultKind};
use crate::moment::Moment;

/// How many requests are remembered.
const KEPT: usize = 1000;

/// One request that reached the emulated API, redacted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RequestRecord {
    /// The API it was sent to, such as `q2`.
    pub api: &'static str,
    /// The `request-id` of the answer.
    pub request_id: String,
    /// When it came, on the virtual clock.
    pub at: Moment,
    /// The HTTP method.
    pub method: String,
    /// The path without its query.
    pub path: String,
    /// The operation, if the path belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The status of the answer; none if the connection was closed without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The kind of credential, if it was a good one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<CredentialKind>,
    /// What was found out about the request signature.
    pub signature: SignatureCheck,
    /// The body was an encrypted envelope.
    pub encrypted: bool,
    /// The message of an error answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What was done to the answer on purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<RequestFault>,
}

/// What was done to an answer on purpose; the record's own status is what the client saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RequestFault {
    /// The kind of the fault.
    pub kind: HttpFaultKind,
    /// Whether it struck before the effect or after it.
    pub when: FaultMoment,
    /// The status of the answer before it was spoiled; none if nothing was carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handled: Option<u16>,
}

/// The kinds of credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CredentialKind {
    /// The partner's API key.
    ApiKey,
    /// A token of one client.
    ClientToken,
    /// The client id and secret of a partner.
    ClientCredentials,
    /// The token of one linked account.
    AccessToken,
    /// The token of one link flow.
    LinkToken,
    /// The token of a person who has logged in to the vendor's portal.
    PortalToken,
}

/// What was found out about the signature of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SignatureCheck {
    /// Not looked at: signing is not required, or the request was refused before.
    #[default]
    NotChecked,
    /// A registered key verifies it.
    Verified,
    /// Missing or wrong; the error says which.
    Refused,
}

#[derive(Default)]
pub(crate) struct RequestLog {
    records: VecDeque<RequestRecord>,
}

impl RequestLog {
    pub(crate) fn add(&mut self, record: RequestRecord) {
        if self.records.len() == KEPT {
            self.records.pop_front();
        }
        self.records.push_back(record);
    }

    pub(crate) fn records(&self) -> Vec<RequestRecord> {
        self.records.iter().cloned().collect()
    }
}
