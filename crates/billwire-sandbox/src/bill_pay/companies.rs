//! The billers of a world, in a list and by id.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::company::Company;
use super::ids::CompanyId;
use super::manner::{self, Manner};
use super::population;
use crate::hash::Index;

/// They are fixed; the JSON form only says which they are.
#[derive(Clone)]
pub(crate) struct Companies {
    which: Which,
    all: Vec<Company>,
    /// Their names in lower case, for the search.
    names: Vec<String>,
    places: Index<CompanyId, usize>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Which {
    /// The test companies of this API.
    #[serde(deserialize_with = "manner::deserialize")]
    of: &'static Manner,
    /// Those of a population come after them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    population: bool,
}

impl Companies {
    /// The test companies of an API.
    pub(crate) fn of(manner: &'static Manner) -> Self {
        Self::new(Which { of: manner, population: false })
    }

    /// The test companies and those of a population.
    pub(crate) fn of_population(manner: &'static Manner) -> Self {
        Self::new(Which { of: manner, population: true })
    }

    fn new(which: Which) -> Self {
        let mut all = (which.of.companies)();
        if which.population {
            all.extend(population::companies::companies());
        }
        let places = all.iter().enumerate().map(|(place, company)| (company.id.clone(), place)).collect();
        let names = all.iter().map(|company| company.name.to_lowercase()).collect();
        Self { which, all, names, places }
    }

    pub(crate) fn all(&self) -> &[Company] {
        &self.all
    }

    /// Each with its name in lower case.
    pub(super) fn named(&self) -> impl Iterator<Item = (&Company, &str)> {
        self.all.iter().zip(self.names.iter().map(String::as_str))
    }

    /// A company of a kind that the sandbox has none of.
    #[cfg(test)]
    pub(super) fn change_first(&mut self, change: impl FnOnce(&mut Company)) {
        if let Some(first) = self.all.first_mut() {
            change(first);
        }
    }

    pub(crate) fn find(&self, id: &CompanyId) -> Option<&Company> {
        self.all.get(*self.places.get(id)?)
    }
}

impl Serialize for Companies {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.which.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Companies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Which::deserialize(deserializer).map(Self::new)
    }
}
