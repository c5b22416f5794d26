//! What was sent, as far as an answer must not be shown to repeat it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use billwire_models::operation::Operation;
use bytes::Bytes;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

/// Fewest characters of a text that is taken for a secret: those of a card code. Shorter ones stand in any message.
const FEWEST_CHARACTERS: usize = 3;

/// A request, as its answer is read.
#[derive(Clone, Copy)]
pub(crate) struct Sent<'a> {
    pub(crate) operation: &'static Operation,
    pub(crate) body: Option<&'a Bytes>,
    /// The secret of a credential in place of the configured one.
    pub(crate) credential: Option<&'a str>,
}

impl fmt::Debug for Sent<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sent").field("operation", &self.operation.id).finish_non_exhaustive()
    }
}

impl Sent<'_> {
    /// The texts and numbers in those members of the body that the operation table calls secret, at any depth.
    pub(crate) fn secrets(&self) -> Vec<Zeroizing<String>> {
        let mut found = Vec::new();
        let Some(body) = self.body else { return found };
        let Ok(members) = serde_json::from_slice::<BTreeMap<Cow<'_, str>, &RawValue>>(body) else {
            return found;
        };
        for member in self.operation.body.iter().flat_map(|body| body.members).filter(|member| member.secret)
        {
            if let Some(value) = members.get(member.name) {
                // What is not read to its end was not sent as JSON either.
                let _ = Texts(&mut found).deserialize(&mut serde_json::Deserializer::from_str(value.get()));
            }
        }
        found.retain(|text| text.chars().count() >= FEWEST_CHARACTERS);
        found
    }
}

/// Collects every text and number of a value. Each is wiped after use, like the body that it comes from.
struct Texts<'a>(&'a mut Vec<Zeroizing<String>>);

impl Texts<'_> {
    fn add(self, text: &(impl ToString + ?Sized)) {
        self.0.push(Zeroizing::new(text.to_string()));
    }
}

impl<'de> DeserializeSeed<'de> for Texts<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Texts<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.add(&value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.add(&value);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.add(&value);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.add(&value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Texts(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while object.next_key::<serde::de::IgnoredAny>()?.is_some() {
            object.next_value_seed(Texts(&mut *self.0))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use billwire_models::q2::operations;

    use super::*;

    fn check(body: &str, expected: &[&str]) {
        let body = Bytes::copy_from_slice(body.as_bytes());
        let sent = Sent { operation: &operations::CREATE_AUTH, body: Some(&body), credential: None };
        let secrets = sent.secrets();
        assert_eq!(secrets.iter().map(|secret| secret.as_str()).collect::<Vec<_>>(), expected);
        assert!(!format!("{sent:?}").contains("hunter2"));
    }

    #[test]
    fn only_secret_members_are_collected_and_these_whole() {
        check(
            r#"{"clientId": "hunter2", "form": {"user": "anna", "a": ["hunter2", 1234, -12.5, true, null, "x\u0041y"]}}"#,
            &["anna", "hunter2", "1234", "-12.5", "xAy"],
        );
        check(r#"{"form": "hunter2"}"#, &["hunter2"]);
        for nothing in ["", "[]", "null", "{}", r#"{"form": "12"}"#, r#"{"form": "#] {
            check(nothing, &[]);
        }
    }
}
