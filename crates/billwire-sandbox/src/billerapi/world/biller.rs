//! The test billers.
//!
//! Source: BillerAPI description, section 8.1 "Billers": the first is documented, the others are inferred.

use serde::{Deserialize, Serialize};

/// A company that sends bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Biller {
    Electric,
    Gas,
    Water,
    Telecom,
}

impl Biller {
    pub(crate) const ALL: [Self; 4] = [Self::Electric, Self::Gas, Self::Water, Self::Telecom];

    pub(crate) fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|biller| biller.id() == id)
    }

    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Electric => "test_electric_company",
            Self::Gas => "test_gas_company",
            Self::Water => "test_water_company",
            Self::Telecom => "test_telecom_company",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Electric => "Test Electric Company",
            Self::Gas => "Test Gas Company",
            Self::Water => "Test Water Company",
            Self::Telecom => "Test Telecom Company",
        }
    }

    pub(crate) fn category(self) -> &'static str {
        match self {
            Self::Electric => "ELECTRIC",
            Self::Gas => "GAS",
            Self::Water => "WATER",
            Self::Telecom => "TELECOM",
        }
    }

    /// The word in the description of its bills.
    pub(crate) fn trade(self) -> &'static str {
        match self {
            Self::Electric => "Electric",
            Self::Gas => "Gas",
            Self::Water => "Water",
            Self::Telecom => "Telecom",
        }
    }
}

/// By its id.
impl Serialize for Biller {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Biller {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::of_id(&id).ok_or_else(|| {
            let known = Self::ALL.map(Self::id).join(", ");
            serde::de::Error::custom(format_args!("no such biller; there are {known}"))
        })
    }
}
