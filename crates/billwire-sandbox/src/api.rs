//! What the shared parts of the sandbox know of an emulated API: one value per API, and a world behind one trait.
//!
//! Nothing outside an API's own folder asks for it by name. What differs is in these values: where it listens, how a
//! request is found and carried out, what an error looks like, how an event is sent and sent again.

use std::fmt;

use billwire_crypto::Provider;
use billwire_models::operation::Operation;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::SignedDuration;
use serde_json::Value;

use crate::api_error::ApiError;
use crate::bill_pay::{LedgerEntry, PaymentCount};
use crate::context::PathParameters;
use crate::engine::{Engine, Happening};
use crate::error::Error;
use crate::event::{NewEvent, Trigger};
use crate::faults::{Protections, WebhookFaultKind};
use crate::info::Urls;
use crate::moment::Moment;
use crate::request_log::RequestRecord;
use crate::shared::Shared;
use crate::webhook_sender::{DeliveryAttempt, DeliveryState, PortalProtection};

/// The APIs that are compiled in, in the order in which those of one moment have their turn.
pub(crate) static APIS: &[&Api] = &[
    #[cfg(feature = "q2")]
    &crate::q2::API,
    #[cfg(feature = "unbill")]
    &crate::unbill::API,
    #[cfg(feature = "billerapi")]
    &crate::billerapi::API,
];

/// An emulated API.
pub(crate) struct Api {
    /// As in URLs of the control API, faults and records.
    pub(crate) name: &'static str,
    /// How far its port lies above the base.
    pub(crate) port_offset: u16,
    /// What its base URL has behind the address.
    pub(crate) base_path: &'static str,
    /// The header that names a request in its answer.
    pub(crate) request_id_header: &'static str,
    /// Where its base URL is told.
    pub(crate) url: fn(&mut Urls) -> &mut String,
    pub(crate) operations: &'static [&'static Operation],
    pub(crate) event_types: &'static [&'static str],
    pub(crate) ordering: Ordering,
    /// Finds the operation of a method and a path.
    pub(crate) route: fn(&Method, &str) -> Routed,
    /// Credential, body, operation: everything between the route and the answer.
    pub(crate) perform: fn(&Shared, Asked<'_>, &mut Observed) -> Result<Done, ApiError>,
    /// What becomes of a good answer after it was compared with the description.
    pub(crate) untidy: fn(&Shared, Option<&'static str>, Vec<u8>) -> Vec<u8>,
    pub(crate) error_body: fn(&Shared, &ApiError) -> Vec<u8>,
    #[cfg_attr(not(feature = "validate-answers"), expect(dead_code, reason = "only that check asks"))]
    pub(crate) schemas: Schemas,
    pub(crate) world: fn(&Engine) -> &dyn ApiWorld,
    pub(crate) world_mut: fn(&mut Engine) -> &mut dyn ApiWorld,
}

/// In which order events are delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ordering {
    /// An event waits until those of the same client before it are through.
    PerClient,
    /// Each one goes its own way.
    None,
}

/// The schemas that are generated from a description.
#[cfg_attr(not(feature = "validate-answers"), expect(dead_code, reason = "only that check asks"))]
pub(crate) struct Schemas {
    pub(crate) text: &'static str,
    /// Makes them as strict as the sandbox is, and adds the schema of an error as the answer `an error`.
    pub(crate) prepare: fn(&mut Value) -> Result<(), String>,
    /// The event as the schema of its type describes it.
    pub(crate) event: fn(&Value) -> Value,
}

/// Where a method and a path lead.
pub(crate) enum Routed {
    Operation(&'static Operation, PathParameters),
    /// The path exists, but not with this method; those which do.
    MethodNotAllowed(String),
    NotFound,
}

/// A request that has found its operation.
pub(crate) struct Asked<'a> {
    pub(crate) parts: &'a http::request::Parts,
    pub(crate) operation: &'static Operation,
    pub(crate) parameters: &'a PathParameters,
    /// To be looked at when it is known who calls: one that is too long is refused with its own status.
    pub(crate) body: Result<Vec<u8>, ApiError>,
}

/// What is learned about a request on its way, for the log and for the answer's head.
pub(crate) struct Observed {
    pub(crate) record: RequestRecord,
    /// Goes on the answer, also on that of an error.
    pub(crate) headers: HeaderMap,
}

/// What an operation answers: a status and a JSON body.
pub(crate) type Done = (u16, Vec<u8>);

/// The world of one API: a state machine without network, threads or a clock of its own.
pub(crate) trait ApiWorld {
    /// When the next thing happens by itself.
    fn next_due(&self) -> Option<Moment>;

    /// Lets the first thing happen that is due at or before `until`; says when and what it was.
    fn run_next(&mut self, until: Moment) -> Option<(Moment, Happening)>;

    /// The events since the last call, oldest first.
    fn take_events(&mut self) -> Vec<NewEvent>;

    /// Takes the emptied list of events back, so that not every effect needs a new one.
    fn reuse(&mut self, _emptied: Vec<NewEvent>) {}

    /// Where the delivery of a new event stands: it waits, its type is off, or there is no receiver.
    fn delivery_of(&self, event: &NewEvent) -> DeliveryState;

    /// There is somewhere to send events to.
    fn has_receiver(&self) -> bool;

    /// How long to wait after the so-many-th failed attempt; none to give up.
    fn pause_after(&self, failed: u32) -> Option<SignedDuration>;

    /// What protects the deliveries, so that a fault can spoil it.
    fn protections(&self) -> Protections;

    /// An event as it is sent now; made anew for each attempt.
    fn parcel(&self, provider: &dyn Provider, outgoing: &Outgoing<'_>) -> Parcel;

    /// An attempt was made.
    fn attempted(&mut self, _event_id: &str, _attempt: &DeliveryAttempt) {}

    /// Makes an event on demand. The world does not change: only what is told does.
    fn trigger(&mut self, now: Moment, trigger: Trigger) -> Result<NewEvent, Error>;

    /// The money that moved.
    fn ledger(&self) -> Vec<LedgerEntry>;

    /// Numbers payments from a count that is common to all worlds; nothing to do where no money moves.
    fn count_payments_with(&mut self, _count: &PaymentCount) {}
}

/// An event whose turn it is.
pub(crate) struct Outgoing<'a> {
    pub(crate) event_id: &'a str,
    /// Whom it is about.
    #[cfg_attr(
        not(feature = "billerapi"),
        allow(dead_code, reason = "the API that has several receivers asks")
    )]
    pub(crate) client_id: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) at: Moment,
    pub(crate) event: &'a Value,
    /// What is done to it on purpose.
    pub(crate) fault: Option<WebhookFaultKind>,
}

/// What is sent, and where.
pub(crate) struct Parcel {
    pub(crate) url: Option<String>,
    /// JSON.
    pub(crate) body: String,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// What is still to be done on the way: it takes requests to the partner.
    pub(crate) portal: Option<Box<PortalProtection>>,
}

impl Api {
    /// The one with this name, if it is compiled in.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        APIS.iter().copied().find(|api| api.name == name)
    }

    /// The same for a state that names it.
    pub(crate) fn of_state(name: &str) -> Result<&'static Self, String> {
        let unknown = "it is unknown, or the feature of its name is not compiled in";
        Self::named(name).ok_or_else(|| format!("this sandbox has no API \"{name}\": {unknown}"))
    }
}

impl PartialEq for Api {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Api {}

impl fmt::Debug for Api {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

/// Leaves an answer as it is.
pub(crate) fn as_it_is(_shared: &Shared, _operation: Option<&'static str>, body: Vec<u8>) -> Vec<u8> {
    body
}
