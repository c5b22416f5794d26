//! The emulated Q2 Biller Direct API.

mod api;
pub(crate) mod event_types;
mod events;
#[rustfmt::skip]
mod generated;
pub(crate) mod manner;
mod outcome;
pub(crate) mod partner_keys;
pub(crate) mod quirks;
mod read;
pub(crate) mod request_signing;
mod routes;
mod samples;
mod security;
pub(crate) mod seed_data;
mod state;
mod trigger;
mod webhooks;
mod wire;

use crate::bill_pay::ClientId;

/// The credential of a request, after it was found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The partner's API key: everything.
    Partner,
    /// A client token: only what belongs to this client.
    Client(ClientId),
}

type RequestContext = crate::context::RequestContext<Caller>;

pub(crate) use self::api::API;
pub(crate) use self::state::State;
pub use self::webhooks::WebhookConfiguration;
