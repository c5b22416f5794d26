//! Why a delivery was not let through, and the one answer that is given to whoever sent it.

use std::error::Error as StdError;
use std::fmt;

use billwire_models::event_body::InvalidEvent;
use bytes::Bytes;
use http::header::{HeaderValue, WWW_AUTHENTICATE};
use http::{Response, StatusCode};

/// Why a delivery was not let through. For logs and counters on our side, never for the sender.
///
/// No variant carries a header value, a token, a claim or a piece of the body. New variants may be added: always have a
/// `_` arm.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RejectionReason {
    /// The body is larger than the policy allows.
    BodyTooLarge,
    /// The body did not arrive within the time that the receiver waits for it.
    BodyTooSlow,
    /// The connection broke while the body arrived.
    BodyCutOff,
    /// A header that is checked stands there more than once, so it is not clear which one counts.
    RepeatedHeader(CheckedHeader),
    /// There is no `authorization` header with the scheme `Bearer` and a token.
    MissingBearer,
    /// The bearer check refused the token.
    BearerRefused,
    /// There is no signature header. If every delivery fails so, compare the header's name with the portal's setting.
    MissingSignature,
    /// The signature is not valid.
    SignatureInvalid(SignatureProblem),
    /// The signature token has expired. If every delivery fails so, check this machine's clock.
    Expired,
    /// The signature token is not valid yet. If every delivery fails so, check this machine's clock.
    NotYetValid,
    /// The signature was made too long ago, or lies ahead. If every delivery fails so, check this machine's clock.
    OutsideWindow,
    /// A claim of the signature token (`iss`, `aud`, `exp`) is missing or differs from the policy; the cause says which.
    ClaimMismatch,
    /// The content type is none of `application/json`, `application/jose+json`, `application/jose`.
    UnsupportedContentType,
    /// The body is plain, but the policy asks for encryption: else encryption would be optional for an attacker too.
    PlainBodyRefused,
    /// The body is encrypted, but the policy has no key to decrypt with.
    EncryptedBodyRefused,
    /// The body could not be decrypted.
    NotDecryptable(DecryptionProblem),
    /// The body is not JSON in UTF-8, or nested too deeply.
    NotJson,
    /// The body is JSON, but none of the documented forms of an event. The cause says what is missing.
    NotAnEvent,
    /// The bearer check could not tell. Our own trouble, not the sender's: see [`Rejection::is_own_trouble`].
    BearerCheckUnavailable,
}

/// A header that the checks read.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckedHeader {
    /// `authorization`.
    Authorization,
    /// The header of the signature, whatever it is called.
    Signature,
    /// `content-type`.
    ContentType,
}

/// What is wrong with a signature.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureProblem {
    /// It has not the documented form: wrong number of parts, wrong encoding, or too long.
    Malformed,
    /// It asks for an algorithm or an extension that is not on the allow-list.
    AlgorithmNotAllowed,
    /// It names a key that the policy does not have. If every delivery fails so, the service has rotated its keys.
    UnknownKey,
    /// It does not fit what was signed under any key or secret of the policy. If every delivery fails so, compare the
    /// secret with the one that was registered, and make sure that the raw bytes of the body are checked.
    DoesNotVerify,
}

/// Why an encrypted body could not be decrypted.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DecryptionProblem {
    /// It is not a compact JWE: wrong number of parts, not base64url, not JSON.
    Malformed,
    /// It asks for an algorithm or an extension that is not on the allow-list.
    AlgorithmNotAllowed,
    /// It names a key that the policy does not have. If every delivery fails so, the service encrypts to an old key.
    UnknownKey,
    /// A key was found and it did not open. Deliberately says no more than that.
    DoesNotOpen,
}

