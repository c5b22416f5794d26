//! The signature token (JWT) in a request header.

use std::fmt;
use std::time::Duration;

use billwire_crypto::{ErrorKind as CryptoErrorKind, PublicKeys, jwt};
use http::{HeaderMap, HeaderName};

use super::headers;
use crate::evidence::SignatureEvidence;
use crate::rejection::{CheckedHeader, Rejection, RejectionReason, SignatureProblem};
use crate::replaceable::Replaceable;
use crate::single_header::single;

/// The header of the signature token unless the portal says otherwise.
pub const DEFAULT_SIGNATURE_HEADER: HeaderName = HeaderName::from_static("signature");

/// Asks for a signature token: RS256 and nothing else, by one of the given keys, with the given claims.
///
/// Set issuer and audience to what the portal has under "Token Issuer" and "Token Audience": without an audience, a
/// token that the service made for another of its customers passes too.
///
/// ```
/// # fn check(old_key: billwire_crypto::PublicKey, new_key: billwire_crypto::PublicKey)
/// # -> Result<billwire_webhooks::q2::SignatureCheck, billwire_crypto::Error> {
/// use billwire_crypto::PublicKeys;
/// use billwire_webhooks::q2::SignatureCheck;
///
/// // Both of the service's keys, so that a rotation breaks nothing.
/// let keys = PublicKeys::from_keys([old_key, new_key])?;
/// let check = SignatureCheck::new(keys).with_issuer("example issuer").with_audience("audience.example.com");
/// # Ok(check)
/// # }
/// ```
///
/// Source: Q2 Biller Direct description, section 10.6 "Webhook security 3: request signature (JWT)".
#[derive(Clone)]
pub struct SignatureCheck {
    pub(super) header: HeaderName,
    pub(super) keys: PublicKeys,
    claims: jwt::Policy,
    issuer: Option<String>,
    audience: Option<String>,
    bearer_prefix: bool,
}

impl SignatureCheck {
    /// Accepts tokens by any of `keys`: give every active key of the service, not only the oldest.
    ///
    /// A token that names a key is checked with that key only; one that names none is tried with all.
    #[must_use]
    pub fn new(keys: PublicKeys) -> Self {
        Self {
            header: DEFAULT_SIGNATURE_HEADER,
            keys,
            claims: jwt::Policy::default(),
            issuer: None,
            audience: None,
            bearer_prefix: false,
        }
    }

    /// Looks for the token in the header `name`. Default: [`DEFAULT_SIGNATURE_HEADER`].
    #[must_use]
    pub fn with_header(mut self, name: HeaderName) -> Self {
        self.header = name;
        self
    }

    /// Asks for this `iss`, exactly; a token without it is refused. Default: any or none.
    #[must_use]
    pub fn with_issuer(mut self, issuer: impl Into<String>) -> Self {
        let issuer = issuer.into();
        self.claims = self.claims.with_issuer(issuer.clone());
        self.issuer = Some(issuer);
        self
    }

    /// Asks for this `aud`, exactly, alone or in a list; a token without it is refused. Default: any or none.
    #[must_use]
    pub fn with_audience(mut self, audience: impl Into<String>) -> Self {
        let audience = audience.into();
        self.claims = self.claims.with_audience(audience.clone());
        self.audience = Some(audience);
        self
    }

    /// Whether a token without `exp` is refused. Default: it is, because it could be sent again for ever. The
    /// description calls the claim optional: switch this off only if the service really sends none.
    #[must_use]
    pub fn with_required_expiry(mut self, required: bool) -> Self {
        self.claims = self.claims.with_required_expiry(required);
        self
    }

    /// How far the clocks of both sides may differ. Default: 60 seconds.
    #[must_use]
    pub fn with_leeway(mut self, leeway: Duration) -> Self {
        self.claims = self.claims.with_leeway(leeway);
        self
    }

    /// Refuses a token that is good for longer than this from now. `None`: however long. Default: 24 hours.
    #[must_use]
    pub fn with_max_expiry_ahead(mut self, ahead: Option<Duration>) -> Self {
        self.claims = self.claims.with_max_expiry_ahead(ahead);
        self
    }

