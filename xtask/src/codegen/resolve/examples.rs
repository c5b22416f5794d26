//! Checks that every tidy example fits its schema. Quirk examples are untidy on purpose: only tests decode them.

use super::Resolver;
use crate::codegen::model::{Description, Limits, Object, Operation, Property, SchemaKind, Type};
use crate::codegen::problem::{Position, Problems};
use crate::codegen::read::{Node, Value};

pub(super) fn check(description: &Description, root: &Node, problems: &Problems) {
    let checker = Checker { description, problems };
    for operation in &description.operations {
        let Some(node) = root
            .member("paths")
            .and_then(|paths| paths.member(&operation.path))
            .and_then(|path| path.member(&operation.method.to_lowercase()))
        else {
            continue;
        };
        if let (Some(schema), Some(body)) = (&operation.request, node.member("requestBody")) {
            checker.media(body, &Type::Named(schema.clone()));
        }
        for response in node.member("responses").map(Node::entries).unwrap_or_default() {
            if response.key.starts_with('2') {
                let quiet = Problems::default();
                let resolver = Resolver::new(root, &quiet);
                let target = response
                    .node
                    .member("$ref")
                    .and_then(|reference| resolver.component(reference, "responses"));
                let node = target.map_or(&response.node, |(_, entry)| &entry.node);
                checker.media(node, &answer_type(description, operation, &response.key));
            }
        }
    }
    for event in description.events.iter().flat_map(|events| &events.events) {
        let node = root.member("webhooks").and_then(|webhooks| webhooks.member(&event.kind));
        let body = node.and_then(|node| node.member("post")).and_then(|post| post.member("requestBody"));
        for value in body.map(example_values).unwrap_or_default() {
            checker.event(value, description, &event.kind, &event.data);
        }
    }
}

/// What comes with one status: the alternative of it, if there are several successes.
fn answer_type(description: &Description, operation: &Operation, status: &str) -> Type {
    let whole = Type::Named(operation.response.clone());
    let success = operation.successes.iter().find(|success| success.status.to_string() == status);
    let Some(variant) = success.and_then(|success| success.variant.as_ref()) else { return whole };
    let branches = match description.schema(&operation.response).map(|schema| &schema.kind) {
        Some(SchemaKind::OneOf(branches)) => branches.as_slice(),
        _ => &[],
    };
    branches.iter().find(|branch| &branch.variant == variant).map_or(whole, |branch| branch.ty.clone())
}

/// The values of the tidy examples of a request or response.
fn example_values(body: &Node) -> Vec<&Node> {
    let media = body.member("content").and_then(|content| content.member("application/json"));
    let examples = media.and_then(|media| media.member("examples")).map(Node::entries).unwrap_or_default();
    examples.iter().filter_map(|entry| entry.node.member("value")).collect()
}

struct Checker<'a> {
    description: &'a Description,
    problems: &'a Problems,
}

