//! Checking tokens.

use std::fmt;

use serde_json::{Map, Value};

use crate::encoding;
use crate::error::{Error, ErrorKind};
use crate::jwt::{ALGORITHM, MAX_TOKEN_BYTES, Policy, claims};
use crate::key::{KeyId, PublicKey, PublicKeys, unknown_id};
use crate::strict_json::UniqueObject;

/// Proof that a token was checked: signature first, then the claims against a policy. Cannot be made in any other way.
#[derive(Clone)]
pub struct VerifiedToken {
    claims: Map<String, Value>,
    key_id: Option<KeyId>,
    expires_at: Option<i64>,
}

impl VerifiedToken {
    /// All claims, as signed.
    #[must_use]
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// `iss`, if it is there and a string.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }

    /// `exp` in whole seconds since 1970, if it is there.
    #[must_use]
    pub fn expires_at(&self) -> Option<i64> {
        self.expires_at
    }

    /// The id of the key that fits, if it has one.
    #[must_use]
    pub fn key_id(&self) -> Option<&KeyId> {
        self.key_id.as_ref()
    }
}

impl fmt::Debug for VerifiedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("VerifiedToken")
            .field("key_id", &self.key_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Checks a token: shape, algorithm, signature, then the claims at the moment `now_unix_seconds`.
///
/// The header's `alg` must be exactly `RS256`; `crit` and duplicate members are refused; `jwk`, `jku`, `x5u` and `x5c`
/// are ignored: a token never brings its own key. The key is the one that `kid` names; without `kid` every key of the
/// ring is tried. At most [`MAX_TOKEN_BYTES`]. A leading `Bearer ` is the caller's to remove.
///
/// # Errors
/// [`ErrorKind::MalformedInput`], [`ErrorKind::TooLarge`], [`ErrorKind::AlgorithmNotAllowed`],
/// [`ErrorKind::UnknownKey`] before the signature is looked at; [`ErrorKind::VerificationFailed`] if it does not fit;
/// [`ErrorKind::Expired`], [`ErrorKind::NotYetValid`] or [`ErrorKind::ClaimMismatch`] by the policy. To the outside
/// give one and the same answer for all of them.
///
/// Source: Q2 Biller Direct description, section 10.6 "Webhook security 3: request signature (JWT)".
pub fn verify(
    keys: &PublicKeys,
    token: &str,
    policy: &Policy,
    now_unix_seconds: i64,
) -> Result<VerifiedToken, Error> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(Error::with_message(
            ErrorKind::TooLarge,
            format!("the token has {} bytes; at most {MAX_TOKEN_BYTES} are accepted", token.len()),
        ));
    }
    let parts = Parts::split(token)?;
    let candidates = candidates(keys, &parts.header)?;
    let key = candidates
        .iter()
        .find(|key| key.verify_pkcs1_sha256(parts.signing_input.as_bytes(), &parts.signature).is_ok())
        .ok_or_else(|| Error::new(ErrorKind::VerificationFailed))?;
    let claims = UniqueObject::parse(&parts.claims).ok_or_else(|| {
        Error::malformed("the claims of the token are not a JSON object with distinct members")
    })?;
    policy.check(&claims, now_unix_seconds)?;
    Ok(VerifiedToken { expires_at: claims::expiry(&claims)?, claims, key_id: key.key_id().cloned() })
}

struct Parts<'a> {
    signing_input: &'a str,
    header: Vec<u8>,
    claims: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    fn split(token: &'a str) -> Result<Self, Error> {
        let malformed = || Error::malformed("a signed token has three base64url parts separated by dots");
        let (signing_input, signature) = token.rsplit_once('.').ok_or_else(malformed)?;
        let (header, claims) = signing_input.split_once('.').ok_or_else(malformed)?;
        let decode = |part| encoding::decode_url(part).ok_or_else(malformed);
        Ok(Self {
            signing_input,
            header: decode(header)?,
            claims: decode(claims)?,
            signature: decode(signature)?,
        })
    }
}

/// The keys that may have signed. Decided by the configuration and `kid` alone, never by a key in the token.
fn candidates<'k>(keys: &'k PublicKeys, header: &[u8]) -> Result<&'k [PublicKey], Error> {
    let header = UniqueObject::parse(header).ok_or_else(|| {
        Error::malformed("the header of the token is not a JSON object with distinct members")
    })?;
    match header.get("alg") {
        Some(Value::String(algorithm)) if algorithm == ALGORITHM => {}
        Some(Value::String(_)) => {
            return Err(not_allowed("`alg` of the token is not `RS256`, the only one allowed"));
        }
        _ => return Err(Error::malformed("`alg` of the token is missing or not a string")),
    }
    if header.contains_key("crit") {
        return Err(not_allowed("the token asks for extensions (`crit`), and none is allowed"));
    }
    if keys.is_empty() {
        return Err(Error::with_message(
            ErrorKind::UnknownKey,
            "the key ring is empty: add the sender's keys",
        ));
    }
    match header.get("kid") {
        None => Ok(keys.as_slice()),
        Some(Value::String(key_id)) => {
            keys.by_id(key_id).map(std::slice::from_ref).ok_or_else(|| unknown_id(key_id))
        }
        Some(_) => Err(Error::malformed("`kid` of the token is not a string")),
    }
}

fn not_allowed(message: &'static str) -> Error {
    Error::with_message(ErrorKind::AlgorithmNotAllowed, message)
}
