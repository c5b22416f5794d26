//! UTF-8, checked byte by byte.

/// The state between two bytes: how many bytes of a character are missing, and what the next one may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Utf8 {
    missing: u8,
    low: u8,
    high: u8,
}

impl Utf8 {
    /// Between two characters.
    pub(super) const fn new() -> Self {
        Self { missing: 0, low: 0, high: 0 }
    }

    /// Whether the last byte left a character unfinished.
    pub(super) const fn is_inside_a_character(self) -> bool {
        self.missing > 0
    }

    /// Takes one byte; `false` if it cannot stand here.
    pub(super) const fn take(&mut self, byte: u8) -> bool {
        if self.missing > 0 {
            let fits = self.low <= byte && byte <= self.high;
            *self = Self { missing: self.missing - 1, low: 0x80, high: 0xbf };
            return fits;
        }
        // The second byte is narrower after some first bytes: no overlong forms, no surrogates, nothing past U+10FFFF.
        let (missing, low, high) = match byte {
            0x00..=0x7f => (0, 0, 0),
            0xc2..=0xdf => (1, 0x80, 0xbf),
            0xe0 => (2, 0xa0, 0xbf),
            0xe1..=0xec | 0xee..=0xef => (2, 0x80, 0xbf),
            0xed => (2, 0x80, 0x9f),
            0xf0 => (3, 0x90, 0xbf),
            0xf1..=0xf3 => (3, 0x80, 0xbf),
            0xf4 => (3, 0x80, 0x8f),
            _ => return false,
        };
        *self = Self { missing, low, high };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_utf8(bytes: &[u8]) -> bool {
        let mut utf8 = Utf8::new();
        bytes.iter().all(|byte| utf8.take(*byte)) && !utf8.is_inside_a_character()
    }

    /// Every text of up to two bytes, and every text of three or four bytes out of those where a rule begins or ends.
    #[test]
    fn agrees_with_the_standard_library() {
        let edges = [
            0x00, 0x22, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec,
            0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
        ];
        for first in 0..=255_u8 {
            for second in 0..=255_u8 {
                let text = [first, second];
                assert_eq!(is_utf8(&text), std::str::from_utf8(&text).is_ok(), "{text:x?}");
            }
        }
        for first in edges {
            for second in edges {
                for third in edges {
                    let text = [first, second, third];
                    assert_eq!(is_utf8(&text), std::str::from_utf8(&text).is_ok(), "{text:x?}");
                    for fourth in edges {
                        let text = [first, second, third, fourth];
                        assert_eq!(is_utf8(&text), std::str::from_utf8(&text).is_ok(), "{text:x?}");
                    }
                }
            }
        }
    }
}
