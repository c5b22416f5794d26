//! Operations and events.

use super::change::{Changes, Place};
use super::objects;
use crate::codegen::model::{Auth, Description, Event, Operation, Property, Safety};

const GONE: &str = "code that uses it no longer compiles";
const SIGNATURE: &str = "the arguments of the method change";

pub fn compare(old: &Description, new: &Description, changes: &mut Changes) {
    for before in &old.operations {
        let at = Place::new(format!("operation {}", before.id));
        match new.operations.iter().find(|after| after.id == before.id) {
            Some(after) => operation(&at, old, before, new, after, changes),
            None => changes.breaking(&at, format!("removed ({} {})", verb(before), before.path), GONE),
        }
    }
    for after in
        new.operations.iter().filter(|after| !old.operations.iter().any(|before| before.id == after.id))
    {
        let at = Place::new(format!("operation {}", after.id));
        changes.compatible(&at, format!("added ({} {})", verb(after), after.path), "a new method");
    }
    events(old, new, changes);
}

fn verb(operation: &Operation) -> String {
    operation.method.to_uppercase()
}

fn operation(
    at: &Place,
    old: &Description,
    before: &Operation,
    new: &Description,
    after: &Operation,
    changes: &mut Changes,
) {
    if (before.method, &before.path) != (after.method, &after.path) {
        let what = format!("{} {} is now {} {}", verb(before), before.path, verb(after), after.path);
        changes.breaking(at, what, "released versions call the old one");
    }
    if (&before.tag, &before.command) != (&after.tag, &after.command) {
        let what =
            format!("command `{} {}` is now `{} {}`", before.tag, before.command, after.tag, after.command);
        changes.breaking(at, what, "scripts that call it stop working");
    }
    safety(at, before.safety, after.safety, changes);
    credentials(at, &before.auth, &after.auth, changes);
    parameters(at, &before.path_parameters, &after.path_parameters, changes);
    query(at, old.query_properties(before), new.query_properties(after), changes);
    body(&at.part("request"), before.request.as_deref(), after.request.as_deref(), changes);
    body(&at.part("answer"), Some(&before.response), Some(&after.response), changes);
    flags(at, before, after, changes);
}

/// How much may be repeated, more to less.
fn rank(safety: Safety) -> usize {
    Safety::ALL.iter().position(|other| *other == safety).unwrap_or_default()
}

fn safety(at: &Place, before: Safety, after: Safety, changes: &mut Changes) {
    let what = format!("safety {} is now {}", before.word(), after.word());
    match rank(after).cmp(&rank(before)) {
        std::cmp::Ordering::Equal => {}
        std::cmp::Ordering::Greater => {
            changes.breaking(at, what, "calls that were repeated or settled for the user no longer are");
        }
        std::cmp::Ordering::Less => {
            changes.compatible(at, what, "more is done for the user after a lost answer");
        }
    }
}

fn credentials(at: &Place, before: &[Auth], after: &[Auth], changes: &mut Changes) {
    for auth in before.iter().filter(|auth| !after.contains(auth)) {
        changes.breaking(at, format!("{} is no longer accepted", auth.words()), "calls with it are refused");
    }
    for auth in after.iter().filter(|auth| !before.contains(auth)) {
        changes.compatible(at, format!("{} is accepted too", auth.words()), "nobody has to use it");
    }
}

fn parameters(at: &Place, before: &[Property], after: &[Property], changes: &mut Changes) {
    let names = |list: &[Property]| list.iter().map(|property| property.wire.clone()).collect::<Vec<_>>();
    for property in before {
        let at = at.part(format!("parameter {}", property.wire));
        match after.iter().find(|other| other.wire == property.wire) {
            None => changes.breaking(&at, "removed", SIGNATURE),
            Some(other) => objects::type_change(&at, &property.ty, &other.ty, changes),
        }
    }
    for property in after.iter().filter(|property| !before.iter().any(|other| other.wire == property.wire)) {
        changes.breaking(&at.part(format!("parameter {}", property.wire)), "added", SIGNATURE);
    }
    let (before, after) = (names(before), names(after));
    if before != after && before.len() == after.len() && before.iter().all(|name| after.contains(name)) {
        changes.breaking(at, "the order of the path parameters changed", SIGNATURE);
    }
}

/// The first query parameter brings an argument, the last one takes it away; what lies between is compared as an object.
fn query(at: &Place, before: &[Property], after: &[Property], changes: &mut Changes) {
    let names =
        |list: &[Property]| list.iter().map(|property| property.wire.as_str()).collect::<Vec<_>>().join(", ");
    match (before.is_empty(), after.is_empty()) {
        (true, false) => changes.breaking(at, format!("query parameters added: {}", names(after)), SIGNATURE),
        (false, true) => {
            changes.breaking(at, format!("query parameters removed: {}", names(before)), SIGNATURE);
        }
        _ => {}
    }
}

fn body(at: &Place, before: Option<&str>, after: Option<&str>, changes: &mut Changes) {
    match (before, after) {
        (Some(before), Some(after)) if before != after => {
            changes.breaking(at, format!("{before} is now {after}"), GONE);
        }
        (None, Some(after)) => changes.breaking(at, format!("{after} added"), SIGNATURE),
        (Some(before), None) => changes.breaking(at, format!("{before} removed"), SIGNATURE),
        _ => {}
    }
}

fn flags(at: &Place, before: &Operation, after: &Operation, changes: &mut Changes) {
    match (before.card_data, after.card_data) {
        (false, true) => changes.breaking(
            at,
            "the request now counts as card data",
            "configurations that refuse card data in clear refuse it",
        ),
        (true, false) => {
            changes.compatible(at, "the request no longer counts as card data", "fewer calls are refused");
        }
        _ => {}
    }
    if before.rate_group != after.rate_group {
        let word = |group: &Option<String>| group.clone().unwrap_or_else(|| "none".to_owned());
        let what = format!("rate group {} is now {}", word(&before.rate_group), word(&after.rate_group));
        changes.compatible(at, what, "only the pace of calls changes");
    }
    if after.deprecated && !before.deprecated {
        changes.compatible(at, "deprecated", "it still works");
    }
}

fn events(old: &Description, new: &Description, changes: &mut Changes) {
    let list = |description: &Description| -> Vec<(String, String)> {
        let all = description.events.iter().flat_map(|events| &events.events);
        all.map(|event: &Event| (event.kind.clone(), event.data.clone())).collect()
    };
    let (before, after) = (list(old), list(new));
    for (kind, data) in &before {
        let at = Place::new(format!("event {kind}"));
        match after.iter().find(|(other, _)| other == kind) {
            None => changes.breaking(&at, "removed", "it decodes as unrecognised"),
            Some((_, other)) if other != data => {
                changes.breaking(&at.part("data"), format!("{data} is now {other}"), GONE);
            }
            Some(_) => {}
        }
    }
    for (kind, _) in after.iter().filter(|(kind, _)| !before.iter().any(|(other, _)| other == kind)) {
        changes.compatible(
            &Place::new(format!("event {kind}")),
            "added",
            "until now it was kept as unrecognised",
        );
    }
}
