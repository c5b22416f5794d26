//! A quick hash for the tables' indexes.
//!
//! Ids are made here from the seed, and whoever may ask a sandbox anything is its owner, so nobody gains from collisions.
//! The maps that use it are asked and never walked.

use std::hash::{BuildHasherDefault, Hash, Hasher};

/// A map from ids to places.
pub(crate) type Index<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<Mixer>>;

/// For tables that keep the hashed things elsewhere.
pub(crate) fn hash_of<T: Hash + ?Sized>(thing: &T) -> u64 {
    let mut mixer = Mixer::default();
    thing.hash(&mut mixer);
    mixer.finish()
}

/// Mixes eight bytes at a time.
#[derive(Clone, Default)]
pub(crate) struct Mixer(u64);

impl Mixer {
    fn mix(&mut self, word: u64) {
        let mixed = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut last = [0; 8];
            for (place, byte) in last.iter_mut().zip(rest) {
                *place = *byte;
            }
            self.mix(u64::from_le_bytes(last));
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.mix(byte.into());
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::hash::{BuildHasher, BuildHasherDefault};

    use super::Mixer;
    use crate::seed::Seed;

    #[test]
    fn different_ids_have_different_hashes_in_all_their_bits() {
        let (build, mut seed) = (BuildHasherDefault::<Mixer>::default(), Seed::new(1));
        let hashes: Vec<u64> = (0..4096).map(|_| build.hash_one(seed.id("bill"))).collect();
        assert_eq!(hashes.iter().collect::<BTreeSet<_>>().len(), 4096);
        for part in [0, 24, 57] {
            let values: BTreeSet<u64> = hashes.iter().map(|hash| hash >> part & 0x7f).collect();
            assert!(values.len() > 120, "the bits from {part} on are hardly used: {}", values.len());
        }
    }
}
