//! Unbill on the handle: where its webhooks go, and what companies and issuers do that no call of the API can.

use super::rules::UnbillRules;
use super::webhooks::UnbillWebhooks;
use crate::bill_pay::{AuthRefresh, IssuerNews, Statement};
use crate::control::{outside, unbill};
use crate::error::Error;
use crate::sandbox::Sandbox;

/// The emulated Unbill of a sandbox; see [`Sandbox::unbill`].
#[derive(Clone, Copy, Debug)]
pub struct UnbillWorld<'a> {
    sandbox: &'a Sandbox,
}

impl Sandbox {
    /// What is steered at Unbill alone. Clock, events, faults, ledger, requests and state are common to all APIs.
    pub fn unbill(&self) -> UnbillWorld<'_> {
        UnbillWorld { sandbox: self }
    }
}

impl UnbillWorld<'_> {
    /// Says where webhooks go.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) for a URL that is not of this machine or an unknown type.
    pub async fn configure_webhooks(self, webhooks: UnbillWebhooks) -> Result<(), Error> {
        unbill::configure_webhooks(&self.sandbox.shared, webhooks).await
    }

    /// Sets the switches for what the sources leave open; they hold from the next request and the next payment on.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) for an unknown company.
    pub fn set_rules(self, rules: UnbillRules) -> Result<(), Error> {
        self.sandbox.shared.engine().unbill.set_rules(rules)
    }

    /// A company issues a statement for a known bill, with `bill.update`. A bill that was settled is owed again.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for an unknown bill;
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) while it is being paid or its login is not verified.
    pub async fn deliver_statement(self, bill_id: &str, statement: &Statement) -> Result<(), Error> {
        outside::statement(&self.sandbox.shared, outside::UNBILL, bill_id, statement).await.map(drop)
    }

    /// One more bill is found at a verified login; returns its id.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for an unknown auth;
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if it is not verified.
    pub async fn find_bill(self, auth_id: &str, statement: &Statement) -> Result<String, Error> {
        let found = outside::find_bill(&self.sandbox.shared, outside::UNBILL, auth_id, statement).await;
        found.map(|id| id.to_string())
    }

    /// The service looks at a verified login by itself: all is well, its credentials have stopped working, or it goes on
    /// hold, which `fix-hold` ends whatever its code.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for an unknown auth;
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if it is not verified, for a hold code that no document
    /// names, and for what this version does not have: questions that nobody waits for, and `needs-resync`.
    pub async fn refresh_auth(self, auth_id: &str, found: &AuthRefresh) -> Result<(), Error> {
        unbill::refresh(&self.sandbox.shared, auth_id, found).await.map(drop)
    }

    /// The issuer of a card or account changes its mind: payments with it fail from now on, or work again.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for an unknown method;
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) for a bank account that is to be cancelled.
    pub async fn tell_issuer(self, payment_method_id: &str, news: IssuerNews) -> Result<(), Error> {
        outside::issuer(&self.sandbox.shared, outside::UNBILL, payment_method_id, news).await.map(drop)
    }

    /// A white-label product is opened with a client token, which is thereby used up unless it was made with
    /// `nonce: false`; returns the client it stands for.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) for a token that is unknown, used up or expired.
    pub fn use_token(self, token: &str) -> Result<String, Error> {
        unbill::use_token(&self.sandbox.shared, token)
    }
}
