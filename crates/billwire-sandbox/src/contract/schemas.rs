//! The generated schemas, compiled when they are first needed and kept for the whole process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::{Draft, Validator};
use serde_json::Value;

use crate::api::Api;

/// Where a difference is, as a JSON Pointer, and which rule is broken.
pub(super) type Found = (String, String);

/// What is compared.
#[derive(Clone, Copy)]
pub(super) enum Checked<'a> {
    /// A good answer, by its status.
    Answer {
        operation: &'a str,
        status: u16,
    },
    /// An error of any operation.
    Error,
    Event {
        kind: &'a str,
    },
}

impl Checked<'_> {
    /// Where its schema stands.
    fn path(self) -> Vec<String> {
        match self {
            Self::Answer { operation, status } => {
                vec!["answers".to_owned(), operation.to_owned(), status.to_string()]
            }
            Self::Error => vec!["errors".to_owned()],
            Self::Event { kind } => vec!["events".to_owned(), kind.to_owned()],
        }
    }
}

pub(super) fn check(api: &Api, what: Checked<'_>, body: &Value) -> Result<(), Found> {
    let validator = validator(api, what.path()).map_err(|reason| (String::new(), reason))?;
    // The first difference is enough for a person, and a masked one repeats no value: it may be a token.
    match validator.iter_errors(body).next() {
        None => Ok(()),
        Some(error) => {
            Err((error.instance_path().to_string(), error.masked_with("the value there").to_string()))
        }
    }
}

/// The schemas of an API, as strict as its sandbox is.
fn prepared(api: &Api) -> Result<Arc<Value>, String> {
    static PREPARED: Mutex<BTreeMap<&'static str, Arc<Value>>> = Mutex::new(BTreeMap::new());
    let mut prepared = PREPARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(all) = prepared.get(api.name) {
        return Ok(Arc::clone(all));
    }
    let mut all: Value = serde_json::from_str(api.schemas.text).map_err(|cause| cause.to_string())?;
    (api.schemas.prepare)(&mut all)?;
    let all = Arc::new(all);
    prepared.insert(api.name, Arc::clone(&all));
    Ok(all)
}

type Compiled = BTreeMap<(&'static str, Vec<String>), Arc<Validator>>;

fn validator(api: &Api, path: Vec<String>) -> Result<Arc<Validator>, String> {
    static COMPILED: Mutex<Compiled> = Mutex::new(BTreeMap::new());
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (api.name, path);
    if let Some(validator) = compiled.get(&key) {
        return Ok(Arc::clone(validator));
    }
    let validator = Arc::new(compile(api, &key.1)?);
    compiled.insert(key, Arc::clone(&validator));
    Ok(validator)
}

fn compile(api: &Api, path: &[String]) -> Result<Validator, String> {
    let all = prepared(api)?;
    let schema = path.iter().try_fold(&*all, |place, member| place.get(member));
    let name = || path.get(1..).unwrap_or_default().join(" ");
    let mut schema = schema.cloned().ok_or_else(|| format!("the description has no {}", name()))?;
    schema["$defs"] = all["$defs"].clone();
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .offline()
        .build(&schema)
        .map_err(|cause| format!("the schema of {} cannot be compiled: {cause}", name()))
}

/// Everything that an API can be asked to check.
#[cfg(test)]
pub(super) fn everything(api: &Api) -> Vec<Vec<String>> {
    let all = prepared(api).expect("readable schemas");
    let members = |place: &Value| -> Vec<String> {
        place.as_object().map(|members| members.keys().cloned().collect()).unwrap_or_default()
    };
    let mut paths = vec![vec!["errors".to_owned()]];
    for operation in members(&all["answers"]) {
        for status in members(&all["answers"][&operation]) {
            paths.push(vec!["answers".to_owned(), operation.clone(), status]);
        }
    }
    paths.extend(members(&all["events"]).into_iter().map(|kind| vec!["events".to_owned(), kind]));
    paths
}

#[cfg(test)]
pub(super) fn refuses(api: &Api, path: Vec<String>, body: &Value) -> Option<String> {
    validator(api, path).expect("a schema").iter_errors(body).next().map(|error| error.to_string())
}
