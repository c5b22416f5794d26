//! BillerAPI (`api.billerapi.com`): link accounts at billers, read their bills, find billers in a mailbox.
//!
//! - [`Config`]: where to, as whom
//! - [`Client`]: one method per operation
//! - [`scope`]: which operations a credential reaches; a client does not have the others
//! - [`calls`]: the same operations as plain [`Call`](crate::Call)s, for callers who bring their own HTTP
//!
//! What is particular about this API:
//! - **Three kinds of credentials**, each with a client of its own: the client's id and secret, the access token of one linked
//!   account, the portal's token.
//! - **Every `POST` carries an idempotency key**, the same over all attempts. Three operations are documented to honour it,
//!   and only these are repeated when nobody knows whether they arrived.
//! - **A problem at the biller comes with status 200**: it is an error here, of the kind
//!   [`BusinessFailure`](crate::ErrorKind::BusinessFailure), with [its code](crate::Error::failure_code).
//! - **Rate limits** are documented, and kept before the service has to ask for it.
//!
//! Source: BillerAPI description, all sections.

mod answers;
mod bills;
mod client;
mod codes;
mod config;
#[rustfmt::skip]
mod generated;
mod lists;
pub mod scope;
mod secure;
mod visible;

pub use self::answers::ANSWER_RULES;
pub use self::client::Client;
pub use self::config::{Config, ConfigBuilder};
pub use self::generated::calls;
pub use self::lists::OnePage;
