//! Q2 Biller Direct and CardSwap, current version (`api.q2open.io/v1`).
//!
//! - [`Config`]: where to, as whom, with which keys
//! - [`Client`]: one method per operation
//! - [`scope`]: what a client made from a client token cannot do, and does not have
//! - [`calls`]: the same operations as plain [`Call`](crate::Call)s, for callers who bring their own HTTP
//!
//! Source: Q2 Biller Direct description, all sections.

mod behaviour;
mod client;
mod config;
mod encryption;
#[rustfmt::skip]
mod generated;
mod keys;
mod lists;
pub mod scope;
mod secure;
mod signing;

pub use self::client::Client;
pub use self::config::{Config, ConfigBuilder};
pub use self::generated::calls;
pub use self::keys::FetchedKey;
pub use self::lists::CompanySearch;
