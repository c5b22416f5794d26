//! Paths and operations.

use std::collections::BTreeMap;

use super::types::shape;
use super::{Resolver, components, digest, keywords};
use crate::codegen::model::{
    Auth, IdempotencyKey, Limits, Object, Operation, PagingStyle, Property, Safety, Schema, SchemaKind, Type,
};
use crate::codegen::names;
use crate::codegen::problem::Position;
use crate::codegen::read::{Entry, Node};

const METHODS: [(&str, &str); 5] =
    [("get", "Get"), ("post", "Post"), ("put", "Put"), ("patch", "Patch"), ("delete", "Delete")];

/// A parameter as it stands in the description.
struct Parameter<'a> {
    node: &'a Node,
    in_path: bool,
    property: Property,
}

impl<'a> Resolver<'a> {
    /// Every operation, and the schemas that only operations need: the query parameters of each that has some, and
    /// the choices between several successes.
    pub(super) fn operations(&self) -> (Vec<Operation>, Vec<Schema>) {
        let mut operations: Vec<(Position, Operation)> = Vec::new();
        let mut schemas: Vec<Schema> = Vec::new();
        for path in self.root.member("paths").map(Node::entries).unwrap_or_default() {
            self.keywords(&path.node, keywords::PATH_ITEM, &format!("path `{}`", path.key));
            for (key, method) in METHODS {
                if let Some(entry) = path.node.entry(key) {
                    let (operation, own) = self.operation(path, entry, method);
                    self.no_duplicate(&operation, entry.key_position, &operations);
                    operations.push((entry.key_position, operation));
                    for schema in own {
                        self.one_choice(&schema, &schemas, entry.key_position);
                        if schemas.iter().all(|other| other.name != schema.name) {
                            schemas.push(schema);
                        }
                    }
                }
            }
        }
        (operations.into_iter().map(|(_, operation)| operation).collect(), schemas)
    }

    fn no_duplicate(&self, operation: &Operation, position: Position, others: &[(Position, Operation)]) {
        for (place, other) in others {
            let line = place.line;
            if !operation.id.is_empty() && other.id == operation.id {
                let message = format!("operationId `{}` is used twice", operation.id);
                self.problems.push(
                    position,
                    message,
                    format!("rename one of the two; the first stands in line {line}"),
                );
            } else if other.rust_method() == operation.rust_method() && !operation.id.is_empty() {
                let message =
                    format!("operations `{}` and `{}` are one method in Rust", other.id, operation.id);
                self.problems.push(
                    position,
                    message,
                    format!("rename one of the two; the first stands in line {line}"),
                );
            }
            if other.tag == operation.tag
                && other.command == operation.command
                && !operation.command.is_empty()
            {
                let message =
                    format!("x-command `{}` is used twice in tag `{}`", operation.command, operation.tag);
                self.problems.push(
                    position,
                    message,
                    format!("rename one of the two; the first stands in line {line}"),
                );
            }
        }
    }

