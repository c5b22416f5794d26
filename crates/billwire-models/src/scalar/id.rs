//! Identifiers: one type per kind of object, so that a bill's id cannot be sent where a client's is wanted.

use std::fmt;

/// An id that cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidId;

impl fmt::Display for InvalidId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an id must not be empty")
    }
}

impl std::error::Error for InvalidId {}

/// Defines the type of one kind of id. Ids are opaque: neither length nor alphabet is checked.
macro_rules! id_newtype {
    ($(#[$attribute:meta])* pub struct $name:ident;) => {
        $(#[$attribute])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            /// Takes an id as the service sent it.
            pub fn new(id: impl Into<Box<str>>) -> Self {
                Self(id.into())
            }

            /// The id as the service sent it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self::new(id)
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self::new(id)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::scalar::InvalidId;

            /// Reads an id that a person typed.
            fn from_str(id: &str) -> Result<Self, Self::Err> {
                if id.is_empty() { Err($crate::scalar::InvalidId) } else { Ok(Self::new(id)) }
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&self.0, formatter)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str($crate::scalar::lenient::TextVisitor::new(stringify!($name), |text| {
                    Self::new(text)
                }))
            }
        }
    };
}
pub(crate) use id_newtype;

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macro makes public types, here inside a private module")]
mod tests {
    id_newtype! {
        /// An id for tests.
        pub struct SampleId;
    }

    #[test]
    fn ids_are_opaque_and_travel_unchanged() {
        let id: SampleId = serde_json::from_str("\"Not-24/hex ✓\"").unwrap();
        assert_eq!(id.as_str(), "Not-24/hex ✓");
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"Not-24/hex ✓\"");
        assert_eq!(format!("{:?}", SampleId::new("a")), "\"a\"");
    }

    #[test]
    fn a_typed_id_is_not_empty() {
        assert!("".parse::<SampleId>().is_err());
        assert_eq!("x".parse::<SampleId>().unwrap(), SampleId::from("x"));
    }
}
