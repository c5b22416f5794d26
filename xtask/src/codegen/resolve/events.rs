//! Webhooks: the event types of an API and the envelope they share.
//!
//! Every webhook refines one event schema: `allOf [that schema, {type: const, payload: {data: $ref}}]`, bare or wrapped as
//! `{event: …}`. That is plain JSON Schema, so other tools understand it; here it is read back into a table of event types.
//! What the two inner members are called is up to the API: `payload.data`, `data.object`.

use super::types::shape;
use super::{Resolver, components, digest, keywords};
use crate::codegen::model::{Event, Events, Property, Schema, SchemaKind, Type};
use crate::codegen::names;
use crate::codegen::problem::Position;
use crate::codegen::read::{Entry, Node};

/// The shape that a webhook's body must have, for error messages.
const SHAPE: &str = "write `{allOf: [{$ref: Event}, {type: object, properties: {type: {const: …}, payload: {type: object, \
                     properties: {data: {$ref: …}}}}}]}`, or wrap that as `{type: object, required: [event], \
                     properties: {event: …}}`";

impl Resolver<'_> {
    pub(super) fn events(&self, schemas: &[Schema]) -> Option<Events> {
        let webhooks = self.root.member("webhooks")?;
        let mut envelope: Option<String> = None;
        let mut wrapped = false;
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
            let Some((event, base, is_wrapped)) = self.event(entry, post, schemas, &what) else { continue };
            if !events.is_empty() && wrapped != is_wrapped {
                let message =
                    format!("{what} and the one before differ in whether they are wrapped in `event`");
                self.problems.push(entry.key_position, message, "send every event in one form");
            }
            wrapped = is_wrapped;
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
        let Some(Container { member, schema, data }) = container(&envelope, schemas) else {
            let help = "the event schema needs a required `type`, and one required object with one member of any JSON, \
                        such as `payload` with `resource` and `data`";
            let message = format!("schema `{envelope}` has no place for the data of an event");
            self.problems.push(self.position_of_schema(&envelope), message, help);
            return None;
        };
        self.types_agree(&envelope, schemas, &events);
        let digest = digest(&[webhooks]);
        Some(Events { envelope, wrapped, container: member, payload: schema, data, digest, events })
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
    fn event(
        &self,
        entry: &Entry,
        post: &Entry,
        schemas: &[Schema],
        what: &str,
    ) -> Option<(Event, String, bool)> {
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
        let (base, data, wrapped) = self.refinement(media, &entry.key, schemas, what)?;
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
        Some((event, base, wrapped))
    }

    /// The refined schema and the schema of the data.
    fn refinement(
        &self,
        media: &Entry,
        kind: &str,
        schemas: &[Schema],
        what: &str,
    ) -> Option<(String, String, bool)> {
        let wrong = |position: Position, message: String| {
            self.problems.push(position, message, SHAPE);
            None
        };
        let Some(schema) = media.node.entry("schema") else {
            return wrong(media.key_position, format!("{what} has no schema"));
        };
        let wrapped = schema
            .node
            .member("properties")
            .and_then(|all| all.member("event"))
            .and_then(|event| event.member("allOf"));
        let all = wrapped.or_else(|| schema.node.member("allOf"));
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
        let container = container(base, schemas)?;
        let inner = properties
            .and_then(|all| all.member(&container.member))
            .and_then(|member| member.member("properties"));
        let Some(data) = inner.and_then(|all| all.member(&container.data)) else {
            let place = format!("{}.{}", container.member, container.data);
            return wrong(refined.position, format!("{what} does not say what `{place}` is"));
        };
        match self.ty(data, data.position, &format!("the data of {what}"), true) {
            Type::Named(name) => Some((base.to_owned(), name, wrapped.is_some())),
            _ => wrong(data.position, format!("the data of {what} is not a named object")),
        }
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

/// Where an envelope keeps what depends on the type of the event.
struct Container {
    /// The member of the envelope.
    member: String,
    /// The schema of that member.
    schema: String,
    /// The member of that one which may be any JSON.
    data: String,
}

/// The one required object of the envelope with one member of any JSON. Its other members are lifted into the event.
fn container(envelope: &str, schemas: &[Schema]) -> Option<Container> {
    let properties = object(schemas, envelope)?;
    properties.iter().find(|property| property.wire == "type" && !property.optional())?;
    let mut found = properties.iter().filter(|property| !property.optional()).filter_map(|property| {
        let Type::Named(schema) = &property.ty else { return None };
        let mut free = object(schemas, schema)?.iter().filter(|member| is_free(&member.ty));
        let data = free.next()?;
        free.next().is_none().then(|| Container {
            member: property.wire.clone(),
            schema: schema.clone(),
            data: data.wire.clone(),
        })
    });
    let container = found.next()?;
    found.next().is_none().then_some(container)
}

/// Whether any JSON object may stand there.
fn is_free(ty: &Type) -> bool {
    match ty {
        Type::Any => true,
        Type::Map(values) => matches!(**values, Type::Any),
        _ => false,
    }
}

/// The properties of the object schema `name`.
fn object<'s>(schemas: &'s [Schema], name: &str) -> Option<&'s [Property]> {
    match &schemas.iter().find(|schema| schema.name == name)?.kind {
        SchemaKind::Object(object) => Some(&object.properties),
        _ => None,
    }
}
