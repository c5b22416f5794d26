//! RSA public keys.

use std::fmt;
use std::sync::Arc;

use rsa::pkcs1::{self, UintRef};
use rsa::pkcs8::der::{Decode as _, EncodePem as _};
use rsa::pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfo, SubjectPublicKeyInfoRef};
use rsa::pkcs8::{LineEnding, der};
use sha2::{Digest as _, Sha256};

use crate::encoding;
use crate::error::{Error, ErrorKind};
use crate::jwks;
use crate::key::pem::{self, Label};
use crate::key::{KeyId, MAX_KEY_TEXT_BYTES, MAX_MODULUS_BITS, MIN_MODULUS_BITS};
use crate::provider::{ContentCiphers, Provider, PublicKeyOperations};
use crate::random::SecureRandom;

/// An RSA public key, bound to the provider that made it. Cloning is cheap.
///
/// Accepted are moduli of [`MIN_MODULUS_BITS`] to [`MAX_MODULUS_BITS`] bits and odd exponents of 3 to 2^33 - 1.
/// Two keys are equal if modulus, exponent and id are.
#[derive(Clone)]
pub struct PublicKey {
    inner: Arc<Inner>,
    key_id: Option<KeyId>,
}

struct Inner {
    modulus: Box<[u8]>,
    exponent: Box<[u8]>,
    operations: Arc<dyn PublicKeyOperations>,
    ciphers: Arc<dyn ContentCiphers>,
    provider: &'static str,
}

impl PublicKey {
    /// Reads a PEM text: `BEGIN PUBLIC KEY` (`SubjectPublicKeyInfo`) or `BEGIN RSA PUBLIC KEY` (PKCS#1).
    ///
    /// Accepts what people paste: CRLF, text before and after, the whole key on one line, line breaks written as `\n`
    /// (as in environment variables). At most [`MAX_KEY_TEXT_BYTES`](crate::key::MAX_KEY_TEXT_BYTES).
    ///
    /// # Errors
    /// [`ErrorKind::UnusableKey`] names what was found instead (a private key, a certificate, another algorithm, a
    /// size out of range); [`ErrorKind::MalformedInput`] if the text is not PEM.
    ///
    /// Source: Q2 Biller Direct description, section 8.1 "Payload encryption (RSA/AES)".
    pub fn from_pem(provider: &dyn Provider, pem: &str) -> Result<Self, Error> {
        let block = pem::read(pem, &[Label::SpkiPublic, Label::Pkcs1Public])?;
        match block.label {
            Label::Pkcs1Public => Self::from_pkcs1_der(provider, &block.der),
            _ => Self::from_spki_der(provider, &block.der),
        }
    }

    /// Reads one JWK (RFC 7517) with `kty` = `RSA`; its `kid` becomes the key id. `use`, `alg` and `x5c` are not
    /// looked at: [`JwkKey::parse`](crate::jwks::JwkKey::parse) reports them.
    ///
    /// # Errors
    /// [`ErrorKind::UnusableKey`] names the reason; [`ErrorKind::MalformedInput`] if the text is not a JSON object.
    pub fn from_jwk_json(provider: &dyn Provider, json: &str) -> Result<Self, Error> {
        jwks::JwkKey::parse(provider, json).map(jwks::JwkKey::into_key)
    }

    /// Makes a key from modulus and exponent, big-endian; leading zero bytes are dropped.
    ///
    /// # Errors
    /// [`ErrorKind::UnusableKey`] if a number is out of the range stated at [`PublicKey`].
    pub fn from_modulus_exponent(
        provider: &dyn Provider,
        modulus: &[u8],
        exponent: &[u8],
    ) -> Result<Self, Error> {
        let modulus = without_leading_zeros(modulus);
        let exponent = without_leading_zeros(exponent);
        check_modulus(modulus)?;
        check_exponent(exponent)?;
        let inner = Inner {
            operations: provider.public_key(modulus, exponent)?,
            ciphers: provider.ciphers(),
            provider: provider.name(),
            modulus: modulus.into(),
            exponent: exponent.into(),
        };
        Ok(Self { inner: Arc::new(inner), key_id: None })
    }

