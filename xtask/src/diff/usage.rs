//! Which operations and events a schema is part of, and in which direction it travels.

use std::collections::{BTreeMap, BTreeSet};

use crate::codegen::model::{Description, SchemaKind, Type};

/// Where schemas are used.
#[derive(Debug, Default)]
pub struct Usage {
    by: BTreeMap<String, BTreeSet<String>>,
    sent: BTreeSet<String>,
}

impl Usage {
    /// Follows every request, answer and event to the schemas inside.
    pub fn of(description: &Description) -> Self {
        let mut usage = Self::default();
        for operation in &description.operations {
            for schema in operation.request.iter().chain(&operation.query) {
                usage.follow(description, schema, &operation.id, true);
            }
            usage.follow(description, &operation.response, &operation.id, false);
            for property in &operation.path_parameters {
                usage.follow_type(description, &property.ty, &operation.id, true);
            }
        }
        if let Some(events) = &description.events {
            usage.follow(description, &events.envelope, "every event", false);
            for event in &events.events {
                usage.follow(description, &event.data, &event.kind, false);
            }
        }
        usage
    }

    /// The operations and events that `schema` is part of.
    pub fn users(&self, schema: &str) -> Vec<String> {
        self.by.get(schema).map(|users| users.iter().cloned().collect()).unwrap_or_default()
    }

    /// Whether a user sends `schema`.
    pub fn is_sent(&self, schema: &str) -> bool {
        self.sent.contains(schema)
    }

    fn follow(&mut self, description: &Description, schema: &str, user: &str, sent: bool) {
        let known = self.by.entry(schema.to_owned()).or_default().contains(user);
        if known && (!sent || self.sent.contains(schema)) {
            return;
        }
        self.by.entry(schema.to_owned()).or_default().insert(user.to_owned());
        if sent {
            self.sent.insert(schema.to_owned());
        }
        match description.schema(schema).map(|schema| &schema.kind) {
            Some(SchemaKind::Object(object)) => {
                for property in &object.properties {
                    self.follow_type(description, &property.ty, user, sent);
                }
            }
            Some(SchemaKind::OneOf(branches)) => {
                for branch in branches {
                    self.follow_type(description, &branch.ty, user, sent);
                }
            }
            _ => {}
        }
    }

    fn follow_type(&mut self, description: &Description, ty: &Type, user: &str, sent: bool) {
        match ty {
            Type::Named(name) => self.follow(description, name, user, sent),
            Type::List(items) | Type::Array { items, .. } | Type::Map(items) => {
                self.follow_type(description, items, user, sent);
            }
            _ => {}
        }
    }
}
