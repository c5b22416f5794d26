//! Dollars and cents, exact.

use std::fmt::{self, Write as _};
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::json_text::Plain;

/// An amount of US dollars, never negative, at most two decimals; prints with exactly two.
///
/// Source: Q2 Biller Direct description, section 3.2 trap T8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(Decimal);

impl Amount {
    /// No money.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Reads `25.21`, `100` or `100.5`: no sign, no thousands separators, at most two decimals.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let starts_with_digit = text.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        if !digits || !starts_with_digit || decimals > 2 || text.len() > 15 || text.ends_with('.') {
            return None;
        }
        Decimal::from_str_exact(text).ok().map(Self)
    }

    /// The amount of `cents` cents.
    pub fn from_cents(cents: u32) -> Self {
        Self(Decimal::new(i64::from(cents), 2))
    }

    /// The exact value.
    pub fn value(self) -> Decimal {
        self.0
    }

    /// True for no money at all.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// `rate` per cent of this amount, rounded half up to cents.
    pub(crate) fn per_cent(self, rate: Decimal) -> Self {
        let exact = self.0 * rate / Decimal::ONE_HUNDRED;
        Self(exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
    }
}

impl From<Decimal> for Amount {
    /// Rounds half up to cents; what is below nothing becomes nothing.
    fn from(value: Decimal) -> Self {
        Self(value.max(Decimal::ZERO).round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
    }
}

impl Amount {
    /// In cents, if they are not more than anyone has.
    fn cents(self) -> Option<u64> {
        let per_unit = match self.0.scale() {
            0 => 100,
            1 => 10,
            2 => 1,
            _ => return None,
        };
        u64::try_from(self.0.mantissa()).ok()?.checked_mul(per_unit)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cents() {
            Some(cents) => write!(formatter, "{}.{:02}", cents / 100, cents % 100),
            None => write!(formatter, "{:.2}", self.0),
        }
    }
}

impl Plain for Amount {
    fn push_to(self, text: &mut String) {
        // Writing to a string does not fail.
        let _ = write!(text, "{self}");
    }
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom("an amount is text with at most two decimals, such as \"25.21\"")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(Amount::parse(text).map(|amount| amount.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn reads_dollars_with_or_without_cents() {
        check("100", Some("100.00"));
        check("100.5", Some("100.50"));
        check("25.21", Some("25.21"));
        check("0", Some("0.00"));
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "-1",
            "+1",
            "1,000.00",
            "1.005",
            ".5",
            "5.",
            "1e3",
            "NaN",
            "12 ",
            "1.2.3",
            "9999999999999999",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn takes_per_cent_half_up() {
        #[track_caller]
        fn per_cent(amount: &str, rate: &str, expected: &str) {
            let rate = Decimal::from_str_exact(rate).expect("a rate");
            assert_eq!(Amount::parse(amount).expect("an amount").per_cent(rate).to_string(), expected);
        }
        per_cent("100.00", "2.5", "2.50");
        per_cent("25.21", "2.5", "0.63"); // 0.63025
        per_cent("0.20", "2.5", "0.01"); // 0.005
        per_cent("0.19", "2.5", "0.00"); // 0.00475
    }
}
