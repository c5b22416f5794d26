//! Exact decimal numbers that the documents print now as a number and now as a string.

use std::fmt;

use rust_decimal::Decimal;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::decimal;

/// An exact decimal number, for example a fee rate. Decodes from a decimal string or from a JSON number of at most fifteen
/// significant digits (a longer one may have been rounded by the JSON parser), is written as a JSON number.
///
/// What was written with a decimal point keeps at least one decimal: `128`, `128.00` and `"128.00"` are equal, but only the
/// first has a scale of zero. How many zeros stood behind the point is known of a string only.
///
/// Source: Q2 Biller Direct description, section 3.2 "Trap table", trap T25.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(Decimal);

impl Number {
    /// Wraps an exact decimal.
    pub fn new(value: Decimal) -> Self {
        Self(value)
    }

    /// The exact value.
    pub fn value(self) -> Decimal {
        self.0
    }
}

impl From<Decimal> for Number {
    fn from(value: Decimal) -> Self {
        Self(value)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = self.0.normalize();
        match (value.scale(), i64::try_from(value)) {
            (0, Ok(whole)) => serializer.serialize_i64(whole),
            // The shortest text of a float with up to fifteen digits is the decimal itself; longer ones go as text.
            _ => match value.to_string().parse::<f64>() {
                Ok(float) if decimal::from_float(float) == Ok(value) => serializer.serialize_f64(float),
                _ => serializer.collect_str(&value),
            },
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number, or a decimal string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
        decimal::parse(text)
            .map(Number)
            .map_err(|fault| E::custom(format_args!("not an exact number: {}", fault.reason())))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Number, E> {
        Ok(Number(value.into()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Number, E> {
        Ok(Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Number, E> {
        decimal::from_float(value)
            .map(|value| Number(with_a_decimal(value)))
            .map_err(|fault| E::custom(format_args!("not an exact number: {}", fault.reason())))
    }
}

/// A JSON number comes as a float if it was written with a point (or an exponent), and as an integer if not.
fn with_a_decimal(mut value: Decimal) -> Decimal {
    if value.scale() == 0 {
        value.rescale(1);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, printed: &str) {
        let number: Number = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&number).unwrap(), printed);
    }

    #[test]
    fn reads_numbers_and_strings_and_writes_numbers() {
        check("1.5", "1.5");
        check("\"2.50\"", "2.5");
        check("3", "3");
        check("-2", "-2");
        check("\"0.00\"", "0");
        check("\"0.1234567890123456789\"", "\"0.1234567890123456789\"");
    }

    #[test]
    fn a_written_point_is_kept() {
        for (json, printed) in [
            ("128", "128"),
            ("128.00", "128.0"),
            ("128.50", "128.5"),
            ("\"128.00\"", "128.00"),
            ("\"128\"", "128"),
        ] {
            let number: Number = serde_json::from_str(json).unwrap();
            assert_eq!(number.to_string(), printed, "{json}");
        }
        let [whole, point]: [Number; 2] = serde_json::from_str("[128, 128.0]").unwrap();
        assert_eq!(whole, point);
    }

    #[test]
    fn refuses_everything_else() {
        for json in ["\"\"", "\"1,5\"", "true", "[]", "null", "0.1234567890123456789"] {
            assert!(serde_json::from_str::<Number>(json).is_err(), "{json}");
        }
    }
}
