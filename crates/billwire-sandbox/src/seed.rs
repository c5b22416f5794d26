//! Reproducible randomness: every id, token and identifier the sandbox makes comes from one seed.
//!
//! A value is a function of (seed, kind, number of that kind so far). So the third bill of a run has the same id
//! whatever else happened, and a request id that nobody asked for does not shift the ids of bills. Not for secrets:
//! whoever knows the seed knows them all.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::count;

/// The seed of a sandbox that was not given one.
pub(crate) const DEFAULT_SEED: u64 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Seed {
    #[serde(rename = "seed")]
    value: u64,
    /// Tells the values of several worlds with one seed apart.
    #[serde(default, skip_serializing_if = "is_zero")]
    salt: u64,
    #[serde(deserialize_with = "count::by_name")]
    counters: BTreeMap<String, u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Seed {
    pub(crate) fn new(seed: u64) -> Self {
        Self { value: seed, salt: 0, counters: BTreeMap::new() }
    }

    /// The values of a further world with the same seed.
    pub(crate) fn of(seed: u64, world: &str) -> Self {
        Self { salt: fnv1a(world), ..Self::new(seed) }
    }

    pub(crate) fn value(&self) -> u64 {
        self.value
    }

    /// 24 lower-case hexadecimal characters, the form of every documented object id.
    pub(crate) fn id(&mut self, kind: &str) -> String {
        let mut stream = self.next(kind);
        let mut id = String::with_capacity(24);
        push_hex(&mut id, stream.next(), 16);
        push_hex(&mut id, stream.next() >> 32, 8);
        id
    }

    /// 34 lower-case hexadecimal characters, the form of the documented client token.
    pub(crate) fn token(&mut self, kind: &str) -> String {
        let mut stream = self.next(kind);
        format!("{:016x}{:016x}{:02x}", stream.next(), stream.next(), stream.next() >> 56)
    }

    /// 14 characters as in the documented identifiers of questions (`ibY1g2PC4wrc6q`).
    pub(crate) fn identifier(&mut self, kind: &str) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut stream = self.next(kind);
        let mut bits = u128::from(stream.next()) << 64 | u128::from(stream.next());
        (0..14)
            .map(|_| {
                let index = usize::try_from(bits & 63).unwrap_or_default();
                bits >>= 6;
                char::from(ALPHABET[index])
            })
            .collect()
    }

    /// A UUID of version 4 shape.
    pub(crate) fn uuid(&mut self, kind: &str) -> String {
        let mut stream = self.next(kind);
        let (high, low) = (stream.next(), stream.next());
        let mut uuid = String::with_capacity(36);
        push_hex(&mut uuid, high >> 32, 8);
        uuid.push('-');
        push_hex(&mut uuid, high >> 16, 4);
        uuid.push_str("-4");
        push_hex(&mut uuid, high, 3);
        uuid.push('-');
        push_hex(&mut uuid, (low >> 48) & 0x3fff | 0x8000, 4);
        uuid.push('-');
        push_hex(&mut uuid, low, 12);
        uuid
    }

    fn next(&mut self, kind: &str) -> SplitMix64 {
        let counter = match self.counters.get_mut(kind) {
            Some(counter) => counter,
            None => self.counters.entry(kind.to_owned()).or_insert(0),
        };
        *counter += 1;
        let mut start = SplitMix64(self.value ^ self.salt ^ fnv1a(kind));
        SplitMix64(start.next() ^ counter.wrapping_mul(0xd6e8_feb8_6659_fd93))
    }
}

/// The lowest `digits` hexadecimal digits of `number`.
fn push_hex(text: &mut String, number: u64, digits: usize) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut all = [b'0'; 16];
    for (place, digit) in all.iter_mut().rev().enumerate() {
        *digit = DIGITS[usize::try_from(number >> (4 * place) & 0xf).unwrap_or_default()];
    }
    let lowest = all.len().saturating_sub(digits);
    text.push_str(std::str::from_utf8(&all[lowest..]).unwrap_or_default());
}

/// `SplitMix64` (Steele, Lea and Flood, 2014): small, fast, well mixed; not for cryptography.
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    pub(crate) fn new(start: u64) -> Self {
        Self(start)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// FNV-1a, to turn the kind's name into a number.
fn fnv1a(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A number that stands for a sequence of texts, to tell quickly whether two runs said the same. Not for cryptography.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest(u64);

impl Digest {
    pub(crate) fn new() -> Self {
        Self(0x5bd8_85fc_cd27_4b43)
    }

    /// Adds one text; its end counts too, so that "ab", "c" differs from "a", "bc".
    pub(crate) fn add(&mut self, text: &[u8]) {
        // Two halves side by side: one does not wait for the other.
        let (mut even, mut odd) = (self.0, !self.0);
        let stir = |half: u64, word: [u8; 8]| {
            (half ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
        };
        let (words, rest) = text.as_chunks::<8>();
        let (pairs, single) = words.as_chunks::<2>();
        for [first, second] in pairs {
            even = stir(even, *first);
            odd = stir(odd, *second);
        }
        for word in single {
            even = stir(even, *word);
        }
        let mut last = [0; 8];
        for (place, byte) in last.iter_mut().zip(rest) {
            *place = *byte;
        }
        self.mix(even);
        self.mix(odd);
        self.mix(u64::from_le_bytes(last));
        self.mix(text.len() as u64);
    }

    fn mix(&mut self, word: u64) {
        self.0 = SplitMix64(self.0 ^ word).next();
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

/// As text: not every reader of JSON keeps 64 bits of a number.
impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16)
            .map(Self)
            .map_err(|_| serde::de::Error::custom("a digest is 16 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        let (mut one, mut other) = (Seed::new(42), Seed::new(42));
        let first: Vec<String> = (0..5).map(|_| one.id("bill")).collect();
        other.uuid("request");
        let second: Vec<String> = (0..5).map(|_| other.id("bill")).collect();
        assert_eq!(first, second, "other kinds do not shift a kind");
        assert_ne!(Seed::new(43).id("bill"), first[0]);
    }

    #[test]
    fn ids_have_the_documented_shapes() {
        let mut seed = Seed::new(DEFAULT_SEED);
        let id = seed.id("bill");
        assert!(
            id.len() == 24 && id.chars().all(|character| matches!(character, '0'..='9' | 'a'..='f')),
            "{id}"
        );
        assert_eq!(seed.token("token").len(), 34);
        assert_eq!(seed.identifier("question").len(), 14);
        let uuid = seed.uuid("request");
        assert_eq!(uuid.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{uuid}");
        assert_eq!(uuid.as_bytes()[14], b'4');
        assert!(matches!(uuid.as_bytes()[19], b'8'..=b'b'), "{uuid}");
    }

    #[test]
    fn ids_do_not_change_from_version_to_version() {
        let mut seed = Seed::new(DEFAULT_SEED);
        assert_eq!(seed.id("bill"), "a98026321507abe7de665687");
        assert_eq!(seed.uuid("request"), "dcd4cd20-9964-45e5-9796-f0bb4978be18");
    }

    #[test]
    fn ten_thousand_ids_differ() {
        let mut seed = Seed::new(7);
        let ids: BTreeSet<String> = (0..10_000).map(|_| seed.id("bill")).collect();
        assert_eq!(ids.len(), 10_000);
    }
}
