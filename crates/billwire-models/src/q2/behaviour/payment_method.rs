//! What the status of a payment method means.

use crate::q2::PaymentMethodStatus;

impl PaymentMethodStatus {
    /// Whether a payment would be tried with the method. Only `verified` is; an unknown status is not, because money
    /// should not hang on a guess.
    ///
    /// Source: Q2 Biller Direct description, section 5.9 "Payment method, card, bank".
    #[must_use]
    pub fn is_usable(&self) -> bool {
        *self == Self::Verified
    }

    /// Whether the method was declined, under its present name or the old one (`failed`). Retry or replace it.
    ///
    /// Source: Q2 Biller Direct description, section 3.2 "Trap table", trap T29.
    #[must_use]
    pub fn is_declined(&self) -> bool {
        matches!(self, Self::Declined | Self::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_verified_is_usable() {
        let usable: Vec<_> = PaymentMethodStatus::ALL.iter().filter(|status| status.is_usable()).collect();
        assert_eq!(usable, [&PaymentMethodStatus::Verified]);
        assert!(!PaymentMethodStatus::from("on-probation").is_usable());
    }

    /// Trap T29: `failed` is the old name of `declined`.
    #[test]
    fn both_names_of_declined() {
        assert!(PaymentMethodStatus::from("declined").is_declined());
        assert!(PaymentMethodStatus::from("failed").is_declined());
        assert!(!PaymentMethodStatus::from("verified").is_declined());
        assert!(!PaymentMethodStatus::from("not-linked").is_declined());
    }
}
