//! Types of properties, elements and parameters.

use super::keywords::Shape;
use super::{Resolver, Target};
use crate::codegen::model::{Limits, Property, Type};
use crate::codegen::names;
use crate::codegen::problem::Position;
use crate::codegen::read::{Entry, Node, Value};

/// The shape of a schema, told from its members.
pub(super) fn shape(node: &Node) -> Shape {
    if node.member("$ref").is_some() {
        return Shape::Reference;
    }
    if node.member("oneOf").is_some() {
        return Shape::OneOf;
    }
    match type_name(node) {
        Some("string") => Shape::Text,
        Some("boolean") => Shape::Boolean,
        Some("integer") => Shape::Integer,
        Some("number") => Shape::Number,
        Some("array") => Shape::Array,
        Some("object") => Shape::Object,
        _ => Shape::Unknown,
    }
}

/// The one type besides `null`.
fn type_name(node: &Node) -> Option<&str> {
    let ty = node.member("type")?;
    match &ty.value {
        Value::Text(name) => Some(name),
        Value::Sequence(names) => {
            let mut others = names.iter().filter_map(Node::text).filter(|name| *name != "null");
            others.next().filter(|_| others.next().is_none())
        }
        _ => None,
    }
}

fn type_list_has_null(node: &Node) -> bool {
    node.member("type").is_some_and(|ty| ty.elements().iter().any(|name| name.text() == Some("null")))
}

/// The other alternative of a `oneOf` of something and `null`.
pub(super) fn nullable_reference(node: &Node) -> Option<&Node> {
    let alternatives = node.member("oneOf")?.elements();
    let is_null = |node: &&Node| node.text_of("type") == Some("null");
    match alternatives {
        [first, second] if is_null(&second) => Some(first),
        [first, second] if is_null(&first) => Some(second),
        _ => None,
    }
}

