//! Texts that must never be printed: secrets and card data.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
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
                let mut text = Zeroizing::new(String::deserialize(deserializer)?);
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
        assert!(serde_json::from_str::<CardData>("4111").is_err());
    }
}
