//! Schemas: objects, enumerations, ids, alternatives.

use super::change::{Changes, Place};
use super::usage::Usage;
use crate::codegen::model::{
    Branch, Description, EnumValue, Limits, Object, Property, Schema, SchemaKind, Type,
};

const GONE: &str = "code that uses it no longer compiles";

pub fn compare(old: &Description, new: &Description, changes: &mut Changes) {
    let (old_usage, new_usage) = (Usage::of(old), Usage::of(new));
    for before in &old.schemas {
        let mut users = old_usage.users(&before.name);
        users.extend(new_usage.users(&before.name));
        users.sort();
        users.dedup();
        let at = Place::new(format!("schema {}", before.name)).used_by(users);
        let sent = old_usage.is_sent(&before.name) || new_usage.is_sent(&before.name);
        match new.schema(&before.name) {
            None => changes.breaking(&at, "removed", GONE),
            Some(after) => schema(&at, before, after, sent, changes),
        }
    }
    for after in new.schemas.iter().filter(|after| old.schema(&after.name).is_none()) {
        let at = Place::new(format!("schema {}", after.name)).used_by(new_usage.users(&after.name));
        changes.compatible(&at, "added", "a new type");
    }
}

fn schema(at: &Place, before: &Schema, after: &Schema, sent: bool, changes: &mut Changes) {
    match (&before.kind, &after.kind) {
        (SchemaKind::Object(before), SchemaKind::Object(after)) => object(at, before, after, sent, changes),
        (SchemaKind::OpenEnum(before), SchemaKind::OpenEnum(after)) => open_enum(at, before, after, changes),
        (SchemaKind::ClosedEnum(before), SchemaKind::ClosedEnum(after)) => {
            closed_enum(at, before, after, changes);
        }
        (SchemaKind::OneOf(before), SchemaKind::OneOf(after)) => one_of(at, before, after, changes),
        (SchemaKind::Id, SchemaKind::Id) => {}
        (before, after) => {
            changes.breaking(at, format!("{} is now {}", kind(before), kind(after)), GONE);
        }
    }
}

fn kind(kind: &SchemaKind) -> &'static str {
    match kind {
        SchemaKind::Object(_) => "an object",
        SchemaKind::OpenEnum(_) => "an open enum",
        SchemaKind::ClosedEnum(_) => "a closed enum",
        SchemaKind::Id => "an id",
        SchemaKind::OneOf(_) => "a oneOf",
    }
}

fn object(at: &Place, before: &Object, after: &Object, sent: bool, changes: &mut Changes) {
    for property in &before.properties {
        let at = at.part(format!("member {}", property.wire));
        match after.properties.iter().find(|other| other.wire == property.wire) {
            None => changes.breaking(&at, "removed", GONE),
            Some(other) => member(&at, property, other, sent, changes),
        }
    }
    let is_new = |property: &&Property| !before.properties.iter().any(|other| other.wire == property.wire);
    for property in after.properties.iter().filter(is_new) {
        let at = at.part(format!("member {}", property.wire));
        match (property.optional(), sent) {
            (true, _) => changes.compatible(&at, "added, optional", "nobody has to give or read it"),
            (false, true) => changes.breaking(&at, "added, required", "callers must give it"),
            (false, false) => {
                changes.breaking(&at, "added, required", "recorded answers without it no longer decode");
            }
        }
    }
    constructor_order(at, before, after, changes);
    match (before.extra, after.extra) {
        (true, false) => changes.breaking(at, "other members are no longer kept", GONE),
        (false, true) => changes.compatible(at, "other members are kept", "they were skipped until now"),
        _ => {}
    }
    match (before.private_constructor, after.private_constructor) {
        (false, true) => changes.breaking(at, "`new` is no longer public", GONE),
        (true, false) => changes.compatible(at, "`new` is public", "nobody has to use it"),
        _ => {}
    }
    match (before.opaque, after.opaque) {
        (false, true) => changes.breaking(at, "its fields are no longer public", GONE),
        (true, false) => changes.compatible(at, "its fields are public", "nobody has to use them"),
        _ => {}
    }
}

/// Two arguments of one type that change places still compile, and mean something else.
fn constructor_order(at: &Place, before: &Object, after: &Object, changes: &mut Changes) {
    let required = |object: &Object| -> Vec<String> {
        object
            .properties
            .iter()
            .filter(|property| !property.optional())
            .map(|property| property.wire.clone())
            .collect()
    };
    let (before, after) = (required(before), required(after));
    let same_members = before.len() == after.len() && before.iter().all(|name| after.contains(name));
    if same_members && before != after {
        changes.breaking(at, "the order of the required members changed", "so did the arguments of `new`");
    }
}

