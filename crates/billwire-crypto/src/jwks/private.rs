//! Private JWKs.
//!
//! Read with borrowed members, so that no copy of a secret stays behind in the heap.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde::Deserialize;
use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::key::KeyId;

/// The numbers of a private JWK, big-endian.
pub(crate) struct PrivateNumbers {
    pub(crate) modulus: Vec<u8>,
    pub(crate) exponent: Vec<u8>,
    pub(crate) private_exponent: Zeroizing<Vec<u8>>,
    /// None or two.
    pub(crate) primes: Vec<Zeroizing<Vec<u8>>>,
    pub(crate) key_id: Option<KeyId>,
}

/// `dp`, `dq` and `qi` follow from the others and are computed anew.
#[derive(Deserialize)]
struct Members<'a> {
    kty: String,
    kid: Option<String>,
    n: &'a str,
    e: &'a str,
    d: Option<&'a str>,
    p: Option<&'a str>,
    q: Option<&'a str>,
    oth: Option<IgnoredAny>,
}

pub(crate) fn read(json: &str) -> Result<PrivateNumbers, Error> {
    // The parser's own message could quote a value, so it is not passed on.
    let members: Members<'_> = serde_json::from_str(json).map_err(|error| {
        Error::malformed(format!(
            "the text is not a private RSA JWK with the string members `kty`, `n`, `e` and `d` (line {}, column {})",
            error.line(),
            error.column()
        ))
    })?;
    if members.kty != "RSA" {
        return Err(Error::unusable_key("the JWK is not an RSA key (`kty` is not `RSA`)"));
    }
    if members.oth.is_some() {
        return Err(Error::unusable_key("RSA keys with more than two primes are not supported"));
    }
    let private_exponent = members.d.ok_or_else(|| {
        Error::unusable_key("the JWK has no member `d`: this is a public key, but a private key is wanted")
    })?;
    let primes = match (members.p, members.q) {
        (Some(p), Some(q)) => vec![decode(p)?, decode(q)?],
        (None, None) => Vec::new(),
        _ => return Err(Error::unusable_key("the JWK has only one of its primes `p` and `q`")),
    };
    Ok(PrivateNumbers {
        modulus: decode(members.n)?.to_vec(),
        exponent: decode(members.e)?.to_vec(),
        private_exponent: decode(private_exponent)?,
        primes,
        key_id: members.kid.map(KeyId::from),
    })
}

fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    Base64UrlUnpadded::decode_vec(text)
        .map(Zeroizing::new)
        .map_err(|_| Error::malformed("a number of the JWK is not base64url without padding"))
}
