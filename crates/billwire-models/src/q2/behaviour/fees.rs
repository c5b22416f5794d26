//! What a payment costs on top of its amount.
//!
//! Exact decimals from end to end: a fee is money that somebody is told about before they agree to pay it.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::q2::{CardBrand, CardType, Fee, Fees, PaymentMethod, PaymentMethodType, Surcharge, SurchargeType};
use crate::scalar::Money;

/// Other name of American Express among the fees.
const AMEX: &str = "amex";

/// Why a surcharge cannot be told. New variants may be added: always have a `_` arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnknownSurchargeKind {
    /// The amount to pay is less than nothing.
    NegativeAmount,
    /// The rate is less than nothing, which is not documented.
    NegativeRate,
    /// The fee has no rate, or does not say whether it is dollars or per cent.
    IncompleteFee,
    /// The payment method is neither a card nor a bank account, or the card does not say its brand or kind.
    IncompleteMethod,
    /// The result has more digits than can be told exactly.
    TooLarge,
}

/// A surcharge that cannot be told. It is not the same as none: do not promise the user a payment without a fee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSurcharge {
    kind: UnknownSurchargeKind,
}

impl UnknownSurcharge {
    fn new(kind: UnknownSurchargeKind) -> Self {
        Self { kind }
    }

    /// What is missing or wrong.
    #[must_use]
    pub fn kind(&self) -> UnknownSurchargeKind {
        self.kind
    }
}

impl fmt::Display for UnknownSurcharge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            UnknownSurchargeKind::NegativeAmount => "the amount to pay is negative: pass the amount without a sign",
            UnknownSurchargeKind::NegativeRate => {
                "the company's rate is negative, which is not documented: ask the service's support"
            }
            UnknownSurchargeKind::IncompleteFee => {
                "the company's fee lacks `rate` or `percentage`, so what it costs is a guess: read the company again"
            }
            UnknownSurchargeKind::IncompleteMethod => {
                "the payment method does not say which fee is its own: a card needs its brand and kind"
            }
            UnknownSurchargeKind::TooLarge => "the surcharge has more digits than can be told exactly",
        })
    }
}

impl std::error::Error for UnknownSurcharge {}

impl Fees {
    /// What paying `amount` US dollars with `method` costs on top; `None` if the company takes no fee for it.
    ///
    /// A percentage is taken of `amount` and rounded half up to cents. `amex` and `american express` are one brand; if
    /// the fees have both, the full name counts. The amount itself never includes the fee. An event says the same as
    /// `surcharge`: its `rate` is this fee in dollars.
    ///
    /// ```
    /// use billwire_models::q2::{Fees, PaymentMethod, SurchargeType};
    /// use billwire_models::scalar::Money;
    ///
    /// let fees: Fees = serde_json::from_str(r#"{"cards": {"amex": {"credit": {"rate": 2.5, "percentage": true}}}}"#)?;
    /// let card: PaymentMethod = serde_json::from_str(
    ///     r#"{"_id": "580e3e11dec21e861b5a3719", "type": "card", "status": "verified",
    ///         "card": {"brand": "american express", "type": "credit"}}"#,
    /// )?;
    /// let surcharge = fees.surcharge(&Money::from_cents(3_333), &card)?.expect("a fee");
    /// assert_eq!(surcharge.kind, Some(SurchargeType::Credit));
    /// assert_eq!(surcharge.rate, Some(Money::from_cents(83)), "83.325 cents");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`UnknownSurcharge`] if the fee, the method or the amount leaves it open. Show no fee rather than none; the
    /// service computes its own.
    ///
    /// Source: Q2 Biller Direct description, section 12.7 "Fees"; the look-up, the rounding and that the amount excludes
    /// the fee are inferred.
    pub fn surcharge(
        &self,
        amount: &Money,
        method: &PaymentMethod,
    ) -> Result<Option<Surcharge>, UnknownSurcharge> {
        match &method.kind {
            PaymentMethodType::Bank => self.bank_surcharge(amount),
            PaymentMethodType::Card => {
                let card = method.card.as_ref();
                let brand = card.and_then(|card| card.brand.as_ref());
                let kind = card.and_then(|card| card.kind.as_ref());
                match (brand, kind) {
                    (Some(brand), Some(kind)) => self.card_surcharge(amount, brand, kind),
                    _ if self.has_no_card_fee() => Ok(None),
                    _ => Err(UnknownSurcharge::new(UnknownSurchargeKind::IncompleteMethod)),
                }
            }
            PaymentMethodType::Unrecognized(_) => {
                Err(UnknownSurcharge::new(UnknownSurchargeKind::IncompleteMethod))
            }
        }
    }

