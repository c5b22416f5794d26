//! Helpers for tests of this crate and of its users. **Never enable the feature `testing` in production code.**

pub mod keys;

use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::error::{Error, ErrorKind};
use crate::random::SecureRandom;

/// Hands out given bytes in order, then fails. For tests against published vectors.
///
/// The provider on `aws-lc-rs` draws the RSA padding from its own generator: with it, content keys and nonces are
/// predictable, the encrypted content key is not.
#[derive(Debug)]
pub struct FixedRandom {
    remaining: Mutex<Vec<u8>>,
}

impl FixedRandom {
    /// A source of exactly these bytes.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let mut remaining = bytes.into();
        remaining.reverse();
        Self { remaining: Mutex::new(remaining) }
    }

    /// How many bytes have not been drawn yet.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.remaining.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl SecureRandom for FixedRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        let mut remaining = self.remaining.lock().unwrap_or_else(PoisonError::into_inner);
        if remaining.len() < buffer.len() {
            return Err(Error::new(ErrorKind::Random));
        }
        let start = remaining.len() - buffer.len();
        for (byte, drawn) in buffer.iter_mut().zip(remaining.drain(start..).rev()) {
            *byte = drawn;
        }
        Ok(())
    }
}

/// An endless, predictable stream: the same seed gives the same bytes. For tests that need many keys or nonces.
#[derive(Debug)]
pub struct SeededRandom {
    seed: u64,
    blocks: Mutex<u64>,
}

impl SeededRandom {
    /// The stream that belongs to `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, blocks: Mutex::new(0) }
    }
}

impl SecureRandom for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in buffer.chunks_mut(32) {
            let digest =
                Sha256::new().chain_update(self.seed.to_be_bytes()).chain_update(blocks.to_be_bytes());
            for (byte, drawn) in chunk.iter_mut().zip(digest.finalize()) {
                *byte = drawn;
            }
            *blocks += 1;
        }
        Ok(())
    }
}

/// Always fails, as an operating system without entropy would.
#[derive(Clone, Copy, Debug, Default)]
pub struct BrokenRandom;

impl SecureRandom for BrokenRandom {
    fn fill(&self, _buffer: &mut [u8]) -> Result<(), Error> {
        Err(Error::new(ErrorKind::Random))
    }
}
