//! Switches for what the sources leave open.

use crate::bill_pay::Rules;
use crate::error::Error;
use crate::shared::Shared;

/// Replaces the rules; they hold from the next request on.
pub(crate) fn set(shared: &Shared, rules: Rules) -> Result<Rules, Error> {
    shared.engine().q2.world.set_rules(rules.clone())?;
    Ok(rules)
}
