//! How far a credential reaches, as a type.
//!
//! Which operation takes which credential stands in the description (`x-auth`), and the methods are made from it: a client
//! has those that its own credential may call, and those that take none.
//!
//! ```
//! use billwire_core::billerapi::{Client, scope::OneAccount};
//! use billwire_core::{AccessToken, Error};
//! use billwire_models::billerapi::ListBillsQuery;
//!
//! async fn bills(client: &Client, token: AccessToken) -> Result<usize, Error> {
//!     let account: Client<OneAccount> = client.for_one_account(token)?;
//!     Ok(account.list_bills(&ListBillsQuery::new("sb_link_0001".into())).await?.bills.len())
//! }
//! ```
//!
//! None of these compiles. An access token does not reach the other accounts of the client:
//!
//! ```compile_fail,E0599
//! use billwire_core::billerapi::{Client, scope::OneAccount};
//!
//! async fn accounts(account: &Client<OneAccount>) {
//!     let _ = account.list_accounts().await;
//! }
//! ```
//!
//! nor does it start a synchronisation, or anything of the link flow:
//!
//! ```compile_fail,E0599
//! use billwire_core::billerapi::{Client, scope::OneAccount};
//! use billwire_models::billerapi::TriggerSync;
//!
//! async fn sync(account: &Client<OneAccount>) {
//!     let _ = account.trigger_sync(&TriggerSync::new("sb_link_0001".into())).await;
//! }
//! ```
//!
//! A token of the portal reads no bills:
//!
//! ```compile_fail,E0599
//! use billwire_core::billerapi::{Client, scope::Portal};
//!
//! async fn bill(portal: &Client<Portal>) {
//!     let _ = portal.bill(&"sandbox_bill_4242424242_1".into()).await;
//! }
//! ```
//!
//! An access token registers no webhooks:
//!
//! ```compile_fail,E0599
//! use billwire_core::billerapi::{Client, scope::OneAccount};
//! use billwire_models::billerapi::RegisterWebhook;
//!
//! async fn register(account: &Client<OneAccount>, request: &RegisterWebhook) {
//!     let _ = account.register_webhook(&"client_xyz".into(), request).await;
//! }
//! ```
//!
//! And the credentials of another API make no configuration:
//!
//! ```compile_fail,E0277
//! use billwire_core::{ApiKey, Environment, billerapi};
//!
//! let builder = billerapi::Config::builder(Environment::Sandbox, ApiKey::for_sandbox("key"));
//! ```
//!
//! Source: BillerAPI description, section 2.2 "Matrix".

use std::fmt;

pub use super::generated::{ClientCredentialsOrAccessToken, ClientCredentialsOrPortalToken};
use crate::credential::{AccessToken, ClientCredentials, Credential, PortalToken};

/// How far a credential reaches: [`ClientWide`], [`OneAccount`] or [`Portal`].
pub trait Scope: sealed::Scope {}

/// Everything of the client, in one environment. What a client id with its secret gives.
#[derive(Clone, Copy, Debug)]
pub enum ClientWide {}

/// One linked account. What an access token gives.
#[derive(Clone, Copy, Debug)]
pub enum OneAccount {}

/// The administration of a client. What a token of the portal gives.
#[derive(Clone, Copy, Debug)]
pub enum Portal {}

impl Scope for ClientWide {}
impl Scope for OneAccount {}
impl Scope for Portal {}

/// A credential, and how far it reaches.
pub trait ScopedCredential: sealed::ScopedCredential {
    /// How far it reaches.
    type Scope: Scope;
}

impl ScopedCredential for ClientCredentials {
    type Scope = ClientWide;
}

impl ScopedCredential for AccessToken {
    type Scope = OneAccount;
}

impl ScopedCredential for PortalToken {
    type Scope = Portal;
}

mod sealed {
    use super::{
        AccessToken, ClientCredentials, ClientWide, Credential, OneAccount, Portal, PortalToken, fmt,
    };

    pub trait Scope: Copy + fmt::Debug + Send + Sync + 'static {}
    impl Scope for ClientWide {}
    impl Scope for OneAccount {}
    impl Scope for Portal {}

    pub trait ScopedCredential: Into<Credential> {}
    impl ScopedCredential for ClientCredentials {}
    impl ScopedCredential for AccessToken {}
    impl ScopedCredential for PortalToken {}
}