impl Checker<'_> {
    fn media(&self, body: &Node, ty: &Type) {
        for value in example_values(body) {
            self.value(value, ty, "the example");
        }
    }

    /// An event: in the form that is sent, of the right type, with the right data.
    fn event(&self, value: &Node, description: &Description, kind: &str, data: &str) {
        let Some(events) = &description.events else { return };
        let event = match (events.wrapped, value.member("event")) {
            (false, _) => value,
            (true, Some(event)) => event,
            (true, None) => {
                let help = "write `event:` above its members; other forms belong to `x-quirk-examples`";
                self.problems.push(value.position, "the example is not wrapped in `event`", help);
                return;
            }
        };
        self.value(event, &Type::Named(events.envelope.clone()), "the event");
        match event.member("type") {
            Some(node) if node.text() != Some(kind) => {
                let message = format!("the example of `{kind}` is of another type");
                self.problems.push(node.position, message, format!("write `type: {kind}`"));
            }
            _ => {}
        }
        let place = events.place();
        match event.member(&events.container).and_then(|container| container.member(&events.data)) {
            Some(node) => self.value(node, &Type::Named(data.to_owned()), &place),
            None => {
                let message = format!("the example of `{kind}` has no {place}");
                self.problems.push(event.position, message, "add the data");
            }
        }
    }

    fn value(&self, node: &Node, ty: &Type, place: &str) {
        let fits = match (ty, &node.value) {
            (Type::Any, _)
            | (Type::Text | Type::Secret | Type::CardData, Value::Text(_))
            | (Type::Boolean { .. }, Value::Boolean(_))
            | (Type::Integer { .. }, Value::Integer(_))
            | (Type::Float | Type::Number, Value::Integer(_) | Value::Float(_)) => true,
            (Type::Money, Value::Text(text)) => is_decimal(text),
            (Type::Timestamp, Value::Text(text)) => is_rfc3339(text),
            (Type::Date, Value::Text(text)) => is_rfc3339(&format!("{text}T00:00:00Z")),
            (Type::ProviderTime, Value::Text(text)) => {
                is_rfc3339(text) || is_rfc3339(&format!("{text}Z").replacen(' ', "T", 1))
            }
            (Type::List(items) | Type::Array { items, .. }, Value::Sequence(elements)) => {
                for element in elements {
                    self.value(element, items, &format!("an element of {place}"));
                }
                true
            }
            (Type::Map(values), Value::Mapping(entries)) => {
                for entry in entries {
                    self.value(&entry.node, values, &format!("`{}` of {place}", entry.key));
                }
                true
            }
            (Type::Named(name), _) => return self.named(node, name, place),
            _ => false,
        };
        if !fits {
            let message = format!("{place} is {} and not {}", given(node), expected(ty));
            self.problems.push(
                node.position,
                message,
                "mend the example, or the schema if the documents print it so",
            );
        }
    }

    fn named(&self, node: &Node, name: &str, place: &str) {
        let Some(schema) = self.description.schema(name) else { return };
        match &schema.kind {
            SchemaKind::Object(object) => self.object(node, object, name, place),
            SchemaKind::OpenEnum(_) | SchemaKind::Id => self.value(node, &Type::Text, place),
            SchemaKind::ClosedEnum(values) => {
                if !values.iter().any(|value| Some(value.wire.as_str()) == node.text()) {
                    let allowed: Vec<&str> = values.iter().map(|value| value.wire.as_str()).collect();
                    let message =
                        format!("{place} is {} and no value of the closed enum {name}", given(node));
                    self.problems.push(node.position, message, format!("allowed: {}", allowed.join(", ")));
                }
            }
            SchemaKind::OneOf(branches) => {
                let quiet = Problems::default();
                let checker = Checker { description: self.description, problems: &quiet };
                let fits = branches.iter().any(|branch| {
                    let before = quiet.count();
                    checker.value(node, &branch.ty, place);
                    quiet.count() == before
                });
                if !fits {
                    let message = format!("{place} fits no alternative of {name}");
                    self.problems.push(node.position, message, "mend the example, or add an alternative");
                }
            }
        }
    }

    fn object(&self, node: &Node, object: &Object, name: &str, place: &str) {
        if !node.is_mapping() {
            let message = format!("{place} is {} and not an object ({name})", given(node));
            self.problems.push(node.position, message, "mend the example");
            return;
        }
        for property in &object.properties {
            match node.member(&property.wire) {
                Some(value) if matches!(value.value, Value::Null) && property.optional() => {}
                Some(value) => {
                    let place = format!("`{}` of {place}", property.wire);
                    self.value(value, &property.ty, &place);
                    self.limits(value, property, &place);
                }
                None if property.required => {
                    let message = format!("{place} lacks `{}`, which {name} requires", property.wire);
                    self.problems.push(node.position, message, "add it, or take it out of `required`");
                }
                None => {}
            }
        }
        for entry in node.entries() {
            if !object.extra && !object.properties.iter().any(|property| property.wire == entry.key) {
                let message = format!("{place} has `{}`, which {name} does not describe", entry.key);
                let help = "describe it, or move an untidy form to `x-quirk-examples`";
                self.problems.push(entry.key_position, message, help);
            }
        }
    }

    fn limits(&self, node: &Node, property: &Property, place: &str) {
        let Limits { minimum, maximum, min_length, max_length, min_items, max_items } = property.limits;
        let outside = |position: Position| {
            let message = format!("{place} is outside the limits of its schema");
            self.problems.push(position, message, "mend the example, or the limit");
        };
        let too_small = |value: u64, least: Option<u64>, most: Option<u64>| {
            least.is_some_and(|least| value < least) || most.is_some_and(|most| value > most)
        };
        let length = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let bad = match &node.value {
            Value::Integer(value) => {
                minimum.is_some_and(|least| *value < least) || maximum.is_some_and(|most| *value > most)
            }
            Value::Text(text) => too_small(length(text.chars().count()), min_length, max_length),
            Value::Sequence(elements) => too_small(length(elements.len()), min_items, max_items),
            _ => false,
        };
        if bad {
            outside(node.position);
        }
    }
}

