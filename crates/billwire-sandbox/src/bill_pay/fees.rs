//! What a payment costs on top.

use super::World;
use super::amount::Amount;
use super::company::{CardKind, Company, Fee};
use super::payment::{Surcharge, SurchargeKind};
use super::payment_method::{Details, PaymentMethod};

impl Company {
    /// The surcharge for paying `amount` with `method`; none if the company has no fee for it.
    ///
    /// Source: Q2 Biller Direct description, section 12.7 "Fees".
    pub(super) fn surcharge(&self, amount: Amount, method: &PaymentMethod) -> Option<Surcharge> {
        let (kind, fee) = match &method.details {
            Details::Bank(_) => (SurchargeKind::Ach, self.fees.ach?),
            Details::Card(card) => {
                let fees = self.fees.cards.iter().find(|fees| fees.brand == card.brand)?;
                match card.kind {
                    CardKind::Credit => (SurchargeKind::Credit, fees.credit?),
                    CardKind::Debit => (SurchargeKind::Debit, fees.debit?),
                }
            }
        };
        Some(Surcharge { kind, fee: fee.of(amount) })
    }
}

impl World {
    /// The fee of a card that a test wants.
    ///
    /// Source: Unbill v1 description, section 10 "Behaviour an emulator must keep" (inferred).
    pub(super) fn wanted_surcharge(&self, method: &PaymentMethod) -> Option<Surcharge> {
        let fee = self.card_surcharge?;
        let Details::Card(card) = &method.details else { return None };
        let kind = match card.kind {
            CardKind::Credit => SurchargeKind::Credit,
            CardKind::Debit => SurchargeKind::Debit,
        };
        Some(Surcharge { kind, fee })
    }
}

impl Fee {
    fn of(self, amount: Amount) -> Amount {
        if self.percentage { amount.per_cent(self.rate) } else { Amount::from(self.rate) }
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;

    #[track_caller]
    fn check(rate: &str, percentage: bool, amount: &str, expected: &str) {
        let fee = Fee { rate: Decimal::from_str_exact(rate).expect("a rate"), percentage };
        assert_eq!(fee.of(Amount::parse(amount).expect("an amount")).to_string(), expected);
    }

    #[test]
    fn a_flat_fee_is_the_rate() {
        check("1.5", false, "100.00", "1.50");
        check("1.5", false, "0.01", "1.50");
    }

    #[test]
    fn a_percentage_is_rounded_half_up_to_cents() {
        check("2.5", true, "100.00", "2.50");
        check("2.5", true, "0.20", "0.01");
        check("2.5", true, "33.33", "0.83");
        check("0.333", true, "150.15", "0.50");
    }
}
