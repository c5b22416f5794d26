//! What a fault may concern: the operations and event types of every emulated API.

use billwire_models::operation::Operation;

use crate::error::{Error, ErrorKind};
use crate::q2::event_types::EventType;

/// Stands for every operation or event type.
pub(super) const ANY: &str = "*";

struct Target {
    api: &'static str,
    operations: &'static [&'static Operation],
    event_types: fn() -> Vec<&'static str>,
}

/// A further API is a further line.
const TARGETS: &[Target] = &[Target {
    api: "q2",
    operations: billwire_models::q2::operations::ALL,
    event_types: || EventType::ALL.iter().map(|kind| kind.as_str()).collect(),
}];

/// Refuses a fault that could never apply: its name must be known to the API, or to any API if none is named.
pub(super) fn check_operation(place: &str, api: Option<&str>, operation: &str) -> Result<(), Error> {
    check(place, "operation", api, operation, |target| {
        target.operations.iter().map(|operation| operation.id).collect()
    })
}

pub(super) fn check_event_type(place: &str, api: Option<&str>, event_type: &str) -> Result<(), Error> {
    check(place, "eventType", api, event_type, |target| (target.event_types)())
}

fn check(
    place: &str,
    member: &str,
    api: Option<&str>,
    name: &str,
    names: impl Fn(&Target) -> Vec<&'static str>,
) -> Result<(), Error> {
    let refuse = |message: String| Err(Error::new(ErrorKind::InvalidInput, message));
    let targets: Vec<&Target> =
        TARGETS.iter().filter(|target| api.is_none_or(|api| api == target.api)).collect();
    if targets.is_empty() {
        let known: Vec<&str> = TARGETS.iter().map(|target| target.api).collect();
        let api = api.unwrap_or_default();
        return refuse(format!("{place}.api: there is no API \"{api}\"; known are {}", known.join(", ")));
    }
    let known: Vec<&str> = targets.iter().flat_map(|target| names(target)).collect();
    if name == ANY || known.contains(&name) {
        return Ok(());
    }
    refuse(format!("{place}.{member}: \"{name}\" is not known; give \"*\" or one of {}", known.join(", ")))
}
