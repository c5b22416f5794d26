//! The bearer token that the service fetched from the partner's OAuth endpoint.

use std::error::Error as StdError;
use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

/// Says whether a bearer token is one that we issued to the service.
///
/// Every `Fn(&str, jiff::Timestamp) -> BearerVerdict` is one. The check must not block: if it needs the network, keep
/// what it needs at hand (a key that verifies the token, a list of issued tokens) and refresh that elsewhere.
///
/// Source: Q2 Biller Direct description, section 10.4 "Webhook security 1: OAuth client credentials".
pub trait BearerCheck: Send + Sync + 'static {
    /// Judges `token`, the text after `Bearer`. `now` is the time that the verifier was given.
    fn check(&self, token: &str, now: jiff::Timestamp) -> BearerVerdict;
}

impl<F> BearerCheck for F
where
    F: Fn(&str, jiff::Timestamp) -> BearerVerdict + Send + Sync + 'static,
{
    fn check(&self, token: &str, now: jiff::Timestamp) -> BearerVerdict {
        self(token, now)
    }
}

/// What a bearer check says.
#[derive(Debug)]
pub enum BearerVerdict {
    /// The token is good.
    Accepted,
    /// The token is not good.
    Refused,
    /// There is no telling right now, for the given reason. The sender is asked to try again later. The reason may end
    /// up in logs: it must not hold the token.
    CannotTell(Box<dyn StdError + Send + Sync>),
}

/// The tokens that are good right now, compared in constant time. Only their hashes are kept.
///
/// ```
/// use billwire_webhooks::q2::{BearerCheck as _, BearerVerdict, KnownTokens};
///
/// let tokens = KnownTokens::new(["test-access-token-1"]);
/// let now = jiff::Timestamp::UNIX_EPOCH;
/// assert!(matches!(tokens.check("test-access-token-1", now), BearerVerdict::Accepted));
/// assert!(matches!(tokens.check("test-access-token-2", now), BearerVerdict::Refused));
/// ```
#[derive(Clone)]
pub struct KnownTokens {
    hashes: Vec<[u8; 32]>,
}

impl KnownTokens {
    /// Accepts exactly these tokens. Empty ones are left out.
    #[must_use]
    pub fn new<T: AsRef<str>>(tokens: impl IntoIterator<Item = T>) -> Self {
        let hash = |token: T| (!token.as_ref().is_empty()).then(|| hash(token.as_ref()));
        Self { hashes: tokens.into_iter().filter_map(hash).collect() }
    }
}

impl BearerCheck for KnownTokens {
    fn check(&self, token: &str, _now: jiff::Timestamp) -> BearerVerdict {
        let presented = hash(token);
        let found = self.hashes.iter().fold(Choice::from(0), |found, known| found | known.ct_eq(&presented));
        if bool::from(found) { BearerVerdict::Accepted } else { BearerVerdict::Refused }
    }
}

impl fmt::Debug for KnownTokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("KnownTokens").field("count", &self.hashes.len()).finish()
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tokens: &[&str], presented: &str, accepted: bool) {
        let verdict = KnownTokens::new(tokens).check(presented, jiff::Timestamp::UNIX_EPOCH);
        assert_eq!(matches!(verdict, BearerVerdict::Accepted), accepted, "{presented:?} of {tokens:?}");
    }

    #[test]
    fn exactly_the_known_tokens_are_accepted() {
        check(&["a", "b"], "a", true);
        check(&["a", "b"], "b", true);
        check(&["a", "b"], "ab", false);
        check(&["a"], "A", false);
        check(&["a"], "", false);
        check(&[], "a", false);
    }

    #[test]
    fn an_empty_token_is_never_known() {
        // A setting that was not filled in must not open the door.
        check(&[""], "", false);
        check(&["", "a"], "", false);
    }
}
