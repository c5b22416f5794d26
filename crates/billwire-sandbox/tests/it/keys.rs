//! TEST ONLY keys of the partner's side, those of the published vectors.

use billwire_crypto::{KeyRing, PortableProvider, PrivateKey, PrivateKeys, PublicKey, PublicKeys};
use billwire_sandbox::{KeyUsage, Sandbox};

/// TEST ONLY, publicly known.
const SIGNING_PEM: &str = include_str!("../fixtures/TEST-ONLY-partner-signing.pem");
/// TEST ONLY, publicly known.
const OTHER_PEM: &str = include_str!("../fixtures/TEST-ONLY-partner-other.pem");
/// TEST ONLY, publicly known.
const ENCRYPTION_PEM: &str = include_str!("../fixtures/TEST-ONLY-partner-encryption.pem");

fn private(pem: &str, key_id: &str) -> PrivateKey {
    PrivateKey::from_pem(&PortableProvider, pem).expect("a key").with_key_id(key_id.into())
}

pub(crate) fn signing() -> PrivateKey {
    private(SIGNING_PEM, "partner-signing-test-1")
}

pub(crate) fn other() -> PrivateKey {
    private(OTHER_PEM, "partner-signing-test-2")
}

pub(crate) fn encryption() -> PrivateKey {
    private(ENCRYPTION_PEM, "partner-webhook-enc-test-1")
}

pub(crate) fn ring(key: PrivateKey) -> PrivateKeys {
    KeyRing::from_keys([key]).expect("one key")
}

pub(crate) fn spki(key: &PrivateKey) -> String {
    key.public_key().to_spki_pem().expect("a PEM")
}

/// The keys of the sandbox for a use, as a receiver or a sender would take them over.
pub(crate) fn of(sandbox: &Sandbox, usage: KeyUsage) -> PublicKeys {
    let keys = sandbox.info().keys.into_iter().filter(|key| key.usage == usage);
    let keys = keys.map(|key| {
        PublicKey::from_pem(&PortableProvider, &key.public_key).expect("a key").with_key_id(key.key_id.into())
    });
    KeyRing::from_keys(keys).expect("different ids")
}
