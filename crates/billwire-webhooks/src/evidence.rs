//! Which checks a delivery passed, and what each of them found.

use crate::verified::Proved;

/// The checks that were made on one delivery. A check that the policy does not ask for is absent here, even if the
/// delivery would have passed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    pub(crate) bearer_accepted: bool,
    pub(crate) signature: Option<SignatureEvidence>,
    pub(crate) encrypted_to_us: bool,
    pub(crate) token_use: Option<TokenUse>,
    pub(crate) mac: Option<MacEvidence>,
}

impl Evidence {
    /// How much all of it proves together. It says who sent what, and not when: see [`MacEvidence::signed_at`].
    #[must_use]
    pub fn proved(&self) -> Proved {
        if self.mac.is_some() {
            Proved::SenderAndBody
        } else if self.bearer_accepted || self.signature.is_some() {
            Proved::Sender
        } else {
            Proved::Nothing
        }
    }

    /// Whether the policy's bearer check accepted the token of the `authorization` header.
    #[must_use]
    pub fn bearer_accepted(&self) -> bool {
        self.bearer_accepted
    }

    /// What the valid signature token said. `None` if the policy checks no signature.
    #[must_use]
    pub fn signature(&self) -> Option<&SignatureEvidence> {
        self.signature.as_ref()
    }

    /// What the signature over the body said, if the API signs with a shared secret. `None` if nothing was signed, which
    /// only a policy with an opt-out lets through.
    #[must_use]
    pub fn mac(&self) -> Option<&MacEvidence> {
        self.mac.as_ref()
    }

    /// Whether the body was encrypted with one of our keys. It kept the content from others on the way; it does not
    /// tell who encrypted it.
    #[must_use]
    pub fn encrypted_to_us(&self) -> bool {
        self.encrypted_to_us
    }

    /// Whether the same signature token came before, with which body. `None` if the policy does not watch for it.
    #[must_use]
    pub fn token_use(&self) -> Option<TokenUse> {
        self.token_use
    }
}

/// What a signature token with a valid signature said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureEvidence {
    pub(crate) key_id: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) audience: Option<String>,
    pub(crate) expires_at: Option<jiff::Timestamp>,
}

impl SignatureEvidence {
    /// Id of the key that verified it. `None` if that key was configured without an id.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The issuer that the policy asks for and the token names. `None` if the policy asks for none.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The audience that the policy asks for and the token names. `None` if the policy asks for none.
    #[must_use]
    pub fn audience(&self) -> Option<&str> {
        self.audience.as_deref()
    }

    /// Until when the token is good, leeway not counted. `None` if it does not say: such a token is good for ever. An
    /// expiry after the year 9999 is told as the last moment of that year.
    #[must_use]
    pub fn expires_at(&self) -> Option<jiff::Timestamp> {
        self.expires_at
    }
}

/// What a signature over the body, made with a shared secret, said. It proves the sender and every byte of the body, as far
/// as nobody else knows the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MacEvidence {
    pub(crate) secret_index: usize,
    pub(crate) signed_at: Option<jiff::Timestamp>,
}

impl MacEvidence {
    /// Which of the policy's secrets it was, in their order: tells when an old one is no longer used.
    #[must_use]
    pub fn secret_index(&self) -> usize {
        self.secret_index
    }

    /// When it was signed, which lies within the policy's window. `None` for the legacy signature, which has no time:
    /// such a delivery can be sent again for ever, so only the id of its event tells a repetition.
    #[must_use]
    pub fn signed_at(&self) -> Option<jiff::Timestamp> {
        self.signed_at
    }
}

/// Whether a signature token was seen before. The memory is bounded and local to one verifier, so "first" means first
/// as far as it remembers.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenUse {
    /// Not seen before.
    First,
    /// Seen before with the same body: a repeated delivery.
    AgainWithSameBody,
    /// Seen before with another body. The service may reuse one token for several deliveries while it is good (not
    /// documented), so this is a hint, not a proof of an attack.
    AgainWithOtherBody,
}
