//! Rules about what is received, held against all descriptions: a detail must not lose what stands beside it.

use super::model::{Description, Object, Property, Safety, SchemaKind, Type};
use super::{apis, describe};

/// The objects that answers and events are made of.
fn received(description: &Description) -> Vec<(&str, &Object)> {
    let mut open: Vec<&str> = description.operations.iter().map(|call| call.response.as_str()).collect();
    if let Some(events) = &description.events {
        open.push(&events.envelope);
        open.extend(events.events.iter().map(|event| event.data.as_str()));
    }
    let (mut seen, mut objects) = (Vec::new(), Vec::new());
    while let Some(name) = open.pop() {
        let Some(schema) = description.schema(name).filter(|_| !seen.contains(&name)) else { continue };
        seen.push(name);
        match &schema.kind {
            SchemaKind::Object(object) => {
                objects.push((name, object));
                open.extend(object.properties.iter().filter_map(|property| named(&property.ty)));
            }
            SchemaKind::OneOf(branches) => {
                open.extend(branches.iter().filter_map(|branch| named(&branch.ty)));
            }
            SchemaKind::OpenEnum(_) | SchemaKind::ClosedEnum(_) | SchemaKind::Id => {}
        }
    }
    objects
}

fn named(ty: &Type) -> Option<&str> {
    match ty {
        Type::Named(name) => Some(name),
        Type::List(items) | Type::Map(items) | Type::Array { items, .. } => named(items),
        _ => None,
    }
}

/// Every description.
fn descriptions() -> Vec<Description> {
    let root = crate::workspace_root();
    apis(&root).unwrap().iter().map(|api| describe(&root, api).unwrap()).collect()
}

/// An odd time is kept and read later: `x-lenient: date`.
#[test]
fn no_received_time_is_strict() {
    for description in descriptions() {
        let objects = received(&description);
        assert!(objects.len() > 15, "{}", description.api);
        for (name, object) in objects {
            let strict = object.properties.iter().find(|property| property.ty == Type::Timestamp);
            assert!(strict.is_none(), "{}: {name}: {}", description.api, strict.unwrap().wire);
        }
    }
}

/// An answer that is there for its token, which cannot be asked for again, is read whatever is missing beside it.
#[test]
fn a_token_of_a_call_that_is_not_repeated_requires_nothing_else() {
    let is_secret = |property: &Property| property.ty == Type::Secret;
    let mut count = 0;
    for description in descriptions() {
        for call in description.operations.iter().filter(|call| call.safety == Safety::Never) {
            let answer = description.schema(&call.response).map(|schema| &schema.kind);
            let Some(SchemaKind::Object(answer)) = answer else { continue };
            if answer.properties.iter().any(|token| token.required && is_secret(token)) {
                let other = answer.properties.iter().find(|other| other.required && !is_secret(other));
                assert!(other.is_none(), "{}: {}", call.response, other.unwrap().wire);
                let alone = answer.properties.len() == 1;
                assert!(alone || answer.forgiving, "{}: lacks `x-forgiving: true`", call.response);
                count += 1;
            }
        }
    }
    assert!(count > 0, "the exchange of a public token is one");
}
