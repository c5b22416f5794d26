//! Enumerations that keep the values they do not know.

use std::fmt;

/// A value that this version of the models does not know, kept whole and written back unchanged.
///
/// Only decoding makes one, so a known value can never hide in it: compare known values with the enum's own variants.
///
/// Source: Q2 Biller Direct description, section 3.1 "Conventions".
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The value as it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Defines an open enumeration: known variants with their wire text, and `Unrecognized` for the rest.
///
/// Generated code calls it; the wire texts come from the description. The texts behind a bar are other spellings, accepted
/// in any case of letters and never written.
macro_rules! open_enum {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident { $( $(#[$variant_attribute:meta])* $variant:ident = $text:literal $(| $alias:literal)*, )+ }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$variant_attribute])* $variant, )+
            /// A value that this version does not know. Treat it as "something else": show it, log it, do not guess.
            Unrecognized($crate::scalar::UnknownValue),
        }

        impl $name {
            /// Every known value, in the order of the description.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The text on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )+
                    Self::Unrecognized(value) => value.as_str(),
                }
            }

            /// Whether the value is one that this version knows.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::Unrecognized(_))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $( $text => Self::$variant, )+
                    $( $( _ if text.eq_ignore_ascii_case($alias) => Self::$variant, )* )+
                    _ => Self::Unrecognized($crate::scalar::UnknownValue::new(text)),
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $( Self::$variant => formatter.write_str(stringify!($variant)), )+
                    Self::Unrecognized(value) => write!(formatter, "Unrecognized({value:?})"),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str($crate::scalar::lenient::TextVisitor::new(stringify!($name), |text| {
                    Self::from(text)
                }))
            }
        }
    };
}
pub(crate) use open_enum;

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macro makes public types, here inside a private module")]
mod tests {
    open_enum! {
        /// A colour.
        pub enum Colour {
            /// Like grass.
            Green = "green",
            /// Like the sky.
            SkyBlue = "sky-blue" | "azure",
        }
    }

    #[test]
    fn known_values_have_variants() {
        let colour: Colour = serde_json::from_str("\"sky-blue\"").unwrap();
        assert_eq!(colour, Colour::SkyBlue);
        assert_eq!(serde_json::to_string(&colour).unwrap(), "\"sky-blue\"");
        assert_eq!(Colour::ALL, [Colour::Green, Colour::SkyBlue]);
    }

    #[test]
    fn other_spellings_are_read_and_not_written() {
        for text in ["\"azure\"", "\"Azure\"", "\"AZURE\""] {
            let colour: Colour = serde_json::from_str(text).unwrap();
            assert_eq!(colour, Colour::SkyBlue, "{text}");
            assert_eq!(colour.to_string(), "sky-blue");
        }
        assert!(!Colour::from("Green").is_known(), "no other spelling is listed for this one");
    }

    #[test]
    fn unknown_values_survive_the_round_trip() {
        let colour: Colour = serde_json::from_str("\"mauve \\u00e9\"").unwrap();
        assert!(!colour.is_known());
        assert_eq!(colour.to_string(), "mauve é");
        assert_eq!(serde_json::to_string(&colour).unwrap(), "\"mauve é\"");
        assert_eq!(format!("{colour:?}"), "Unrecognized(\"mauve é\")");
    }

    #[test]
    fn only_text_is_a_value() {
        let error = serde_json::from_str::<Colour>("7").unwrap_err().to_string();
        assert!(error.contains("expected a string (Colour)"), "{error}");
    }
}
