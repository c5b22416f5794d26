//! Numbers of a written state that the sandbox counts on from.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de};

/// More than anybody counts to, and the last whole number that every JSON tool keeps exactly.
const HIGHEST: u64 = (1 << 53) - 1;

/// A count that can go on.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    u64::deserialize(deserializer).and_then(checked)
}

/// Counts of several things, by their names.
pub(crate) fn by_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, u64>, D::Error> {
    let counts = BTreeMap::<String, u64>::deserialize(deserializer)?;
    counts.into_iter().map(|(name, count)| Ok((name, checked(count)?))).collect()
}

fn checked<E: de::Error>(count: u64) -> Result<u64, E> {
    if count <= HIGHEST {
        return Ok(count);
    }
    Err(E::custom(format!("{count} is no count of what has happened here; the highest is {HIGHEST}")))
}
