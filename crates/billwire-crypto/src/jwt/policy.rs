//! What a verifier asks of the claims.

use std::time::Duration;

/// The tolerance for clocks that differ, unless the policy says otherwise: 60 seconds.
pub const DEFAULT_LEEWAY: Duration = Duration::from_mins(1);

/// How far ahead `exp` may lie, unless the policy says otherwise: 24 hours.
pub const DEFAULT_MAX_EXPIRY_AHEAD: Duration = Duration::from_hours(24);

/// What a verifier asks of the claims. What is configured must be there: a missing claim fails.
///
/// The default asks for an `exp` within the next 24 hours, tolerates 60 seconds, and does not look at `iss` and `aud`.
/// `nbf` is honoured whenever it is there.
///
/// Source: Q2 Biller Direct description, section 10.6 "Webhook security 3: request signature (JWT)".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub(super) issuer: Option<String>,
    pub(super) audience: Option<String>,
    pub(super) require_expiry: bool,
    pub(super) leeway: Duration,
    pub(super) max_expiry_ahead: Option<Duration>,
}

impl Policy {
    /// The same as [`Policy::default`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `iss` must be exactly this text. Default: `iss` is not looked at.
    #[must_use]
    pub fn with_issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// `aud` must be exactly this text, or an array that holds it. Default: `aud` is not looked at.
    #[must_use]
    pub fn with_audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Whether `exp` must be there. Default: yes. Without it a captured token is good for ever.
    #[must_use]
    pub fn with_required_expiry(mut self, required: bool) -> Self {
        self.require_expiry = required;
        self
    }

    /// The tolerance for clocks that differ, applied to `exp` and `nbf` in whole seconds. Default:
    /// [`DEFAULT_LEEWAY`].
    #[must_use]
    pub fn with_leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// How far ahead `exp` may lie; `None` for any distance. Default: [`DEFAULT_MAX_EXPIRY_AHEAD`].
    #[must_use]
    pub fn with_max_expiry_ahead(mut self, limit: Option<Duration>) -> Self {
        self.max_expiry_ahead = limit;
        self
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            issuer: None,
            audience: None,
            require_expiry: true,
            leeway: DEFAULT_LEEWAY,
            max_expiry_ahead: Some(DEFAULT_MAX_EXPIRY_AHEAD),
        }
    }
}
