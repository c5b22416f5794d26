//! TEST ONLY: the embedded key pairs. They are public knowledge, as the whole program is; never use one for anything
//! real. They are embedded so that a sandbox starts at once.

use crate::service_keys::KeyUsage;

/// TEST ONLY keys, publicly known, in the order in which they come into use.
pub(crate) const TEST_ONLY_KEYS: &[TestOnlyKey] = &[
    TestOnlyKey {
        id: "os8th269xgj7tyku7wxl",
        usage: KeyUsage::Encryption,
        pem: include_str!("test_only_keys/TEST-ONLY-encryption-1.pem"),
        certificate: include_str!("test_only_keys/TEST-ONLY-encryption-1.crt"),
        certificate_thumbprint: "Qq7S5poTVYSoSb97rl-1AiQWA84",
    },
    TestOnlyKey {
        id: "t7pz1m4qv9c2xk8rw3ys",
        usage: KeyUsage::Encryption,
        pem: include_str!("test_only_keys/TEST-ONLY-encryption-2.pem"),
        certificate: include_str!("test_only_keys/TEST-ONLY-encryption-2.crt"),
        certificate_thumbprint: "szCIqwsiKi_mF-jrUcABrdT04Hk",
    },
    TestOnlyKey {
        id: "e3b8w5y2n7r4k9t6c1mz",
        usage: KeyUsage::Encryption,
        pem: include_str!("test_only_keys/TEST-ONLY-encryption-3.pem"),
        certificate: include_str!("test_only_keys/TEST-ONLY-encryption-3.crt"),
        certificate_thumbprint: "baW_Ktt5VaZTWnhxFmwu0PDWD4g",
    },
    TestOnlyKey {
        id: "e4x1v6j3p8d5q2s7h9ga",
        usage: KeyUsage::Encryption,
        pem: include_str!("test_only_keys/TEST-ONLY-encryption-4.pem"),
        certificate: include_str!("test_only_keys/TEST-ONLY-encryption-4.crt"),
        certificate_thumbprint: "1tQfcmBlneM2BD_SdceqbbyaoY8",
    },
    TestOnlyKey {
        id: "ory6xbfthn7y0vpufk8k",
        usage: KeyUsage::Signing,
        pem: include_str!("test_only_keys/TEST-ONLY-signing-1.pem"),
        certificate: include_str!("test_only_keys/TEST-ONLY-signing-1.crt"),
        certificate_thumbprint: "-aAnOLHTx0ZhDarL1DPJPHu7NDs",
    },
    TestOnlyKey {
        id: "w3n5k0c8j1d7u2h6z9qa",
        usage: KeyUsage::Signing,
        pem: include_str!("test_only_keys/TEST-ONLY-signing-2.pem"),
        certificate: include_str!("test_only_keys/TEST-ONLY-signing-2.crt"),
        certificate_thumbprint: "LymZi9tUB4D0PxXp79yZKIhU4iU",
    },
    TestOnlyKey {
        id: "s3f7m2z9b4l8u1y6o5td",
        usage: KeyUsage::Signing,
        pem: include_str!("test_only_keys/TEST-ONLY-signing-3.pem"),
        certificate: include_str!("test_only_keys/TEST-ONLY-signing-3.crt"),
        certificate_thumbprint: "lijvX0cczyWg2MDNHTYWtgbvR28",
    },
    TestOnlyKey {
        id: "s4c9a6i1e8w3g7k2n5rx",
        usage: KeyUsage::Signing,
        pem: include_str!("test_only_keys/TEST-ONLY-signing-4.pem"),
        certificate: include_str!("test_only_keys/TEST-ONLY-signing-4.crt"),
        certificate_thumbprint: "BNFpu97RMN6ETZCOB1W6kWMd5ZU",
    },
];

pub(crate) struct TestOnlyKey {
    pub(crate) id: &'static str,
    pub(crate) usage: KeyUsage,
    pub(crate) pem: &'static str,
    /// Self-signed, valid from 2020 to 2045.
    pub(crate) certificate: &'static str,
    /// `x5t`: base64url of the SHA-1 of the certificate.
    pub(crate) certificate_thumbprint: &'static str,
}
