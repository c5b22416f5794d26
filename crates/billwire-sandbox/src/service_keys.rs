//! The key pairs of the emulated service: for encrypted request bodies and for signed webhooks.

use std::fmt;

use billwire_crypto::{KeyId, KeyRing, PrivateKey, PrivateKeys, Provider};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::{Error, ErrorKind};
use crate::moment::Moment;
use crate::test_only_keys::TEST_ONLY_KEYS;

/// At most so many keys of one use are active, for rotation.
///
/// Source: Q2 Biller Direct description, sections 8.1 and 10.6.
const KEYS_PER_USE: usize = 2;

/// What a key pair is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum KeyUsage {
    /// Partners encrypt request bodies to it.
    #[serde(rename = "enc")]
    Encryption,
    /// The service signs webhooks with it.
    #[serde(rename = "sig")]
    Signing,
}

impl KeyUsage {
    fn as_str(self) -> &'static str {
        match self {
            Self::Encryption => "enc",
            Self::Signing => "sig",
        }
    }
}

/// The public half of a key of the service, as the portal shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServiceKey {
    /// The key id (`kid`).
    pub key_id: String,
    /// What it is for.
    #[serde(rename = "use")]
    pub usage: KeyUsage,
    /// When it was made, on the virtual clock; of two signing keys the older one signs.
    pub created: Moment,
    /// PEM of the form `-----BEGIN PUBLIC KEY-----`.
    pub public_key: String,
    /// The same key as JWK.
    pub jwk: Value,
}

/// The written form of a key. The private half is there because a snapshot must be able to go on where it was taken;
/// every key of a sandbox is a test key.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WrittenKey {
    key_id: String,
    #[serde(rename = "use")]
    usage: KeyUsage,
    created: Moment,
    test_only_private_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_thumbprint: Option<String>,
}

#[derive(Clone)]
struct ActiveKey {
    written: WrittenKey,
    key: PrivateKey,
}

/// The active keys, oldest first.
#[derive(Clone)]
pub(crate) struct ServiceKeys {
    active: Vec<ActiveKey>,
}

impl fmt::Debug for ServiceKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.active.iter().map(|active| &active.written.key_id)).finish()
    }
}

impl ServiceKeys {
    /// One key of each use.
    pub(crate) fn new(provider: &dyn Provider, now: Moment) -> Result<Self, Error> {
        let mut keys = Self { active: Vec::new() };
        keys.create(provider, now, KeyUsage::Encryption)?;
        keys.create(provider, now, KeyUsage::Signing)?;
        Ok(keys)
    }

    pub(crate) fn read(provider: &dyn Provider, written: Vec<WrittenKey>) -> Result<Self, Error> {
        let mut keys = Self { active: Vec::new() };
        for key in written {
            keys.activate(provider, key)?;
        }
        Ok(keys)
    }

    pub(crate) fn written(&self) -> Vec<WrittenKey> {
        self.active.iter().map(|active| active.written.clone()).collect()
    }

    /// Takes the next embedded key into use.
    pub(crate) fn create(
        &mut self,
        provider: &dyn Provider,
        now: Moment,
        usage: KeyUsage,
    ) -> Result<ServiceKey, Error> {
        let in_use = |id: &str| self.active.iter().any(|active| active.written.key_id == id);
        let newest = TEST_ONLY_KEYS.iter().rposition(|key| key.usage == usage && in_use(key.id));
        let mut rest = TEST_ONLY_KEYS.iter().skip(newest.map_or(0, |place| place + 1));
        let next = rest
            .find(|key| key.usage == usage)
            .or_else(|| TEST_ONLY_KEYS.iter().find(|key| key.usage == usage && !in_use(key.id)))
            .ok_or_else(|| Error::new(ErrorKind::Key, "every embedded key is in use; give a privateKey"))?;
        self.activate(
            provider,
            WrittenKey {
                key_id: next.id.to_owned(),
                usage,
                created: now,
                test_only_private_key: next.pem.to_owned(),
                certificate_thumbprint: next.certificate_thumbprint.map(ToOwned::to_owned),
            },
        )
    }

    /// Takes a given key into use.
    pub(crate) fn add(
        &mut self,
        provider: &dyn Provider,
        now: Moment,
        usage: KeyUsage,
        key_id: String,
        private_key_pem: String,
    ) -> Result<ServiceKey, Error> {
        self.activate(
            provider,
            WrittenKey {
                key_id,
                usage,
                created: now,
                test_only_private_key: private_key_pem,
                certificate_thumbprint: None,
            },
        )
    }

