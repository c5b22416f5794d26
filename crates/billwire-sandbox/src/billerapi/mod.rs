//! The emulated BillerAPI.

mod cursor;
pub(crate) mod event_types;
pub(crate) mod events;
mod idempotency;
mod rate_limits;
pub(crate) mod settings;
pub(crate) mod world;
