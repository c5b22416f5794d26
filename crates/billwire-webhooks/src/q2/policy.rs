//! What a delivery must pass, checked once when it is put together.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;

use billwire_crypto::PrivateKeys;
use http::header::AUTHORIZATION;

use super::bearer::BearerCheck;
use super::signature::SignatureCheck;
use crate::error::{Error, ErrorKind};

/// The largest body that is read unless the policy says otherwise: 1 MiB. Documented samples stay below 3 KB.
pub const DEFAULT_MAX_BODY_BYTES: usize = 1024 * 1024;

/// What a delivery must pass before its event is let through. It mirrors what is set in the vendor's portal for the
/// webhook: bearer token, signature, encryption, each of them optional there.
///
/// ```
/// use billwire_webhooks::ErrorKind;
/// use billwire_webhooks::q2::{KnownTokens, Policy};
///
/// let policy = Policy::builder().with_bearer(KnownTokens::new(["test-access-token-1"])).build()?;
///
/// // A policy that proves nothing about the sender must say so in its name.
/// let error = Policy::builder().build().expect_err("nothing is checked");
/// assert_eq!(error.kind(), ErrorKind::SenderNotChecked);
/// let open = Policy::builder().dangerously_accept_unproved_senders().build()?;
/// # Ok::<(), billwire_webhooks::Error>(())
/// ```
///
/// Source: Q2 Biller Direct description, sections 10.4 to 10.6.
pub struct Policy {
    pub(super) bearer: Option<Arc<dyn BearerCheck>>,
    pub(super) signature: Option<SignatureCheck>,
    pub(super) encryption: Option<PrivateKeys>,
    pub(super) max_body_bytes: usize,
    pub(super) remembered_tokens: Option<NonZeroUsize>,
}

impl Policy {
    /// A policy that checks nothing yet.
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder {
            bearer: None,
            signature: None,
            encryption: None,
            max_body_bytes: DEFAULT_MAX_BODY_BYTES,
            remembered_tokens: 0,
            unproved_senders: false,
        }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Policy")
            .field("bearer", &self.bearer.is_some())
            .field("signature", &self.signature)
            .field("encryption", &self.encryption)
            .field("max_body_bytes", &self.max_body_bytes)
            .field("remembered_tokens", &self.remembered_tokens)
            .finish()
    }
}

/// Puts a [`Policy`] together.
#[derive(Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct PolicyBuilder {
    bearer: Option<Arc<dyn BearerCheck>>,
    signature: Option<SignatureCheck>,
    encryption: Option<PrivateKeys>,
    max_body_bytes: usize,
    remembered_tokens: usize,
    unproved_senders: bool,
}

impl PolicyBuilder {
    /// Asks for a bearer token that `check` accepts. Proves the sender.
    pub fn with_bearer(mut self, check: impl BearerCheck) -> Self {
        self.bearer = Some(Arc::new(check));
        self
    }

    /// Asks for a valid signature token. Proves the sender, not the body.
    pub fn with_signature(mut self, check: SignatureCheck) -> Self {
        self.signature = Some(check);
        self
    }

    /// Asks for a body that is encrypted with one of these keys; plain bodies are refused from then on. Keeps the
    /// content from others on the way; proves no sender, because everybody who has the public key can encrypt.
    ///
    /// Give the old and the new key while keys are rotated.
    pub fn with_encryption(mut self, keys: PrivateKeys) -> Self {
        self.encryption = Some(keys);
        self
    }

    /// Refuses bodies of more than `bytes` bytes as they arrive. Default: [`DEFAULT_MAX_BODY_BYTES`]. Encrypted bodies of
    /// more than [`MAX_COMPACT_BYTES`](billwire_crypto::jwe::MAX_COMPACT_BYTES) are refused whatever is said here.
    pub fn with_max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// Remembers the last `count` signature tokens and reports in the
    /// [evidence](crate::Evidence::token_use) when one comes again. Nothing is refused for it. Default: 0, no memory.
    /// Costs about 150 bytes a token.
    pub fn with_remembered_tokens(mut self, count: usize) -> Self {
        self.remembered_tokens = count;
        self
    }

    /// Lets deliveries through although neither bearer token nor signature is checked: whoever can reach the endpoint
    /// can then invent events. For a first look on a developer's machine, or where another layer has checked already.
    pub fn dangerously_accept_unproved_senders(mut self) -> Self {
        self.unproved_senders = true;
        self
    }

    /// Checks that the parts fit together.
    ///
    /// # Errors
    /// - [`ErrorKind::SenderNotChecked`] without bearer and signature check. Add one of them;
    /// - [`ErrorKind::NoKeys`] if signature or encryption came with an empty key ring. Load the keys first;
    /// - [`ErrorKind::HeaderConflict`] if bearer and signature share the header `authorization`. Rename one in the
    ///   portal;
    /// - [`ErrorKind::InvalidLimit`] if the body limit is zero.
    pub fn build(self) -> Result<Policy, Error> {
        if self.bearer.is_none() && self.signature.is_none() && !self.unproved_senders {
            return Err(Error::new(
                ErrorKind::SenderNotChecked,
                "the policy checks neither bearer token nor signature, so anybody could send events: add \
                 `with_signature` or `with_bearer` (encryption alone proves no sender)",
            ));
        }
        if self.signature.as_ref().is_some_and(|check| check.keys.is_empty()) {
            return Err(Error::new(
                ErrorKind::NoKeys,
                "the signature check has no key: give it the service's public keys from the portal",
            ));
        }
        if self.encryption.as_ref().is_some_and(billwire_crypto::KeyRing::is_empty) {
            return Err(Error::new(
                ErrorKind::NoKeys,
                "the encryption check has no key: give it your private key",
            ));
        }
        if self.bearer.is_some() && self.signature.as_ref().is_some_and(|check| check.header == AUTHORIZATION)
        {
            return Err(Error::new(
                ErrorKind::HeaderConflict,
                "bearer token and signature cannot both be in the header `authorization`: give the signature another",
            ));
        }
        if self.max_body_bytes == 0 {
            return Err(Error::new(
                ErrorKind::InvalidLimit,
                "a body limit of 0 bytes refuses every delivery",
            ));
        }
        Ok(Policy {
            bearer: self.bearer,
            signature: self.signature,
            encryption: self.encryption,
            max_body_bytes: self.max_body_bytes,
            remembered_tokens: NonZeroUsize::new(self.remembered_tokens),
        })
    }
}

impl fmt::Debug for PolicyBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PolicyBuilder")
            .field("bearer", &self.bearer.is_some())
            .field("signature", &self.signature)
            .field("encryption", &self.encryption)
            .field("max_body_bytes", &self.max_body_bytes)
            .field("remembered_tokens", &self.remembered_tokens)
            .field("unproved_senders", &self.unproved_senders)
            .finish()
    }
}
