//! What banks and card networks do to payment methods.

use serde::Deserialize;

use super::World;
use super::ids::PaymentMethodId;
use super::payment_method::{Details, MethodKind};
use super::statement::{invalid, not_found};
use crate::error::Error;

/// What the issuer of a card or account says from now on. What is left out stays.
///
/// In JSON: `{"declines": true}`, `{"cancelled": true}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[non_exhaustive]
pub struct IssuerNews {
    /// Payments with it fail from now on, or work again. Its status follows with the next payment.
    pub declines: Option<bool>,
    /// The card was cancelled: payments with it fail, and events say so. Not for bank accounts, and not taken back.
    pub cancelled: bool,
}

impl IssuerNews {
    /// Payments fail from now on, or work again.
    #[must_use]
    pub fn with_declines(mut self, declines: bool) -> Self {
        self.declines = Some(declines);
        self
    }

    /// The card was cancelled.
    #[must_use]
    pub fn with_cancelled(mut self) -> Self {
        self.cancelled = true;
        self
    }
}

impl World {
    /// The issuer changes its mind about a method.
    ///
    /// Source: Q2 Biller Direct description, section 5.9 "Payment method, card, bank" (reasons of a decline;
    /// `card.cancelled`, whose meaning is inferred).
    pub(crate) fn issuer_says(&mut self, id: &PaymentMethodId, news: IssuerNews) -> Result<(), Error> {
        let method = self.payment_method(id).ok_or_else(|| not_found("payment method", id.as_str()))?;
        if news.cancelled && method.kind() == MethodKind::Bank {
            return Err(invalid("a bank account cannot be cancelled; let it decline instead"));
        }
        let Some(method) = self.payment_methods.find_mut(id) else { return Ok(()) };
        if let Some(declines) = news.declines {
            method.issuer_declines = Some(declines);
        }
        if news.cancelled
            && let Details::Card(card) = &mut method.details
        {
            card.cancelled = true;
        }
        Ok(())
    }
}
