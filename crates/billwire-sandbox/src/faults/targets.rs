//! What a fault may concern: the operations and event types of every emulated API.

use crate::api::{APIS, Api};
use crate::error::{Error, ErrorKind};

/// Stands for every operation or event type.
pub(super) const ANY: &str = "*";

/// Refuses a fault that could never apply: its name must be known to the API, or to any API if none is named.
pub(super) fn check_operation(place: &str, api: Option<&str>, operation: &str) -> Result<(), Error> {
    check(place, "operation", api, operation, |target| {
        target.operations.iter().map(|operation| operation.id).collect()
    })
}

pub(super) fn check_event_type(place: &str, api: Option<&str>, event_type: &str) -> Result<(), Error> {
    check(place, "eventType", api, event_type, |target| target.event_types.to_vec())
}

fn check(
    place: &str,
    member: &str,
    api: Option<&str>,
    name: &str,
    names: impl Fn(&Api) -> Vec<&'static str>,
) -> Result<(), Error> {
    let refuse = |message: String| Err(Error::new(ErrorKind::InvalidInput, message));
    let targets: Vec<&Api> =
        APIS.iter().copied().filter(|target| api.is_none_or(|api| api == target.name)).collect();
    if targets.is_empty() {
        let known: Vec<&str> = APIS.iter().map(|target| target.name).collect();
        let api = api.unwrap_or_default();
        return refuse(format!("{place}.api: there is no API \"{api}\"; known are {}", known.join(", ")));
    }
    let known: Vec<&str> = targets.iter().flat_map(|target| names(target)).collect();
    if name == ANY || known.contains(&name) {
        return Ok(());
    }
    refuse(format!("{place}.{member}: \"{name}\" is not known; give \"*\" or one of {}", known.join(", ")))
}
