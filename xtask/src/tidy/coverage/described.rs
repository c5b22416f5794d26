//! What an API's description has: operations, events, and the values of every enumeration.

use std::collections::{BTreeMap, BTreeSet};

use crate::codegen::problem::Problems;
use crate::codegen::read::{self, Node};

/// Everything that needs a test.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) operations: BTreeSet<String>,
    pub(super) events: BTreeSet<String>,
    /// By the name of the schema.
    pub(super) values: BTreeMap<String, BTreeSet<String>>,
}

/// Reads a description as far as this rule needs it; the generator checks the rest.
pub(super) fn facts(description: &str) -> Result<Facts, String> {
    let problems = Problems::default();
    let document = read::read(description, &problems)
        .ok_or("the description is not readable: run `cargo xtask codegen`")?;
    let mut facts = Facts::default();
    for path in members(&document, "paths") {
        let operations = path.1.entries().iter().filter_map(|entry| entry.node.text_of("operationId"));
        facts.operations.extend(operations.map(str::to_owned));
    }
    facts.events.extend(members(&document, "webhooks").map(|(name, _)| name.to_owned()));
    if let Some(components) = document.member("components") {
        for (name, schema) in members(components, "schemas") {
            let closed = schema.member("enum");
            if let Some(values) = schema.member("x-extensible-enum").or(closed) {
                let values = values.elements().iter().filter_map(Node::text).map(str::to_owned);
                facts.values.insert(name.to_owned(), values.collect());
            }
        }
    }
    // The list of event types repeats the events, which have entries of their own.
    facts.values.retain(|_, values| *values != facts.events);
    Ok(facts)
}

fn members<'node>(node: &'node Node, name: &str) -> impl Iterator<Item = (&'node str, &'node Node)> {
    let entries = node.member(name).map(Node::entries).unwrap_or_default();
    entries.iter().map(|entry| (entry.key.as_str(), &entry.node))
}
