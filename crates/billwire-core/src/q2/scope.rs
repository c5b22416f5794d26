//! How far a credential reaches, as a type.
//!
//! The API key reaches everything of a partner, a client token one client only: calls about the partner as a whole answer
//! it with 403. So a client that was made from a token does not have their methods. Which operation takes which credential
//! stands in the description (`x-auth`), and the methods are made from it.
//!
//! ```
//! use billwire_core::q2::{Client, Config, scope::OneClient};
//! use billwire_core::{ClientToken, Environment, Error};
//!
//! fn config(token: ClientToken) -> Result<Config<OneClient>, Error> {
//!     Config::builder(Environment::Sandbox, token).build()
//! }
//!
//! async fn bills(limited: &Client<OneClient>) -> Result<usize, Error> {
//!     Ok(limited.list_bills(&"579b695decfa11012711875d".into()).await?.data.len())
//! }
//! ```
//!
//! Neither of these compiles: what to sign for a token is not documented, and a list of the partner's bills is not a
//! client's.
//!
//! ```compile_fail,E0599
//! use billwire_core::q2::{Config, scope::OneClient};
//! use billwire_core::{ClientToken, Environment, Error};
//! use billwire_crypto::PrivateKey;
//!
//! fn config(token: ClientToken, key: PrivateKey) -> Result<Config<OneClient>, Error> {
//!     Config::builder(Environment::Sandbox, token).with_request_signing(key).build()
//! }
//! ```
//!
//! ```compile_fail,E0599
//! use billwire_core::q2::{Client, scope::OneClient};
//! use billwire_core::stream::Elements;
//! use billwire_models::q2::PartnerBill;
//!
//! fn bills(limited: &Client<OneClient>) -> Elements<PartnerBill> {
//!     limited.bills_of_partner(&"55942f330cfcfd6c4ed529d9".into())
//! }
//! ```
//!
//! Source: Q2 Biller Direct description, section 2.1 "Bearer credentials" (the limits are inferred).

use std::fmt;

use crate::credential::{ApiKey, ClientToken, Credential};

/// How far a credential reaches: [`Partner`] or [`OneClient`].
pub trait Scope: sealed::Scope {}

/// The whole partner: every operation. What an API key gives, and a [`Credential`] whose kind is only known at run time;
/// such a credential is checked when a call is sent.
#[derive(Clone, Copy, Debug)]
pub enum Partner {}

/// One client of a partner: every operation about that client's own resources. What a client token gives.
#[derive(Clone, Copy, Debug)]
pub enum OneClient {}

impl Scope for Partner {}
impl Scope for OneClient {}

/// A credential, and how far it reaches.
pub trait ScopedCredential: sealed::ScopedCredential {
    /// How far it reaches.
    type Scope: Scope;
}

impl ScopedCredential for ApiKey {
    type Scope = Partner;
}

impl ScopedCredential for ClientToken {
    type Scope = OneClient;
}

/// Reaches as far as its kind does, which is checked when a call is sent.
impl ScopedCredential for Credential {
    type Scope = Partner;
}

mod sealed {
    use super::{ApiKey, ClientToken, Credential, OneClient, Partner, fmt};

    pub trait Scope: Copy + fmt::Debug + Send + Sync + 'static {}
    impl Scope for Partner {}
    impl Scope for OneClient {}

    pub trait ScopedCredential: Into<Credential> {}
    impl ScopedCredential for ApiKey {}
    impl ScopedCredential for ClientToken {}
    impl ScopedCredential for Credential {}
}
