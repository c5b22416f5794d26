//! A choice of quirks.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::quirk::Quirk;
use crate::error::Error;

/// The quirks that are switched on; none by default.
///
/// In JSON a list of names, or the text `"all"`; on the command line names with commas between, `all` or `none`.
///
/// ```
/// use billwire_sandbox::{Quirk, Quirks};
///
/// let quirks = Quirks::none().with(Quirk::SuccessAsText).with(Quirk::HiddenAsText);
/// assert_eq!(quirks.to_string(), "success-as-text,hidden-as-text");
/// assert_eq!("success-as-text, hidden-as-text".parse::<Quirks>().ok(), Some(quirks));
/// assert!(Quirks::all().contains(Quirk::ForgotUser));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quirks(u32);

impl Quirks {
    /// Everything tidy.
    pub const fn none() -> Self {
        Self(0)
    }

    /// Every quirk that does not stand in for another one: see [`Quirk::is_alternative`].
    pub fn all() -> Self {
        Quirk::ALL.iter().copied().filter(|quirk| !quirk.is_alternative()).collect()
    }

    /// With `quirk` on. Where two give the same thing a form, the one that changes more wins: a bare payload over a bare
    /// event, numbers over missing cents, a list of certificates over one.
    #[must_use]
    pub fn with(self, quirk: Quirk) -> Self {
        Self(self.0 | bit(quirk))
    }

    /// With `quirk` off.
    #[must_use]
    pub fn without(self, quirk: Quirk) -> Self {
        Self(self.0 & !bit(quirk))
    }

    /// Whether `quirk` is on.
    pub fn contains(self, quirk: Quirk) -> bool {
        self.0 & bit(quirk) != 0
    }

    /// Whether none is on.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that are on, in the order of the trap table.
    pub fn iter(self) -> impl Iterator<Item = Quirk> {
        Quirk::ALL.iter().copied().filter(move |quirk| self.contains(*quirk))
    }
}

fn bit(quirk: Quirk) -> u32 {
    1 << (quirk as u32)
}

impl FromIterator<Quirk> for Quirks {
    fn from_iter<I: IntoIterator<Item = Quirk>>(quirks: I) -> Self {
        quirks.into_iter().fold(Self::none(), Self::with)
    }
}

impl fmt::Display for Quirks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return formatter.write_str("none");
        }
        let names: Vec<&str> = self.iter().map(Quirk::name).collect();
        formatter.write_str(&names.join(","))
    }
}

impl FromStr for Quirks {
    type Err = Error;

    /// Reads `all`, `none`, or names with commas between.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) for an unknown name; the message lists the names.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text.trim() {
            "all" => Ok(Self::all()),
            "none" => Ok(Self::none()),
            names => names.split(',').map(|name| name.trim().parse::<Quirk>()).collect(),
        }
    }
}

impl Serialize for Quirks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Quirk::name))
    }
}

impl<'de> Deserialize<'de> for Quirks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a list of quirks, \"all\" or \"none\"")]
        enum Written {
            Text(String),
            Names(Vec<String>),
        }
        match Written::deserialize(deserializer)? {
            Written::Text(text) => text.parse().map_err(D::Error::custom),
            Written::Names(names) => names
                .iter()
                .map(|name| name.parse::<Quirk>())
                .collect::<Result<_, _>>()
                .map_err(D::Error::custom),
        }
    }
}
