//! From the tree of a description to the checked model: every rule that an author can break is checked here.
//!
//! The accepted language is a strict subset of OpenAPI 3.1 plus our extension fields. A keyword that is not in the
//! subset is an error and not ignored: a constraint that the generator would silently drop is a promise not kept.

mod answers;
mod bodies;
mod events;
mod examples;
mod keywords;
mod operations;
mod schemas;
mod types;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::model::{Description, Schema, SchemaKind, Tag};
use super::problem::{Position, Problems};
use super::read::{Entry, Node};

/// Checks `root` and builds the model. Mistakes go to `problems`; the model is only meaningful if there are none.
pub fn resolve(api: &str, path: &str, root: &Node, problems: &Problems) -> Description {
    let resolver = Resolver::new(root, problems);
    resolver.document();
    let mut schemas = resolver.schemas();
    let (operations, queries) = resolver.operations();
    schemas.extend(queries);
    let events = resolver.events(&schemas);
    schemas.sort_by(|a, b| a.name.cmp(&b.name));
    resolver.no_two_files_of_one_name(&schemas);
    let description = Description {
        api: api.to_owned(),
        path: path.to_owned(),
        title: resolver.info("title"),
        version: resolver.info("version"),
        summary: resolver.info("description"),
        schemas,
        operations,
        tags: resolver.tags(),
        events,
        paths_digest: digest(&root.member("paths").into_iter().collect::<Vec<_>>()),
    };
    if problems.count() == 0 {
        examples::check(&description, root, problems);
    }
    description
}

/// What a reference to a schema means, known before the schema itself is read.
#[derive(Clone, Debug)]
enum Target<'a> {
    /// A Rust type of its own.
    Own,
    /// Another name for a scalar, an array or a map.
    Alias(&'a Node),
}

struct Resolver<'a> {
    root: &'a Node,
    problems: &'a Problems,
    targets: BTreeMap<&'a str, Target<'a>>,
}

impl<'a> Resolver<'a> {
    fn new(root: &'a Node, problems: &'a Problems) -> Self {
        let mut targets = BTreeMap::new();
        for entry in components(root, "schemas") {
            let target =
                if schemas::has_own_type(&entry.node) { Target::Own } else { Target::Alias(&entry.node) };
            targets.insert(entry.key.as_str(), target);
        }
        Self { root, problems, targets }
    }

    /// Checks the parts around schemas, paths and webhooks.
    fn document(&self) {
        if !self.root.is_mapping() {
            self.problems.push(
                self.root.position,
                "the description is not an object",
                "write an OpenAPI 3.1 document",
            );
            return;
        }
        self.keywords(self.root, keywords::DOCUMENT, "the document");
        let top = self.root.position;
        match self.root.member("openapi") {
            Some(node) if node.text().is_some_and(|version| version.starts_with("3.1.")) => {}
            Some(node) => self.problems.push(node.position, "not OpenAPI 3.1", "write `openapi: 3.1.0`"),
            None => {
                self.problems.push(top, "`openapi` is missing", "write `openapi: 3.1.0` as the first line");
            }
        }
        match self.root.entry("info") {
            Some(info) => {
                self.keywords(&info.node, keywords::INFO, "`info`");
                self.need_text(&info.node, "title", info.key_position, "`info`");
                self.need_text(&info.node, "version", info.key_position, "`info`");
            }
            None => self.problems.push(top, "`info` is missing", "add `info` with `title` and `version`"),
        }
        if let Some(components) = self.root.member("components") {
            self.keywords(components, keywords::COMPONENTS, "`components`");
        }
    }

    fn info(&self, key: &str) -> String {
        self.root.member("info").and_then(|info| info.text_of(key)).unwrap_or_default().trim().to_owned()
    }

    fn tags(&self) -> Vec<Tag> {
        let mut tags: Vec<Tag> = Vec::new();
        for node in self.root.member("tags").map(Node::elements).unwrap_or_default() {
            self.keywords(node, keywords::TAG, "a tag");
            let name = self.need_text(node, "name", node.position, "a tag");
            let description = self.need_text(node, "description", node.position, "a tag");
            if tags.iter().any(|tag| tag.name == name) {
                self.problems.push(
                    node.position,
                    format!("tag `{name}` is declared twice"),
                    "keep one of the two",
                );
            }
            tags.push(Tag { name, description });
        }
        tags
    }

