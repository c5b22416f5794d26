//! Hostile answers: every place of every answer and every event with something else in it.
//!
//! The samples and their places are generated from the description; what must happen is written down here by hand:
//! nothing panics, a list loses the one element at most, an error says where, and no error quotes what came.

#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod answers;
mod events;
pub(crate) mod sample;

use std::fmt::Debug;

use billwire_models::scalar::{self, Path};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// An answer of the description.
pub(crate) struct Answer {
    pub(crate) name: &'static str,
    pub(crate) sample: &'static str,
    pub(crate) decode: fn(&[u8]) -> Result<Decoded, Failure>,
}

/// An event of the description.
pub(crate) struct Event {
    pub(crate) kind: &'static str,
    pub(crate) sample: &'static str,
}

/// What a body decoded to.
#[derive(Debug, PartialEq)]
pub(crate) struct Decoded {
    /// Written back.
    pub(crate) value: Value,
    /// Place and problem of every list element that was left out.
    pub(crate) rejected: Vec<(String, String)>,
}

/// Why a body did not decode.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The place that the path tracker tells.
    pub(crate) at: String,
    /// The decoder's own text, which may quote.
    pub(crate) text: String,
}

/// Decodes, and writes back what decoded: what is written can be read again and means the same.
pub(crate) fn decode<T>(body: &[u8]) -> Result<Decoded, Failure>
where
    T: DeserializeOwned + Serialize + scalar::Answer + Debug + PartialEq,
{
    let decoded = match serde_json::from_slice::<T>(body) {
        Ok(decoded) => decoded,
        Err(error) => {
            let mut deserializer = serde_json::Deserializer::from_slice(body);
            let tracked = serde_path_to_error::deserialize::<_, T>(&mut deserializer);
            let at = tracked.map_or_else(|error| error.path().to_string(), |_| String::new());
            return Err(Failure { at, text: error.to_string() });
        }
    };
    let _ = format!("{decoded:?}");
    let value = serde_json::to_value(&decoded).expect("models serialise");
    let again: T = serde_json::from_value(value.clone()).expect("what is written can be read");
    assert_eq!(serde_json::to_value(&again).expect("models serialise"), value, "and means the same");
    Ok(Decoded { value, rejected: rejected(&decoded) })
}

/// Place and problem of every list element that was left out; no report quotes what came.
fn rejected(value: &impl scalar::Answer) -> Vec<(String, String)> {
    let mut rejected = Vec::new();
    value.visit_rejected(&Path::root(), &mut |path, element| {
        let report = format!("{path} {element} {element:?}");
        assert!(!sample::MARKS.iter().any(|mark| report.contains(mark)), "the report quotes: {report}");
        rejected.push((path.to_string(), element.problem().to_owned()));
    });
    rejected
}