fn given(node: &Node) -> String {
    match &node.value {
        Value::Text(text) if text.chars().count() <= 40 => format!("the string \"{text}\""),
        _ => node.kind().to_owned(),
    }
}

fn expected(ty: &Type) -> &'static str {
    match ty {
        Type::Text | Type::Named(_) | Type::Secret | Type::CardData => "a string",
        Type::Boolean { .. } => "a boolean",
        Type::Integer { .. } => "an integer",
        Type::Float | Type::Number => "a number",
        Type::Money => "money as a decimal string, such as \"25.21\"",
        Type::Date => "a date, such as 2026-04-16",
        Type::Timestamp => "an RFC 3339 time, such as 2018-10-25T00:00:00.000Z",
        Type::ProviderTime => "a time in a documented form, such as 2018-10-25T00:00:00.000Z",
        Type::List(_) | Type::Array { .. } => "an array",
        Type::Map(_) => "an object",
        Type::Any => "any value",
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `2018-10-25T00:00:00.000Z`, with or without fraction, with any offset. Only the form is checked, not the calendar.
fn is_rfc3339(text: &str) -> bool {
    let matches = |text: &str, pattern: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(given, want)| {
                if want == b'0' { given.is_ascii_digit() } else { given.eq_ignore_ascii_case(&want) }
            })
    };
    let Some((head, rest)) = text.split_at_checked(19) else { return false };
    let digits = rest.strip_prefix('.').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let fraction_is_whole = digits.is_none_or(|after| after.len() + 1 < rest.len());
    let zone = digits.unwrap_or(rest);
    matches(head, "0000-00-00T00:00:00")
        && fraction_is_whole
        && (matches(zone, "Z") || matches(zone, "+00:00") || matches(zone, "-00:00"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_recognised_by_form() {
        for good in ["2018-10-25T00:00:00.000Z", "2016-04-20T16:51:12Z", "2016-04-20T16:51:12+02:00"] {
            assert!(is_rfc3339(good), "{good}");
        }
        for bad in ["2018-10-25", "2018-10-25T00:00:00", "2018-10-25T00:00:00.Z", "2018-10-25 00:00:00Z", ""]
        {
            assert!(!is_rfc3339(bad), "{bad}");
        }
    }

    #[test]
    fn money_is_recognised_by_form() {
        for good in ["100", "100.00", "-3.5", "+1"] {
            assert!(is_decimal(good), "{good}");
        }
        for bad in ["", "1,000.00", ".5", "1.", "$1"] {
            assert!(!is_decimal(bad), "{bad}");
        }
    }
}
