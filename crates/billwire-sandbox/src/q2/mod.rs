//! The emulated Q2 Biller Direct API.

pub(crate) mod api;
pub(crate) mod event_types;
pub(crate) mod events;
#[rustfmt::skip]
mod generated;
mod outcome;
pub(crate) mod partner_keys;
pub(crate) mod population;
pub(crate) mod quirks;
mod read;
pub(crate) mod request_signing;
mod routes;
mod samples;
mod security;
pub(crate) mod seed_data;
mod trigger;
mod wire;
pub(crate) mod world;

pub(crate) use self::trigger::{Trigger, triggered};
