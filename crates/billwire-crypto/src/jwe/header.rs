//! The protected header: an allow-list of one algorithm each.

use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind};
use crate::key::KeyId;
use crate::strict_json::{UniqueObject, render_texts};

const KEY_ALGORITHM: &str = "RSA-OAEP";
const CONTENT_ALGORITHM: &str = "A256GCM";

/// What a reader needs of a protected header that passed the allow-list.
#[derive(Debug)]
pub(super) struct ProtectedHeader {
    pub(super) key_id: Option<String>,
}

impl ProtectedHeader {
    /// Refuses before any key is touched.
    pub(super) fn parse(json: &[u8]) -> Result<Self, Error> {
        let mut members = UniqueObject::parse(json).ok_or_else(|| {
            Error::malformed("the protected header of the JWE is not a JSON object with distinct members")
        })?;
        for forbidden in ["zip", "crit"] {
            if members.contains_key(forbidden) {
                return Err(not_allowed(format!("the JWE header member `{forbidden}` is not allowed")));
            }
        }
        expect(&members, "alg", KEY_ALGORITHM)?;
        expect(&members, "enc", CONTENT_ALGORITHM)?;
        let key_id = match members.remove("kid") {
            None => None,
            Some(Value::String(key_id)) => Some(key_id),
            Some(_) => return Err(Error::malformed("the JWE header member `kid` is not a string")),
        };
        Ok(Self { key_id })
    }
}

fn expect(members: &Map<String, Value>, name: &str, allowed: &str) -> Result<(), Error> {
    match members.get(name) {
        Some(Value::String(value)) if value == allowed => Ok(()),
        Some(Value::String(_)) => Err(not_allowed(format!(
            "the JWE header member `{name}` is not `{allowed}`, the only one allowed"
        ))),
        _ => Err(Error::malformed(format!("the JWE header member `{name}` is missing or not a string"))),
    }
}

fn not_allowed(message: String) -> Error {
    Error::with_message(ErrorKind::AlgorithmNotAllowed, message)
}

/// The header that is sent: `alg`, `enc`, then `kid`, `typ` and `cty` where they apply.
pub(super) fn render(key_id: Option<&KeyId>, content_type: Option<&str>) -> String {
    let mut members = vec![("alg", KEY_ALGORITHM), ("enc", CONTENT_ALGORITHM)];
    members.extend(key_id.map(|key_id| ("kid", key_id.as_str())));
    if let Some(content_type) = content_type {
        members.extend([("typ", "JWE"), ("cty", content_type)]);
    }
    render_texts(&members)
}
