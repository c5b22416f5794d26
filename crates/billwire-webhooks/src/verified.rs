//! A value that passed its checks, and what the checks proved.

use std::fmt;
use std::ops::Deref;

use crate::evidence::Evidence;

/// How much of a delivery is proved.
///
/// [`Sender`](Self::Sender) says that whoever sent the request had a token that the service signed or was given. That is
/// the service, or a thief of its token; it says nothing about the bytes of the body.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Proved {
    /// Nothing. Only a policy with an opt-out that says so in its name lets such a delivery through.
    Nothing,
    /// The sender, but not the body. A captured token can be sent again with any other body until it expires, so the
    /// integrity of the body rests on TLS alone: before acting on money, read the object back through the API.
    ///
    /// This is the most that Q2's documented options prove: the claims of its token hold no digest of the body, and
    /// encryption adds no sender, because everybody who has the public key can encrypt.
    Sender,
    /// The sender and every byte of the body. Headers are not part of it. What BillerAPI's signature proves, within its
    /// window of time. Its legacy signature has no time: a delivery that was captured a year ago proves as much, and only
    /// [`MacEvidence::signed_at`](crate::MacEvidence::signed_at), then `None`, tells that it may be old.
    SenderAndBody,
}

impl Proved {
    /// Whether the sender is proved.
    #[must_use]
    pub fn sender(self) -> bool {
        self >= Self::Sender
    }

    /// Whether the body is proved to be what the sender sent.
    #[must_use]
    pub fn body(self) -> bool {
        self >= Self::SenderAndBody
    }
}

/// A value out of a delivery that passed every check of a policy, with what those checks [proved](Self::proved).
///
/// Only a verifier makes one: a function that takes a `Verified<Event>` cannot be handed an unchecked event.
///
/// ```compile_fail,E0451
/// use billwire_webhooks::Verified;
///
/// fn forge<T>(value: T, genuine: Verified<T>) -> Verified<T> {
///     Verified { value, ..genuine }
/// }
/// ```
#[derive(Clone, PartialEq)]
pub struct Verified<T> {
    value: T,
    evidence: Evidence,
    plain_body: Box<[u8]>,
}

impl<T> Verified<T> {
    pub(crate) fn new(value: T, evidence: Evidence, plain_body: Box<[u8]>) -> Self {
        Self { value, evidence, plain_body }
    }

    /// The value; `Deref` gives it too.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The value alone. What was proved about it is forgotten.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }

    /// How much is proved, in one word.
    #[must_use]
    pub fn proved(&self) -> Proved {
        self.evidence.proved()
    }

    /// Which checks were made, and what each of them found.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The JSON text the value was decoded from: the raw body, or what was inside if the body was encrypted.
    ///
    /// For storing an event before working on it. It holds personal data: keep it out of logs. A member may stand in it
    /// twice, and then the last one was taken: decode what was stored with this library again, because a reader with
    /// another rule would see another event.
    #[must_use]
    pub fn plain_body(&self) -> &[u8] {
        &self.plain_body
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Verified<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Verified")
            .field("value", &self.value)
            .field("evidence", &self.evidence)
            .finish_non_exhaustive()
    }
}
