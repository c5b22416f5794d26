//! Texts that must never be printed: secrets and card data.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// What `Debug` shows in place of a secret.
const REDACTED: &str = "[redacted]";

macro_rules! silent_text {
    ($(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        #[derive(Clone)]
        pub struct $name(SecretString);

        impl $name {
            /// Takes the text over. It is wiped from memory when the last copy is dropped.
            pub fn new(text: impl Into<String>) -> Self {
                Self(SecretString::from(text.into()))
            }

            /// The text itself. Keep it out of logs, errors and anything that is stored.
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::new(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(REDACTED)
            }
        }

        /// Plain comparison, for tests and for finding out whether something changed. It is not constant-time: do not
        /// use it to check a credential that somebody presents.
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.expose() == other.expose()
            }
        }

        impl Eq for $name {}

        /// Writes the text itself: this is how it reaches the wire.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.expose())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // Not `deserialize_string`: with it serde_json itself quotes a number that it finds.
                let mut text = Zeroizing::new(deserializer.deserialize_any(SecretVisitor)?);
                Ok(Self::new(std::mem::take(&mut *text)))
            }
        }
    };
}

silent_text! {
    /// A secret: a token, a password, an answer to a security question. Never printed, wiped when dropped.
    ///
    /// ```
    /// use billwire_models::scalar::Secret;
    ///
    /// let token = Secret::new("566595c8ce88ccec69328566c8ce8595c8");
    /// assert_eq!(format!("{token:?}"), "[redacted]");
    /// ```
    Secret
}

silent_text! {
    /// Card or bank account data in clear: number, security code, expiry. Never printed, wiped when dropped. A type of
    /// its own, so that a call that carries it can be told from one that does not.
    CardData
}

/// Reads a string. A value of another type is refused without being quoted, as serde would.
struct SecretVisitor;

impl SecretVisitor {
    fn refuse<E: de::Error>() -> Result<String, E> {
        Err(E::custom("invalid type: number or boolean, expected a string"))
    }
}

impl Visitor<'_> for SecretVisitor {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<String, E> {
        Ok(text)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<String, E> {
        Self::refuse()
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<String, E> {
        Self::refuse()
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<String, E> {
        Self::refuse()
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<String, E> {
        Self::refuse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_tells() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), REDACTED);
        assert_eq!(format!("{:#?}", vec![CardData::new("4111111111111111")]), "[\n    [redacted],\n]");
    }

    #[test]
    fn the_wire_gets_the_text() {
        let secret: Secret = serde_json::from_str("\"hunter2\"").unwrap();
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"hunter2\"");
        let value = serde_json::json!(4111);
        for error in [
            serde_json::from_str::<CardData>("4111").unwrap_err(),
            serde_json::from_str::<Secret>("-4111").unwrap_err(),
            serde_json::from_str::<Secret>("4111.5").unwrap_err(),
            serde_json::from_value::<CardData>(value).unwrap_err(),
        ] {
            assert!(error.to_string().contains("expected a string"), "{error}");
            assert!(!error.to_string().contains("4111"), "{error}");
        }
    }
}
