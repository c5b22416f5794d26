//! Tolerant decoding of the untidy forms that the documents print.
//!
//! Generated code names these types for members that the description marks with `x-lenient`. They are read-only: what
//! is sent always has the tidy form.
//!
//! Source: Q2 Biller Direct description, section 3.2 "Trap table", traps T1, T2, T4, T5 and T34.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeOwned, IntoDeserializer, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A boolean: `true`, `"true"` in any case, or `1`; and the same for false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LenientBool(pub bool);

/// A whole number: a JSON number, or its decimal text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LenientInteger<T>(pub T);

/// A list: an array, a bare element, or the bracketed text `"['one', 'two']"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LenientArray<T>(pub Vec<T>);

/// A member of an object that must not be lost for it: absent if it is null or cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfReadable<T>(pub Option<T>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for IfReadable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(Self(serde_json::from_value(value).ok()))
    }
}

impl<'de> Deserialize<'de> for LenientBool {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BoolVisitor)
    }
}

struct BoolVisitor;

impl Visitor<'_> for BoolVisitor {
    type Value = LenientBool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("true or false, as a boolean, a string, 1 or 0")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<LenientBool, E> {
        Ok(LenientBool(value))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<LenientBool, E> {
        if text.eq_ignore_ascii_case("true") {
            Ok(LenientBool(true))
        } else if text.eq_ignore_ascii_case("false") {
            Ok(LenientBool(false))
        } else {
            Err(E::invalid_value(de::Unexpected::Other("another string"), &self))
        }
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<LenientBool, E> {
        match value {
            0 => Ok(LenientBool(false)),
            1 => Ok(LenientBool(true)),
            _ => Err(E::invalid_value(de::Unexpected::Unsigned(value), &self)),
        }
    }
}

impl<'de, T> Deserialize<'de> for LenientInteger<T>
where
    T: TryFrom<i64> + std::str::FromStr,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IntegerVisitor(PhantomData))
    }
}

struct IntegerVisitor<T>(PhantomData<T>);

impl<T: TryFrom<i64> + std::str::FromStr> Visitor<'_> for IntegerVisitor<T> {
    type Value = LenientInteger<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a whole number within the range of {}, or its text", std::any::type_name::<T>())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<LenientInteger<T>, E> {
        T::try_from(value)
            .map(LenientInteger)
            .map_err(|_| E::invalid_value(de::Unexpected::Signed(value), &self))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<LenientInteger<T>, E> {
        let signed = i64::try_from(value).ok().and_then(|value| T::try_from(value).ok());
        signed.map(LenientInteger).ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(value), &self))
    }

    /// `25.0` is an integer to JSON Schema and to services that know one kind of number only. Its text has no fraction.
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<LenientInteger<T>, E> {
        let number = value.to_string().parse().ok();
        number.map(LenientInteger).ok_or_else(|| E::invalid_value(de::Unexpected::Float(value), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<LenientInteger<T>, E> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        number
            .map(LenientInteger)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Other("a string that is no whole number"), &self))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for LenientArray<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ArrayVisitor(PhantomData))
    }
}

struct ArrayVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ArrayVisitor<T> {
    type Value = LenientArray<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array, or one element as a string")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<LenientArray<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = elements.next_element()? {
            items.push(item);
        }
        Ok(LenientArray(items))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<LenientArray<T>, E> {
        let Some(inner) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) else {
            return Ok(LenientArray(vec![element(text)?]));
        };
        let parts = inner.split(',').map(|part| part.trim().trim_matches(['\'', '"']));
        parts.filter(|part| !part.is_empty()).map(element).collect::<Result<_, E>>().map(LenientArray)
    }
}

fn element<'de, T: Deserialize<'de>, E: de::Error>(text: &str) -> Result<T, E> {
    let deserializer: StrDeserializer<'_, E> = text.into_deserializer();
    T::deserialize(deserializer)
}

/// Reads a string into a type that any string fits: an id or an open enum.
pub(crate) struct TextVisitor<F> {
    name: &'static str,
    read: F,
}

impl<T, F: Fn(&str) -> T> TextVisitor<F> {
    pub(crate) fn new(name: &'static str, read: F) -> Self {
        Self { name, read }
    }
}

impl<T, F: Fn(&str) -> T> Visitor<'_> for TextVisitor<F> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a string ({})", self.name)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        Ok((self.read)(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T>(json: &str, expected: Option<&T>)
    where
        T: for<'de> Deserialize<'de> + PartialEq + fmt::Debug,
    {
        assert_eq!(serde_json::from_str::<T>(json).ok().as_ref(), expected, "{json}");
    }

    #[test]
    fn booleans_in_every_printed_form() {
        for json in ["true", "\"true\"", "\"TRUE\"", "\"True\"", "1"] {
            check(json, Some(&LenientBool(true)));
        }
        for json in ["false", "\"false\"", "\"False\"", "0"] {
            check(json, Some(&LenientBool(false)));
        }
        for json in ["\"yes\"", "\"\"", "2", "-1", "1.0", "null", "[]", "{}"] {
            check(json, None::<&LenientBool>);
        }
    }

    #[test]
    fn what_cannot_be_read_is_absent() {
        check("\"true\"", Some(&IfReadable(Some(LenientBool(true)))));
        for json in ["null", "\"yes\"", "7", "[]", "{\"deep\": [1]}"] {
            check(json, Some(&IfReadable(None::<LenientBool>)));
        }
        check("quokka", None::<&IfReadable<LenientBool>>);
    }

    #[test]
    fn integers_as_number_or_text() {
        check("25", Some(&LenientInteger(25_u32)));
        check("\"25\"", Some(&LenientInteger(25_u32)));
        check("\"-3\"", Some(&LenientInteger(-3_i64)));
        check("25.0", Some(&LenientInteger(25_u32)));
        check("1e2", Some(&LenientInteger(100_u32)));
        for json in [
            "-1",
            "\"-1\"",
            "\"+5\"",
            "\" 5\"",
            "\"\"",
            "\"-\"",
            "2.5",
            "1e300",
            "4294967296",
            "18446744073709551615",
        ] {
            check(json, None::<&LenientInteger<u32>>);
        }
    }

    #[test]
    fn arrays_bare_elements_and_bracketed_text() {
        let one = Some(LenientArray(vec!["cardswap".to_owned()]));
        for json in ["[\"cardswap\"]", "\"cardswap\"", "\"['cardswap']\"", "\"[ 'cardswap', ]\""] {
            check(json, one.as_ref());
        }
        check("\"['a', \\\"b\\\"]\"", Some(&LenientArray(vec!["a".to_owned(), "b".to_owned()])));
        check("\"[]\"", Some(&LenientArray(Vec::<String>::new())));
        check("5", None::<&LenientArray<String>>);
    }
}
