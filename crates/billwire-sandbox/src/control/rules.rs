//! Switches for what the sources leave open.

use crate::error::{Error, ErrorKind};
use crate::q2::world::Rules;
use crate::shared::Shared;

/// Replaces the rules; they hold from the next request on.
pub(crate) fn set(shared: &Shared, rules: Rules) -> Result<Rules, Error> {
    let mut engine = shared.engine();
    let known = |id: &String| engine.world.companies().iter().any(|company| company.id.as_str() == id);
    if let Some(unknown) = rules.companies_in_maintenance.iter().find(|id| !known(id)) {
        return Err(Error::new(
            ErrorKind::InvalidInput,
            format!("companiesInMaintenance: there is no company \"{unknown}\""),
        ));
    }
    engine.world.rules = rules.clone();
    Ok(rules)
}
