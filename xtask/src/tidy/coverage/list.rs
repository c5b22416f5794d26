//! The form of `coverage.toml`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::Error as _;

use super::page::Listed;

/// One list: everything that an API has, with the tests of each.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    /// The specification page that the sections are of.
    pub(super) page: String,
    /// What the page itself counts, by group.
    #[serde(default)]
    pub(super) counts: BTreeMap<String, Count>,
    /// Groups whose entries the page itself lists, and where: the list must have exactly those.
    #[serde(default)]
    pub(super) listed: BTreeMap<String, Listed>,
    pub(super) operations: Group,
    #[serde(default)]
    pub(super) events: Group,
    /// By the name of the enumeration in the description.
    #[serde(default)]
    pub(super) values: BTreeMap<String, Values>,
    #[serde(default)]
    pub(super) traps: Group,
    #[serde(default)]
    pub(super) contradictions: Group,
    /// Everything else worth a test, in groups with names of their own.
    #[serde(default)]
    pub(super) rules: BTreeMap<String, Group>,
}

pub(super) type Group = BTreeMap<String, Entry>;

/// `["4.1.1", "billwire-core/tests/it/rules.rs::function", …]`: the section and the tests.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) section: String,
    pub(super) tests: Vec<String>,
}

/// The values of one enumeration: all of one section.
#[derive(Deserialize)]
pub(super) struct Values {
    pub(super) section: String,
    /// Tests that go through every value; each value may have more of its own.
    #[serde(default)]
    pub(super) every: Vec<String>,
    #[serde(flatten)]
    pub(super) values: BTreeMap<String, Vec<String>>,
}

/// A number that the page states, and the line that states it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Count {
    pub(super) number: usize,
    pub(super) quote: String,
}

impl List {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| format!("cannot be read: {error}"))
    }

    /// Every entry with its group and name.
    pub(super) fn entries(&self) -> Vec<(String, String, Entry)> {
        let groups = [
            ("operations", &self.operations),
            ("events", &self.events),
            ("traps", &self.traps),
            ("contradictions", &self.contradictions),
        ];
        let groups = groups.map(|(name, group)| (name.to_owned(), group));
        let rules = self.rules.iter().map(|(name, group)| (format!("rules.{name}"), group));
        let grouped = groups.into_iter().chain(rules).flat_map(|(group, entries)| {
            entries.iter().map(move |(name, entry)| (group.clone(), name.clone(), entry.clone()))
        });
        let values = self.values.iter().flat_map(|(group, values)| {
            values.values.iter().map(move |(name, tests)| {
                let entry = Entry {
                    section: values.section.clone(),
                    tests: [values.every.as_slice(), tests].concat(),
                };
                (format!("values.{group}"), name.clone(), entry)
            })
        });
        grouped.chain(values).collect()
    }

    /// The names of the entries of a group: `operations`, `values.HoldCode`, `rules.errors`.
    pub(super) fn names_of(&self, group: &str) -> Option<BTreeSet<String>> {
        let exists = match group.split_once('.') {
            Some(("values", name)) => self.values.contains_key(name),
            Some(("rules", name)) => self.rules.contains_key(name),
            _ => ["operations", "events", "traps", "contradictions"].contains(&group),
        };
        let entries = self.entries().into_iter().filter(|(name, _, _)| name == group);
        exists.then(|| entries.map(|(_, name, _)| name).collect())
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut words = Vec::<String>::deserialize(deserializer)?.into_iter();
        let section = words
            .next()
            .ok_or_else(|| D::Error::custom("an entry starts with its section: [\"4.1.1\", …]"))?;
        Ok(Self { section, tests: words.collect() })
    }
}
