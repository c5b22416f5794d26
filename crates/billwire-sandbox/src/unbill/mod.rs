//! The emulated legacy API, Unbill v1: the bill-pay world, shown synchronously and with two events.

mod api;
mod credentials;
mod events;
#[rustfmt::skip]
mod generated;
mod handle;
pub(crate) mod manner;
mod read;
mod routes;
mod rules;
mod seed_data;
mod state;
mod trigger;
mod webhooks;
mod wire;

pub(crate) use self::api::API;
pub use self::handle::UnbillWorld;
pub use self::rules::UnbillRules;
pub(crate) use self::state::State;
pub use self::webhooks::UnbillWebhooks;

/// The partner's API key is the only credential.
///
/// Source: Unbill v1 description, section 2 "Authentication, request ids, errors".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Partner;

type RequestContext = crate::context::RequestContext<Partner>;
