//! From one delivery to one verified event.

use std::fmt;
use std::sync::Arc;

use billwire_crypto::{PrivateKeys, PublicKeys, jwe};
use billwire_models::q2::Event;
use billwire_models::q2::behaviour::{EventBody, InvalidEvent};
use http::HeaderMap;

use super::bearer::{BearerCheck, BearerVerdict};
use super::headers::{self, BodyForm};
use super::policy::Policy;
use super::signature::SignatureVerifier;
use super::token_memory::TokenMemory;
use crate::error::{Error, ErrorKind};
use crate::evidence::Evidence;
use crate::inbound::Inbound;
use crate::rejection::{DecryptionProblem, Rejection, RejectionReason};
use crate::replaceable::Replaceable;
use crate::verified::Verified;

/// Checks deliveries against a [`Policy`].
///
/// Holds no clock and does no I/O: `now` is an argument. It is shared behind an `Arc`; all methods take `&self`.
///
/// ```
/// use billwire_webhooks::Inbound;
/// use billwire_webhooks::q2::{KnownTokens, Policy, Verifier};
/// use http::{HeaderMap, HeaderValue, StatusCode};
///
/// let policy = Policy::builder().with_bearer(KnownTokens::new(["test-access-token-1"])).build()?;
/// let verifier = Verifier::new(policy);
///
/// let mut headers = HeaderMap::new();
/// headers.insert("content-type", HeaderValue::from_static("application/json"));
/// let body = br#"{"event": {"_id": "580e3e11dec21e861b5a3719", "type": "bill.created", "created": "2016-04-20T16:51:12Z",
///     "payload": {"resource": {"type": "bill", "id": "579b695decfa11012711875d"}}}}"#;
/// let now = "2016-04-20T16:51:13Z".parse()?;
///
/// let rejection = verifier.open(&Inbound::new(&headers, body), now).expect_err("no token");
/// assert_eq!(rejection.answer().status(), StatusCode::UNAUTHORIZED);
///
/// headers.insert("authorization", HeaderValue::from_static("Bearer test-access-token-1"));
/// let event = verifier.open(&Inbound::new(&headers, body), now)?;
/// assert!(event.proved().sender() && !event.proved().body());
/// assert_eq!(event.id.as_str(), "580e3e11dec21e861b5a3719");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Verifier {
    bearer: Option<Arc<dyn BearerCheck>>,
    signature: Option<SignatureVerifier>,
    encryption: Option<Replaceable<PrivateKeys>>,
    max_body_bytes: usize,
    memory: Option<TokenMemory>,
}

