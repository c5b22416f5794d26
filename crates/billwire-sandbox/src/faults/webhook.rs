//! Faults of deliveries to the partner.

use serde::{Deserialize, Serialize};

use super::http::{check_duration, later};
use super::targets::{self, ANY};
use super::turn::Turns;
use crate::error::{Error, ErrorKind};
use crate::moment::Moment;

/// One fault of deliveries: what happens to the next events of a type.
///
/// The kinds of the queue ([`Duplicate`](WebhookFaultKind::Duplicate), [`Reorder`](WebhookFaultKind::Reorder),
/// [`Drop`](WebhookFaultKind::Drop), [`Delay`](WebhookFaultKind::Delay)) count events; the others count attempts, so a
/// receiver that refuses a spoiled attempt gets a proper one when the event is sent again. A kind that spoils a
/// protection concerns only attempts that have it: a signature fault waits until a signature is configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct WebhookFault {
    kind: WebhookFaultKind,
    event_type: String,
    api: Option<String>,
    turns: Turns,
    duration: Option<String>,
}

/// What goes wrong with a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WebhookFaultKind {
    /// The same event is sent twice, one right after the other.
    Duplicate,
    /// The event and the next one of its client, to the same receiver, change places. It waits for the next one for an hour
    /// of virtual time; without one it is sent alone.
    Reorder,
    /// The event is recorded, but never sent.
    Drop,
    /// The event is sent later, and with it what waits for the same client.
    Delay,
    /// The body is changed after the signature was made. The documented signature does not cover the body, so it still
    /// verifies; of an encrypted body the ciphertext is changed.
    Tamper,
    /// Signed under the right key id with a key of somebody else.
    WrongKey,
    /// Signed with the signing key that was deleted last, or with one that was in use before this sandbox began.
    RetiredKey,
    /// Signed with the newer of two keys; the older one should.
    NewerKey,
    /// The token's `exp` passed an hour ago, or the signature was made so long ago.
    ExpiredToken,
    /// The signature header is missing.
    MissingSignature,
    /// The token's `iss` is another one.
    WrongIssuer,
    /// The token's `aud` is another one.
    WrongAudience,
    /// The body is plain although encryption is configured.
    PlainBody,
    /// Another bearer token than the one the OAuth endpoint issued.
    WrongBearer,
    /// No bearer token although OAuth is configured.
    MissingBearer,
}

/// The JSON form.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    kind: WebhookFaultKind,
    event_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api: Option<String>,
    #[serde(default)]
    skip: u32,
    #[serde(default = "once")]
    times: u32,
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    duration: Option<String>,
    #[serde(default)]
    matched: u32,
    #[serde(default)]
    used: u32,
}

fn once() -> u32 {
    1
}

/// What a kind of fault needs to be there before it can spoil it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Protections {
    pub(crate) signature: bool,
    /// The signature says until when, or when it was made.
    pub(crate) dated: bool,
    /// The signature names an issuer and an audience.
    pub(crate) claims: bool,
    pub(crate) encryption: bool,
    pub(crate) bearer: bool,
    pub(crate) two_signing_keys: bool,
}

impl WebhookFault {
    /// A fault of a kind that needs nothing else; `event_type` is a type such as `bill.payment.sent`, or `*`.
    pub fn new(kind: WebhookFaultKind, event_type: impl Into<String>) -> Self {
        Self { kind, event_type: event_type.into(), api: None, turns: Turns::NEXT, duration: None }
    }

    /// Sends the event an ISO 8601 duration of virtual time later, such as `PT10M`.
    pub fn delay(event_type: impl Into<String>, duration: impl Into<String>) -> Self {
        Self { duration: Some(duration.into()), ..Self::new(WebhookFaultKind::Delay, event_type) }
    }

    /// Lets so many pass first.
    #[must_use]
    pub fn skip(mut self, deliveries: u32) -> Self {
        self.turns.skip = deliveries;
        self
    }

    /// Spoils so many; 0 means every one.
    #[must_use]
    pub fn times(mut self, deliveries: u32) -> Self {
        self.turns.times = deliveries;
        self
    }

    /// Spoils every one.
    #[must_use]
    pub fn always(self) -> Self {
        self.times(0)
    }

    /// Concerns this API only, such as `q2`; without it an event of any API.
    #[must_use]
    pub fn of_api(self, api: impl Into<String>) -> Self {
        Self { api: Some(api.into()), ..self }
    }