    fn operation(&self, path: &'a Entry, entry: &'a Entry, method: &'static str) -> (Operation, Vec<Schema>) {
        let node = &entry.node;
        let owner = entry.key_position;
        let id =
            self.need_text(node, "operationId", owner, &format!("operation `{} {}`", entry.key, path.key));
        let what = format!("operation `{id}`");
        self.keywords(node, keywords::OPERATION, &what);
        let summary = self.need_text(node, "summary", owner, &what);
        let source = self.need_text(node, "x-source", owner, &what);
        let parameters = self.parameters(path, node, &what);
        self.paths_agree(path, &parameters, &what);
        let (in_path, in_query): (Vec<_>, Vec<_>) =
            parameters.into_iter().partition(|parameter| parameter.in_path);
        let query = self.query(&id, &summary, &source, in_query, owner);
        let (request, request_examples) = self.request(node, &what);
        let answer = self.answer(node, owner, &source, &what);
        if request.is_some() && matches!(method, "Get" | "Delete") {
            let message = format!("{what} sends a body with {}", method.to_uppercase());
            self.problems.push(owner, message, "remove `requestBody`, or use another method");
        }
        let operation = Operation {
            method,
            path: path.key.clone(),
            tag: self.tag(node, owner, &what),
            description: node.text_of("description").unwrap_or_default().trim().to_owned(),
            path_parameters: in_path.into_iter().map(|parameter| parameter.property).collect(),
            query: query.as_ref().map(|schema| schema.name.clone()),
            request,
            response: answer.schema,
            successes: answer.successes,
            path_aliases: self.path_aliases(node, &path.key, &what),
            safety: self.safety(node, owner, &what),
            safety_reason: node.text_of("x-safety-reason").map(|text| text.trim().to_owned()),
            auth: self.auth(node, owner, &what),
            command: self.command(node, owner, &what),
            rate_group: node.text_of("x-rate-group").map(str::to_owned),
            card_data: node.is_true("x-card-data"),
            idempotency_key: self.word(
                node,
                "x-idempotency-key",
                &IdempotencyKey::ALL,
                IdempotencyKey::word,
                &what,
            ),
            paging: self.word(node, "x-paging", &PagingStyle::ALL, PagingStyle::word, &what),
            unwrap: self.unwrap(node, &what),
            sandbox_only: node.is_true("x-sandbox-only"),
            deprecated: node.is_true("deprecated"),
            request_examples,
            response_examples: answer.examples,
            id,
            summary,
            source,
        };
        (operation, query.into_iter().chain(answer.choice).collect())
    }

    /// Two operations may share a choice, if they mean the same by it.
    fn one_choice(&self, schema: &Schema, others: &[Schema], position: Position) {
        let Some(other) = others.iter().find(|other| other.name == schema.name) else { return };
        if format!("{:?}", other.kind) != format!("{:?}", schema.kind) {
            let message = format!("two operations mean different things by the answer `{}`", schema.name);
            self.problems.push(position, message, "give the choices different names");
        }
    }

    fn tag(&self, node: &Node, owner: Position, what: &str) -> String {
        let tags = node.member("tags").map(Node::elements).unwrap_or_default();
        let [tag] = tags else {
            self.problems.push(
                owner,
                format!("{what} does not have exactly one tag"),
                "write `tags: [bill]`",
            );
            return String::new();
        };
        let name = tag.text().unwrap_or_default().to_owned();
        let declared = self.root.member("tags").map(Node::elements).unwrap_or_default();
        if !declared.iter().any(|node| node.text_of("name") == Some(&name)) {
            let message = format!("tag `{name}` of {what} is not declared");
            self.problems.push(tag.position, message, "add it to `tags:` at the top, with a description");
        }
        name
    }

    fn safety(&self, node: &Node, owner: Position, what: &str) -> Safety {
        let words = Safety::ALL.map(Safety::word);
        match node.member("x-safety") {
            None => {
                let help = format!("say whether it may be repeated: x-safety: {}", words.join(" | "));
                self.problems.push(owner, format!("{what} has no `x-safety`"), help);
                Safety::Never
            }
            Some(value) => {
                let word = value.text().unwrap_or(value.kind());
                Safety::ALL.into_iter().find(|safety| safety.word() == word).unwrap_or_else(|| {
                    let message = format!("unknown `x-safety: {word}` of {what}");
                    self.problems.push(value.position, message, format!("possible: {}", words.join(", ")));
                    Safety::Never
                })
            }
        }
    }

    fn auth(&self, node: &Node, owner: Position, what: &str) -> Vec<Auth> {
        let words = Auth::ALL.map(Auth::word).join(", ");
        let Some(list) = node.member("x-auth") else {
            let help = format!("list the credentials it accepts, the usual one first: {words}");
            self.problems.push(owner, format!("{what} has no `x-auth`"), help);
            return Vec::new();
        };
        let mut found = Vec::new();
        for element in list.elements() {
            let word = element.text().unwrap_or(element.kind());
            match Auth::ALL.into_iter().find(|auth| auth.word() == word) {
                Some(auth) => found.push(auth),
                None => {
                    let message = format!("unknown credential `{word}` in `x-auth` of {what}");
                    self.problems.push(element.position, message, format!("possible: {words}"));
                }
            }
        }
        if list.elements().is_empty() {
            let message = format!("`x-auth` of {what} lists no credential");
            self.problems.push(list.position, message, format!("write a list of: {words}"));
        }
        found
    }