    /// Two names that only differ in case would fight over one file on some systems.
    fn no_two_files_of_one_name(&self, schemas: &[Schema]) {
        let mut modules: BTreeMap<String, &str> = BTreeMap::new();
        let reserved = ["mod", "operations", "event"];
        for schema in schemas {
            let module = super::names::module(&schema.name);
            let is_envelope = schema.name == "Event" && module == "event";
            let clash = if reserved.contains(&module.as_str()) && !is_envelope {
                Some("a file of the generator itself")
            } else {
                modules.insert(module.clone(), &schema.name)
            };
            if let Some(other) = clash {
                self.problems.push(
                    self.position_of_schema(&schema.name),
                    format!("schema `{}` and {other} would both be written to `{module}.rs`", schema.name),
                    "rename the schema",
                );
            }
        }
    }

    fn position_of_schema(&self, name: &str) -> Position {
        let entry = components(self.root, "schemas").iter().find(|entry| entry.key == name);
        entry.map_or(self.root.position, |entry| entry.key_position)
    }

    /// The member `key` of `node` as text that is not empty.
    fn need_text(&self, node: &Node, key: &str, owner: Position, what: &str) -> String {
        match node.entry(key) {
            None => {
                let help = match key {
                    "x-source" => "name where it is documented: `x-source: \"document, heading\"`, or \
                                   `\"inferred: reason\"`"
                        .to_owned(),
                    "description" => {
                        "say in a sentence what it is and what a stranger would get wrong".to_owned()
                    }
                    _ => format!("add `{key}`"),
                };
                self.problems.push(owner, format!("{what} has no `{key}`"), help);
                String::new()
            }
            Some(entry) => match entry.node.text().map(str::trim) {
                Some(text) if !text.is_empty() => text.to_owned(),
                _ => {
                    let message = format!("`{key}` of {what} is not a text that says something");
                    self.problems.push(entry.node.position, message, format!("write text after `{key}:`"));
                    String::new()
                }
            },
        }
    }

    /// Notes members of `node` that the subset does not know, with the nearest known one.
    fn keywords(&self, node: &Node, known: &[&str], what: &str) {
        if !node.is_mapping() {
            let message = format!("{what} is {} and not an object", node.kind());
            self.problems.push(node.position, message, "write its members indented below the key");
            return;
        }
        for entry in node.entries() {
            if known.contains(&entry.key.as_str()) {
                continue;
            }
            let help = match keywords::nearest(&entry.key, known) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("remove it; known here: {}", known.join(", ")),
            };
            self.problems.push(
                entry.key_position,
                format!("unknown keyword `{}` in {what}", entry.key),
                help,
            );
        }
    }

    /// The name behind `#/components/<section>/<name>`.
    fn component<'n>(&self, reference: &'n Node, section: &str) -> Option<(&'n str, &'a Entry)> {
        let text = reference.text().unwrap_or_default();
        let name =
            text.strip_prefix("#/components/").and_then(|rest| rest.strip_prefix(section)?.strip_prefix('/'));
        let Some(name) = name else {
            self.problems.push(
                reference.position,
                format!("`{text}` is not a reference to `#/components/{section}/…`"),
                "keep the description in one file and refer to a named component",
            );
            return None;
        };
        let entries = components(self.root, section);
        let found = entries.iter().find(|entry| entry.key == name);
        if found.is_none() {
            let names: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
            let help = match keywords::nearest(name, &names) {
                Some(nearest) => format!("did you mean `#/components/{section}/{nearest}`?"),
                None => format!("add `{name}` to `components.{section}`"),
            };
            self.problems.push(reference.position, format!("`{text}` does not exist"), help);
        }
        found.map(|entry| (name, entry))
    }
}

/// The entries of one section of `components`.
fn components<'a>(root: &'a Node, section: &str) -> &'a [Entry] {
    root.member("components")
        .and_then(|components| components.member(section))
        .map(Node::entries)
        .unwrap_or_default()
}

/// First digits of the SHA-256 of a part of the description. Comments and layout do not count.
fn digest(parts: &[&Node]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.to_json_text());
    }
    let [a, b, c, d, ..] = <[u8; 32]>::from(hash.finalize());
    format!("{:08x}", u32::from_be_bytes([a, b, c, d]))
}

/// The kind of a schema as an error message says it.
fn kind_word(kind: &SchemaKind) -> &'static str {
    match kind {
        SchemaKind::Object(_) => "an object",
        SchemaKind::OpenEnum(_) | SchemaKind::ClosedEnum(_) => "an enum",
        SchemaKind::Id => "an id",
        SchemaKind::OneOf(_) => "a oneOf",
    }
}