impl Verifier {
    /// A verifier of `policy`.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            bearer: policy.bearer,
            signature: policy.signature.map(SignatureVerifier::new),
            encryption: policy.encryption.map(Replaceable::new),
            max_body_bytes: policy.max_body_bytes,
            memory: policy.remembered_tokens.map(TokenMemory::new),
        }
    }

    /// Checks one delivery and decodes its event.
    ///
    /// An event of an unknown type passes and is kept whole (`EventData::Unrecognized`), and so does a known type with
    /// data that does not decode (`EventData::Undecodable`): acknowledge them.
    ///
    /// # Errors
    /// A [`Rejection`]: send its [`answer`](Rejection::answer), log its [`reason`](Rejection::reason).
    ///
    /// Source: Q2 Biller Direct description, sections 10.1 and 10.4 to 10.6.
    pub fn open(&self, inbound: &Inbound<'_>, now: jiff::Timestamp) -> Result<Verified<Event>, Rejection> {
        self.check_size(inbound.body())?;
        self.admit(inbound.headers(), now)?.open(inbound.body())
    }

    /// As [`open`](Self::open), and accepts the bare payload (`resource` and `data` alone) that occurs in the documents
    /// too. It has no event id, so it cannot be told from a repeated delivery: only for looking at samples.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    ///
    /// Source: Q2 Biller Direct description, section 10.1 "Envelope".
    pub fn open_any_form(
        &self,
        inbound: &Inbound<'_>,
        now: jiff::Timestamp,
    ) -> Result<Verified<EventBody>, Rejection> {
        self.check_size(inbound.body())?;
        self.admit(inbound.headers(), now)?.open_any_form(inbound.body())
    }

    /// Makes the checks that need the headers only: bearer token, signature, content type. Nothing of the body is needed
    /// yet, so a server can refuse a stranger before it reads a byte of it.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn admit(&self, headers: &HeaderMap, now: jiff::Timestamp) -> Result<Admission<'_>, Rejection> {
        let mut evidence = Evidence::default();
        if let Some(check) = &self.bearer {
            accept_bearer(check.as_ref(), headers, now)?;
            evidence.bearer_accepted = true;
        }
        let mut token = None;
        if let Some(signature) = &self.signature {
            let checked = signature.verify(headers, now)?;
            evidence.signature = Some(checked.evidence);
            token = Some(checked.token);
        }
        self.check_form(headers::body_form(headers)?)?;
        Ok(Admission { verifier: self, evidence, token })
    }

    /// The largest body that is accepted, in bytes.
    #[must_use]
    pub fn max_body_bytes(&self) -> usize {
        self.max_body_bytes
    }

    /// From now on verifies signatures with `keys`. For rotation: first give the old and the new key, later the new one
    /// alone. Deliveries that are being checked right now finish with the keys they started with.
    ///
    /// # Errors
    /// - [`ErrorKind::CheckNotConfigured`] if the policy checks no signature. Put the check into the policy;
    /// - [`ErrorKind::NoKeys`] if `keys` is empty. The old keys stay.
    pub fn replace_signature_keys(&self, keys: PublicKeys) -> Result<(), Error> {
        let signature = self.signature.as_ref().ok_or_else(not_configured)?;
        if keys.is_empty() {
            return Err(no_keys());
        }
        signature.replace_keys(keys);
        Ok(())
    }

    /// From now on decrypts with `keys`, as [`replace_signature_keys`](Self::replace_signature_keys) does for
    /// signatures.
    ///
    /// # Errors
    /// - [`ErrorKind::CheckNotConfigured`] if the policy asks for no encryption. Put the check into the policy;
    /// - [`ErrorKind::NoKeys`] if `keys` is empty. The old keys stay.
    pub fn replace_encryption_keys(&self, keys: PrivateKeys) -> Result<(), Error> {
        let encryption = self.encryption.as_ref().ok_or_else(not_configured)?;
        if keys.is_empty() {
            return Err(no_keys());
        }
        encryption.replace(keys);
        Ok(())
    }

    fn check_size(&self, body: &[u8]) -> Result<(), Rejection> {
        if body.len() > self.max_body_bytes {
            return Err(Rejection::new(RejectionReason::BodyTooLarge));
        }
        Ok(())
    }

    /// The policy decides what the body must be; the content type may agree or say nothing, but not disagree.
    fn check_form(&self, form: BodyForm) -> Result<(), Rejection> {
        match (&self.encryption, form) {
            (Some(_), BodyForm::Plain) => Err(Rejection::new(RejectionReason::PlainBodyRefused)),
            (None, BodyForm::Encrypted) => Err(Rejection::new(RejectionReason::EncryptedBodyRefused)),
            _ => Ok(()),
        }
    }

    fn plain_body(&self, body: &[u8]) -> Result<Box<[u8]>, Rejection> {
        let Some(keys) = &self.encryption else {
            return Ok(body.into());
        };
        // No JWE starts like JSON: say plainly that encryption is missing, instead of "not decryptable".
        if matches!(body.trim_ascii_start().first(), Some(b'{' | b'[')) {
            return Err(Rejection::new(RejectionReason::PlainBodyRefused));
        }
        let malformed = RejectionReason::NotDecryptable(DecryptionProblem::Malformed);
        let compact = std::str::from_utf8(body).map_err(|_| Rejection::new(malformed))?;
        let plain = jwe::decrypt(&keys.current(), compact).map_err(not_decryptable)?;
        Ok(plain.as_slice().into())
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Verifier")
            .field("bearer", &self.bearer.is_some())
            .field("signature", &self.signature)
            .field("encryption", &self.encryption)
            .field("max_body_bytes", &self.max_body_bytes)
            .field("remembers_tokens", &self.memory.is_some())
            .finish()
    }
}

