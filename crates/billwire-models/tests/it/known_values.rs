//! What every enumeration must do with the values that a specification names.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// An enumeration knows exactly these values. `all` is what the type says of itself.
#[track_caller]
pub(crate) fn check<T>(documented: &[&str], all: &[T])
where
    T: Serialize + DeserializeOwned + Debug + PartialEq,
{
    let known: BTreeSet<String> =
        all.iter().map(|value| serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()).collect();
    let documented: BTreeSet<String> = documented.iter().map(|value| (*value).to_owned()).collect();
    assert_eq!(known, documented);
    for value in documented {
        let read: T = serde_json::from_value(value.clone().into()).unwrap();
        assert!(all.contains(&read), "{value} is not known by its name");
        assert_eq!(serde_json::to_value(&read).unwrap(), serde_json::Value::from(value));
    }
}
