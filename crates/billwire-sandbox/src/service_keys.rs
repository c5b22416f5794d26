//! The key pairs of the emulated service: for encrypted request bodies and for signed webhooks.

use std::fmt;

use billwire_crypto::{KeyId, KeyRing, PrivateKey, PrivateKeys, Provider};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::{Error, ErrorKind};
use crate::moment::Moment;
use crate::test_only_keys::{TEST_ONLY_KEYS, TestOnlyKey};

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
    /// The same key as JWK, with its certificate in `x5c` as one text (trap T19) if it has one.
    pub jwk: Value,
}

/// A key that signs a webhook.
#[derive(Clone)]
pub(crate) struct SigningKey {
    pub(crate) key: PrivateKey,
    pub(crate) certificate_thumbprint: Option<String>,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate_thumbprint: Option<String>,
    /// Base64 of the DER form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate: Option<String>,
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
    /// The signing key that was deleted last; a fault may still sign with it.
    retired_signing: Option<ActiveKey>,
}

impl fmt::Debug for ServiceKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.active.iter().map(|active| &active.written.key_id)).finish()
    }
}

impl ServiceKeys {
    /// One key of each use.
    pub(crate) fn new(provider: &dyn Provider, now: Moment) -> Result<Self, Error> {
        let mut keys = Self { active: Vec::new(), retired_signing: None };
        keys.create(provider, now, KeyUsage::Encryption)?;
        keys.create(provider, now, KeyUsage::Signing)?;
        Ok(keys)
    }

    pub(crate) fn read(
        provider: &dyn Provider,
        written: Vec<WrittenKey>,
        retired_signing: Option<WrittenKey>,
    ) -> Result<Self, Error> {
        let mut keys = Self { active: Vec::new(), retired_signing: None };
        for key in written {
            keys.activate(provider, key)?;
        }
        keys.retired_signing =
            retired_signing.map(|written| ActiveKey::new(provider, written)).transpose()?;
        Ok(keys)
    }

    pub(crate) fn written_retired(&self) -> Option<WrittenKey> {
        self.retired_signing.as_ref().map(|retired| retired.written.clone())
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
        // One that was just deleted must not come back: it is the one that nobody should accept any more.
        let in_use = |id: &str| self.is_active(id) || self.was_deleted_last(id);
        let newest = TEST_ONLY_KEYS.iter().rposition(|key| key.usage == usage && in_use(key.id));
        let mut rest = TEST_ONLY_KEYS.iter().skip(newest.map_or(0, |place| place + 1));
        let next = rest
            .find(|key| key.usage == usage)
            .or_else(|| TEST_ONLY_KEYS.iter().find(|key| key.usage == usage && !in_use(key.id)))
            .ok_or_else(|| Error::new(ErrorKind::Key, "every embedded key is in use; give a privateKey"))?;
        self.activate(provider, next.written(now))
    }

    /// Takes a given key into use.
    pub(crate) fn add(
        &mut self,
        provider: &dyn Provider,
        now: Moment,
        usage: KeyUsage,
        given: GivenKey,
    ) -> Result<ServiceKey, Error> {
        let certificate = given.certificate_pem.map(|pem| certificate_of(&pem)).transpose()?;
        self.activate(
            provider,
            WrittenKey {
                key_id: given.key_id,
                usage,
                created: now,
                test_only_private_key: given.private_key_pem,
                // Informative only, and not worth a hash of its own.
                certificate_thumbprint: None,
                certificate,
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
        let removed = self.active.remove(place);
        if removed.written.usage == KeyUsage::Signing {
            self.retired_signing = Some(removed);
        }
        Ok(())
    }

    pub(crate) fn list(&self) -> Vec<ServiceKey> {
        self.active.iter().filter_map(|active| active.shown().ok()).collect()
    }

    /// The keys that open request bodies.
    pub(crate) fn encryption(&self) -> PrivateKeys {
        KeyRing::from_keys(self.of(KeyUsage::Encryption).map(|active| active.key.clone())).unwrap_or_default()
    }

    /// The key that signs webhooks: the oldest.
    pub(crate) fn signing(&self) -> Option<SigningKey> {
        self.of(KeyUsage::Signing).min_by_key(|active| active.written.created).map(ActiveKey::signing)
    }

    /// The key that does not sign yet.
    pub(crate) fn newest_signing(&self) -> Option<SigningKey> {
        // Of two keys made at one moment the later one in the list is the newer one.
        self.of(KeyUsage::Signing).max_by_key(|active| active.written.created).map(ActiveKey::signing)
    }

    /// The signing key that was deleted last; before any was, or if it is in use again, the last embedded one that is not active.
    pub(crate) fn retired_signing(&self, provider: &dyn Provider) -> Option<SigningKey> {
        if let Some(retired) = &self.retired_signing
            && !self.is_active(&retired.written.key_id)
        {
            return Some(retired.signing());
        }
        let unused = TEST_ONLY_KEYS
            .iter()
            .rev()
            .find(|key| key.usage == KeyUsage::Signing && !self.is_active(key.id))?;
        ActiveKey::new(provider, unused.written(Moment::new(jiff::Timestamp::UNIX_EPOCH)))
            .ok()
            .map(|key| key.signing())
    }

    /// Somebody else's key under the id of the key that should sign: one of the keys for request bodies.
    pub(crate) fn foreign_signing(&self) -> Option<SigningKey> {
        let right = self.signing()?;
        let foreign = self.of(KeyUsage::Encryption).next()?.key.clone();
        let key = match right.key.key_id() {
            Some(key_id) => foreign.with_key_id(key_id.clone()),
            None => foreign,
        };
        Some(SigningKey { key, ..right })
    }

    pub(crate) fn count(&self, usage: KeyUsage) -> usize {
        self.of(usage).count()
    }

    fn is_active(&self, key_id: &str) -> bool {
        self.active.iter().any(|active| active.written.key_id == key_id)
    }

    fn was_deleted_last(&self, key_id: &str) -> bool {
        self.retired_signing.as_ref().is_some_and(|retired| retired.written.key_id == key_id)
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
        if written.key_id.is_empty() || self.is_active(&written.key_id) {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "the key id is empty or in use; give another one",
            ));
        }
        let active = ActiveKey::new(provider, written)?;
        let shown = active.shown()?;
        self.active.push(active);
        Ok(shown)
    }
}

