//! From one delivery to one verified event.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use billwire_crypto::mac::MacKey;
use billwire_models::billerapi::Event;
use billwire_models::billerapi::behaviour::EventBody;
use billwire_models::event_body::InvalidEvent;
use http::HeaderMap;

use super::policy::{Policy, check_secrets};
use super::signature::Claim;
use crate::error::{Error, ErrorKind};
use crate::evidence::Evidence;
use crate::inbound::Inbound;
use crate::rejection::{Rejection, RejectionReason};
use crate::replaceable::Replaceable;
use crate::verified::Verified;

/// Checks deliveries against a [`Policy`].
///
/// Holds no clock and does no I/O: `now` is an argument. It is shared behind an `Arc`; all methods take `&self`.
///
/// ```
/// use billwire_webhooks::billerapi::{Policy, Verifier};
/// use billwire_webhooks::{Inbound, Proved};
/// use http::{HeaderMap, HeaderValue, StatusCode};
///
/// let policy = Policy::builder().with_secret("whsec_test_0123456789abcdef").build()?;
/// let verifier = Verifier::new(policy);
///
/// let body = br#"{"event_type":"bill.created","event_id":"evt_abc123","timestamp":"2026-05-20T12:00:00Z","client_id":"client_xyz","mode":"sandbox","data":{"bill_id":"bill_456","account_link_id":"link_789","client_user_id":"user_123"}}"#;
/// let mut headers = HeaderMap::new();
/// headers.insert("BillButler-Signature", HeaderValue::from_static(
///     "t=1779278400,v1=777a2b453854f6bffb8531bcc7973a427649582954df2d15587558628c930175",
/// ));
///
/// let event = verifier.open(&Inbound::new(&headers, body), "2026-05-20T12:00:01Z".parse()?)?;
/// assert_eq!(event.proved(), Proved::SenderAndBody);
/// assert_eq!(event.id.as_str(), "evt_abc123");
///
/// let too_late = verifier.open(&Inbound::new(&headers, body), "2026-05-20T12:05:01Z".parse()?).expect_err("too old");
/// assert_eq!(too_late.reason().as_str(), "signature_outside_window");
/// assert_eq!(too_late.answer().status(), StatusCode::UNAUTHORIZED);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Verifier {
    secrets: Replaceable<Vec<MacKey>>,
    window: Duration,
    legacy: bool,
    unsigned: bool,
    max_body_bytes: usize,
}

impl Verifier {
    /// A verifier of `policy`.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            secrets: Replaceable::new(policy.secrets),
            window: policy.window,
            legacy: policy.legacy,
            unsigned: policy.unsigned,
            max_body_bytes: policy.max_body_bytes,
        }
    }

    /// Checks one delivery and decodes its event, in whichever envelope it is.
    ///
    /// An event of an unknown type passes and is kept whole (`EventData::Unrecognized`), and so does a known type with
    /// data that does not decode (`EventData::Undecodable`): acknowledge them.
    ///
    /// An authentic body in an envelope that this version does not know is refused here, because it is no event. Use
    /// [`open_any_form`](Self::open_any_form) to keep it: the service may not send it again.
    ///
    /// # Errors
    /// A [`Rejection`]: send its [`answer`](Rejection::answer), log its [`reason`](Rejection::reason).
    ///
    /// Source: BillerAPI description, sections 6.2 to 6.5.
    pub fn open(&self, inbound: &Inbound<'_>, now: jiff::Timestamp) -> Result<Verified<Event>, Rejection> {
        self.check_size(inbound.body())?;
        self.admit(inbound.headers(), now)?.open(inbound.body())
    }

    /// As [`open`](Self::open), and tells the envelope; a signed body in an envelope that this version does not know
    /// passes as what it is, whole: store it and answer 2xx.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    ///
    /// Source: BillerAPI description, section 6.2 "Three envelopes".
    pub fn open_any_form(
        &self,
        inbound: &Inbound<'_>,
        now: jiff::Timestamp,
    ) -> Result<Verified<EventBody>, Rejection> {
        self.check_size(inbound.body())?;
        self.admit(inbound.headers(), now)?.open_any_form(inbound.body())
    }

    /// Makes the checks that need the headers only: that there is a signature of the right form, made within the window.
    /// The rest needs the body.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn admit(&self, headers: &HeaderMap, now: jiff::Timestamp) -> Result<Admission<'_>, Rejection> {
        let claim = Claim::of(headers, self.legacy, self.unsigned)?;
        claim.check_window(now, self.window)?;
        Ok(Admission { verifier: self, secrets: self.secrets.current(), claim })
    }

    /// The largest body that is accepted, in bytes.
    #[must_use]
    pub fn max_body_bytes(&self) -> usize {
        self.max_body_bytes
    }

    /// From now on verifies with `secrets`. For rotation: first give the new and the old one, later the new one alone.
    /// Deliveries that are being checked right now finish with the secrets they started with.
    ///
    /// # Errors
    /// [`ErrorKind::NoKeys`] if there is no secret, or an empty one. The old secrets stay.
    pub fn replace_secrets<S: Into<String>>(
        &self,
        secrets: impl IntoIterator<Item = S>,
    ) -> Result<(), Error> {
        let secrets: Vec<_> = secrets.into_iter().map(|secret| MacKey::new(secret.into())).collect();
        if secrets.is_empty() {
            return Err(Error::new(
                ErrorKind::NoKeys,
                "there is no secret to replace the old ones with: the old secrets stay",
            ));
        }
        check_secrets(&secrets)?;
        self.secrets.replace(secrets);
        Ok(())
    }

    fn check_size(&self, body: &[u8]) -> Result<(), Rejection> {
        if body.len() > self.max_body_bytes {
            return Err(Rejection::new(RejectionReason::BodyTooLarge));
        }
        Ok(())
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Verifier")
            .field("secrets", &self.secrets.current().len())
            .field("window", &self.window)
            .field("legacy", &self.legacy)
            .field("unsigned", &self.unsigned)
            .field("max_body_bytes", &self.max_body_bytes)
            .finish()
    }
}

/// A delivery whose headers passed; its body is still to come. Made by [`Verifier::admit`].
///
/// Nothing is proved before the body is [opened](Self::open).
#[derive(Clone)]
#[must_use = "the headers alone are no event: open the body"]
pub struct Admission<'a> {
    verifier: &'a Verifier,
    secrets: Arc<Vec<MacKey>>,
    claim: Claim,
}

impl Admission<'_> {
    /// Verifies the signature over the raw `body` and decodes the event.
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
        self,
        body: &[u8],
        pick: impl FnOnce(EventBody) -> Result<T, InvalidEvent>,
    ) -> Result<Verified<T>, Rejection> {
        self.verifier.check_size(body)?;
        let mac = self.claim.verify(&self.secrets, body)?;
        let value = EventBody::decode(body).and_then(pick).map_err(Rejection::not_an_event)?;
        Ok(Verified::new(value, Evidence { mac, ..Evidence::default() }, body.into()))
    }
}

impl fmt::Debug for Admission<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Admission").field("claim", &self.claim).finish_non_exhaustive()
    }
}
