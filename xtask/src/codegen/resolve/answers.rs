//! The answer of an operation: its one success, or the choice between several, told apart by their members.

use super::bodies::SuccessBody;
use super::{Resolver, digest, keywords};
use crate::codegen::model::{Branch, Example, JsonKind, Schema, SchemaKind, Success, Type};
use crate::codegen::names;
use crate::codegen::problem::Position;
use crate::codegen::read::Node;

/// What an operation answers with.
#[derive(Default)]
pub(super) struct Answer {
    /// The name of the schema.
    pub(super) schema: String,
    pub(super) successes: Vec<Success>,
    pub(super) examples: Vec<Example>,
    /// The choice between several successes; operations with the same `x-answer` share it.
    pub(super) choice: Option<Schema>,
}

impl Resolver<'_> {
    pub(super) fn answer(&self, node: &Node, owner: Position, source: &str, what: &str) -> Answer {
        let mut bodies = self.responses(node, owner, what);
        match (bodies.len(), node.entry("x-answer")) {
            (0 | 1, Some(entry)) => {
                let message = format!("{what} has `x-answer` and no second success");
                self.problems.push(entry.key_position, message, "remove it: it names a choice");
            }
            (2.., None) => {
                let position = bodies.get(1).map_or(owner, |body| body.position);
                let message = format!("{what} has two success responses");
                let help =
                    "keep one, or name the choice: `x-answer: {name: …, variants: {'200': …, '201': …}}`";
                self.problems.push(position, message, help);
            }
            (2.., Some(entry)) => {
                self.keywords(&entry.node, keywords::ANSWER, &format!("`x-answer` of {what}"));
                return self.choice(&entry.node, bodies, source, what);
            }
            _ => {}
        }
        if bodies.is_empty() {
            return Answer::default();
        }
        let body = bodies.swap_remove(0);
        Answer {
            schema: body.schema,
            successes: vec![Success { status: body.status, variant: None }],
            examples: body.examples,
            choice: None,
        }
    }

    fn choice(&self, node: &Node, bodies: Vec<SuccessBody>, source: &str, what: &str) -> Answer {
        let name = self.need_text(node, "name", node.position, &format!("`x-answer` of {what}"));
        let variants = node.member("variants");
        let mut answer = Answer { schema: name.clone(), ..Answer::default() };
        let mut branches: Vec<Branch> = Vec::new();
        for body in bodies {
            let status = body.status.to_string();
            let Some(variant) = variants.and_then(|all| all.text_of(&status)) else {
                let message = format!("`x-answer` of {what} has no variant for status {status}");
                self.problems.push(node.position, message, format!("add `'{status}': …` to `variants`"));
                continue;
            };
            let ty = Type::Named(body.schema);
            let branch = Branch {
                variant: variant.to_owned(),
                members: self.required_members(&ty),
                ty,
                kind: JsonKind::Object,
                description: format!("The answer with status {status}."),
            };
            self.reachable(&branch, &branches, body.position, &format!("the answer of {what}"));
            branches.push(branch);
            answer.successes.push(Success { status: body.status, variant: Some(variant.to_owned()) });
            answer.examples.extend(body.examples);
        }
        if self.targets.contains_key(name.as_str()) || !names::is_identifier(&name) {
            let message = format!("`{name}`, the answer of {what}, is a schema or no name");
            self.problems.push(node.position, message, "choose another name");
        }
        answer.choice = Some(Schema {
            description:
                "One of the successes of an operation, told apart by their members and not by the status"
                    .to_owned(),
            name,
            source: source.to_owned(),
            digest: digest(&[node]),
            kind: SchemaKind::OneOf(branches),
        });
        answer
    }

    /// Other paths under which the same operation is served: `x-path-aliases`. The client never uses them.
    pub(super) fn path_aliases(&self, node: &Node, path: &str, what: &str) -> Vec<String> {
        let mut aliases: Vec<String> = Vec::new();
        for element in node.member("x-path-aliases").map(Node::elements).unwrap_or_default() {
            let alias = element.text().unwrap_or_default().to_owned();
            if parameters_of(&alias) != parameters_of(path) || !alias.starts_with('/') || alias == path {
                let message = format!("`x-path-aliases` of {what}: `{alias}` is no other path of it");
                let help = "write a path that starts with `/` and has the same parameters";
                self.problems.push(element.position, message, help);
            }
            aliases.push(alias);
        }
        aliases
    }
}

fn parameters_of(path: &str) -> Vec<&str> {
    let mut names: Vec<&str> = path.split('/').filter(|segment| segment.starts_with('{')).collect();
    names.sort_unstable();
    names
}
