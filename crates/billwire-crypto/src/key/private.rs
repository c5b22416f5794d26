//! RSA private keys.

use std::fmt;
use std::sync::Arc;

use rsa::pkcs1;
use rsa::pkcs8::der::Decode as _;
use rsa::pkcs8::{EncodePrivateKey as _, PrivateKeyInfo};
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use rsa::{BigUint, RsaPrivateKey};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind};
use crate::jwks;
use crate::key::pem::{self, Label};
use crate::key::public::{self, PublicKey};
use crate::key::{KeyId, MAX_KEY_TEXT_BYTES};
use crate::provider::{ContentCiphers, PrivateKeyOperations, Provider};

/// An RSA private key, bound to the provider that made it.
///
/// Cloning shares the key material; it is wiped when the last clone goes. Debug prints the id and the size only.
/// The sizes accepted are those of [`PublicKey`].
#[derive(Clone)]
pub struct PrivateKey {
    operations: Arc<dyn PrivateKeyOperations>,
    public: PublicKey,
}

impl PrivateKey {
    /// Reads a PEM text: `BEGIN PRIVATE KEY` (PKCS#8) or `BEGIN RSA PRIVATE KEY` (PKCS#1), not encrypted.
    ///
    /// Accepts what people paste: CRLF, text before and after, the whole key on one line, line breaks written as `\n`
    /// (as in environment variables). At most [`MAX_KEY_TEXT_BYTES`](crate::key::MAX_KEY_TEXT_BYTES).
    ///
    /// # Errors
    /// [`ErrorKind::UnusableKey`] names what was found instead (an encrypted key, a public key, a certificate, another
    /// algorithm, a size out of range); [`ErrorKind::MalformedInput`] if the text is not PEM. No part of the text is
    /// repeated in the error.
    pub fn from_pem(provider: &dyn Provider, pem: &str) -> Result<Self, Error> {
        let block = pem::read(pem, &[Label::Pkcs8Private, Label::Pkcs1Private])?;
        match block.label {
            Label::Pkcs1Private => Self::from_pkcs1_der(provider, &block.der),
            _ => Self::from_pkcs8_der(provider, &block.der),
        }
    }

    /// Reads an unencrypted PKCS#8 DER document.
    ///
    /// # Errors
    /// [`ErrorKind::UnusableKey`] names the reason.
    pub fn from_pkcs8_der(provider: &dyn Provider, der: &[u8]) -> Result<Self, Error> {
        let info = PrivateKeyInfo::from_der(der).map_err(|_| not_a_private_key())?;
        if info.algorithm.oid != pkcs1::ALGORITHM_OID {
            return Err(Error::unusable_key("the private key is not an RSA key (algorithm rsaEncryption)"));
        }
        Self::from_pkcs1_der(provider, info.private_key)
    }

    /// Reads one private JWK (RFC 7517, RFC 7518 section 6.3) with `kty` = `RSA`; its `kid` becomes the key id. The
    /// primes may be missing if `e` is at least 65537: they are then recovered from `d`.
    ///
    /// # Errors
    /// [`ErrorKind::UnusableKey`] names the reason; [`ErrorKind::MalformedInput`] if the text is not a JSON object.
    /// No value of the text is repeated in the error.
    pub fn from_jwk_json(provider: &dyn Provider, json: &str) -> Result<Self, Error> {
        if json.len() > MAX_KEY_TEXT_BYTES {
            return Err(Error::new(ErrorKind::TooLarge));
        }
        let numbers = jwks::read_private(json)?;
        public::check_modulus(&numbers.modulus)?;
        let number = |bytes: &[u8]| BigUint::from_bytes_be(bytes);
        let key = assemble(
            number(&numbers.modulus),
            number(&numbers.exponent),
            number(&numbers.private_exponent),
            numbers.primes.iter().map(|prime| number(prime)).collect(),
        )?;
        let key = Self::from_rsa(provider, &key)?;
        Ok(match numbers.key_id {
            Some(key_id) => key.with_key_id(key_id),
            None => key,
        })
    }

    fn from_pkcs1_der(provider: &dyn Provider, der: &[u8]) -> Result<Self, Error> {
        let key = pkcs1::RsaPrivateKey::from_der(der).map_err(|_| not_a_private_key())?;
        if key.version() != pkcs1::Version::TwoPrime {
            return Err(Error::unusable_key("RSA keys with more than two primes are not supported"));
        }
        public::check_modulus(key.modulus.as_bytes())?;
        let number = |value: &pkcs1::UintRef<'_>| BigUint::from_bytes_be(value.as_bytes());
        let primes = vec![number(&key.prime1), number(&key.prime2)];
        let key = assemble(
            number(&key.modulus),
            number(&key.public_exponent),
            number(&key.private_exponent),
            primes,
        )?;
        Self::from_rsa(provider, &key)
    }

    /// Every form ends here, so every form and every provider gets the same checks.
    fn from_rsa(provider: &dyn Provider, key: &RsaPrivateKey) -> Result<Self, Error> {
        // A tiny prime factors the key, and makes the arithmetic crawl.
        if key.primes().len() != 2 || key.primes().iter().any(|prime| prime.bits() < key.n().bits() / 3) {
            return Err(Error::unusable_key("the primes of the RSA key are of very different size"));
        }
        let public =
            PublicKey::from_modulus_exponent(provider, &key.n().to_bytes_be(), &key.e().to_bytes_be())?;
        let pkcs8 = key.to_pkcs8_der().map_err(|_| inconsistent())?;
        Ok(Self { operations: provider.private_key(pkcs8.as_bytes())?, public })
    }

    /// The same key under another id.
    #[must_use]
    pub fn with_key_id(mut self, key_id: KeyId) -> Self {
        self.public = self.public.with_key_id(key_id);
        self
    }

    /// The id, if the key has one.
    #[must_use]
    pub fn key_id(&self) -> Option<&KeyId> {
        self.public.key_id()
    }

    /// The public half, with the same id.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.public.clone()
    }

    pub(crate) fn sign_pkcs1_sha256(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.operations.sign_pkcs1_sha256(message)
    }

    pub(crate) fn decrypt_oaep_sha1(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        if ciphertext.len() != self.public.modulus().len() {
            return Err(Error::decryption_failed());
        }
        self.operations.decrypt_oaep_sha1(ciphertext)
    }

    pub(crate) fn ciphers(&self) -> &dyn ContentCiphers {
        self.public.ciphers()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PrivateKey")
            .field("key_id", &self.key_id())
            .field("modulus_bits", &self.public.modulus_bits())
            .finish_non_exhaustive()
    }
}

/// Puts the numbers together and checks that they fit. A private exponent of zero is refused here: `rsa` subtracts from
/// its product and panics. One that is not below the modulus is refused too (RFC 8017, section 3.2).
fn assemble(
    modulus: BigUint,
    exponent: BigUint,
    private_exponent: BigUint,
    primes: Vec<BigUint>,
) -> Result<RsaPrivateKey, Error> {
    if private_exponent == BigUint::default() || private_exponent >= modulus {
        return Err(inconsistent());
    }
    RsaPrivateKey::from_components(modulus, exponent, private_exponent, primes).map_err(|_| inconsistent())
}

fn not_a_private_key() -> Error {
    Error::unusable_key(
        "this is not an RSA private key in PKCS#8 or PKCS#1 form: it is damaged or of another kind",
    )
}

fn inconsistent() -> Error {
    Error::unusable_key("the numbers of the RSA private key do not fit together: export the key again")
}
