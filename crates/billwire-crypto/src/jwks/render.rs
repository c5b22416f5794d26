//! The writer: the set a partner publishes, and the forms the service documents.

use serde_json::{Map, Value};

use crate::encoding;
use crate::error::{Error, ErrorKind};
use crate::jwks::{KeyAlgorithm, KeyUse};
use crate::key::PublicKey;

/// How a set is written.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwkForm {
    /// RFC 7517: `x5c` is an array, `alg` is stated. For key sets that partners publish.
    Rfc7517,
    /// As the service documents its own keys: `x5c` is one string (trap T19) and there is no `alg`. For emulators.
    Documented,
}

/// One key of a set to be written.
#[derive(Clone, Debug)]
pub struct PublishedKey {
    key: PublicKey,
    usage: KeyUse,
    algorithm: KeyAlgorithm,
    certificates: Vec<Box<[u8]>>,
}

impl PublishedKey {
    /// A key that verifies signatures: `use` = `sig`, `alg` = `RS256`.
    #[must_use]
    pub fn signing(key: PublicKey) -> Self {
        Self { key, usage: KeyUse::Signature, algorithm: KeyAlgorithm::Rs256, certificates: Vec::new() }
    }

    /// A key to encrypt to: `use` = `enc`, `alg` = `RSA-OAEP`.
    #[must_use]
    pub fn encryption(key: PublicKey) -> Self {
        Self { key, usage: KeyUse::Encryption, algorithm: KeyAlgorithm::RsaOaep, certificates: Vec::new() }
    }

    /// Adds a DER certificate to `x5c`, the key's own first. Its content is not checked.
    #[must_use]
    pub fn with_certificate(mut self, der: &[u8]) -> Self {
        self.certificates.push(der.into());
        self
    }
}

/// Writes a JWK set: `{"keys":[…]}`, compact JSON.
///
/// # Errors
/// [`ErrorKind::MissingKeyId`] if a key has no id: readers find keys by it, so a set without ids cannot be rotated.
/// [`ErrorKind::DuplicateKeyId`] if two keys for the same use have one id. [`ErrorKind::UnusableKey`] if a key has
/// several certificates but the form only has room for one.
///
/// Source: Q2 Biller Direct description, section 8.4 "Partner-hosted JWKS for request signing".
pub fn render(keys: &[PublishedKey], form: JwkForm) -> Result<String, Error> {
    let mut written = Vec::with_capacity(keys.len());
    for (index, key) in keys.iter().enumerate() {
        let earlier = keys.get(..index).unwrap_or_default();
        if earlier.iter().any(|other| other.usage == key.usage && other.key.key_id() == key.key.key_id()) {
            return Err(Error::new(if key.key.key_id().is_some() {
                ErrorKind::DuplicateKeyId
            } else {
                ErrorKind::MissingKeyId
            }));
        }
        written.push(Value::Object(members(key, form)?));
    }
    let mut set = Map::new();
    set.insert("keys".to_owned(), Value::Array(written));
    Ok(Value::Object(set).to_string())
}

/// Writes one JWK without a set around it, as `/partner/public-keys/latest` returns it.
///
/// # Errors
/// As [`render`].
///
/// Source: Q2 Biller Direct description, section 4.7.3 "`GET /partner/public-keys/latest`: newest key".
pub fn render_key(key: &PublishedKey, form: JwkForm) -> Result<String, Error> {
    members(key, form).map(|members| Value::Object(members).to_string())
}

fn members(key: &PublishedKey, form: JwkForm) -> Result<Map<String, Value>, Error> {
    let key_id = key.key.required_key_id()?;
    let jwk = jose_jwk::Jwk {
        key: jose_jwk::Key::Rsa(jose_jwk::Rsa {
            n: key.key.modulus().to_vec().into(),
            e: key.key.exponent().to_vec().into(),
            prv: None,
        }),
        prm: jose_jwk::Parameters {
            kid: Some(key_id.as_str().to_owned()),
            cls: match key.usage {
                KeyUse::Signature => Some(jose_jwk::Class::Signing),
                _ => Some(jose_jwk::Class::Encryption),
            },
            x5c: certificates(key, form),
            ..jose_jwk::Parameters::default()
        },
    };
    let Ok(Value::Object(mut members)) = serde_json::to_value(jwk) else {
        return Err(Error::new(ErrorKind::Provider));
    };
    match form {
        // `jose-jwk` does not know `RSA-OAEP`, so `alg` is added here.
        JwkForm::Rfc7517 => {
            members.insert("alg".to_owned(), Value::from(key.algorithm.as_str()));
        }
        JwkForm::Documented => match key.certificates.as_slice() {
            [] => {}
            [only] => {
                members.insert("x5c".to_owned(), Value::from(encoding::encode_standard(only)));
            }
            _ => {
                return Err(Error::unusable_key(
                    "the documented form of `x5c` is one string, but the key has several certificates",
                ));
            }
        },
    }
    Ok(members)
}

type Certificates = Vec<jose_jwk::jose_b64::serde::Bytes<Box<[u8]>, base64ct::Base64>>;

fn certificates(key: &PublishedKey, form: JwkForm) -> Option<Certificates> {
    if form == JwkForm::Documented || key.certificates.is_empty() {
        return None;
    }
    Some(key.certificates.iter().map(|der| der.clone().into()).collect())
}