    /// As [`surcharge`](Self::surcharge), for a bank account that is not stored yet.
    ///
    /// # Errors
    /// [`UnknownSurcharge`], as there.
    ///
    /// Source: Q2 Biller Direct description, section 12.7 "Fees".
    pub fn bank_surcharge(&self, amount: &Money) -> Result<Option<Surcharge>, UnknownSurcharge> {
        of(self.ach.as_ref(), amount, SurchargeType::Ach)
    }

    /// As [`surcharge`](Self::surcharge), for a card that is not stored yet.
    ///
    /// # Errors
    /// [`UnknownSurcharge`], as there.
    ///
    /// Source: Q2 Biller Direct description, section 12.7 "Fees".
    pub fn card_surcharge(
        &self,
        amount: &Money,
        brand: &CardBrand,
        kind: &CardType,
    ) -> Result<Option<Surcharge>, UnknownSurcharge> {
        let surcharge_type = match kind {
            CardType::Credit => SurchargeType::Credit,
            CardType::Debit => SurchargeType::Debit,
            CardType::Unrecognized(_) if self.has_no_card_fee() => return Ok(None),
            CardType::Unrecognized(_) => {
                return Err(UnknownSurcharge::new(UnknownSurchargeKind::IncompleteMethod));
            }
        };
        of(self.card_fee(brand, kind), amount, surcharge_type)
    }

    fn card_fee(&self, brand: &CardBrand, kind: &CardType) -> Option<&Fee> {
        let under = |name: &str| {
            let mut brands = self.cards.iter().flatten();
            brands.find_map(|(key, fees)| {
                let fee = if *kind == CardType::Credit { fees.credit.as_ref() } else { fees.debit.as_ref() };
                fee.filter(|_| key.trim().eq_ignore_ascii_case(name))
            })
        };
        let american_express = CardBrand::AmericanExpress.as_str();
        if [american_express, AMEX].iter().any(|name| brand.as_str().eq_ignore_ascii_case(name)) {
            return under(american_express).or_else(|| under(AMEX));
        }
        under(brand.as_str())
    }

    fn has_no_card_fee(&self) -> bool {
        let mut brands = self.cards.iter().flat_map(|cards| cards.values());
        brands.all(|fees| fees.credit.is_none() && fees.debit.is_none())
    }
}

fn of(fee: Option<&Fee>, amount: &Money, kind: SurchargeType) -> Result<Option<Surcharge>, UnknownSurcharge> {
    let Some(fee) = fee else { return Ok(None) };
    let (Some(rate), Some(percentage)) = (fee.rate, fee.percentage) else {
        return Err(UnknownSurcharge::new(UnknownSurchargeKind::IncompleteFee));
    };
    let dollars = compute(amount.amount(), rate.value(), percentage).map_err(UnknownSurcharge::new)?;
    Ok(Some(Surcharge::new().with_kind(kind).with_rate(dollars)))
}

fn compute(amount: Decimal, rate: Decimal, percentage: bool) -> Result<Money, UnknownSurchargeKind> {
    if amount < Decimal::ZERO {
        return Err(UnknownSurchargeKind::NegativeAmount);
    }
    if rate < Decimal::ZERO {
        return Err(UnknownSurchargeKind::NegativeRate);
    }
    let exact = if percentage { per_cent(amount, rate) } else { Some(rate) };
    // Away from zero is up, for nothing here is negative.
    let cents = exact.map(|fee| fee.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero));
    cents.and_then(|cents| Money::from_decimal(cents).ok()).ok_or(UnknownSurchargeKind::TooLarge)
}

/// `rate` per cent of `amount`; `None` if that has more digits than a decimal holds. The library would round the product
/// by itself then, and two roundings are one too many.
fn per_cent(amount: Decimal, rate: Decimal) -> Option<Decimal> {
    let (amount, rate) = (amount.normalize(), rate.normalize());
    if amount.is_zero() || rate.is_zero() {
        return Some(Decimal::ZERO);
    }
    let mut product = amount.checked_mul(rate)?;
    if product.scale() != amount.scale() + rate.scale() {
        return None;
    }
    product.set_scale(product.scale() + 2).ok()?;
    Some(product)
}

#[cfg(test)]
#[path = "fees_tests.rs"]
mod tests;
