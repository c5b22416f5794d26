//! **TEST KEYS ONLY. Every private key here is public knowledge.** Never use one of them, or anything derived from
//! them, with a real service or real data: everybody can decrypt and forge with them.
//!
//! They are the keys of the published test vectors, so what is signed or encrypted with them can be compared.

use std::fmt;

/// A key pair everybody knows, for tests.
#[derive(Clone, Copy)]
pub struct TestKey {
    /// The key id of the vectors.
    pub key_id: &'static str,
    /// PKCS#8 PEM (`BEGIN PRIVATE KEY`). Public knowledge.
    pub private_pem: &'static str,
    /// `SubjectPublicKeyInfo` PEM (`BEGIN PUBLIC KEY`).
    pub public_pem: &'static str,
}

impl fmt::Debug for TestKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TestKey").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

macro_rules! test_key {
    ($key_id:literal, $file:literal) => {
        TestKey {
            key_id: $key_id,
            private_pem: include_str!(concat!("keys/", $file, ".private.pem")),
            public_pem: include_str!(concat!("keys/", $file, ".public.pem")),
        }
    };
}

/// The pair the service side would hold; senders of payload envelopes use the public half.
pub const API_ENCRYPTION: TestKey = test_key!("os8th269xgj7tyku7wxl", "api_encryption");

/// The second active pair of the service side, for rotation.
pub const API_ENCRYPTION_SECOND: TestKey = test_key!("t7pz1m4qv9c2xk8rw3ys", "api_encryption_second");

/// The pair with which a partner signs requests.
pub const REQUEST_SIGNING: TestKey = test_key!("partner-signing-test-1", "request_signing");

/// A second pair with which a partner signs requests; unregistered unless a test says otherwise.
pub const REQUEST_SIGNING_SECOND: TestKey = test_key!("partner-signing-test-2", "request_signing_second");

/// The pair of a partner to whom webhooks are encrypted.
pub const PARTNER_WEBHOOK_ENCRYPTION: TestKey =
    test_key!("partner-webhook-enc-test-1", "partner_webhook_encryption");

/// The older of the two pairs with which the service signs webhooks: the one that signs.
pub const Q2_WEBHOOK_SIGNING_OLD: TestKey = test_key!("ory6xbfthn7y0vpufk8k", "q2_webhook_signing_old");

/// The newer of the two pairs with which the service signs webhooks.
pub const Q2_WEBHOOK_SIGNING_NEW: TestKey = test_key!("w3n5k0c8j1d7u2h6z9qa", "q2_webhook_signing_new");

/// The public half of a pair that nobody registered. Its private half is not known here.
pub const UNREGISTERED_PUBLIC_PEM: &str = include_str!("keys/unregistered.public.pem");

/// All pairs.
pub const ALL: [TestKey; 7] = [
    API_ENCRYPTION,
    API_ENCRYPTION_SECOND,
    REQUEST_SIGNING,
    REQUEST_SIGNING_SECOND,
    PARTNER_WEBHOOK_ENCRYPTION,
    Q2_WEBHOOK_SIGNING_OLD,
    Q2_WEBHOOK_SIGNING_NEW,
];
