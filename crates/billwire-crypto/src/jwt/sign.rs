//! Making tokens.

use serde::Serialize;
use sha1::{Digest as _, Sha1};

use crate::encoding;
use crate::error::{Error, ErrorKind};
use crate::jwt::{ALGORITHM, MAX_TOKEN_BYTES};
use crate::key::PrivateKey;
use crate::strict_json::render_texts;

/// The optional members of a token's header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderOptions {
    certificate_thumbprint: Option<String>,
}

impl HeaderOptions {
    /// Sends this text as `x5t`; see [`certificate_thumbprint`].
    #[must_use]
    pub fn with_certificate_thumbprint(mut self, thumbprint: impl Into<String>) -> Self {
        self.certificate_thumbprint = Some(thumbprint.into());
        self
    }
}

/// Signs `claims` with RS256.
///
/// The header is `typ` = `JWT`, `alg` = `RS256`, then `kid` if the key has an id, and `x5t` if given. The claims are
/// written as they serialise, in their order; they must be a JSON object.
///
/// # Errors
/// [`ErrorKind::MalformedInput`] if the claims are not a JSON object; [`ErrorKind::TooLarge`] beyond
/// [`MAX_TOKEN_BYTES`]; [`ErrorKind::Random`] or [`ErrorKind::Provider`] if the provider fails.
///
/// Source: Q2 Biller Direct description, section 10.6 "Webhook security 3: request signature (JWT)".
pub fn sign<C: Serialize + ?Sized>(
    key: &PrivateKey,
    claims: &C,
    options: &HeaderOptions,
) -> Result<String, Error> {
    let claims = serde_json::to_string(claims)
        .ok()
        .filter(|claims| claims.starts_with('{'))
        .ok_or_else(|| Error::malformed("the claims of a token must be a JSON object"))?;
    let header = header(key, options);
    let mut token =
        format!("{}.{}", encoding::encode_url(header.as_bytes()), encoding::encode_url(claims.as_bytes()));
    let signature = key.sign_pkcs1_sha256(token.as_bytes())?;
    token.push('.');
    token.push_str(&encoding::encode_url(&signature));
    if token.len() > MAX_TOKEN_BYTES {
        return Err(Error::with_message(
            ErrorKind::TooLarge,
            format!("the token would have {} bytes; at most {MAX_TOKEN_BYTES} are accepted", token.len()),
        ));
    }
    Ok(token)
}

fn header(key: &PrivateKey, options: &HeaderOptions) -> String {
    let mut members = vec![("typ", "JWT"), ("alg", ALGORITHM)];
    members.extend(key.key_id().map(|key_id| ("kid", key_id.as_str())));
    members.extend(options.certificate_thumbprint.as_deref().map(|thumbprint| ("x5t", thumbprint)));
    render_texts(&members)
}

/// The `x5t` of a certificate: base64url of the SHA-1 of its DER form (RFC 7515 section 4.1.7). Names a certificate;
/// proves nothing.
#[must_use]
pub fn certificate_thumbprint(der: &[u8]) -> String {
    encoding::encode_url(&Sha1::digest(der))
}
