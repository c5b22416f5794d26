//! The billers of a world, in a list and by id.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::company::Company;
use super::ids::CompanyId;
use crate::hash::Index;
use crate::q2::population;
use crate::q2::seed_data;

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
#[serde(rename_all = "kebab-case")]
enum Which {
    /// The test companies.
    Test,
    /// The test companies, then those of a population.
    Population,
}

impl Companies {
    /// The test companies and those of a population.
    pub(crate) fn of_population() -> Self {
        Self::new(Which::Population)
    }

    fn new(which: Which) -> Self {
        let mut all = seed_data::companies();
        if matches!(which, Which::Population) {
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

impl Default for Companies {
    fn default() -> Self {
        Self::new(Which::Test)
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
