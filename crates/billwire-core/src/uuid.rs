//! Version 4 UUIDs from the injected randomness: our own ids of calls, and idempotency keys.

use billwire_crypto::SecureRandom;

use crate::error::{Error, ErrorKind};

/// A fresh id such as `2f1c0c3e-7a54-4b0e-9d0a-1d3c5e7f9b11`.
pub(crate) fn fresh(random: &dyn SecureRandom) -> Result<String, Error> {
    let mut bytes = [0_u8; 16];
    random.fill(&mut bytes).map_err(|error| {
        Error::new(ErrorKind::Cryptography, "no random bytes for an id of the call")
            .with_advice("check the operating system's random generator")
            .with_source(error)
    })?;
    let random = u128::from_be_bytes(bytes);
    // RFC 9562: four version bits and two variant bits are fixed.
    let id = (random & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{id:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    Ok(format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Constant(u8);

    impl SecureRandom for Constant {
        fn fill(&self, buffer: &mut [u8]) -> Result<(), billwire_crypto::Error> {
            buffer.fill(self.0);
            Ok(())
        }
    }

    #[test]
    fn version_and_variant_are_those_of_rfc_9562() {
        assert_eq!(fresh(&Constant(0x00)).expect("an id"), "00000000-0000-4000-8000-000000000000");
        assert_eq!(fresh(&Constant(0xff)).expect("an id"), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