impl RejectionReason {
    /// A short name that stays the same between versions, for counters and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BodyTooLarge => "body_too_large",
            Self::BodyTooSlow => "body_too_slow",
            Self::BodyCutOff => "body_cut_off",
            Self::RepeatedHeader(CheckedHeader::Authorization) => "repeated_authorization",
            Self::RepeatedHeader(CheckedHeader::Signature) => "repeated_signature",
            Self::RepeatedHeader(CheckedHeader::ContentType) => "repeated_content_type",
            Self::MissingBearer => "missing_bearer",
            Self::BearerRefused => "bearer_refused",
            Self::MissingSignature => "missing_signature",
            Self::SignatureInvalid(SignatureProblem::Malformed) => "signature_malformed",
            Self::SignatureInvalid(SignatureProblem::AlgorithmNotAllowed) => {
                "signature_algorithm_not_allowed"
            }
            Self::SignatureInvalid(SignatureProblem::UnknownKey) => "signature_unknown_key",
            Self::SignatureInvalid(SignatureProblem::DoesNotVerify) => "signature_does_not_verify",
            Self::Expired => "signature_expired",
            Self::NotYetValid => "signature_not_yet_valid",
            Self::OutsideWindow => "signature_outside_window",
            Self::ClaimMismatch => "signature_claim_mismatch",
            Self::UnsupportedContentType => "unsupported_content_type",
            Self::PlainBodyRefused => "plain_body_refused",
            Self::EncryptedBodyRefused => "encrypted_body_refused",
            Self::NotDecryptable(DecryptionProblem::Malformed) => "encryption_malformed",
            Self::NotDecryptable(DecryptionProblem::AlgorithmNotAllowed) => {
                "encryption_algorithm_not_allowed"
            }
            Self::NotDecryptable(DecryptionProblem::UnknownKey) => "encryption_unknown_key",
            Self::NotDecryptable(DecryptionProblem::DoesNotOpen) => "encryption_does_not_open",
            Self::NotJson => "not_json",
            Self::NotAnEvent => "not_an_event",
            Self::BearerCheckUnavailable => "bearer_check_unavailable",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::BodyTooLarge => "the body is larger than the policy allows",
            Self::BodyTooSlow => "the body did not arrive in time",
            Self::BodyCutOff => "the connection broke while the body arrived",
            Self::RepeatedHeader(CheckedHeader::Authorization) => "there are several authorization headers",
            Self::RepeatedHeader(CheckedHeader::Signature) => "there are several signature headers",
            Self::RepeatedHeader(CheckedHeader::ContentType) => "there are several content-type headers",
            Self::MissingBearer => "there is no bearer token",
            Self::BearerRefused => "the bearer check refused the token",
            Self::MissingSignature => {
                "there is no signature header: compare the policy's header name with the portal's setting"
            }
            Self::SignatureInvalid(_) => "the signature is not valid",
            Self::Expired => {
                "the signature token has expired: if this happens often, check this machine's clock"
            }
            Self::NotYetValid => {
                "the signature token is not valid yet: if this happens often, check this machine's clock"
            }
            Self::OutsideWindow => {
                "the signature was made outside the window: if this happens often, check this machine's clock"
            }
            Self::ClaimMismatch => "a claim of the signature token does not fit the policy",
            Self::UnsupportedContentType => "the content type is not one of a webhook",
            Self::PlainBodyRefused => "the body is plain, but the policy asks for encryption",
            Self::EncryptedBodyRefused => {
                "the body is encrypted, but the policy has no key: add the encryption check with the private key"
            }
            Self::NotDecryptable(_) => "the body could not be decrypted",
            Self::NotJson => "the body is not JSON",
            Self::NotAnEvent => "the body is not an event",
            Self::BearerCheckUnavailable => "the bearer check could not tell",
        }
    }
}

impl fmt::Display for RejectionReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text())
    }
}

/// A delivery that was not let through: a precise [reason](Self::reason) for us, one [answer](Self::answer) for the
/// sender.
///
/// Neither `Display` nor `Debug` nor the causes hold a token, a claim's value or a piece of the event. The cause may name
/// the key id that the delivery asked for, escaped and cut to 64 characters: a stranger chooses that text.
#[derive(Debug)]
pub struct Rejection {
    reason: RejectionReason,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Rejection {
    pub(crate) fn new(reason: RejectionReason) -> Self {
        Self { reason, source: None }
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// A body that is no event.
    pub(crate) fn not_an_event(error: InvalidEvent) -> Self {
        let reason = if error.is_json() { RejectionReason::NotAnEvent } else { RejectionReason::NotJson };
        Self::new(reason).with_source(error)
    }

    /// Why. Never show it to the sender.
    #[must_use]
    pub fn reason(&self) -> RejectionReason {
        self.reason
    }

    /// Whether the trouble is ours: the same delivery may pass when it is sent again.
    ///
    /// Most other rejections are for good: the same delivery is refused again until policy, keys or clock are mended.
    /// [`BodyTooSlow`](RejectionReason::BodyTooSlow) and [`BodyCutOff`](RejectionReason::BodyCutOff) are the network's
    /// doing and may pass the next time.
    #[must_use]
    pub fn is_own_trouble(&self) -> bool {
        self.reason == RejectionReason::BearerCheckUnavailable
    }

    /// What to answer: for every refused delivery the same status, headers and (empty) body, so that the answer does not
    /// tell how far the sender came. How long it took, and whether the body was read, still can.
    ///
    /// - 401 with `www-authenticate: Bearer realm="webhook"`, whatever was wrong. 401, because it is the one status
    ///   after which the service may fetch a new bearer token (inferred);
    /// - 503 if the [trouble is ours](Self::is_own_trouble), so that the service sends the delivery again. It says that
    ///   there was a bearer token, not whether it was good, unless your check cannot tell for some tokens only.
    ///
    /// The other services say only that 2xx is success; they get the same answer.
    ///
    /// Source: Q2 Biller Direct description, section 10.4 "Webhook security 1: OAuth client credentials" and section
    /// 10.5 "Webhook security 2: payload encryption (JWE)".
    #[must_use]
    pub fn answer(&self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        if self.is_own_trouble() {
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        } else {
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"webhook\""));
        }
        response
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "webhook delivery refused: {}", self.reason)
    }
}

impl StdError for Rejection {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