    fn from_spki_der(provider: &dyn Provider, der: &[u8]) -> Result<Self, Error> {
        let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| not_a_public_key())?;
        if info.algorithm.oid != pkcs1::ALGORITHM_OID {
            return Err(Error::unusable_key("the public key is not an RSA key (algorithm rsaEncryption)"));
        }
        let key = info.subject_public_key.as_bytes().ok_or_else(not_a_public_key)?;
        Self::from_pkcs1_der(provider, key)
    }

    fn from_pkcs1_der(provider: &dyn Provider, der: &[u8]) -> Result<Self, Error> {
        let key = pkcs1::RsaPublicKey::from_der(der).map_err(|_| not_a_public_key())?;
        Self::from_modulus_exponent(provider, key.modulus.as_bytes(), key.public_exponent.as_bytes())
    }

    /// The same key under another id.
    #[must_use]
    pub fn with_key_id(mut self, key_id: KeyId) -> Self {
        self.key_id = Some(key_id);
        self
    }

    /// The id, if the key has one.
    #[must_use]
    pub fn key_id(&self) -> Option<&KeyId> {
        self.key_id.as_ref()
    }

    /// The modulus, big-endian without leading zeros.
    #[must_use]
    pub fn modulus(&self) -> &[u8] {
        &self.inner.modulus
    }

    /// The public exponent, big-endian without leading zeros.
    #[must_use]
    pub fn exponent(&self) -> &[u8] {
        &self.inner.exponent
    }

    /// The size of the modulus in bits.
    #[must_use]
    pub fn modulus_bits(&self) -> usize {
        bits(&self.inner.modulus)
    }

    /// The key as a `SubjectPublicKeyInfo` PEM (`BEGIN PUBLIC KEY`), the form the service's portal takes. Lines end
    /// with `\n`.
    ///
    /// # Errors
    /// [`ErrorKind::Provider`] should the encoder fail; no accepted key is known to cause that.
    pub fn to_spki_pem(&self) -> Result<String, Error> {
        self.encode_spki_pem().map_err(|_| Error::new(ErrorKind::Provider))
    }

    fn encode_spki_pem(&self) -> der::Result<String> {
        let key = pkcs1::RsaPublicKey {
            modulus: UintRef::new(&self.inner.modulus)?,
            public_exponent: UintRef::new(&self.inner.exponent)?,
        };
        let key = der::Encode::to_der(&key)?;
        let algorithm: AlgorithmIdentifierRef<'_> = pkcs1::ALGORITHM_ID;
        let info =
            SubjectPublicKeyInfo { algorithm, subject_public_key: der::asn1::BitString::from_bytes(&key)? };
        info.to_pem(LineEnding::LF)
    }

    /// The RFC 7638 thumbprint: base64url of the SHA-256 of the key's canonical JWK. A good key id where none is
    /// given.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        // Members in lexicographic order, no white space: RFC 7638, section 3.3.
        let exponent = encoding::encode_url(&self.inner.exponent);
        let modulus = encoding::encode_url(&self.inner.modulus);
        let canonical = format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#);
        encoding::encode_url(&Sha256::digest(canonical))
    }

    /// `Err` with [`ErrorKind::MissingKeyId`] if the key has no id.
    pub(crate) fn required_key_id(&self) -> Result<&KeyId, Error> {
        self.key_id().ok_or_else(|| Error::new(ErrorKind::MissingKeyId))
    }

    pub(crate) fn verify_pkcs1_sha256(&self, message: &[u8], signature: &[u8]) -> Result<(), Error> {
        if signature.len() != self.inner.modulus.len() {
            return Err(Error::new(ErrorKind::VerificationFailed));
        }
        self.inner.operations.verify_pkcs1_sha256(message, signature)
    }

    pub(crate) fn encrypt_oaep_sha1(
        &self,
        random: &dyn SecureRandom,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, Error> {
        self.inner.operations.encrypt_oaep_sha1(random, plaintext)
    }

    pub(crate) fn ciphers(&self) -> &dyn ContentCiphers {
        &*self.inner.ciphers
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.inner.modulus == other.inner.modulus
            && self.inner.exponent == other.inner.exponent
            && self.key_id == other.key_id
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PublicKey")
            .field("key_id", &self.key_id)
            .field("modulus_bits", &self.modulus_bits())
            .field("provider", &self.inner.provider)
            .finish_non_exhaustive()
    }
}

fn not_a_public_key() -> Error {
    Error::unusable_key("the PEM block does not hold an RSA public key: it is damaged or of another kind")
}

fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

fn bits(bytes: &[u8]) -> usize {
    let leading = bytes.first().map_or(0, |first| first.leading_zeros() as usize);
    bytes.len().saturating_mul(8).saturating_sub(leading)
}

pub(crate) fn check_modulus(modulus: &[u8]) -> Result<(), Error> {
    let size = bits(without_leading_zeros(modulus));
    if !(MIN_MODULUS_BITS..=MAX_MODULUS_BITS).contains(&size) {
        return Err(Error::unusable_key(format!(
            "the RSA modulus has {size} bits; {MIN_MODULUS_BITS} to {MAX_MODULUS_BITS} are accepted"
        )));
    }
    if modulus.last().is_none_or(|last| last % 2 == 0) {
        return Err(Error::unusable_key("the RSA modulus is even, so it is not a product of two odd primes"));
    }
    Ok(())
}

fn check_exponent(exponent: &[u8]) -> Result<(), Error> {
    let odd = exponent.last().is_some_and(|last| last % 2 == 1);
    if odd && (2..=33).contains(&bits(exponent)) {
        Ok(())
    } else {
        Err(Error::unusable_key("the RSA public exponent must be an odd number from 3 to 2^33 - 1"))
    }
}

const _: () =
    assert!(MAX_KEY_TEXT_BYTES > 2 * MAX_MODULUS_BITS / 8, "every accepted key fits its text limit");
