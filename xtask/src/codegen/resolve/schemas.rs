//! Named schemas: objects, enums, ids, alternatives.

use std::collections::BTreeMap;

use super::keywords::Shape;
use super::types::{self, shape};
use super::{Resolver, components, digest, kind_word};
use crate::codegen::model::{Branch, EnumValue, JsonKind, Object, Property, Schema, SchemaKind, Type};
use crate::codegen::names;
use crate::codegen::problem::Position;
use crate::codegen::read::{Entry, Node};

/// Whether a named schema becomes a Rust type of its own; the others are only names for scalars, arrays and maps.
pub(super) fn has_own_type(node: &Node) -> bool {
    match shape(node) {
        Shape::Object => node.member("properties").is_some() || node.member("additionalProperties").is_none(),
        Shape::OneOf => types::nullable_reference(node).is_none(),
        Shape::Text => ["x-id", "enum", "x-extensible-enum"].iter().any(|key| node.member(key).is_some()),
        _ => false,
    }
}

impl Resolver<'_> {
    /// Every schema of `components.schemas` that has a type of its own, by name.
    pub(super) fn schemas(&self) -> Vec<Schema> {
        let mut schemas: Vec<Schema> =
            components(self.root, "schemas").iter().filter_map(|entry| self.schema(entry)).collect();
        schemas.sort_by(|a, b| a.name.cmp(&b.name));
        for schema in &schemas {
            self.no_endless_object(schema, &schemas);
        }
        schemas
    }

    fn schema(&self, entry: &Entry) -> Option<Schema> {
        let Entry { key: name, key_position, node } = entry;
        let what = format!("schema `{name}`");
        if !node.is_mapping() {
            let message = format!("{what} is {} and not an object", node.kind());
            self.problems.push(node.position, message, "write its members indented below the name");
            return None;
        }
        if !names::is_type_name(name) {
            self.problems.push(
                *key_position,
                format!("`{name}` cannot be the name of a Rust type"),
                "use words with a capital letter each and nothing between them, abbreviations too: `MfaInput`",
            );
        }
        if names::is_taken(name) {
            let message = format!("`{name}` is a name that generated code needs for itself");
            self.problems.push(*key_position, message, "give the schema a longer name");
        }
        let source = self.need_text(node, "x-source", *key_position, &what);
        let description = self.need_text(node, "description", *key_position, &what);
        let kind = match shape(node) {
            _ if !has_own_type(node) => {
                // Only another name: check it where it stands, use it where it is named.
                self.ty(node, *key_position, &what, false);
                return None;
            }
            Shape::Object => SchemaKind::Object(self.object(node, *key_position, &what)),
            Shape::OneOf => SchemaKind::OneOf(self.branches(node, &what)),
            _ => self.text_kind(node, *key_position, &what),
        };
        Some(Schema { name: name.clone(), description, source, digest: digest(&[node]), kind })
    }

    fn text_kind(&self, node: &Node, owner: Position, what: &str) -> SchemaKind {
        self.keywords(node, &Shape::Text.keywords(false), what);
        let kinds = ["x-id", "enum", "x-extensible-enum"];
        let present: Vec<_> = kinds.iter().filter_map(|key| node.entry(key)).collect();
        if let [_, second, ..] = present.as_slice() {
            self.problems.push(
                second.key_position,
                format!(
                    "{what} is two things at once: `{}` beside another of {}",
                    second.key,
                    kinds.join(", ")
                ),
                "keep one of them",
            );
        }
        if let Some(values) = node.entry("x-extensible-enum") {
            return SchemaKind::OpenEnum(self.enum_values(node, values, what));
        }
        if let Some(values) = node.entry("enum") {
            return SchemaKind::ClosedEnum(self.enum_values(node, values, what));
        }
        if !node.is_true("x-id") {
            self.problems.push(
                owner,
                format!("`x-id` of {what} is not `true`"),
                "write `x-id: true` or remove it",
            );
        }
        SchemaKind::Id
    }

    fn enum_values(&self, node: &Node, values: &Entry, what: &str) -> Vec<EnumValue> {
        let descriptions = node.member("x-enum-descriptions");
        let aliases = node.member("x-enum-aliases");
        let mut found: Vec<EnumValue> = Vec::new();
        for value in values.node.elements() {
            let Some(wire) = value.text() else {
                let message = format!("a value of {what} is {} and not a string", value.kind());
                self.problems.push(value.position, message, "quote it");
                continue;
            };
            let variant = names::variant(wire);
            if let Some(other) = found.iter().find(|other| other.wire == wire) {
                let message = format!("value `{}` of {what} is listed twice", other.wire);
                self.problems.push(value.position, message, "remove one of the two");
                continue;
            }
            if let Some(other) = found.iter().find(|other| other.variant == variant) {
                let message =
                    format!("values `{}` and `{wire}` of {what} are both `{variant}` in Rust", other.wire);
                self.problems.push(
                    value.position,
                    message,
                    "list one of them; the other decodes as unrecognised",
                );
            }
            if !names::is_identifier(&variant) || variant == "Unrecognized" {
                let message = format!("value `{wire}` of {what} has no name in Rust");
                self.problems.push(
                    value.position,
                    message,
                    "leave it out: an open enum keeps unknown values",
                );
            }
            let description =
                descriptions.and_then(|all| all.text_of(wire)).map(|text| text.trim().to_owned());
            let aliases = aliases.and_then(|all| all.member(wire)).map(Node::elements).unwrap_or_default();
            let aliases = aliases.iter().filter_map(Node::text).map(str::to_owned).collect();
            found.push(EnumValue { wire: wire.to_owned(), aliases, variant, description });
        }
        self.enum_aliases_fit(aliases, &found, what);
        if found.is_empty() {
            self.problems.push(
                values.key_position,
                format!("{what} lists no value"),
                "list at least one value",
            );
        }
        for entry in descriptions.map(Node::entries).unwrap_or_default() {
            if !found.iter().any(|value| value.wire == entry.key) {
                let message =
                    format!("`x-enum-descriptions` of {what} describes `{}`, which is no value", entry.key);
                self.problems.push(entry.key_position, message, "list the value, or remove its description");
            }
        }
        found
    }

    /// Another spelling belongs to a listed value, and to one only.
    fn enum_aliases_fit(&self, aliases: Option<&Node>, values: &[EnumValue], what: &str) {
        for entry in aliases.map(Node::entries).unwrap_or_default() {
            if !values.iter().any(|value| value.wire == entry.key) {
                let message =
                    format!("`x-enum-aliases` of {what} has spellings of `{}`, which is no value", entry.key);
                self.problems.push(entry.key_position, message, "list the value, or remove its spellings");
                continue;
            }
            for alias in entry.node.elements() {
                let text = alias.text().unwrap_or(alias.kind());
                let means = values.iter().filter(|value| {
                    let mut spellings = std::iter::once(&value.wire).chain(&value.aliases);
                    spellings.any(|spelling| spelling.eq_ignore_ascii_case(text))
                });
                if means.count() != 1 {
                    let message = format!("the spelling `{text}` of {what} means more than one value");
                    self.problems.push(alias.position, message, "keep it with one value");
                }
            }
        }
    }

    pub(super) fn object(&self, node: &Node, owner: Position, what: &str) -> Object {
        self.keywords(node, &Shape::Object.keywords(false), what);
        let required = self.required_names(node, what);
        let mut properties: Vec<Property> = Vec::new();
        for entry in node.member("properties").map(Node::entries).unwrap_or_default() {
            let is_required = required.iter().any(|name| name == &entry.key);
            let property = self.property(entry, is_required, what);
            self.no_clash(&property, &properties, entry, what);
            properties.push(property);
        }
        if properties.is_empty() {
            self.problems.push(
                owner,
                format!("{what} is an object without properties"),
                "list its `properties`, or write `additionalProperties: true` if any member may stand in it",
            );
        }
        let extra = self.keeps_extra(node, what);
        if let Some(property) = properties.iter().find(|property| extra && property.rust == "extra") {
            let message = format!(
                "property `{}` of {what} takes the name of the field for other members",
                property.wire
            );
            self.problems.push(owner, message, "give it an `x-rust-name`");
        }
        let (private_constructor, opaque) = match node.entry("x-constructor") {
            None => (false, false),
            Some(entry) if entry.node.text() == Some("private") => (true, false),
            Some(entry) if entry.node.text() == Some("opaque") => (true, true),
            Some(entry) => {
                let message = format!("`x-constructor` of {what} is neither `private` nor `opaque`");
                self.problems.push(
                    entry.node.position,
                    message,
                    "write `x-constructor: private`, `x-constructor: opaque` or remove it",
                );
                (false, false)
            }
        };
        let after_decoding = node.is_true("x-after-decoding");
        let forgiving = node.is_true("x-forgiving");
        Object { properties, extra, private_constructor, opaque, forgiving, after_decoding, query: false }
    }

    fn keeps_extra(&self, node: &Node, what: &str) -> bool {
        match node.entry("additionalProperties") {
            None => false,
            Some(entry) => match entry.node.value {
                crate::codegen::read::Value::Boolean(true) => true,
                _ => {
                    self.problems.push(
                        entry.node.position,
                        format!("`additionalProperties` of {what} stands beside `properties` and is not `true`"),
                        "write `true` to keep unknown members; leave it out to skip them. A schema is only possible \
                         without `properties`",
                    );
                    false
                }
            },
        }
    }

    fn required_names(&self, node: &Node, what: &str) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for element in node.member("required").map(Node::elements).unwrap_or_default() {
            let name = element.text().unwrap_or_default();
            if node.member("properties").and_then(|properties| properties.member(name)).is_none() {
                let message = format!("`required` of {what} names `{name}`, which is no property");
                self.problems.push(
                    element.position,
                    message,
                    "add the property, or remove the name from `required`",
                );
            } else if names.iter().any(|known| known == name) {
                let message = format!("`required` of {what} names `{name}` twice");
                self.problems.push(element.position, message, "remove one of the two");
            }
            names.push(name.to_owned());
        }
        names
    }

    fn no_clash(&self, property: &Property, others: &[Property], entry: &Entry, what: &str) {
        if let Some(other) = others.iter().find(|other| other.rust == property.rust) {
            self.problems.push(
                entry.key_position,
                format!(
                    "properties `{}` and `{}` of {what} are both `{}` in Rust",
                    other.wire, property.wire, other.rust
                ),
                "give one of them an `x-rust-name`; if it is only another spelling, use `x-aliases`",
            );
        }
        let spellings = |property: &Property| {
            let mut all = property.aliases.clone();
            all.push(property.wire.clone());
            all
        };
        for other in others {
            if let Some(shared) =
                spellings(property).iter().find(|spelling| spellings(other).contains(spelling))
            {
                self.problems.push(
                    entry.key_position,
                    format!("`{shared}` of {what} means both `{}` and `{}`", other.wire, property.wire),
                    "an entry of `x-aliases` must not be the name or the alias of another property",
                );
            }
        }
    }

    fn branches(&self, node: &Node, what: &str) -> Vec<Branch> {
        self.keywords(node, &Shape::OneOf.keywords(false), what);
        let by_members = self.told_apart_by_members(node, what);
        let mut branches: Vec<Branch> = Vec::new();
        let mut kinds: BTreeMap<JsonKind, String> = BTreeMap::new();
        for element in node.member("oneOf").map(Node::elements).unwrap_or_default() {
            let mut branch = self.branch(element, what);
            if by_members && branch.kind == JsonKind::Object {
                branch.members = self.required_members(&branch.ty);
                self.reachable(&branch, &branches, element.position, what);
            } else if let Some(other) = kinds.insert(branch.kind, branch.variant.clone()) {
                self.problems.push(
                    element.position,
                    format!(
                        "the alternatives `{other}` and `{}` of {what} are both {}",
                        branch.variant,
                        kind(branch.kind)
                    ),
                    "a decoder tells alternatives apart by their JSON type: keep one of each type, or, for objects, add \
                     `x-told-apart-by: required-members`",
                );
            } else if branch.kind == JsonKind::Any {
                let message = format!("an alternative of {what} may be any JSON value");
                self.problems.push(element.position, message, "state its type");
            }
            branches.push(branch);
        }
        if branches.len() < 2 {
            self.problems.push(
                node.position,
                format!("{what} has fewer than two alternatives"),
                "use the schema itself",
            );
        }
        branches
    }

    fn branch(&self, element: &Node, what: &str) -> Branch {
        let what = format!("an alternative of {what}");
        let ty = self.ty(element, element.position, &what, true);
        if element.member("x-aliases").is_some() {
            self.problems.push(
                element.position,
                format!("{what} has `x-aliases`"),
                "aliases belong to a property",
            );
        }
        let kind = self.json_kind(&ty);
        let variant = match element.text_of("x-rust-name") {
            Some(name) => name.to_owned(),
            None => match kind {
                JsonKind::Text => "Text",
                JsonKind::Number => "Number",
                JsonKind::Boolean => "Boolean",
                JsonKind::Array => "Array",
                JsonKind::Object => "Object",
                JsonKind::Any => "Any",
            }
            .to_owned(),
        };
        let description = element.text_of("description").unwrap_or_default().trim().to_owned();
        Branch { variant, ty, kind, members: Vec::new(), description }
    }

    fn told_apart_by_members(&self, node: &Node, what: &str) -> bool {
        let Some(entry) = node.entry("x-told-apart-by") else { return false };
        let known = entry.node.text() == Some("required-members");
        if !known {
            let message = format!("`x-told-apart-by` of {what} is not `required-members`");
            self.problems.push(entry.node.position, message, "write `required-members`, or remove it");
        }
        known
    }

    /// What the schema of an alternative requires, as the description says it.
    pub(super) fn required_members(&self, ty: &Type) -> Vec<String> {
        let Type::Named(name) = ty else { return Vec::new() };
        let schema = components(self.root, "schemas").iter().find(|entry| &entry.key == name);
        let required = schema.and_then(|entry| entry.node.member("required")).map(Node::elements);
        required.unwrap_or_default().iter().filter_map(Node::text).map(str::to_owned).collect()
    }

    /// The first alternative whose required members are all there is taken, so no earlier one may always fit as well.
    pub(super) fn reachable(&self, branch: &Branch, earlier: &[Branch], position: Position, what: &str) {
        if branch.members.is_empty() {
            let message = format!("the alternative `{}` of {what} requires no member", branch.variant);
            self.problems.push(position, message, "require the member that shows it to be this alternative");
        }
        let hides = |other: &&Branch| {
            other.kind == JsonKind::Object
                && other.members.iter().all(|member| branch.members.contains(member))
        };
        if let Some(other) = earlier.iter().find(hides) {
            let message = format!(
                "the alternative `{}` of {what} is never reached: `{}` requires nothing more",
                branch.variant, other.variant
            );
            self.problems.push(position, message, "put the alternative that requires more first");
        }
    }

    fn json_kind(&self, ty: &Type) -> JsonKind {
        match ty {
            Type::Text
            | Type::Money
            | Type::Timestamp
            | Type::Date
            | Type::ProviderTime
            | Type::Secret
            | Type::CardData => JsonKind::Text,
            Type::Boolean { .. } => JsonKind::Boolean,
            Type::Integer { .. } | Type::Float | Type::Number => JsonKind::Number,
            Type::List(_) | Type::Array { .. } => JsonKind::Array,
            Type::Map(_) => JsonKind::Object,
            Type::Any => JsonKind::Any,
            Type::Named(name) => {
                let node = components(self.root, "schemas").iter().find(|entry| &entry.key == name);
                match node.map(|entry| shape(&entry.node)) {
                    Some(Shape::Text) => JsonKind::Text,
                    Some(Shape::Object) => JsonKind::Object,
                    _ => JsonKind::Any,
                }
            }
        }
    }

    /// An object that always holds itself has no end; Rust has no type for it without a box.
    fn no_endless_object(&self, schema: &Schema, schemas: &[Schema]) {
        let mut seen: Vec<&str> = Vec::new();
        let mut open: Vec<&str> = direct_objects(schema);
        while let Some(name) = open.pop() {
            if name == schema.name {
                self.problems.push(
                    self.position_of_schema(name),
                    format!("schema `{name}` holds itself"),
                    format!("put {} inside itself only through an array or a map", kind_word(&schema.kind)),
                );
                return;
            }
            if !seen.contains(&name) {
                seen.push(name);
                open.extend(
                    schemas.iter().find(|other| other.name == name).map(direct_objects).unwrap_or_default(),
                );
            }
        }
    }
}

/// The schemas whose values lie directly inside a value of `schema`.
fn direct_objects(schema: &Schema) -> Vec<&str> {
    fn direct(ty: &Type) -> Option<&str> {
        match ty {
            Type::Named(name) => Some(name.as_str()),
            _ => None,
        }
    }
    match &schema.kind {
        SchemaKind::Object(object) => {
            object.properties.iter().filter_map(|property| direct(&property.ty)).collect()
        }
        SchemaKind::OneOf(branches) => branches.iter().filter_map(|branch| direct(&branch.ty)).collect(),
        _ => Vec::new(),
    }
}

fn kind(kind: JsonKind) -> &'static str {
    match kind {
        JsonKind::Text => "a string",
        JsonKind::Number => "a number",
        JsonKind::Boolean => "a boolean",
        JsonKind::Array => "an array",
        JsonKind::Object => "an object",
        JsonKind::Any => "any value",
    }
}
