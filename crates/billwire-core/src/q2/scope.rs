//! How far a credential reaches, as a type.
//!
//! The API key reaches everything of a partner, a client token one client only: calls about the partner as a whole answer
//! it with 403. So a client that was made from a token does not have their methods. Which operation takes which credential
//! stands in the description (`x-auth`), and the methods are made from it.
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
