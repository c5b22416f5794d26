//! The lenient reader.

use std::fmt;

use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind};
use crate::jwks::{KeyAlgorithm, KeyUse, MAX_SET_BYTES, MAX_SET_KEYS};
use crate::key::{KeyId, KeyRing, MAX_KEY_TEXT_BYTES, PublicKey, PublicKeys};
use crate::provider::Provider;

/// A JWK set as it was read: the usable keys, and a report of the others.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct JwkSet {
    /// The usable keys, in the order of the set.
    pub keys: Vec<JwkKey>,
    /// The keys that were skipped, in the order of the set. Worth a line in a log.
    pub skipped: Vec<SkippedKey>,
}

/// One usable key of a set.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct JwkKey {
    /// The key, with the `kid` as its id.
    pub key: PublicKey,
    /// `use`, if stated.
    pub usage: Option<KeyUse>,
    /// `alg`, if stated.
    pub algorithm: Option<KeyAlgorithm>,
    /// `x5c`: base64 DER certificates as they stood, whether as one string or as an array. Not checked in any way.
    pub certificates: Vec<String>,
    /// `key_ops`, if stated. Empty means stated and empty, which allows nothing.
    operations: Option<Vec<String>>,
}

/// One key that was skipped.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedKey {
    /// The position in the set, from 0.
    pub index: usize,
    /// The `kid`, if it could be read.
    pub key_id: Option<KeyId>,
    /// Why it was skipped.
    pub reason: SkipReason,
}

/// Why a key of a set was skipped. `Display` says it in words.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// The element is not a JSON object.
    NotAnObject,
    /// `kty` is missing or not `RSA`. RFC 7517 section 5 asks readers to ignore such keys.
    UnsupportedKeyType,
    /// A member has the wrong type, or `n` or `e` is missing or not base64url.
    Malformed(&'static str),
    /// The object holds private members: whoever published it gave the private key away.
    PrivateKeyExposed,
    /// Modulus or exponent is out of range, or the provider refused the key. The text says which.
    Unusable(String),
    /// An earlier key for the same use has the same `kid`.
    DuplicateKeyId,
}

impl fmt::Display for SkipReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => formatter.write_str("the JWK is not a JSON object"),
            Self::UnsupportedKeyType => formatter.write_str("the JWK is not an RSA key (`kty` is not `RSA`)"),
            Self::Malformed(member) => {
                write!(formatter, "the member {member} of the JWK is missing or malformed")
            }
            Self::PrivateKeyExposed => formatter.write_str(
                "the JWK holds private members, but a public key is wanted: if it was published, its owner must replace it",
            ),
            Self::Unusable(reason) => formatter.write_str(reason),
            Self::DuplicateKeyId => formatter.write_str("an earlier key of the set has the same `kid`"),
        }
    }
}

impl JwkSet {
    /// Reads a JWK set: an object with an array `keys`. A single JWK is taken as a set of one.
    ///
    /// At most [`MAX_SET_BYTES`] and [`MAX_SET_KEYS`]. Members that are not understood are ignored.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`]; [`ErrorKind::MalformedInput`] if the text is no such object. A set without any usable
    /// key is not an error here: the rings made from it are empty.
    ///
    /// Source: Q2 Biller Direct description, section 8.4 "Partner-hosted JWKS for request signing" and trap T19.
    pub fn parse(provider: &dyn Provider, json: &str) -> Result<Self, Error> {
        let value = read_json(json, MAX_SET_BYTES)?;
        let elements = match value.get("keys") {
            Some(Value::Array(elements)) => elements.as_slice(),
            Some(_) => return Err(Error::malformed("the member `keys` of the JWK set is not an array")),
            None if value.get("kty").is_some() => std::slice::from_ref(&value),
            None => {
                return Err(Error::malformed(
                    "this is neither a JWK set (no member `keys`) nor a JWK (no `kty`)",
                ));
            }
        };
        if elements.len() > MAX_SET_KEYS {
            return Err(Error::with_message(
                ErrorKind::TooLarge,
                format!("the JWK set has {} keys; at most {MAX_SET_KEYS} are accepted", elements.len()),
            ));
        }
        let mut set = Self { keys: Vec::new(), skipped: Vec::new() };
        for (index, element) in elements.iter().enumerate() {
            match read_key(provider, element) {
                Ok(key) if set.has_rival(&key) => {
                    set.skip(index, element, SkipReason::DuplicateKeyId);
                }
                Ok(key) => set.keys.push(key),
                Err(reason) => set.skip(index, element, reason),
            }
        }
        Ok(set)
    }

    fn skip(&mut self, index: usize, element: &Value, reason: SkipReason) {
        let key_id = element.get("kid").and_then(Value::as_str).map(KeyId::new);
        self.skipped.push(SkippedKey { index, key_id, reason });
    }

    /// Whether a key with the same id is there that a ring could mistake for `key`. The same id once for `sig` and
    /// once for `enc` is no conflict.
    fn has_rival(&self, key: &JwkKey) -> bool {
        key.key.key_id().is_some()
            && self.keys.iter().any(|other| {
                other.key.key_id() == key.key.key_id()
                    && (other.usage.is_none() || key.usage.is_none() || other.usage == key.usage)
            })
    }

