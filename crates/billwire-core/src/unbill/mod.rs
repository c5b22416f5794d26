//! The legacy version of Q2 Biller Direct (`api.unbill.co/v1`): an API of its own, not a mode of `q2`.
//!
//! - [`Config`]: where to, as whom
//! - [`Client`]: one method per operation
//! - [`calls`]: the same operations as plain [`Call`](crate::Call)s, for callers who bring their own HTTP
//!
//! What is different from the current version:
//! - **Logins are answered at once**, after 5 to 30 seconds: [`Client::create_auth`] and [`Client::step_auth`] have a time
//!   limit of their own, and their answer is either finished or a challenge.
//! - **No message security.** Nothing is signed or encrypted but by TLS. An encryption that was added later on the same hosts
//!   is not documented well enough to be built (inferred).
//! - **No cancelling.** Scheduling a payment again replaces it (inferred).
//! - **Tokens work once** unless `nonce` says otherwise: the opposite of the current version.
//! - No paging: a search gives everything it finds in one answer.
//!
//! Whether the vendor's hosts of this version still answer is not known; see [`Config`] for other addresses.
//!
//! Source: Unbill v1 description, all sections.

mod behaviour;
mod client;
mod config;
#[rustfmt::skip]
mod generated;
mod secure;

pub use self::client::Client;
pub use self::config::{Config, ConfigBuilder};
pub use self::generated::calls;