impl Resolver<'_> {
    pub(super) fn property(&self, entry: &Entry, required: bool, owner: &str) -> Property {
        let Entry { key: wire, key_position, node } = entry;
        let what = format!("property `{wire}` of {owner}");
        let inner = nullable_reference(node);
        let ty = self.ty(node, *key_position, &what, true);
        let described = node.member("description").is_some() || shape(node) == Shape::Reference;
        if !described || node.member("description").is_some() {
            self.need_text(node, "description", *key_position, &what);
        }
        Property {
            wire: wire.clone(),
            rust: self.rust_name(node, wire, *key_position, &what),
            ty,
            required,
            nullable: inner.is_some() || type_list_has_null(node),
            aliases: self.aliases(node, wire, &what),
            description: self.description_of(node),
            source: node.text_of("x-source").map(|text| text.trim().to_owned()),
            deprecated: node.is_true("deprecated"),
            limits: limits(node),
            explicit_default: self.explicit_default(node, required, &what),
        }
    }

    /// What the absence of an optional boolean means, if it is to be sent in any case.
    fn explicit_default(&self, node: &Node, required: bool, what: &str) -> Option<bool> {
        let entry = node.entry("x-explicit-default")?;
        match entry.node.value {
            Value::Boolean(default) if !required && shape(node) == Shape::Boolean => Some(default),
            _ => {
                let message = format!("`x-explicit-default` of {what} is no default of an optional boolean");
                let mend =
                    "write `true` or `false` beside `type: boolean`, and leave the member out of `required`";
                self.problems.push(entry.node.position, message, mend);
                None
            }
        }
    }

    /// The description beside a reference, or that of what it refers to.
    fn description_of(&self, node: &Node) -> String {
        if let Some(text) = node.text_of("description") {
            return text.trim().to_owned();
        }
        let reference = node.text_of("$ref").unwrap_or_default();
        let name = reference.rsplit('/').next().unwrap_or_default();
        let target = super::components(self.root, "schemas").iter().find(|entry| entry.key == name);
        target.and_then(|entry| entry.node.text_of("description")).unwrap_or_default().trim().to_owned()
    }

    pub(super) fn rust_name(&self, node: &Node, wire: &str, owner: Position, what: &str) -> String {
        let chosen = node.member("x-rust-name");
        let name = chosen.and_then(Node::text).map_or_else(|| names::field(wire), str::to_owned);
        if !names::is_identifier(&name) {
            let position = chosen.map_or(owner, |node| node.position);
            let message = format!("`{name}` cannot be the name of a Rust field ({what})");
            self.problems.push(position, message, "give it an `x-rust-name` in snake_case");
        }
        name
    }

    /// The other spellings in `x-aliases` of a property or an event.
    pub(super) fn aliases(&self, node: &Node, wire: &str, what: &str) -> Vec<String> {
        let mut aliases: Vec<String> = Vec::new();
        for element in node.member("x-aliases").map(Node::elements).unwrap_or_default() {
            match element.text() {
                Some(alias) if alias == wire || aliases.iter().any(|known| known == alias) => {
                    let message = format!("`x-aliases` of {what} repeats `{alias}`");
                    self.problems.push(element.position, message, "list only other spellings, each once");
                }
                Some(alias) => aliases.push(alias.to_owned()),
                None => {
                    let message = format!("an alias of {what} is {} and not a string", element.kind());
                    self.problems.push(element.position, message, "quote it");
                }
            }
        }
        aliases
    }

    /// The type of a schema that stands inside another, in a parameter or under another name.
    pub(super) fn ty(&self, node: &Node, owner: Position, what: &str, property: bool) -> Type {
        let shape = shape(node);
        if !node.is_mapping() {
            let message = format!("{what} is {} and not a schema", node.kind());
            self.problems.push(node.position, message, "write a schema: at least `type`, or `$ref`");
            return Type::Any;
        }
        self.keywords(node, &shape.keywords(property), &format!("{what} ({})", shape.words()));
        match shape {
            Shape::Reference => self.reference(node, what),
            Shape::Text => self.text(node, what),
            Shape::Boolean => Type::Boolean { lenient: self.lenient(node, &["bool"], what).is_some() },
            Shape::Integer => self.integer(node, what),
            Shape::Number => self.number(node, what),
            Shape::Array => self.array(node, owner, what),
            Shape::Object => self.map(node, owner, what),
            Shape::OneOf => match nullable_reference(node) {
                Some(inner) => self.ty(inner, owner, what, false),
                None => {
                    let message = format!("{what} is an inline oneOf");
                    self.problems.push(
                        node.position,
                        message,
                        "move it to `components.schemas` and refer to it",
                    );
                    Type::Any
                }
            },
            Shape::Unknown => self.any(node, owner, what),
        }
    }

    fn any(&self, node: &Node, owner: Position, what: &str) -> Type {
        if let Some(ty) = node.member("type") {
            self.problems.push(
                ty.position,
                format!("the type of {what} is not one that can be generated"),
                "use string, boolean, integer, number, array or object, alone or in a list with \"null\"",
            );
        } else if node.member("allOf").is_none()
            && node.member("anyOf").is_none()
            && node.member("description").is_none()
        {
            let message = format!("{what} has neither `type` nor `$ref`");
            self.problems.push(
                owner,
                message,
                "state its type; a schema with only a `description` is any JSON value",
            );
        }
        Type::Any
    }

    fn reference(&self, node: &Node, what: &str) -> Type {
        let Some(reference) = node.member("$ref") else { return Type::Any };
        let Some((name, _)) = self.component(reference, "schemas") else { return Type::Any };
        match self.targets.get(name) {
            Some(Target::Alias(target)) if !std::ptr::eq(*target, node) => {
                // A name for a name for itself has no end.
                if target.text_of("$ref").is_some() {
                    let message = format!("{what} refers to `{name}`, which only refers on");
                    self.problems.push(reference.position, message, "refer to the schema itself");
                    return Type::Any;
                }
                self.ty(target, target.position, &format!("schema `{name}`"), false)
            }
            _ => Type::Named(name.to_owned()),
        }
    }

    fn text(&self, node: &Node, what: &str) -> Type {
        for key in ["enum", "x-extensible-enum", "x-id"] {
            if let Some(entry) = node.entry(key) {
                let message = format!("{what} defines a type of its own inline (`{key}`)");
                self.problems.push(
                    entry.key_position,
                    message,
                    "move it to `components.schemas` and refer to it",
                );
            }
        }
        if node.is_true("x-card-data") {
            return Type::CardData;
        }
        if self.lenient(node, &["date"], what).is_some() {
            if let Some(format) = node.entry("format") {
                let message = format!("{what} has both `format` and `x-lenient: date`");
                self.problems.push(
                    format.key_position,
                    message,
                    "remove `format`: the lenient form is no RFC 3339",
                );
            }
            return Type::ProviderTime;
        }
        match node.member("format").map(|format| (format, format.text().unwrap_or_default())) {
            Some((_, "decimal")) => Type::Money,
            Some((_, "date-time")) => Type::Timestamp,
            Some((_, "date")) => Type::Date,
            Some((_, "password")) => Type::Secret,
            // The named formats only document a text.
            None | Some((_, "uri" | "email" | "uuid" | "hostname")) => Type::Text,
            Some((format, other)) => {
                self.problems.push(
                    format.position,
                    format!("unknown format `{other}` of {what}"),
                    "known: decimal (money), date-time, date, password (secret), uri, email, uuid, hostname",
                );
                Type::Text
            }
        }
    }

    fn integer(&self, node: &Node, what: &str) -> Type {
        let lenient = self.lenient(node, &["number"], what).is_some();
        let unsigned = limits(node).minimum.is_some_and(|minimum| minimum >= 0);
        let rust = match (node.text_of("format"), unsigned) {
            (None | Some("int32"), true) => "u32",
            (Some("int64"), true) => "u64",
            (Some("int32"), false) => "i32",
            (None | Some("int64"), false) => "i64",
            (Some(other), _) => {
                let message = format!("unknown format `{other}` of {what}");
                self.problems.push(node.position, message, "known for integers: int32, int64");
                "i64"
            }
        };
        Type::Integer { rust, lenient }
    }

    fn number(&self, node: &Node, what: &str) -> Type {
        if self.lenient(node, &["number"], what).is_some() {
            return Type::Number;
        }
        match node.member("format") {
            Some(format) if format.text() == Some("double") => Type::Float,
            other => {
                self.problems.push(
                    other.map_or(node.position, |format| format.position),
                    format!("{what} does not say how exact it is"),
                    "write `x-lenient: number` for an exact decimal, or `format: double` where rounding does not matter",
                );
                Type::Float
            }
        }
    }

    fn array(&self, node: &Node, owner: Position, what: &str) -> Type {
        let Some(items) = node.entry("items") else {
            self.problems.push(
                owner,
                format!("{what} is an array without `items`"),
                "say what its elements are",
            );
            return Type::Array { items: Box::new(Type::Any), lenient: false };
        };
        let of = format!("an element of {what}");
        let inner = Box::new(self.ty(&items.node, items.key_position, &of, false));
        let lenient = self.lenient(node, &["array"], what).is_some();
        if lenient && !matches!(*inner, Type::Text | Type::Named(_)) {
            let message = format!("{what} is `x-lenient: array` but its elements are no strings");
            self.problems.push(
                node.position,
                message,
                "remove `x-lenient`: only a list of strings may come as one string",
            );
        }
        match (node.entry("x-list"), lenient) {
            (None, _) => Type::Array { items: inner, lenient },
            (Some(list), true) => {
                let message = format!("{what} has both `x-list` and `x-lenient: array`");
                self.problems.push(list.key_position, message, "keep one of the two");
                Type::List(inner)
            }
            (Some(list), false) => {
                if !matches!(list.node.value, Value::Boolean(true)) || !matches!(*inner, Type::Named(_)) {
                    let message = format!("`x-list` of {what} cannot be used like this");
                    let help = "write `x-list: true`, on an array of named schemas";
                    self.problems.push(list.node.position, message, help);
                }
                Type::List(inner)
            }
        }
    }

    fn map(&self, node: &Node, owner: Position, what: &str) -> Type {
        if let Some(entry) = node.entry("properties") {
            let message = format!("{what} is an inline object");
            self.problems.push(
                entry.key_position,
                message,
                "move it to `components.schemas` and refer to it with `$ref`",
            );
            return Type::Any;
        }
        match node.entry("additionalProperties") {
            Some(entry) if matches!(entry.node.value, Value::Boolean(true)) => Type::Map(Box::new(Type::Any)),
            Some(entry) if entry.node.is_mapping() => {
                let of = format!("a value of {what}");
                Type::Map(Box::new(self.ty(&entry.node, entry.key_position, &of, false)))
            }
            Some(entry) => {
                let message = format!("`additionalProperties` of {what} is {}", entry.node.kind());
                self.problems.push(entry.node.position, message, "write the schema of the values, or `true`");
                Type::Any
            }
            None => {
                self.problems.push(
                    owner,
                    format!("{what} is an object without `additionalProperties`"),
                    "say what its members are: refer to a named object, or give the schema of a map's values",
                );
                Type::Any
            }
        }
    }

    fn lenient<'n>(&self, node: &'n Node, known: &[&str], what: &str) -> Option<&'n str> {
        let entry = node.entry("x-lenient")?;
        let value = entry.node.text();
        if !value.is_some_and(|value| known.contains(&value)) {
            let given = value.unwrap_or(entry.node.kind());
            let message = format!("unknown `x-lenient: {given}` on {what}");
            self.problems.push(entry.node.position, message, format!("possible here: {}", known.join(", ")));
        }
        value
    }
}

fn limits(node: &Node) -> Limits {
    let number = |key| match node.member(key).map(|node| &node.value) {
        Some(Value::Integer(value)) => Some(*value),
        _ => None,
    };
    let length = |key| number(key).and_then(|value| u64::try_from(value).ok());
    Limits {
        minimum: number("minimum"),
        maximum: number("maximum"),
        min_length: length("minLength"),
        max_length: length("maxLength"),
        min_items: length("minItems"),
        max_items: length("maxItems"),
    }
}