    /// The keys that may verify RS256 signatures: `use`, `alg` and `key_ops`, where stated, allow it.
    #[must_use]
    pub fn signing_keys(&self) -> PublicKeys {
        self.ring(&KeyUse::Signature, &KeyAlgorithm::Rs256, &["verify"])
    }

    /// The keys that may encrypt with RSA-OAEP: `use`, `alg` and `key_ops`, where stated, allow it.
    #[must_use]
    pub fn encryption_keys(&self) -> PublicKeys {
        self.ring(&KeyUse::Encryption, &KeyAlgorithm::RsaOaep, &["encrypt", "wrapKey"])
    }

    fn ring(&self, usage: &KeyUse, algorithm: &KeyAlgorithm, operations: &[&str]) -> PublicKeys {
        let mut ring = KeyRing::new();
        for key in self.keys.iter().filter(|key| key.allows(usage, algorithm, operations)) {
            // Rivals were skipped when the set was read, so no insertion is refused.
            let _ = ring.insert(key.key.clone());
        }
        ring
    }
}

impl JwkKey {
    /// Reads a single JWK, as the service's `/partner/public-keys/latest` returns it.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedInput`] if the text is not JSON; [`ErrorKind::UnusableKey`] with the reason for which
    /// a set would have skipped the key.
    ///
    /// Source: Q2 Biller Direct description, section 4.7.3 "`GET /partner/public-keys/latest`: newest key".
    pub fn parse(provider: &dyn Provider, json: &str) -> Result<Self, Error> {
        let value = read_json(json, MAX_KEY_TEXT_BYTES)?;
        read_key(provider, &value).map_err(|reason| Error::unusable_key(reason.to_string()))
    }

    /// The key without what the JWK says about its use.
    #[must_use]
    pub fn into_key(self) -> PublicKey {
        self.key
    }

    fn allows(&self, usage: &KeyUse, algorithm: &KeyAlgorithm, operations: &[&str]) -> bool {
        self.usage.as_ref().is_none_or(|stated| stated == usage)
            && self.algorithm.as_ref().is_none_or(|stated| stated == algorithm)
            && self
                .operations
                .as_ref()
                .is_none_or(|stated| stated.iter().any(|word| operations.contains(&word.as_str())))
    }
}

fn read_json(json: &str, limit: usize) -> Result<Value, Error> {
    if json.len() > limit {
        return Err(Error::with_message(
            ErrorKind::TooLarge,
            format!("the JWK text has {} bytes; at most {limit} are accepted", json.len()),
        ));
    }
    serde_json::from_str(json).map_err(|error| {
        Error::malformed(format!(
            "the JWK text is not JSON (line {}, column {})",
            error.line(),
            error.column()
        ))
    })
}

/// The members that only a private key has (RFC 7518 section 6.3.2).
const PRIVATE_MEMBERS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

fn read_key(provider: &dyn Provider, element: &Value) -> Result<JwkKey, SkipReason> {
    let members = element.as_object().ok_or(SkipReason::NotAnObject)?;
    if members.get("kty").and_then(Value::as_str) != Some("RSA") {
        return Err(SkipReason::UnsupportedKeyType);
    }
    if PRIVATE_MEMBERS.iter().any(|member| members.contains_key(*member)) {
        return Err(SkipReason::PrivateKeyExposed);
    }
    let key_id = optional_text(members, "kid")?;
    let key = read_rsa(provider, members)?;
    Ok(JwkKey {
        key: match key_id {
            Some(key_id) => key.with_key_id(KeyId::new(key_id)),
            None => key,
        },
        usage: optional_text(members, "use")?.map(KeyUse::from),
        algorithm: optional_text(members, "alg")?.map(KeyAlgorithm::from),
        certificates: text_or_texts(members, "x5c")?.unwrap_or_default(),
        operations: text_or_texts(members, "key_ops")?,
    })
}

/// Hands `jose-jwk` only the members that make the key: it refuses words of `use`, `alg` and `key_ops` that it does
/// not know, and they are read above as open enums.
fn read_rsa(provider: &dyn Provider, members: &Map<String, Value>) -> Result<PublicKey, SkipReason> {
    let mut bare = Map::new();
    for name in ["kty", "n", "e"] {
        let member =
            members.get(name).ok_or(SkipReason::Malformed(if name == "n" { "`n`" } else { "`e`" }))?;
        bare.insert(name.to_owned(), member.clone());
    }
    let key = serde_json::from_value::<jose_jwk::Key>(Value::Object(bare))
        .map_err(|_| SkipReason::Malformed("`n` or `e`"))?;
    let jose_jwk::Key::Rsa(key) = key else {
        return Err(SkipReason::UnsupportedKeyType);
    };
    PublicKey::from_modulus_exponent(provider, &key.n, &key.e)
        .map_err(|error| SkipReason::Unusable(error.to_string()))
}

fn optional_text<'a>(
    members: &'a Map<String, Value>,
    name: &'static str,
) -> Result<Option<&'a str>, SkipReason> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(SkipReason::Malformed(name)),
    }
}

/// RFC 7517 wants an array; the service documents a bare string for `x5c` (trap T19).
fn text_or_texts(
    members: &Map<String, Value>,
    name: &'static str,
) -> Result<Option<Vec<String>>, SkipReason> {
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or(SkipReason::Malformed(name));
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(values)) => values.iter().map(text).collect::<Result<_, _>>().map(Some),
        Some(value) => text(value).map(|text| Some(vec![text])),
    }
}
