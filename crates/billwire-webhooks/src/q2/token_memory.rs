//! A bounded memory of signature tokens, to report one that comes again with another body.

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::evidence::TokenUse;

type Hash = [u8; 32];

/// Remembers the last tokens by hash, with the hash of the first body each came with; forgets the oldest first.
#[derive(Debug)]
pub(super) struct TokenMemory {
    capacity: NonZeroUsize,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    first_body: HashMap<Hash, Hash>,
    oldest_first: VecDeque<Hash>,
}

impl TokenMemory {
    pub(super) fn new(capacity: NonZeroUsize) -> Self {
        Self { capacity, seen: Mutex::default() }
    }

    /// Notes that `token` came with `plain_body`. The plain body counts, not the encrypted one: encrypting the same
    /// event again gives other bytes.
    pub(super) fn note(&self, token: &str, plain_body: &[u8]) -> TokenUse {
        let token: Hash = Sha256::digest(token).into();
        let body: Hash = Sha256::digest(plain_body).into();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.first_body.get(&token) {
            Some(first) if *first == body => TokenUse::AgainWithSameBody,
            Some(_) => TokenUse::AgainWithOtherBody,
            None => {
                if seen.oldest_first.len() >= self.capacity.get()
                    && let Some(oldest) = seen.oldest_first.pop_front()
                {
                    seen.first_body.remove(&oldest);
                }
                seen.oldest_first.push_back(token);
                seen.first_body.insert(token, body);
                TokenUse::First
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_reuse_and_forgets_the_oldest() {
        let memory = TokenMemory::new(NonZeroUsize::new(2).unwrap());
        assert_eq!(memory.note("a", b"1"), TokenUse::First);
        assert_eq!(memory.note("a", b"1"), TokenUse::AgainWithSameBody);
        assert_eq!(memory.note("a", b"2"), TokenUse::AgainWithOtherBody);
        assert_eq!(memory.note("a", b"1"), TokenUse::AgainWithSameBody, "the first body stays the measure");
        assert_eq!(memory.note("b", b"1"), TokenUse::First);
        assert_eq!(memory.note("c", b"1"), TokenUse::First, "pushes a out");
        assert_eq!(memory.note("a", b"1"), TokenUse::First, "pushes b out");
        assert_eq!(memory.note("c", b"2"), TokenUse::AgainWithOtherBody);
        assert_eq!(memory.seen.lock().unwrap().first_body.len(), 2);
    }
}
