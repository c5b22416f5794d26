//! What generated code needs besides the public value types: the macros that define ids and enumerations, the decoding of
//! an event's data, and the printing of objects.

use std::fmt::{self, Debug};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub(crate) use super::id::id_newtype;
pub(crate) use super::open_enum::open_enum;
use super::{Hidden, problem};

/// Decodes a member that was already read as JSON. The error says where inside it and why, and never quotes what it read.
pub(crate) fn decode_value<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    match T::deserialize(value) {
        Ok(decoded) => Ok(decoded),
        // Once more, this time keeping track of the place, which the happy path does not pay for.
        Err(_) => serde_path_to_error::deserialize::<_, T>(value).map_err(|error| problem::describe(&error)),
    }
}

/// Decodes an object whose members were read to see which type it is. The error says where inside it and why.
#[allow(dead_code, reason = "not every API has alternatives that are told apart by their members")]
pub(crate) fn decode_members<T: DeserializeOwned, E: serde::de::Error>(
    members: Map<String, Value>,
) -> Result<T, E> {
    decode_value(&Value::Object(members)).map_err(E::custom)
}

/// Prints an object for people: members that are absent are left out, the others stand without `Some`.
pub(crate) struct DebugObject<'a, 'b>(fmt::DebugStruct<'a, 'b>);

impl<'a, 'b> DebugObject<'a, 'b> {
    pub(crate) fn new(formatter: &'a mut fmt::Formatter<'b>, name: &str) -> Self {
        Self(formatter.debug_struct(name))
    }

    /// A member that is always there.
    pub(crate) fn member(mut self, name: &str, value: &dyn Debug) -> Self {
        self.0.field(name, value);
        self
    }

    /// A member that may be absent.
    pub(crate) fn optional<T: Debug>(self, name: &str, value: Option<&T>) -> Self {
        match value {
            Some(value) => self.member(name, value),
            None => self,
        }
    }

    /// A member whose value is nobody's business: only that it is there is shown.
    pub(crate) fn hidden(self, name: &str, present: bool) -> Self {
        if present { self.member(name, &Hidden) } else { self }
    }

    pub(crate) fn finish(mut self) -> fmt::Result {
        self.0.finish()
    }
}

/// Defines a closed enumeration: one that only we send, so a value that is not listed is a mistake.
///
/// Generated code calls it; the wire texts come from the description.
macro_rules! closed_enum {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident { $( $(#[$variant_attribute:meta])* $variant:ident = $text:literal, )+ }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $( $(#[$variant_attribute])* $variant, )+
        }

        impl $name {
            /// Every value, in the order of the description.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The text on the wire.
            pub fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $text, )+
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::scalar::UnknownChoice;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $( $text => Ok(Self::$variant), )+
                    _ => Err($crate::scalar::UnknownChoice::new(&[ $( $text, )+ ])),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let read = |text: &str| text.parse::<Self>();
                let visitor = $crate::scalar::lenient::TextVisitor::new(stringify!($name), read);
                deserializer.deserialize_str(visitor)?.map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use closed_enum;

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macro defines public types")]
mod tests {
    use super::*;

    closed_enum! {
        /// A size.
        pub enum Size {
            /// Small.
            Small = "small",
            /// Large.
            ExtraLarge = "extra-large",
        }
    }

    #[test]
    fn listed_values_travel_as_text() {
        let size: Size = serde_json::from_str("\"extra-large\"").unwrap();
        assert_eq!(size, Size::ExtraLarge);
        assert_eq!(serde_json::to_string(&size).unwrap(), "\"extra-large\"");
        assert_eq!(Size::ALL, [Size::Small, Size::ExtraLarge]);
    }

    #[test]
    fn another_value_is_refused_with_the_allowed_ones() {
        let error = serde_json::from_str::<Size>("\"medium\"").unwrap_err().to_string();
        assert!(error.starts_with("not one of: small, extra-large"), "{error}");
        assert!(
            serde_json::from_str::<Size>("1").unwrap_err().to_string().contains("expected a string (Size)")
        );
    }

    #[test]
    fn an_object_shows_what_is_there_and_hides_what_must_be_hidden() {
        struct Sample;

        impl Debug for Sample {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                DebugObject::new(formatter, "Sample")
                    .member("id", &7)
                    .optional("absent", None::<&u8>)
                    .optional("present", Some(&true))
                    .hidden("name", true)
                    .hidden("label", false)
                    .finish()
            }
        }

        assert_eq!(format!("{Sample:?}"), "Sample { id: 7, present: true, name: [hidden] }");
    }

    #[test]
    fn the_error_of_a_value_names_the_place() {
        let value = serde_json::json!([["small"], ["small", "medium"]]);
        let error = decode_value::<Vec<Vec<Size>>>(&value).unwrap_err();
        assert_eq!(error, "[1][1]: not one of: small, extra-large");
    }
}
