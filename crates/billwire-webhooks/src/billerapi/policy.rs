//! What a delivery must pass, checked once when it is put together.

use std::fmt;
use std::time::Duration;

use billwire_crypto::mac::MacKey;

use crate::error::{Error, ErrorKind};

/// The largest body that is read unless the policy says otherwise: 1 MiB. Documented samples stay below 1 KB.
pub const DEFAULT_MAX_BODY_BYTES: usize = 1024 * 1024;

/// How old a signature may be, and how far ahead, unless the policy says otherwise: the documented 5 minutes.
pub const DEFAULT_WINDOW: Duration = Duration::from_mins(5);

/// What a delivery must pass before its event is let through.
///
/// ```
/// use billwire_webhooks::ErrorKind;
/// use billwire_webhooks::billerapi::Policy;
///
/// // While the secret is rotated both are good.
/// let policy = Policy::builder().with_secret("whsec_test_new").with_secret("whsec_test_old").build()?;
///
/// // A policy that proves nothing about the sender must say so in its name.
/// let error = Policy::builder().build().expect_err("nothing is checked");
/// assert_eq!(error.kind(), ErrorKind::SenderNotChecked);
/// let open = Policy::builder().dangerously_accept_unsigned_deliveries().build()?;
/// # Ok::<(), billwire_webhooks::Error>(())
/// ```
///
/// Source: BillerAPI description, sections 6.3 to 6.5.
pub struct Policy {
    pub(super) secrets: Vec<MacKey>,
    pub(super) window: Duration,
    pub(super) legacy: bool,
    pub(super) unsigned: bool,
    pub(super) max_body_bytes: usize,
}

impl Policy {
    /// A policy that checks nothing yet.
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder {
            secrets: Vec::new(),
            window: DEFAULT_WINDOW,
            legacy: false,
            unsigned: false,
            max_body_bytes: DEFAULT_MAX_BODY_BYTES,
        }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Policy")
            .field("secrets", &self.secrets.len())
            .field("window", &self.window)
            .field("legacy", &self.legacy)
            .field("unsigned", &self.unsigned)
            .field("max_body_bytes", &self.max_body_bytes)
            .finish()
    }
}

/// Puts a [`Policy`] together.
#[derive(Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct PolicyBuilder {
    secrets: Vec<MacKey>,
    window: Duration,
    legacy: bool,
    unsigned: bool,
    max_body_bytes: usize,
}

impl PolicyBuilder {
    /// Accepts signatures made with `secret`: the whole text as it was registered, `whsec_` and all (`inferred`). Give the
    /// new and the old one while a secret is rotated; any of them will do. The secret of the sandbox does not verify
    /// deliveries of production.
    pub fn with_secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(MacKey::new(secret.into()));
        self
    }

    /// Refuses signatures that are older than `window`, or as far ahead. Default: [`DEFAULT_WINDOW`]. Exactly so old
    /// passes.
    pub fn with_window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }

    /// Accepts the header `X-Webhook-Signature` of older deliveries too, if the current header is absent. It has no time
    /// in it, so a delivery can be sent again for ever; which bytes it is made over is `inferred`. It never rescues a
    /// delivery whose current header is wrong.
    pub fn with_legacy_signature(mut self) -> Self {
        self.legacy = true;
        self
    }

    /// Lets deliveries without any signature through: whoever can reach the endpoint can then invent events. For webhooks
    /// that were registered without a secret; better register one. A delivery that has a signature must still pass.
    pub fn dangerously_accept_unsigned_deliveries(mut self) -> Self {
        self.unsigned = true;
        self
    }

    /// Refuses bodies of more than `bytes` bytes as they arrive. Default: [`DEFAULT_MAX_BODY_BYTES`].
    pub fn with_max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// Checks that the parts fit together.
    ///
    /// # Errors
    /// - [`ErrorKind::SenderNotChecked`] without a secret. Add the one that was registered;
    /// - [`ErrorKind::NoKeys`] if a secret is empty: everybody can sign with it. Load the secret first;
    /// - [`ErrorKind::InvalidLimit`] if the body limit or the window is zero.
    pub fn build(self) -> Result<Policy, Error> {
        if self.secrets.is_empty() && !self.unsigned {
            return Err(Error::new(
                ErrorKind::SenderNotChecked,
                "the policy has no secret, so anybody could send events: add `with_secret` with the one that was \
                 registered",
            ));
        }
        check_secrets(&self.secrets)?;
        if self.max_body_bytes == 0 {
            return Err(Error::new(
                ErrorKind::InvalidLimit,
                "a body limit of 0 bytes refuses every delivery",
            ));
        }
        if self.window.is_zero() {
            return Err(Error::new(ErrorKind::InvalidLimit, "a window of 0 s refuses nearly every delivery"));
        }
        let Self { secrets, window, legacy, unsigned, max_body_bytes } = self;
        Ok(Policy { secrets, window, legacy, unsigned, max_body_bytes })
    }
}

pub(super) fn check_secrets(secrets: &[MacKey]) -> Result<(), Error> {
    if secrets.iter().any(MacKey::is_empty) {
        return Err(Error::new(
            ErrorKind::NoKeys,
            "a secret is empty, so anybody could sign with it: load the secret that was registered",
        ));
    }
    Ok(())
}

impl fmt::Debug for PolicyBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PolicyBuilder")
            .field("secrets", &self.secrets.len())
            .field("window", &self.window)
            .field("legacy", &self.legacy)
            .field("unsigned", &self.unsigned)
            .field("max_body_bytes", &self.max_body_bytes)
            .finish()
    }
}
