//! Answers that stand inside another object, or are a bare array where an object is documented.

use std::borrow::Cow;
use std::collections::BTreeMap;

use billwire_models::operation::Operation;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// Whether the answer is an array.
pub(super) fn is_array(text: &str) -> bool {
    text.trim_start().starts_with('[')
}

/// Reads the answer of `operation`: as it stands, or under `data` if it is a bare array, else out of the first of the operation's wrappers that is there.
///
/// The error is that of the answer as it stands, or of the wrapped one if there is a wrapper.
pub(super) fn read<R: DeserializeOwned>(
    operation: &Operation,
    is_bare: bool,
    text: &str,
) -> Result<R, serde_json::Error> {
    let text = if is_bare { Cow::Owned(format!(r#"{{"data":{text}}}"#)) } else { Cow::Borrowed(text) };
    let error = match serde_json::from_str(&text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    if operation.wrappers.is_empty() {
        return Err(error);
    }
    let Ok(members) = serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(&text) else {
        return Err(error);
    };
    let inner = operation.wrappers.iter().find_map(|wrapper| members.get(*wrapper));
    match inner.filter(|inner| inner.get().starts_with('{')) {
        Some(inner) => serde_json::from_str(inner.get()),
        None => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use billwire_models::operation::{Api, Method, Operation};
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Thing {
        id: u32,
        #[serde(default)]
        data: Vec<u32>,
    }

    fn wrapped() -> Operation {
        let mut operation = Operation::new(Api::Q2, "getThing", Method::Get, "/thing");
        operation.wrappers = &["data", "thing"];
        operation
    }

    #[test]
    fn a_wrapper_is_looked_into_only_where_the_table_names_it() {
        let plain = Operation::new(Api::Q2, "getThing", Method::Get, "/thing");
        for text in [r#"{"id": 1}"#, r#"{"data": {"id": 1}}"#, r#"{"success": true, "thing": {"id": 1}}"#] {
            let thing: Thing = read(&wrapped(), false, text).expect(text);
            assert_eq!(thing.id, 1, "{text}");
            assert_eq!(read::<Thing>(&plain, false, text).is_ok(), text == r#"{"id": 1}"#, "{text}");
        }
        for text in ["{}", "[]", r#"{"data": [1]}"#, r#"{"data": {}}"#, r#"{"other": {"id": 1}}"#, "{", ""] {
            assert!(read::<Thing>(&wrapped(), false, text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_bare_array_stands_under_data() {
        #[derive(Debug, Deserialize)]
        struct Things {
            data: Vec<u32>,
        }
        let plain = Operation::new(Api::Q2, "listThings", Method::Get, "/things");
        assert_eq!(read::<Things>(&plain, true, " [1, 2]").expect("a list").data, [1, 2]);
        assert!(read::<Things>(&plain, false, "[1, 2]").is_err());
        assert!(read::<Things>(&plain, true, "[1, 2").is_err());
        assert!(is_array(" [1") && !is_array("{}"));
    }
}