    /// A member that is one of a few words, if it is there.
    fn word<T: Copy>(
        &self,
        node: &Node,
        key: &str,
        all: &[T],
        word: fn(T) -> &'static str,
        what: &str,
    ) -> Option<T> {
        let value = node.member(key)?;
        let given = value.text().unwrap_or(value.kind());
        let found = all.iter().copied().find(|known| word(*known) == given);
        if found.is_none() {
            let known: Vec<&str> = all.iter().map(|known| word(*known)).collect();
            let message = format!("unknown `{key}: {given}` of {what}");
            self.problems.push(value.position, message, format!("possible: {}", known.join(", ")));
        }
        found
    }

    fn unwrap(&self, node: &Node, what: &str) -> Vec<String> {
        let Some(list) = node.member("x-unwrap") else { return Vec::new() };
        let members: Vec<String> = list.elements().iter().filter_map(Node::text).map(str::to_owned).collect();
        if members.is_empty() || members.len() != list.elements().len() {
            let message = format!("`x-unwrap` of {what} is no list of member names");
            self.problems.push(list.position, message, "write `x-unwrap: [data]`");
        }
        members
    }

    fn command(&self, node: &Node, owner: Position, what: &str) -> String {
        let command = self.need_text(node, "x-command", owner, what);
        let plain = command.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        if !plain || command.starts_with('-') || command.ends_with('-') {
            let position = node.member("x-command").map_or(owner, |node| node.position);
            let message = format!("`x-command: {command}` of {what} is no word for a command line");
            self.problems.push(position, message, "use lower-case words joined by `-`");
        }
        command
    }