fn member(at: &Place, before: &Property, after: &Property, sent: bool, changes: &mut Changes) {
    type_change(at, &before.ty, &after.ty, changes);
    if before.rust != after.rust {
        changes.breaking(at, format!("field `{}` is now `{}`", before.rust, after.rust), GONE);
    }
    match (before.optional(), after.optional()) {
        (true, false) if sent => changes.breaking(at, "now required", "callers must give it"),
        (true, false) => changes.breaking(at, "now required", "the field is no longer an `Option`"),
        (false, true) => changes.breaking(at, "now optional", "the field becomes an `Option`"),
        _ => {}
    }
    for alias in before.aliases.iter().filter(|alias| !after.aliases.contains(alias)) {
        changes.breaking(at, format!("no longer decoded from \"{alias}\""), "recorded bodies may use it");
    }
    for alias in after.aliases.iter().filter(|alias| !before.aliases.contains(alias)) {
        changes.compatible(at, format!("also decoded from \"{alias}\""), "more is accepted");
    }
    if before.limits != after.limits {
        if sent && is_narrower(&before.limits, &after.limits) {
            changes.breaking(at, "narrower limits", "values that are sent today may be refused");
        } else {
            changes.compatible(at, "other limits", "no value that was fine is refused");
        }
    }
    if after.deprecated && !before.deprecated {
        changes.compatible(at, "deprecated", "it still works");
    }
}

fn is_narrower(before: &Limits, after: &Limits) -> bool {
    fn more<T: PartialOrd>(before: Option<T>, after: Option<T>) -> bool {
        after.is_some_and(|after| before.is_none_or(|before| after > before))
    }
    fn less<T: PartialOrd>(before: Option<T>, after: Option<T>) -> bool {
        after.is_some_and(|after| before.is_none_or(|before| after < before))
    }
    more(before.minimum, after.minimum)
        || less(before.maximum, after.maximum)
        || more(before.min_length, after.min_length)
        || less(before.max_length, after.max_length)
        || more(before.min_items, after.min_items)
        || less(before.max_items, after.max_items)
}

/// Compares two types; tolerance alone is no other type.
pub fn type_change(at: &Place, before: &Type, after: &Type, changes: &mut Changes) {
    if before == after {
        return;
    }
    if strict(before) != strict(after) {
        let what = format!("type {} is now {}", words(before), words(after));
        return changes.breaking(at, what, GONE);
    }
    if is_lenient(after) {
        changes.compatible(at, "untidy forms are accepted", "tidy ones still are");
    } else {
        changes.breaking(at, "untidy forms are no longer accepted", "recorded bodies may use them");
    }
}

fn is_lenient(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Boolean { lenient: true }
            | Type::Integer { lenient: true, .. }
            | Type::Array { lenient: true, .. }
    )
}

fn strict(ty: &Type) -> Type {
    match ty {
        Type::Boolean { .. } => Type::Boolean { lenient: false },
        Type::Integer { rust, .. } => Type::Integer { rust, lenient: false },
        Type::Array { items, .. } => Type::Array { items: items.clone(), lenient: false },
        other => other.clone(),
    }
}

fn words(ty: &Type) -> String {
    match ty {
        Type::Text => "string".to_owned(),
        Type::Boolean { .. } => "boolean".to_owned(),
        Type::Integer { rust, .. } => (*rust).to_owned(),
        Type::Float => "f64".to_owned(),
        Type::Number => "exact number".to_owned(),
        Type::Money => "money".to_owned(),
        Type::Timestamp => "time".to_owned(),
        Type::Date => "day".to_owned(),
        Type::ProviderTime => "provider time".to_owned(),
        Type::Secret => "secret".to_owned(),
        Type::CardData => "card data".to_owned(),
        Type::Named(name) => name.clone(),
        Type::List(items) => format!("list of {}", words(items)),
        Type::Array { items, .. } => format!("array of {}", words(items)),
        Type::Map(values) => format!("map to {}", words(values)),
        Type::Any => "any JSON".to_owned(),
    }
}

fn open_enum(at: &Place, before: &[EnumValue], after: &[EnumValue], changes: &mut Changes) {
    values(at, before, after, changes, |at, changes| {
        changes.compatible(at, "added", "until now it was kept as unrecognised");
    });
}

fn closed_enum(at: &Place, before: &[EnumValue], after: &[EnumValue], changes: &mut Changes) {
    values(at, before, after, changes, |at, changes| {
        changes.breaking(at, "added", "a closed enum is matched without a wildcard");
    });
}

fn values(
    at: &Place,
    before: &[EnumValue],
    after: &[EnumValue],
    changes: &mut Changes,
    added: impl Fn(&Place, &mut Changes),
) {
    for value in before {
        let at = at.part(format!("value {}", value.wire));
        match after.iter().find(|other| other.wire == value.wire) {
            None => changes.breaking(&at, "removed", GONE),
            Some(other) if other.variant != value.variant => {
                changes.breaking(
                    &at,
                    format!("variant `{}` is now `{}`", value.variant, other.variant),
                    GONE,
                );
            }
            Some(_) => {}
        }
    }
    for value in after.iter().filter(|value| !before.iter().any(|other| other.wire == value.wire)) {
        added(&at.part(format!("value {}", value.wire)), changes);
    }
}

fn one_of(at: &Place, before: &[Branch], after: &[Branch], changes: &mut Changes) {
    for branch in before {
        let at = at.part(format!("alternative {}", branch.variant));
        match after.iter().find(|other| other.variant == branch.variant) {
            None => changes.breaking(&at, "removed", GONE),
            Some(other) => type_change(&at, &branch.ty, &other.ty, changes),
        }
    }
    for branch in after.iter().filter(|branch| !before.iter().any(|other| other.variant == branch.variant)) {
        let at = at.part(format!("alternative {}", branch.variant));
        changes.breaking(&at, "added", "alternatives are matched without a wildcard");
    }
}