    /// What goes wrong.
    pub fn kind(&self) -> WebhookFaultKind {
        self.kind
    }

    /// The event type it concerns, or `*`.
    pub fn event_type(&self) -> &str {
        &self.event_type
    }

    /// How many events or attempts it concerned so far, those it let pass included.
    pub fn matched(&self) -> u32 {
        self.turns.matched
    }

    /// How many it spoiled so far.
    pub fn used(&self) -> u32 {
        self.turns.used
    }

    /// Counts a delivery if the fault concerns it; says whether it is its turn. `first` is the first attempt of a round.
    pub(super) fn count(&mut self, api: &str, event_type: &str, first: bool, there: Protections) -> bool {
        let concerned = self.api.as_deref().is_none_or(|known| known == api)
            && (self.event_type == ANY || self.event_type == event_type)
            && (first || !self.kind.is_of_the_queue())
            && self.kind.can_spoil(there);
        concerned && self.turns.count()
    }

    pub(super) fn use_up(&mut self) {
        self.turns.use_up();
    }

    /// When an event that is due `now` is sent instead.
    pub(super) fn later(&self, now: Moment) -> Moment {
        later(now, self.duration.as_deref())
    }

    pub(super) fn check(&self, place: &str) -> Result<(), Error> {
        targets::check_event_type(place, self.api.as_deref(), &self.event_type)?;
        let invalid = |message: &str| Err(Error::new(ErrorKind::InvalidInput, format!("{place}{message}")));
        match (self.kind, &self.duration) {
            (WebhookFaultKind::Delay, Some(duration)) => check_duration(place, duration),
            (WebhookFaultKind::Delay, None) => {
                invalid(".for says how long, as an ISO 8601 duration such as \"PT10M\"")
            }
            (_, Some(_)) => invalid(".for belongs to the kind \"delay\""),
            (_, None) => Ok(()),
        }
    }
}

impl WebhookFaultKind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::Duplicate,
        Self::Reorder,
        Self::Drop,
        Self::Delay,
        Self::Tamper,
        Self::WrongKey,
        Self::RetiredKey,
        Self::NewerKey,
        Self::ExpiredToken,
        Self::MissingSignature,
        Self::WrongIssuer,
        Self::WrongAudience,
        Self::PlainBody,
        Self::WrongBearer,
        Self::MissingBearer,
    ];

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::Drop => "drop",
            Self::Delay => "delay",
            Self::Tamper => "tamper",
            Self::WrongKey => "wrong-key",
            Self::RetiredKey => "retired-key",
            Self::NewerKey => "newer-key",
            Self::ExpiredToken => "expired-token",
            Self::MissingSignature => "missing-signature",
            Self::WrongIssuer => "wrong-issuer",
            Self::WrongAudience => "wrong-audience",
            Self::PlainBody => "plain-body",
            Self::WrongBearer => "wrong-bearer",
            Self::MissingBearer => "missing-bearer",
        }
    }

    /// Decided once for an event, not again for each attempt.
    fn is_of_the_queue(self) -> bool {
        matches!(self, Self::Duplicate | Self::Reorder | Self::Drop | Self::Delay)
    }

    fn can_spoil(self, there: Protections) -> bool {
        match self {
            Self::WrongKey | Self::RetiredKey | Self::MissingSignature => there.signature,
            Self::ExpiredToken => there.signature && there.dated,
            Self::WrongIssuer | Self::WrongAudience => there.signature && there.claims,
            Self::NewerKey => there.signature && there.two_signing_keys,
            Self::PlainBody => there.encryption,
            Self::WrongBearer | Self::MissingBearer => there.bearer,
            Self::Duplicate | Self::Reorder | Self::Drop | Self::Delay | Self::Tamper => true,
        }
    }
}

impl From<Written> for WebhookFault {
    fn from(written: Written) -> Self {
        let Written { kind, event_type, api, skip, times, duration, matched, used } = written;
        Self { kind, event_type, api, turns: Turns { skip, times, matched, used }, duration }
    }
}

impl From<WebhookFault> for Written {
    fn from(fault: WebhookFault) -> Self {
        let WebhookFault { kind, event_type, api, turns, duration } = fault;
        let Turns { skip, times, matched, used } = turns;
        Self { kind, event_type, api, skip, times, duration, matched, used }
    }
}