    /// Also accepts the header value `Bearer <token>`. Default: the token alone.
    #[must_use]
    pub fn with_optional_bearer_prefix(mut self) -> Self {
        self.bearer_prefix = true;
        self
    }
}

impl fmt::Debug for SignatureCheck {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SignatureCheck")
            .field("header", &self.header)
            .field("keys", &self.keys)
            .field("claims", &self.claims)
            .field("bearer_prefix", &self.bearer_prefix)
            .finish_non_exhaustive()
    }
}

/// A signature check at work: its keys can be replaced.
#[derive(Debug)]
pub(super) struct SignatureVerifier {
    header: HeaderName,
    keys: Replaceable<PublicKeys>,
    claims: jwt::Policy,
    issuer: Option<String>,
    audience: Option<String>,
    bearer_prefix: bool,
}

/// A token that passed.
pub(super) struct CheckedToken {
    pub(super) evidence: SignatureEvidence,
    pub(super) token: String,
}

impl SignatureVerifier {
    pub(super) fn new(check: SignatureCheck) -> Self {
        Self {
            header: check.header,
            keys: Replaceable::new(check.keys),
            claims: check.claims,
            issuer: check.issuer,
            audience: check.audience,
            bearer_prefix: check.bearer_prefix,
        }
    }

    pub(super) fn replace_keys(&self, keys: PublicKeys) {
        self.keys.replace(keys);
    }

    pub(super) fn verify(
        &self,
        headers: &HeaderMap,
        now: jiff::Timestamp,
    ) -> Result<CheckedToken, Rejection> {
        let token = self.token(headers)?;
        let verified =
            jwt::verify(&self.keys.current(), token, &self.claims, now.as_second()).map_err(not_valid)?;
        let evidence = SignatureEvidence {
            key_id: verified.key_id().map(|id| id.as_str().to_owned()),
            issuer: self.issuer.clone(),
            audience: self.audience.clone(),
            expires_at: verified.expires_at().map(nearest_moment),
        };
        Ok(CheckedToken { evidence, token: token.to_owned() })
    }

    fn token<'a>(&self, headers: &'a HeaderMap) -> Result<&'a str, Rejection> {
        let value = single(headers, &self.header, CheckedHeader::Signature)?
            .filter(|value| !value.is_empty())
            .ok_or_else(|| Rejection::new(RejectionReason::MissingSignature))?;
        let malformed = RejectionReason::SignatureInvalid(SignatureProblem::Malformed);
        let text = std::str::from_utf8(value).map_err(|_| Rejection::new(malformed))?;
        let without_prefix = self.bearer_prefix.then(|| headers::without_bearer_scheme(text)).flatten();
        Ok(without_prefix.unwrap_or(text))
    }
}

/// A second outside of the calendar becomes its last (or first) one: the token does say until when it is good.
fn nearest_moment(second: i64) -> jiff::Timestamp {
    let bound = if second > 0 { jiff::Timestamp::MAX } else { jiff::Timestamp::MIN };
    jiff::Timestamp::from_second(second).unwrap_or(bound)
}

fn not_valid(error: billwire_crypto::Error) -> Rejection {
    let reason = match error.kind() {
        CryptoErrorKind::Expired => RejectionReason::Expired,
        CryptoErrorKind::NotYetValid => RejectionReason::NotYetValid,
        CryptoErrorKind::ClaimMismatch => RejectionReason::ClaimMismatch,
        CryptoErrorKind::UnknownKey => RejectionReason::SignatureInvalid(SignatureProblem::UnknownKey),
        CryptoErrorKind::AlgorithmNotAllowed => {
            RejectionReason::SignatureInvalid(SignatureProblem::AlgorithmNotAllowed)
        }
        CryptoErrorKind::VerificationFailed => {
            RejectionReason::SignatureInvalid(SignatureProblem::DoesNotVerify)
        }
        _ => RejectionReason::SignatureInvalid(SignatureProblem::Malformed),
    };
    Rejection::new(reason).with_source(error)
}
