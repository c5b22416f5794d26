//! Some members of a JSON object, read without building the rest of it.
//!
//! An answer may be a list of millions of elements. Who only asks for a code or a message in it must not pay for them: the
//! memory needed is that of the members asked for, each with few elements and not deep.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Most elements or members of a member's value that are kept.
const MOST_KEPT: usize = 100;

/// The members of the object `json` that are called as `names` say; the last of several with one name. `None` if it is not
/// one whole object. Of their values lists and objects are kept with scalars only, and with the first hundred of these.
pub(crate) fn read(json: &[u8], names: &'static [&'static str]) -> Option<Value> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let members = deserializer.deserialize_map(Members(names)).ok()?;
    deserializer.end().ok()?;
    Some(Value::Object(members))
}

struct Members(&'static [&'static str]);

impl<'de> Visitor<'de> for Members {
    type Value = Map<String, Value>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = object.next_key_seed(Name(self.0))? {
            match name {
                Some(name) => {
                    members.insert(name.to_owned(), object.next_value_seed(Small { nested: true })?);
                }
                None => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        Ok(members)
    }
}

/// A name, if it is one of these.
struct Name(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<&'static str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<&'static str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().find(|wanted| **wanted == name).copied())
    }
}

/// A value of bounded size. What is too deep becomes null.
#[derive(Clone, Copy)]
struct Small {
    nested: bool,
}

impl Small {
    const SCALAR: Self = Self { nested: false };

    fn room(self, kept: usize) -> bool {
        self.nested && kept < MOST_KEPT
    }
}

impl<'de> DeserializeSeed<'de> for Small {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Small {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut kept = Vec::new();
        while self.room(kept.len()) {
            let Some(element) = list.next_element_seed(Self::SCALAR)? else { return Ok(kept.into()) };
            kept.push(element);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(if self.nested { kept.into() } else { Value::Null })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut kept = Map::new();
        while self.room(kept.len()) {
            let Some(name) = object.next_key::<String>()? else { return Ok(kept.into()) };
            kept.insert(name, object.next_value_seed(Self::SCALAR)?);
        }
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(if self.nested { kept.into() } else { Value::Null })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(text: &str, expected: impl Into<Option<Value>>) {
        assert_eq!(read(text.as_bytes(), &["code", "message"]), expected.into(), "{text}");
    }

    #[test]
    fn the_members_asked_for_are_read_and_no_others() {
        check(r#"{"code": "A", "other": [1, {"code": 2}], "n": 1}"#, Some(json!({"code": "A"})));
        check(
            r#"{"code": 1, "code": -2.5, "m\u0065ssage": null}"#,
            Some(json!({"code": -2.5, "message": null})),
        );
        check(
            r#"{"message": ["a", 1, true, [2], {"b": 3}]}"#,
            Some(json!({"message": ["a", 1, true, null, null]})),
        );
        check(
            r#"{"message": {"a": -1, "b": {"c": 2}, "d": [3]}}"#,
            Some(json!({"message": {"a": -1, "b": null, "d": null}})),
        );
        check("{}", Some(json!({})));
        for text in ["", "[]", "null", "\"code\"", "{", r#"{"code": 1"#, r#"{"code": 1} x"#, r#"{"code": }"#]
        {
            check(text, None);
        }
    }

    #[test]
    fn of_a_long_value_the_beginning_is_kept() {
        let list = |count| vec![0; count];
        let object = |count| (0..count).map(|key| (key.to_string(), json!(0))).collect::<Map<_, _>>();
        let text = json!({"code": list(1_000), "message": object(1_000), "end": 1}).to_string();
        let read = read(text.as_bytes(), &["code", "message", "end"]).expect("an object");
        assert_eq!(read["code"], json!(list(MOST_KEPT)));
        assert_eq!(read["message"].as_object().map(Map::len), Some(MOST_KEPT));
        assert_eq!(read["end"], 1);
    }
}