/// A key that a test brings along.
pub(crate) struct GivenKey {
    pub(crate) key_id: String,
    pub(crate) private_key_pem: String,
    pub(crate) certificate_pem: Option<String>,
}

/// The base64 of a certificate as `x5c` wants it: the PEM without its lines.
fn certificate_of(pem: &str) -> Result<String, Error> {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    let inner: Option<String> = pem
        .trim()
        .strip_prefix("-----BEGIN CERTIFICATE-----")
        .and_then(|rest| rest.strip_suffix("-----END CERTIFICATE-----"))
        .map(|text| text.split_whitespace().collect());
    // 0x30 opens every DER structure; more is not looked at, as nobody relies on the certificate.
    inner.filter(|text| BASE64_STANDARD.decode(text).is_ok_and(|der| der.first() == Some(&0x30))).ok_or_else(
        || {
            Error::new(
                ErrorKind::InvalidInput,
                "the certificate cannot be read; give one PEM of the form -----BEGIN CERTIFICATE-----",
            )
        },
    )
}

impl TestOnlyKey {
    fn written(&self, created: Moment) -> WrittenKey {
        WrittenKey {
            key_id: self.id.to_owned(),
            usage: self.usage,
            created,
            test_only_private_key: self.pem.to_owned(),
            certificate_thumbprint: Some(self.certificate_thumbprint.to_owned()),
            certificate: certificate_of(self.certificate).ok(),
        }
    }
}

impl ActiveKey {
    fn new(provider: &dyn Provider, written: WrittenKey) -> Result<Self, Error> {
        let key = PrivateKey::from_pem(provider, &written.test_only_private_key)
            .map_err(|cause| {
                Error::new(
                    ErrorKind::Key,
                    "the private key cannot be read; give an RSA key as PEM, 2048 bits or more",
                )
                .with_source(cause)
            })?
            .with_key_id(KeyId::new(&written.key_id));
        Ok(Self { written, key })
    }

    fn signing(&self) -> SigningKey {
        SigningKey {
            key: self.key.clone(),
            certificate_thumbprint: self.written.certificate_thumbprint.clone(),
        }
    }

    fn shown(&self) -> Result<ServiceKey, Error> {
        use base64::Engine as _;
        use base64::prelude::BASE64_URL_SAFE_NO_PAD;

        let public = self.key.public_key();
        let public_key = public.to_spki_pem().map_err(|cause| {
            Error::new(ErrorKind::Key, "the public key cannot be written").with_source(cause)
        })?;
        let mut jwk = json!({
            "kty": "RSA",
            "n": BASE64_URL_SAFE_NO_PAD.encode(public.modulus()),
            "e": BASE64_URL_SAFE_NO_PAD.encode(public.exponent()),
            "use": self.written.usage.as_str(),
            "kid": self.written.key_id,
        });
        if let (Some(members), Some(certificate)) = (jwk.as_object_mut(), &self.written.certificate) {
            members.insert("x5c".to_owned(), certificate.clone().into());
        }
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
        let first = keys.signing().and_then(|signing| signing.key.key_id().cloned()).expect("a key");
        let second =
            keys.create(&PortableProvider, now().plus_days(1), KeyUsage::Signing).expect("room for one");
        assert_eq!(
            keys.signing().and_then(|signing| signing.key.key_id().cloned()),
            Some(first.clone()),
            "oldest signs"
        );
        let third =
            keys.create(&PortableProvider, now().plus_days(2), KeyUsage::Signing).expect_err("two at most");
        assert!(third.to_string().contains("delete one first"), "{third}");
        keys.remove(first.as_str()).expect("removed");
        assert_eq!(
            keys.signing().and_then(|signing| signing.key.key_id().map(ToString::to_string)),
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
