//! The outside world on the handle: what companies, issuers and clients do that no call of the API can.

use crate::bill_pay::{AuthRefresh, BillChoices, IssuerNews, Statement, SwapEnd};
use crate::control::outside;
use crate::error::Error;
use crate::sandbox::Sandbox;

impl Sandbox {
    /// A company issues a statement for a known bill: with `bill.update`, and `bill.scheduled-payment-notice` if the due
    /// date of a scheduled payment moves. A bill that was settled is owed again.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for an unknown bill;
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) while it is being paid, while its login is not verified,
    /// or where the company requires the user to be present.
    pub async fn deliver_statement(&self, bill_id: &str, statement: &Statement) -> Result<(), Error> {
        outside::statement(&self.shared, outside::Q2, bill_id, statement).await.map(drop)
    }

    /// One more bill is found at a verified login, with `bill.created`; returns its id.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for an unknown auth;
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if it is not verified, or where the company requires the
    /// user to be present.
    pub async fn find_bill(&self, auth_id: &str, statement: &Statement) -> Result<String, Error> {
        outside::find_bill(&self.shared, outside::Q2, auth_id, statement).await.map(|id| id.to_string())
    }

    /// The service looks at a verified login by itself and finds something.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for an unknown auth;
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if it is not verified or is being checked, where the
    /// company requires the user to be present, or for a hold code that no document names.
    pub async fn refresh_auth(&self, auth_id: &str, found: &AuthRefresh) -> Result<(), Error> {
        outside::refresh(&self.shared, outside::Q2, auth_id, found).await.map(drop)
    }

    /// A swap in progress ends.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for an unknown swap;
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if it is not in progress or its login is not verified.
    pub async fn end_swap(&self, swap_id: &str, end: &SwapEnd) -> Result<(), Error> {
        outside::end_swap(&self.shared, outside::Q2, swap_id, end).await.map(drop)
    }

    /// The issuer of a card or account changes its mind: payments with it fail from now on, or work again.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for an unknown method;
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) for a bank account that is to be cancelled.
    pub async fn tell_issuer(&self, payment_method_id: &str, news: IssuerNews) -> Result<(), Error> {
        outside::issuer(&self.shared, outside::Q2, payment_method_id, news).await.map(drop)
    }

    /// The client chooses something in a white-label product, such as what to pay.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for an unknown bill;
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) for an amount that the company does not allow.
    pub async fn choose(&self, bill_id: &str, choices: &BillChoices) -> Result<(), Error> {
        outside::choose(&self.shared, outside::Q2, bill_id, choices).await.map(drop)
    }
}
