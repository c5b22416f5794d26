//! Rings: the keys one side holds, found by id.

use std::fmt;

use crate::error::{Error, ErrorKind};
use crate::key::{KeyId, PrivateKey, PublicKey};

/// A key that may carry an id. Implemented by [`PrivateKey`] and [`PublicKey`] only.
pub trait Keyed: sealed::Sealed {
    /// The key's id, if it has one.
    fn key_id(&self) -> Option<&KeyId>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::key::PrivateKey {}
    impl Sealed for crate::key::PublicKey {}
}

impl Keyed for PrivateKey {
    fn key_id(&self) -> Option<&KeyId> {
        Self::key_id(self)
    }
}

impl Keyed for PublicKey {
    fn key_id(&self) -> Option<&KeyId> {
        Self::key_id(self)
    }
}

/// The active keys of one side. At most one key per id, so an id never leaves a choice.
///
/// During a rotation a ring holds the old key and the new one. A key without an id is only used for messages that
/// name no key.
///
/// ```
/// # fn main() -> Result<(), billwire_crypto::Error> {
/// # #[cfg(feature = "testing")] {
/// use billwire_crypto::{KeyRing, PortableProvider, PrivateKey, testing};
///
/// let key = PrivateKey::from_pem(&PortableProvider, testing::keys::PARTNER_WEBHOOK_ENCRYPTION.private_pem)?;
/// let ring = KeyRing::from_keys([key.with_key_id("2024-a".into())])?;
/// assert!(ring.by_id("2024-a").is_some());
/// # }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct KeyRing<K> {
    keys: Vec<K>,
}

/// Private keys that decrypt.
pub type PrivateKeys = KeyRing<PrivateKey>;

/// Public keys that verify or encrypt.
pub type PublicKeys = KeyRing<PublicKey>;

impl<K: Keyed> KeyRing<K> {
    /// A ring without keys. It opens nothing and verifies nothing.
    #[must_use]
    pub fn new() -> Self {
        Self { keys: Vec::new() }
    }

    /// A ring of `keys`.
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateKeyId`] if two keys have the same id.
    pub fn from_keys(keys: impl IntoIterator<Item = K>) -> Result<Self, Error> {
        let mut ring = Self::new();
        keys.into_iter().try_for_each(|key| ring.insert(key))?;
        Ok(ring)
    }

    /// Adds `key`.
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateKeyId`] if a key with the same id is already there; the ring is then unchanged.
    pub fn insert(&mut self, key: K) -> Result<(), Error> {
        if let Some(id) = key.key_id()
            && self.by_id(id.as_str()).is_some()
        {
            return Err(Error::with_message(
                ErrorKind::DuplicateKeyId,
                format!("the ring already has a key with id {id:?}: keep one of them"),
            ));
        }
        self.keys.push(key);
        Ok(())
    }

    /// The key with this id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&K> {
        self.keys.iter().find(|key| key.key_id().is_some_and(|candidate| candidate.as_str() == id))
    }

    /// The keys in the order in which they were added.
    pub fn iter(&self) -> std::slice::Iter<'_, K> {
        self.keys.iter()
    }

    /// The keys as a slice, in the order in which they were added.
    #[must_use]
    pub fn as_slice(&self) -> &[K] {
        &self.keys
    }

    /// How many keys the ring has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether the ring has no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key a message means: the one it names, or the only one if it names none.
    pub(crate) fn select(&self, id: Option<&str>) -> Result<&K, Error> {
        match (id, self.keys.as_slice()) {
            (_, []) => Err(unknown("the key ring is empty: add the key before messages arrive")),
            (None, [only]) => Ok(only),
            (None, _) => Err(unknown("the message names no key, and the ring has more than one")),
            (Some(id), _) => self.by_id(id).ok_or_else(|| unknown_id(id)),
        }
    }
}

/// An error that quotes a foreign key id: escaped, and cut so that it cannot flood a log.
pub(crate) fn unknown_id(id: &str) -> Error {
    let shown: String = id.chars().take(64).collect();
    unknown(format!("no key with id {shown:?} is in the ring: refresh the keys, or check `with_key_id`"))
}

fn unknown(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::with_message(ErrorKind::UnknownKey, message)
}

impl<K: Keyed> Default for KeyRing<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a, K: Keyed> IntoIterator for &'a KeyRing<K> {
    type Item = &'a K;
    type IntoIter = std::slice::Iter<'a, K>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: Keyed> fmt::Debug for KeyRing<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.keys.iter().map(Keyed::key_id)).finish()
    }
}
