//! Where random bytes come from: an argument, never a global.

use rand_core::RngCore as _;

use crate::error::{Error, ErrorKind};

/// A source of unpredictable bytes for content keys, initialisation vectors and padding.
///
/// Production code passes [`OsRandom`]. A repeating or guessable source breaks every encryption made with it.
pub trait SecureRandom: Send + Sync {
    /// Fills the whole of `buffer` or fails.
    ///
    /// # Errors
    /// [`ErrorKind::Random`] if the source cannot deliver; `buffer` must then not be used.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error>;
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRandom;

impl SecureRandom for OsRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        rand_core::OsRng
            .try_fill_bytes(buffer)
            .map_err(|error| Error::new(ErrorKind::Random).with_source(error))
    }
}
