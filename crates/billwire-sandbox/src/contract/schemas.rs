//! The generated schemas, compiled when they are first needed and kept for the whole process.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// Generated from the description.
const SCHEMAS: &str = include_str!("../q2/generated/schemas.json");
/// The name of the error body among the answers.
pub(super) const ERROR: &str = "an error";

/// Values that are listed for decoding only and never sent, with the traps that say so.
///
/// Source: Q2 Biller Direct description, section 3.2 "Trap table" (T27, T29).
const ONLY_DECODED: &[(&str, &str)] = &[
    ("SwapStatusType", "pending"),
    ("PaymentMethodStatus", "failed"),
    ("PaymentMethodStatus", "not-linked"),
];
/// A value that only the sandbox has, and only where `listValidatingAuths` asks for it.
///
/// Source: Q2 Biller Direct description, section 5.2 "Auth status" (inferred).
const ONLY_HERE: (&str, &str) = ("AuthStatusType", "syncing");

/// Where a difference is, as a JSON Pointer, and which rule is broken.
pub(super) type Found = (String, String);

static ALL: LazyLock<Result<Value, String>> = LazyLock::new(|| {
    let mut all: Value = serde_json::from_str(SCHEMAS).map_err(|cause| cause.to_string())?;
    for (name, value) in ONLY_DECODED {
        values(&mut all, name)?.retain(|known| known != value);
    }
    values(&mut all, ONLY_HERE.0)?.push(json!(ONLY_HERE.1));
    // Section 2.3 gives the body three members; a client must do without any of them, the sandbox sends all.
    all["answers"][ERROR] =
        json!({ "$ref": "#/$defs/ErrorBody", "required": ["statusCode", "error", "message"] });
    Ok(all)
});

fn values<'a>(all: &'a mut Value, name: &str) -> Result<&'a mut Vec<Value>, String> {
    let values = all.pointer_mut(&format!("/$defs/{name}/enum")).and_then(Value::as_array_mut);
    values.ok_or_else(|| format!("the schemas have no enumeration {name}"))
}

pub(super) fn answer(operation: &str, body: &Value) -> Result<(), Found> {
    check("answers", operation, body)
}

pub(super) fn event(kind: &str, body: &Value) -> Result<(), Found> {
    check("events", kind, body)
}

fn check(section: &'static str, name: &str, body: &Value) -> Result<(), Found> {
    let validator = validator(section, name).map_err(|reason| (String::new(), reason))?;
    // The first difference is enough for a person, and a masked one repeats no value: it may be a token.
    match validator.iter_errors(body).next() {
        None => Ok(()),
        Some(error) => {
            Err((error.instance_path().to_string(), error.masked_with("the value there").to_string()))
        }
    }
}

type Compiled = BTreeMap<(&'static str, String), Arc<Validator>>;

fn validator(section: &'static str, name: &str) -> Result<Arc<Validator>, String> {
    static COMPILED: Mutex<Compiled> = Mutex::new(BTreeMap::new());
    let key = (section, name.to_owned());
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(validator) = compiled.get(&key) {
        return Ok(Arc::clone(validator));
    }
    let validator = Arc::new(compile(section, name)?);
    compiled.insert(key, Arc::clone(&validator));
    Ok(validator)
}

fn compile(section: &str, name: &str) -> Result<Validator, String> {
    let all = ALL.as_ref().map_err(Clone::clone)?;
    let mut schema =
        all[section].get(name).cloned().ok_or_else(|| format!("the description has no {name}"))?;
    schema["$defs"] = all["$defs"].clone();
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .offline()
        .build(&schema)
        .map_err(|cause| format!("the schema of {name} cannot be compiled: {cause}"))
}

#[cfg(test)]
pub(super) fn names(section: &str) -> Vec<String> {
    ALL.as_ref().expect("readable schemas")[section].as_object().expect("a section").keys().cloned().collect()
}
