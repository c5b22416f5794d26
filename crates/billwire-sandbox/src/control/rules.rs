//! Switches for what the sources leave open.

use crate::bill_pay::Rules;
use crate::error::{Error, ErrorKind};
use crate::shared::Shared;

/// Replaces the rules; they hold from the next request on.
pub(crate) fn set(shared: &Shared, rules: Rules) -> Result<Rules, Error> {
    let mut engine = shared.engine();
    let known = |id: &str| engine.q2.world.companies().iter().any(|company| company.id.as_str() == id);
    for (name, ids) in [
        ("companiesInMaintenance", &rules.companies_in_maintenance),
        ("companiesWithOptionalRecurring", &rules.companies_with_optional_recurring),
    ] {
        if let Some(unknown) = ids.iter().find(|id| !known(id)) {
            let message = format!("{name}: there is no company \"{unknown}\"");
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
    }
    engine.q2.world.rules = rules.clone();
    Ok(rules)
}
