//! What the other modules share: the two providers, and keys that are parsed once.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use billwire_crypto::testing::keys::TestKey;
use billwire_crypto::{
    AwsLcProvider, Error, ErrorKind, KeyRing, PortableProvider, PrivateKey, Provider, PublicKey,
};

pub(crate) const PROVIDERS: [&dyn Provider; 2] = [&PortableProvider, &AwsLcProvider];

/// Runs `check` once on each provider; a failure names the provider.
pub(crate) fn on_both(check: impl Fn(&dyn Provider)) {
    for provider in PROVIDERS {
        let name = provider.name();
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(provider)));
        if let Err(panic) = outcome {
            let _ = std::io::Write::write_all(
                &mut std::io::stderr(),
                format!("on provider {name}:\n").as_bytes(),
            );
            std::panic::resume_unwind(panic);
        }
    }
}

/// The private key of a pair with its id. Parsing is slow in test builds, so each is parsed once per provider.
pub(crate) fn private(provider: &dyn Provider, pair: TestKey) -> PrivateKey {
    static PARSED: LazyLock<Mutex<BTreeMap<(&'static str, &'static str), PrivateKey>>> =
        LazyLock::new(Mutex::default);
    let mut parsed = PARSED.lock().unwrap();
    parsed
        .entry((provider.name(), pair.key_id))
        .or_insert_with(|| {
            PrivateKey::from_pem(provider, pair.private_pem).unwrap().with_key_id(pair.key_id.into())
        })
        .clone()
}

pub(crate) fn public(provider: &dyn Provider, pair: TestKey) -> PublicKey {
    PublicKey::from_pem(provider, pair.public_pem).unwrap().with_key_id(pair.key_id.into())
}

pub(crate) fn private_ring(provider: &dyn Provider, pairs: &[TestKey]) -> KeyRing<PrivateKey> {
    KeyRing::from_keys(pairs.iter().map(|pair| private(provider, *pair))).unwrap()
}

pub(crate) fn public_ring(provider: &dyn Provider, pairs: &[TestKey]) -> KeyRing<PublicKey> {
    KeyRing::from_keys(pairs.iter().map(|pair| public(provider, *pair))).unwrap()
}

/// Asserts the kind and hands back the text.
#[track_caller]
pub(crate) fn refused<T>(result: Result<T, Error>, kind: ErrorKind) -> String {
    match result {
        Ok(_) => panic!("accepted, but {kind:?} was expected"),
        Err(error) => {
            assert_eq!(error.kind(), kind, "{error}");
            error.to_string()
        }
    }
}

pub(crate) fn hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "an odd number of hex digits");
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

pub(crate) fn base64_url(bytes: &[u8]) -> String {
    use base64ct::Encoding as _;
    base64ct::Base64UrlUnpadded::encode_string(bytes)
}

pub(crate) fn from_base64_url(text: &str) -> Vec<u8> {
    use base64ct::Encoding as _;
    base64ct::Base64UrlUnpadded::decode_vec(text).unwrap()
}

pub(crate) fn from_base64(text: &str) -> Vec<u8> {
    use base64ct::Encoding as _;
    base64ct::Base64::decode_vec(text).unwrap()
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    format!("{:x}", sha2::Sha256::digest(bytes))
}