    fn parameters(&self, path: &'a Entry, node: &'a Node, what: &str) -> Vec<Parameter<'a>> {
        let shared = path.node.member("parameters").map(Node::elements).unwrap_or_default();
        let own = node.member("parameters").map(Node::elements).unwrap_or_default();
        let mut parameters: Vec<Parameter<'a>> = Vec::new();
        for element in shared.iter().chain(own) {
            let resolved = match element.member("$ref") {
                None => element,
                Some(reference) => match self.component(reference, "parameters") {
                    Some((_, entry)) => &entry.node,
                    None => continue,
                },
            };
            let Some(parameter) = self.parameter(resolved, what) else { continue };
            if parameters.iter().any(|other| other.property.wire == parameter.property.wire) {
                let message = format!("parameter `{}` of {what} is declared twice", parameter.property.wire);
                self.problems.push(element.position, message, "remove one of the two");
            }
            parameters.push(parameter);
        }
        parameters
    }

    fn parameter(&self, node: &'a Node, what: &str) -> Option<Parameter<'a>> {
        let name = self.need_text(node, "name", node.position, &format!("a parameter of {what}"));
        let what = format!("parameter `{name}` of {what}");
        self.keywords(node, keywords::PARAMETER, &what);
        let in_path = match node.text_of("in") {
            Some("path") => true,
            Some("query") => false,
            _ => {
                let position = node.member("in").map_or(node.position, |place| place.position);
                self.problems.push(
                    position,
                    format!("{what} is not in the path or the query"),
                    "write `in: path` or `in: query`",
                );
                return None;
            }
        };
        let required = node.is_true("required");
        if in_path && !required {
            self.problems.push(
                node.position,
                format!("{what} is in the path but not required"),
                "add `required: true`",
            );
        }
        let description = self.need_text(node, "description", node.position, &what);
        let Some(schema) = node.entry("schema") else {
            self.problems.push(node.position, format!("{what} has no `schema`"), "add `schema`");
            return None;
        };
        let mut ty = self.ty(&schema.node, schema.key_position, &what, false);
        let allowed = match &mut ty {
            // A query holds text only.
            Type::Boolean { lenient } | Type::Integer { lenient, .. } => {
                *lenient = true;
                !in_path
            }
            Type::Text => true,
            Type::Named(name) => self.is_text(name),
            Type::Timestamp | Type::Date | Type::ProviderTime | Type::Money | Type::Number => !in_path,
            _ => false,
        };
        if !allowed {
            let message = format!("{what} has a type that does not fit there");
            self.problems.push(
                schema.key_position,
                message,
                "use a string or an id in the path, a scalar in the query",
            );
        }
        let property = Property {
            rust: self.rust_name(node, &name, node.position, &what),
            wire: name,
            ty,
            required,
            nullable: false,
            aliases: Vec::new(),
            description,
            source: None,
            deprecated: false,
            limits: Limits::default(),
            explicit_default: None,
        };
        Some(Parameter { node, in_path, property })
    }

    /// Whether the schema `name` is an id or an enum.
    fn is_text(&self, name: &str) -> bool {
        let schemas = components(self.root, "schemas");
        schemas.iter().any(|entry| entry.key == name && shape(&entry.node) == keywords::Shape::Text)
    }

    fn paths_agree(&self, path: &Entry, parameters: &[Parameter<'_>], what: &str) {
        let mut holes: BTreeMap<&str, bool> = BTreeMap::new();
        for segment in path.key.split('/') {
            match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(name) if holes.insert(name, false).is_some() => {
                    let message = format!("path `{}` names `{name}` twice", path.key);
                    self.problems.push(path.key_position, message, "give each parameter its own name");
                }
                None if segment.contains(['{', '}']) => {
                    let message = format!("segment `{segment}` of path `{}` is not whole", path.key);
                    self.problems.push(
                        path.key_position,
                        message,
                        "a parameter takes a whole segment: `/bill/{billId}`",
                    );
                }
                _ => {}
            }
        }
        if !path.key.starts_with('/') || path.key.ends_with('/') {
            let message = format!("path `{}` does not start with `/` or ends with one", path.key);
            self.problems.push(path.key_position, message, "write it like `/bill/{billId}`");
        }
        for parameter in parameters.iter().filter(|parameter| parameter.in_path) {
            let name = parameter.property.wire.as_str();
            match holes.get_mut(name) {
                Some(declared) => *declared = true,
                None => {
                    let message =
                        format!("path parameter `{name}` of {what} does not occur in `{}`", path.key);
                    self.problems.push(
                        parameter.node.position,
                        message,
                        format!("add `{{{name}}}` to the path, or remove it"),
                    );
                }
            }
        }
        for (name, _) in holes.iter().filter(|(_, declared)| !**declared) {
            let message = format!("`{{{name}}}` in path `{}` is not declared by {what}", path.key);
            self.problems.push(
                path.key_position,
                message,
                format!("add a parameter `name: {name}`, `in: path`"),
            );
        }
    }

    /// The query parameters as an object, so that every renderer treats them like any other.
    fn query(
        &self,
        id: &str,
        summary: &str,
        source: &str,
        parameters: Vec<Parameter<'_>>,
        owner: Position,
    ) -> Option<Schema> {
        let nodes: Vec<&Node> = parameters.iter().map(|parameter| parameter.node).collect();
        let digest = digest(&nodes);
        let properties: Vec<Property> = parameters.into_iter().map(|parameter| parameter.property).collect();
        if properties.is_empty() {
            return None;
        }
        let name = format!("{}Query", names::variant(id));
        if self.targets.contains_key(name.as_str()) {
            let message = format!("schema `{name}` has the name of the query of operation `{id}`");
            self.problems.push(owner, message, "rename the schema");
        }
        Some(Schema {
            name,
            description: format!("Query parameters of: {summary}"),
            source: source.to_owned(),
            digest,
            kind: SchemaKind::Object(Object {
                properties,
                extra: false,
                private_constructor: false,
                forgiving: false,
                after_decoding: false,
                opaque: false,
                query: true,
            }),
        })
    }
}
