//! Webhooks: the event types of an API and the envelope they share.
//!
//! Every webhook refines one event schema: `{event: allOf [that schema, {type: const, payload: {data: $ref}}]}`. That is
//! plain JSON Schema, so other tools understand it; here it is read back into a table of event types.

use super::types::shape;
use super::{Resolver, components, digest, keywords};
use crate::codegen::model::{Event, Events, Property, Schema, SchemaKind, Type};
use crate::codegen::names;
use crate::codegen::problem::Position;
use crate::codegen::read::{Entry, Node};

/// The shape that a webhook's body must have, for error messages.
const SHAPE: &str = "write `{type: object, required: [event], properties: {event: {allOf: [{$ref: Event}, {type: object, \
                     properties: {type: {const: …}, payload: {type: object, properties: {data: {$ref: …}}}}}]}}}`";

impl Resolver<'_> {
    pub(super) fn events(&self, schemas: &[Schema]) -> Option<Events> {
        let webhooks = self.root.member("webhooks")?;
        let mut envelope: Option<String> = None;
        let mut events: Vec<Event> = Vec::new();
        for entry in webhooks.entries() {
            let what = format!("webhook `{}`", entry.key);
            self.keywords(&entry.node, &["post"], &what);
            let Some(post) = entry.node.entry("post") else {
                self.problems.push(
                    entry.key_position,
                    format!("{what} has no `post`"),
                    "events are sent by POST",
                );
                continue;
            };
            let Some((event, base)) = self.event(entry, post, &what) else { continue };
            if envelope.get_or_insert_with(|| base.clone()) != &base {
                let message = format!(
                    "{what} refines `{base}`, others refine `{}`",
                    envelope.clone().unwrap_or_default()
                );
                self.problems.push(entry.key_position, message, "let every event refine one schema");
            }
            if let Some(other) = events.iter().find(|other| other.operation_id == event.operation_id) {
                let message = format!("operationId `{}` is used twice", other.operation_id);
                self.problems.push(post.key_position, message, "rename one of the two");
            }
            if let Some(other) = events.iter().find(|other| other.variant == event.variant) {
                let message = format!(
                    "events `{}` and `{}` are both `{}` in Rust",
                    other.kind, event.kind, other.variant
                );
                self.problems.push(
                    entry.key_position,
                    message,
                    "keep one; the other decodes as unrecognised",
                );
            }
            events.push(event);
        }
        self.aliases_differ(webhooks, &events);
        events.sort_by(|a, b| a.kind.cmp(&b.kind));
        let envelope = envelope?;
        let payload = self.payload(&envelope, schemas)?;
        self.types_agree(&envelope, schemas, &events);
        Some(Events { envelope, payload, digest: digest(&[webhooks]), events })
    }

    /// No other spelling of one event is the type, or another spelling, of a second one.
    fn aliases_differ(&self, webhooks: &Node, events: &[Event]) {
        for event in events {
            for alias in &event.aliases {
                let taken = |other: &&Event| {
                    other.kind != event.kind && (other.kind == *alias || other.aliases.contains(alias))
                };
                let Some(other) = events.iter().find(taken) else { continue };
                let position =
                    webhooks.entry(&event.kind).map_or(webhooks.position, |entry| entry.key_position);
                let message = format!(
                    "alias `{alias}` of webhook `{}` also means webhook `{}`",
                    event.kind, other.kind
                );
                self.problems.push(position, message, "keep it with one of the two");
            }
        }
    }

    /// The event and the name of the schema it refines.
    fn event(&self, entry: &Entry, post: &Entry, what: &str) -> Option<(Event, String)> {
        let node = &post.node;
        let owner = post.key_position;
        self.keywords(node, keywords::WEBHOOK, what);
        let operation_id = self.need_text(node, "operationId", owner, what);
        let summary = self.need_text(node, "summary", owner, what);
        let source = self.need_text(node, "x-source", owner, what);
        let Some(body) = node.entry("requestBody") else {
            self.problems.push(owner, format!("{what} has no `requestBody`"), SHAPE);
            return None;
        };
        self.keywords(&body.node, keywords::BODY, &format!("the body of {what}"));
        let Some(media) = body.node.member("content").and_then(|content| content.entry("application/json"))
        else {
            self.problems.push(body.key_position, format!("{what} has no JSON content"), SHAPE);
            return None;
        };
        self.keywords(&media.node, keywords::MEDIA, what);
        let examples = self.examples(&media.node, media.key_position, what);
        let (base, data) = self.refinement(media, &entry.key, what)?;
        let event = Event {
            kind: entry.key.clone(),
            aliases: self.aliases(node, &entry.key, what),
            variant: names::variant(&entry.key),
            operation_id,
            summary,
            description: node.text_of("description").unwrap_or_default().trim().to_owned(),
            source,
            data,
            examples,
        };
        Some((event, base))
    }

    /// The refined schema and the schema of the data.
    fn refinement(&self, media: &Entry, kind: &str, what: &str) -> Option<(String, String)> {
        let wrong = |position: Position, message: String| {
            self.problems.push(position, message, SHAPE);
            None
        };
        let Some(schema) = media.node.entry("schema") else {
            return wrong(media.key_position, format!("{what} has no schema"));
        };
        let all = schema
            .node
            .member("properties")
            .and_then(|all| all.member("event"))
            .and_then(|event| event.member("allOf"));
        let Some([base, refined]) = all.map(Node::elements) else {
            return wrong(
                schema.key_position,
                format!("the schema of {what} does not refine the event in `allOf`"),
            );
        };
        let Some(reference) = base.member("$ref") else {
            return wrong(base.position, format!("{what} does not refer to the event schema first"));
        };
        let (base, _) = self.component(reference, "schemas")?;
        let properties = refined.member("properties");
        let Some(constant) = properties.and_then(|all| all.member("type")).and_then(|ty| ty.member("const"))
        else {
            return wrong(refined.position, format!("{what} does not say its `type`"));
        };
        if constant.text() != Some(kind) {
            let given = constant.text().unwrap_or(constant.kind());
            return wrong(constant.position, format!("{what} says `type: {given}`"));
        }
        let payload =
            properties.and_then(|all| all.member("payload")).and_then(|payload| payload.member("properties"));
        let Some(data) = payload.and_then(|all| all.member("data")) else {
            return wrong(refined.position, format!("{what} does not say what `payload.data` is"));
        };
        match self.ty(data, data.position, &format!("the data of {what}"), true) {
            Type::Named(name) => Some((base.to_owned(), name)),
            _ => wrong(data.position, format!("the data of {what} is not a named object")),
        }
    }

    /// The schema of the member `payload`, whose members `resource` and `data` the Rust type lifts out.
    fn payload(&self, envelope: &str, schemas: &[Schema]) -> Option<String> {
        let help = "the event schema needs `type`, and `payload` referring to an object of exactly `resource` (required) \
                    and `data` (any JSON)";
        let position = self.position_of_schema(envelope);
        let Some(properties) = object(schemas, envelope) else {
            self.problems.push(position, format!("schema `{envelope}` is no object"), help);
            return None;
        };
        let find = |wire: &str| properties.iter().find(|property| property.wire == wire);
        let payload = match find("payload").map(|property| (&property.ty, property.optional())) {
            Some((Type::Named(name), false)) => name.clone(),
            _ => {
                self.problems.push(
                    position,
                    format!("schema `{envelope}` has no required `payload` object"),
                    help,
                );
                return None;
            }
        };
        if find("type").is_none_or(Property::optional) {
            self.problems.push(position, format!("schema `{envelope}` has no required `type`"), help);
        }
        let parts: Vec<(&str, bool)> = object(schemas, &payload)
            .unwrap_or_default()
            .iter()
            .map(|property| (property.wire.as_str(), property.optional()))
            .collect();
        if !parts.contains(&("resource", false))
            || !parts.iter().any(|part| part.0 == "data")
            || parts.len() != 2
        {
            let message = format!("schema `{payload}` does not consist of `resource` and `data`");
            self.problems.push(self.position_of_schema(&payload), message, help);
        }
        Some(payload)
    }

    /// If the description lists the event types as an enum, the list must be that of the webhooks.
    fn types_agree(&self, envelope: &str, schemas: &[Schema], events: &[Event]) {
        let ty = object(schemas, envelope)
            .and_then(|properties| properties.iter().find(|property| property.wire == "type"))
            .map(|property| &property.ty);
        let name = match ty {
            Some(Type::Named(name)) if name == "EventType" => name,
            Some(Type::Text) => return,
            _ => {
                let message = format!("`type` of schema `{envelope}` is neither a string nor `EventType`");
                self.problems.push(self.position_of_schema(envelope), message, "write `type: string`");
                return;
            }
        };
        let Some(entry) = components(self.root, "schemas").iter().find(|entry| &entry.key == name) else {
            return;
        };
        let Some(values) = entry.node.entry("x-extensible-enum") else {
            let message = format!("schema `{name}` is {} and no open enum", shape(&entry.node).words());
            self.problems.push(entry.key_position, message, "list the event types in `x-extensible-enum`");
            return;
        };
        for value in values.node.elements() {
            if !events.iter().any(|event| Some(event.kind.as_str()) == value.text()) {
                let message =
                    format!("`{name}` lists `{}`, which is no webhook", value.text().unwrap_or_default());
                self.problems.push(value.position, message, "add the webhook, or remove the value");
            }
        }
        for event in events {
            if !values.node.elements().iter().any(|value| value.text() == Some(event.kind.as_str())) {
                let message = format!("`{name}` does not list webhook `{}`", event.kind);
                self.problems.push(values.key_position, message, "add the value");
            }
        }
    }
}

/// The properties of the object schema `name`.
fn object<'s>(schemas: &'s [Schema], name: &str) -> Option<&'s [Property]> {
    match &schemas.iter().find(|schema| schema.name == name)?.kind {
        SchemaKind::Object(object) => Some(&object.properties),
        _ => None,
    }
}