/// A delivery whose headers passed; its body is still to come. Made by [`Verifier::admit`].
#[derive(Clone)]
#[must_use = "the headers alone are no event: open the body"]
pub struct Admission<'a> {
    verifier: &'a Verifier,
    evidence: Evidence,
    token: Option<String>,
}

impl Admission<'_> {
    /// Decrypts, if the policy says so, and decodes the event.
    ///
    /// # Errors
    /// As [`Verifier::open`].
    pub fn open(self, body: &[u8]) -> Result<Verified<Event>, Rejection> {
        self.finish(body, EventBody::into_event)
    }

    /// As [`open`](Self::open), in the forms of [`Verifier::open_any_form`].
    ///
    /// # Errors
    /// As [`Verifier::open`].
    pub fn open_any_form(self, body: &[u8]) -> Result<Verified<EventBody>, Rejection> {
        self.finish(body, Ok)
    }

    fn finish<T>(
        mut self,
        body: &[u8],
        pick: impl FnOnce(EventBody) -> Result<T, InvalidEvent>,
    ) -> Result<Verified<T>, Rejection> {
        self.verifier.check_size(body)?;
        let plain_body = self.verifier.plain_body(body)?;
        let value = EventBody::decode(&plain_body).and_then(pick).map_err(Rejection::not_an_event)?;
        self.evidence.encrypted_to_us = self.verifier.encryption.is_some();
        if let (Some(memory), Some(token)) = (&self.verifier.memory, &self.token) {
            self.evidence.token_use = Some(memory.note(token, &plain_body));
        }
        Ok(Verified::new(value, self.evidence, plain_body))
    }
}

impl fmt::Debug for Admission<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Admission").field("evidence", &self.evidence).finish_non_exhaustive()
    }
}

fn accept_bearer(
    check: &dyn BearerCheck,
    headers: &HeaderMap,
    now: jiff::Timestamp,
) -> Result<(), Rejection> {
    match check.check(headers::bearer(headers)?, now) {
        BearerVerdict::Accepted => Ok(()),
        BearerVerdict::Refused => Err(Rejection::new(RejectionReason::BearerRefused)),
        BearerVerdict::CannotTell(cause) => {
            Err(Rejection::new(RejectionReason::BearerCheckUnavailable).with_source(cause))
        }
    }
}

fn not_decryptable(error: billwire_crypto::Error) -> Rejection {
    use billwire_crypto::ErrorKind;

    let reason = match error.kind() {
        ErrorKind::UnknownKey => RejectionReason::NotDecryptable(DecryptionProblem::UnknownKey),
        ErrorKind::AlgorithmNotAllowed => {
            RejectionReason::NotDecryptable(DecryptionProblem::AlgorithmNotAllowed)
        }
        ErrorKind::TooLarge => RejectionReason::BodyTooLarge,
        ErrorKind::DecryptionFailed => RejectionReason::NotDecryptable(DecryptionProblem::DoesNotOpen),
        _ => RejectionReason::NotDecryptable(DecryptionProblem::Malformed),
    };
    Rejection::new(reason).with_source(error)
}

fn not_configured() -> Error {
    Error::new(
        ErrorKind::CheckNotConfigured,
        "the policy does not make the check that these keys are for: put the check into the policy",
    )
}

fn no_keys() -> Error {
    Error::new(ErrorKind::NoKeys, "there is no key to replace the old ones with: the old keys stay")
}
