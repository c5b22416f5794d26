//! Exact amounts of money that keep the text they came with.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::decimal::{self, Fault};

/// An exact amount in major units of its currency (US dollars in Q2 Biller Direct), never a binary float.
///
/// A received amount is written back with the text it came with: `"100"` stays `"100"`. An amount made here is written
/// with exactly two decimals. Two amounts are equal when they are worth the same, whatever their text.
///
/// A JSON number decodes too, as long as it has at most fifteen significant digits: a longer one may have been rounded by
/// the JSON parser, which reads it as a binary float, and is an error.
///
/// `Debug` hides the value, because a balance is personal data; `Display` prints it.
///
/// ```
/// use billwire_models::scalar::Money;
///
/// let amount: Money = serde_json::from_str(r#""100""#)?;
/// assert_eq!(amount, Money::from_cents(10_000));
/// assert_eq!(serde_json::to_string(&amount)?, r#""100""#);
/// assert_eq!(Money::from_cents(2_521).to_string(), "25.21");
/// assert!(Money::parse("1,000.00").is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Source: Q2 Biller Direct description, section 3.2 "Trap table", trap T8.
#[derive(Clone)]
pub struct Money {
    amount: Decimal,
    /// The received text, kept only where printing `amount` would not give it back.
    received: Option<Box<str>>,
}

impl Money {
    /// An amount of `cents` hundredths, written with two decimals.
    pub fn from_cents(cents: i64) -> Self {
        Self { amount: Decimal::new(cents, 2), received: None }
    }

    /// An amount from an exact decimal.
    ///
    /// # Errors
    /// [`InvalidMoney`] if `amount` has a fraction of a cent: round it first, by the rule that your contract names.
    pub fn from_decimal(amount: Decimal) -> Result<Self, InvalidMoney> {
        let mut cents = amount;
        cents.rescale(2);
        if cents != amount || cents.scale() != 2 {
            return Err(InvalidMoney {
                reason: "it has a fraction of a cent, or is too large; round it first",
            });
        }
        Ok(Self { amount: cents, received: None })
    }

    /// Reads an amount such as `"25.21"`, `"100"` or `"-3.5"` and keeps the text.
    ///
    /// # Errors
    /// [`InvalidMoney`] on thousands separators, currency signs, exponents, spaces, and on more than 28 digits.
    pub fn parse(text: &str) -> Result<Self, InvalidMoney> {
        let amount = decimal::parse(text).map_err(InvalidMoney::from_fault)?;
        let received = (amount.to_string() != text).then(|| text.into());
        Ok(Self { amount, received })
    }

    /// The exact amount.
    pub fn amount(&self) -> Decimal {
        self.amount
    }

    /// Whether the amount is exactly zero.
    pub fn is_zero(&self) -> bool {
        self.amount.is_zero()
    }

    fn from_float(value: f64) -> Result<Self, InvalidMoney> {
        let amount = decimal::from_float(value).map_err(InvalidMoney::from_fault)?;
        Ok(Self { amount, received: None })
    }
}

/// A text that is not an exact amount of money. The text itself is not repeated: it may be personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidMoney {
    reason: &'static str,
}

impl InvalidMoney {
    fn from_fault(fault: Fault) -> Self {
        Self { reason: fault.reason() }
    }
}

impl fmt::Display for InvalidMoney {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "not an exact amount of money: {}", self.reason)
    }
}

impl std::error::Error for InvalidMoney {}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.received {
            Some(text) => formatter.write_str(text),
            None => fmt::Display::fmt(&self.amount, formatter),
        }
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[hidden]")
    }
}

impl FromStr for Money {
    type Err = InvalidMoney;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl PartialEq for Money {
    fn eq(&self, other: &Self) -> bool {
        self.amount == other.amount
    }
}

impl Eq for Money {}

impl PartialOrd for Money {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Money {
    fn cmp(&self, other: &Self) -> Ordering {
        self.amount.cmp(&other.amount)
    }
}

impl Hash for Money {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.amount.hash(state);
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MoneyVisitor)
    }
}

struct MoneyVisitor;

impl Visitor<'_> for MoneyVisitor {
    type Value = Money;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an amount of money as a decimal string such as \"25.21\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Money, E> {
        Money::parse(text).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Money, E> {
        Ok(Money { amount: value.into(), received: None })
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Money, E> {
        Ok(Money { amount: value.into(), received: None })
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Money, E> {
        Money::from_float(value).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, cents: i64) {
        let amount: Money = serde_json::from_str(&format!("\"{text}\"")).unwrap();
        assert_eq!(amount, Money::from_cents(cents));
        assert_eq!(serde_json::to_string(&amount).unwrap(), format!("\"{text}\""), "the text is kept");
    }

    #[track_caller]
    fn refuse(text: &str) {
        let error = Money::parse(text).unwrap_err().to_string();
        assert!(error.starts_with("not an exact amount of money"), "{error}");
    }

    /// Trap T8: with cents and without, and the text stays as it was.
    #[test]
    fn keeps_the_text_of_every_documented_form() {
        check("100", 10_000);
        check("100.00", 10_000);
        check("0.5", 50);
        check("-3.10", -310);
        check("+3.10", 310);
        check("007.50", 750);
        check("-0", 0);
    }

    #[test]
    fn refuses_what_would_be_a_guess() {
        for text in ["", " ", "1,000.00", "$5", "1e3", "1.", ".5", "1.2.3", "--1", "1 ", "NaN", "٣", "0x10"]
        {
            refuse(text);
        }
        refuse("123456789012345678901234567890.12");
    }

    #[test]
    fn reads_json_numbers_only_while_they_are_exact() {
        assert_eq!(serde_json::from_str::<Money>("123.12").unwrap(), Money::from_cents(12_312));
        assert_eq!(serde_json::from_str::<Money>("100").unwrap(), Money::from_cents(10_000));
        assert_eq!(serde_json::from_str::<Money>("-7").unwrap(), Money::from_cents(-700));
        assert!(serde_json::from_str::<Money>("0.12345678901234567").is_err());
        assert!(serde_json::from_str::<Money>("true").is_err());
        assert!(serde_json::from_str::<Money>("null").is_err());
    }

    #[test]
    fn made_amounts_have_two_decimals() {
        assert_eq!(Money::from_cents(10_000).to_string(), "100.00");
        assert_eq!(Money::from_decimal(Decimal::new(5, 0)).unwrap().to_string(), "5.00");
        assert!(Money::from_decimal(Decimal::new(5001, 3)).is_err());
    }

    #[test]
    fn debug_tells_nothing() {
        assert_eq!(format!("{:?}", Money::from_cents(1_234)), "[hidden]");
    }

    proptest! {
        #[test]
        fn print_then_parse_is_identity(cents in any::<i64>()) {
            let amount = Money::from_cents(cents);
            let back = Money::parse(&amount.to_string()).unwrap();
            prop_assert_eq!(&back, &amount);
            prop_assert_eq!(back.to_string(), amount.to_string());
        }

        #[test]
        fn any_text_is_refused_or_kept(text in "\\PC{0,40}") {
            if let Ok(amount) = Money::parse(&text) {
                prop_assert_eq!(amount.to_string(), text);
            }
        }
    }
}