    pub(crate) fn remove(&mut self, key_id: &str) -> Result<(), Error> {
        let place =
            self.active.iter().position(|active| active.written.key_id == key_id).ok_or_else(|| {
                Error::new(ErrorKind::NotFound, format!("there is no active key \"{key_id}\""))
            })?;
        let usage = self.active.get(place).map(|active| active.written.usage);
        if self.active.iter().filter(|active| Some(active.written.usage) == usage).count() == 1 {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("\"{key_id}\" is the last key of its use; create the next one first"),
            ));
        }
        self.active.remove(place);
        Ok(())
    }

    pub(crate) fn list(&self) -> Vec<ServiceKey> {
        self.active.iter().filter_map(|active| active.shown().ok()).collect()
    }

    /// The keys that open request bodies.
    pub(crate) fn encryption(&self) -> PrivateKeys {
        KeyRing::from_keys(self.of(KeyUsage::Encryption).map(|active| active.key.clone())).unwrap_or_default()
    }

    /// The key that signs webhooks, with its certificate thumbprint: the oldest.
    pub(crate) fn signing(&self) -> Option<(PrivateKey, Option<String>)> {
        let oldest = self.of(KeyUsage::Signing).min_by_key(|active| active.written.created)?;
        Some((oldest.key.clone(), oldest.written.certificate_thumbprint.clone()))
    }

    fn of(&self, usage: KeyUsage) -> impl Iterator<Item = &ActiveKey> {
        self.active.iter().filter(move |active| active.written.usage == usage)
    }

    fn activate(&mut self, provider: &dyn Provider, written: WrittenKey) -> Result<ServiceKey, Error> {
        if self.of(written.usage).count() >= KEYS_PER_USE {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!(
                    "there are {KEYS_PER_USE} active keys for \"{}\" already; delete one first",
                    written.usage.as_str()
                ),
            ));
        }
        if written.key_id.is_empty()
            || self.active.iter().any(|active| active.written.key_id == written.key_id)
        {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "the key id is empty or in use; give another one",
            ));
        }
        let key = PrivateKey::from_pem(provider, &written.test_only_private_key)
            .map_err(|cause| {
                Error::new(
                    ErrorKind::Key,
                    "the private key cannot be read; give an RSA key as PEM, 2048 bits or more",
                )
                .with_source(cause)
            })?
            .with_key_id(KeyId::new(&written.key_id));
        let active = ActiveKey { written, key };
        let shown = active.shown()?;
        self.active.push(active);
        Ok(shown)
    }
}

impl ActiveKey {
    fn shown(&self) -> Result<ServiceKey, Error> {
        use base64::Engine as _;
        use base64::prelude::BASE64_URL_SAFE_NO_PAD;

        let public = self.key.public_key();
        let public_key = public.to_spki_pem().map_err(|cause| {
            Error::new(ErrorKind::Key, "the public key cannot be written").with_source(cause)
        })?;
        let jwk = json!({
            "kty": "RSA",
            "n": BASE64_URL_SAFE_NO_PAD.encode(public.modulus()),
            "e": BASE64_URL_SAFE_NO_PAD.encode(public.exponent()),
            "use": self.written.usage.as_str(),
            "kid": self.written.key_id,
        });
        Ok(ServiceKey {
            key_id: self.written.key_id.clone(),
            usage: self.written.usage,
            created: self.written.created,
            public_key,
            jwk,
        })
    }
}

#[cfg(test)]
mod tests {
    use billwire_crypto::PortableProvider;

    use super::*;

    fn now() -> Moment {
        "2026-03-02T12:00:00Z".parse().expect("an instant")
    }

    #[test]
    fn rotates_two_keys_of_a_use() {
        let mut keys = ServiceKeys::new(&PortableProvider, now()).expect("keys");
        let first = keys.signing().and_then(|(key, _)| key.key_id().cloned()).expect("a key");
        let second =
            keys.create(&PortableProvider, now().plus_days(1), KeyUsage::Signing).expect("room for one");
        assert_eq!(
            keys.signing().and_then(|(key, _)| key.key_id().cloned()),
            Some(first.clone()),
            "oldest signs"
        );
        let third =
            keys.create(&PortableProvider, now().plus_days(2), KeyUsage::Signing).expect_err("two at most");
        assert!(third.to_string().contains("delete one first"), "{third}");
        keys.remove(first.as_str()).expect("removed");
        assert_eq!(
            keys.signing().and_then(|(key, _)| key.key_id().map(ToString::to_string)),
            Some(second.key_id.clone())
        );
        assert_eq!(keys.remove(&second.key_id).expect_err("the last stays").kind(), ErrorKind::InvalidInput);
        assert_eq!(keys.remove("nobody").expect_err("unknown").kind(), ErrorKind::NotFound);
    }

    #[test]
    fn every_embedded_key_is_a_key() {
        for key in TEST_ONLY_KEYS {
            PrivateKey::from_pem(&PortableProvider, key.pem).expect(key.id);
        }
    }
}
