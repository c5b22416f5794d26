//! Message authentication codes over a shared secret: HMAC-SHA256.
//!
//! For webhooks whose sender and receiver share a secret. There is nothing to choose a provider for: the code is
//! constant-time in pure Rust and as fast as the C libraries, so both providers would do the same.
//!
//! ```
//! use billwire_crypto::mac::{Mac, MacKey};
//!
//! let key = MacKey::new("whsec_test_0123456789abcdef");
//! let mac = key.sign(&[b"1779278400", b".", b"{}"]);
//! let received = Mac::from_hex(&mac.to_hex())?;
//! assert!(key.verifies(&[b"1779278400.{}"], &received), "the parts are one text");
//! assert!(!key.verifies(&[b"1779278401.{}"], &received));
//! # Ok::<(), billwire_crypto::Error>(())
//! ```
//!
//! Source: RFC 2104 and RFC 4231; BillerAPI description, section 6.3 "Signature, current scheme".

use std::fmt;

use hmac::digest::KeyInit;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind};

/// Length of a code in bytes.
pub const MAC_BYTES: usize = 32;

/// Length of a block of SHA-256, which is how long a key of HMAC is in the end.
const BLOCK_BYTES: usize = 64;

/// A shared secret. Its bytes are wiped when the last clone is dropped; `Debug` does not show them.
///
/// The state that is worked with while a code is computed lies on the stack for that time and is not wiped.
#[derive(Clone)]
pub struct MacKey {
    /// The secret as RFC 2104 brings it to the length of a block: shorter ones padded, longer ones hashed.
    block: Zeroizing<[u8; BLOCK_BYTES]>,
}

impl MacKey {
    /// The secret as it was agreed: for a text its UTF-8 bytes, prefix and all. Nothing is decoded.
    #[must_use]
    pub fn new(secret: impl Into<Vec<u8>>) -> Self {
        let secret = Zeroizing::new(secret.into());
        let mut block = Zeroizing::new([0; BLOCK_BYTES]);
        let digest: Zeroizing<[u8; MAC_BYTES]>;
        let key: &[u8] = if secret.len() > BLOCK_BYTES {
            digest = Zeroizing::new(Sha256::digest(&secret).into());
            digest.as_slice()
        } else {
            &secret
        };
        for (place, byte) in block.iter_mut().zip(key) {
            *place = *byte;
        }
        Self { block }
    }

    /// Whether the secret is empty, or as good as empty because it consists of zero bytes: everybody knows that one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.block.iter().all(|byte| *byte == 0)
    }

    /// The code of the bytes of `parts` one after the other. Where one part ends and the next begins does not count.
    #[must_use]
    pub fn sign(&self, parts: &[&[u8]]) -> Mac {
        let mut code = <Hmac<Sha256> as KeyInit>::new((&*self.block).into());
        for part in parts {
            code.update(part);
        }
        Mac(code.finalize().into_bytes().into())
    }

    /// Whether `mac` is the code of `parts`. How long it takes does not tell where the two differ.
    #[must_use]
    pub fn verifies(&self, parts: &[&[u8]], mac: &Mac) -> bool {
        self.sign(parts).equals(mac)
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MacKey([redacted])")
    }
}

/// A code. It is no secret once it was sent, but until then it opens a door: `Debug` does not show it, and it is compared
/// in constant time only.
#[derive(Clone)]
pub struct Mac([u8; MAC_BYTES]);

impl Mac {
    /// Reads 64 hexadecimal digits, in upper or lower case.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedInput`] for anything else. Refuse the message.
    pub fn from_hex(text: &str) -> Result<Self, Error> {
        let malformed = || Error::new(ErrorKind::MalformedInput);
        let mut bytes = [0_u8; MAC_BYTES];
        if text.len() != 2 * MAC_BYTES {
            return Err(malformed());
        }
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let [high, low] = digits else { return Err(malformed()) };
            let (high, low) = (digit(*high).ok_or_else(malformed)?, digit(*low).ok_or_else(malformed)?);
            *byte = high << 4 | low;
        }
        Ok(Self(bytes))
    }

    /// 64 hexadecimal digits in lower case.
    #[must_use]
    pub fn to_hex(&self) -> String {
        let mut text = String::with_capacity(2 * MAC_BYTES);
        for byte in self.0 {
            for nibble in [byte >> 4, byte & 0xf] {
                text.push(char::from(if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }));
            }
        }
        text
    }

    /// Whether both are the same, in constant time.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Mac([redacted])")
    }
}
