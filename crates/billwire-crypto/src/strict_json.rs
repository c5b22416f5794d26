//! JSON objects of headers and claims: a member that stands twice is an error, not a choice; what is written keeps
//! its order.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

/// Writes an object of texts in the order given, compact.
pub(crate) fn render_texts(members: &[(&str, &str)]) -> String {
    let members: Vec<String> =
        members.iter().map(|(name, text)| format!("{}:{}", Value::from(*name), Value::from(*text))).collect();
    format!("{{{}}}", members.join(","))
}

/// A JSON object whose members all have different names.
pub(crate) struct UniqueObject(pub(crate) Map<String, Value>);

impl UniqueObject {
    /// `None` for anything but one JSON object in UTF-8 without duplicate members at its top level.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Map<String, Value>> {
        let text = std::str::from_utf8(bytes).ok()?;
        serde_json::from_str::<Self>(text).ok().map(|object| object.0)
    }
}

impl<'de> Deserialize<'de> for UniqueObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UniqueObjectVisitor)
    }
}

struct UniqueObjectVisitor;

impl<'de> Visitor<'de> for UniqueObjectVisitor {
    type Value = UniqueObject;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object without duplicate members")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members = Map::new();
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("duplicate member"));
            }
        }
        Ok(UniqueObject(members))
    }
}
