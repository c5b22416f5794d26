//! Requests, answers and their examples.

use super::{Resolver, keywords};
use crate::codegen::model::{Example, Type};
use crate::codegen::problem::Position;
use crate::codegen::read::Node;

/// A documented success as it stands in the description.
pub(super) struct SuccessBody {
    pub(super) status: u16,
    pub(super) schema: String,
    pub(super) examples: Vec<Example>,
    pub(super) position: Position,
}

impl Resolver<'_> {
    /// The schema and the examples of a request body, if there is one.
    pub(super) fn request(&self, node: &Node, what: &str) -> (Option<String>, Vec<Example>) {
        let Some(body) = node.entry("requestBody") else { return (None, Vec::new()) };
        let what = format!("the request of {what}");
        self.keywords(&body.node, keywords::BODY, &what);
        if !body.node.is_true("required") {
            let message = format!("{what} is not `required: true`");
            self.problems.push(
                body.key_position,
                message,
                "a body that may be left out is not supported: add `required: true`",
            );
        }
        match self.media(&body.node, body.key_position, &what) {
            Some((schema, examples)) => (Some(schema), examples),
            None => (None, Vec::new()),
        }
    }

    /// The successes: status, schema and examples of each.
    pub(super) fn responses(&self, node: &Node, owner: Position, what: &str) -> Vec<SuccessBody> {
        let responses = node.member("responses").map(Node::entries).unwrap_or_default();
        let mut answers = Vec::new();
        for entry in responses {
            let of = format!("response {} of {what}", entry.key);
            let resolved = match entry.node.member("$ref") {
                None => &entry.node,
                Some(reference) => match self.component(reference, "responses") {
                    Some((_, target)) => &target.node,
                    None => continue,
                },
            };
            self.keywords(resolved, keywords::RESPONSE, &of);
            self.need_text(resolved, "description", entry.key_position, &of);
            if entry.key.starts_with('2') {
                let Ok(status) = entry.key.parse::<u16>() else {
                    let message = format!("{what} has a success `{}` without a status", entry.key);
                    self.problems.push(entry.key_position, message, "write the status: '200'");
                    continue;
                };
                let (schema, examples) = self.media(resolved, entry.key_position, &of).unwrap_or_default();
                answers.push(SuccessBody { status, schema, examples, position: entry.key_position });
            }
        }
        if answers.is_empty() {
            self.problems.push(
                owner,
                format!("{what} has no success response"),
                "add `responses: {'200': …}`",
            );
        }
        answers
    }

    /// The schema and the examples of a body.
    fn media(&self, node: &Node, owner: Position, what: &str) -> Option<(String, Vec<Example>)> {
        let Some(content) = node.member("content") else {
            self.problems.push(
                owner,
                format!("{what} has no `content`"),
                "add `content: {application/json: …}`",
            );
            return None;
        };
        self.keywords(content, keywords::CONTENT, &format!("`content` of {what}"));
        let media = content.entry("application/json")?;
        self.keywords(&media.node, keywords::MEDIA, what);
        let examples = self.examples(&media.node, media.key_position, what);
        let Some(schema) = media.node.entry("schema") else {
            self.problems.push(
                media.key_position,
                format!("{what} has no `schema`"),
                "add `schema: {$ref: …}`",
            );
            return None;
        };
        match self.ty(&schema.node, schema.key_position, what, false) {
            Type::Named(name) => Some((name, examples)),
            _ => {
                let message = format!("the schema of {what} is not a named object");
                self.problems.push(
                    schema.key_position,
                    message,
                    "move it to `components.schemas` and refer to it",
                );
                None
            }
        }
    }

    /// The documented bodies: `examples` (tidy, at least one) and `x-quirk-examples` (as printed, only decoded).
    pub(super) fn examples(&self, media: &Node, owner: Position, what: &str) -> Vec<Example> {
        let mut examples: Vec<Example> = Vec::new();
        for (key, quirk) in [("examples", false), ("x-quirk-examples", true)] {
            for entry in media.member(key).map(Node::entries).unwrap_or_default() {
                let of = format!("example `{}` of {what}", entry.key);
                self.keywords(&entry.node, keywords::EXAMPLE, &of);
                let summary = self.need_text(&entry.node, "summary", entry.key_position, &of);
                let Some(value) = entry.node.member("value") else {
                    self.problems.push(
                        entry.key_position,
                        format!("{of} has no `value`"),
                        "write the JSON below `value:`",
                    );
                    continue;
                };
                if !entry
                    .key
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
                {
                    let message = format!("the name of {of} cannot be the name of a file");
                    self.problems.push(entry.key_position, message, "use lower-case words joined by `-`");
                }
                if examples.iter().any(|other| file_name(&other.name) == file_name(&entry.key)) {
                    let message = format!("{of} has the name of another example");
                    self.problems.push(entry.key_position, message, "give each its own name, quirks too");
                }
                examples.push(Example {
                    name: entry.key.clone(),
                    summary,
                    json: value.to_json_text(),
                    quirk,
                });
            }
        }
        if !examples.iter().any(|example| !example.quirk) {
            let message = format!("{what} has no example");
            self.problems.push(
                owner,
                message,
                "add `examples: {name: {summary: …, value: …}}`, from the documents if they print one",
            );
        }
        examples
    }
}

/// Example names as they become part of a file's name.
fn file_name(name: &str) -> String {
    name.replace('-', "_")
}
