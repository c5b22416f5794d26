//! The played service and what it sends.

use std::fmt;

use billwire_crypto::mac::{Mac, MacKey};
use billwire_models::billerapi::behaviour::Envelope;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};

use super::invalid::InvalidKind;
use super::{Delivery, SECRET};
use crate::billerapi::{
    DEFAULT_MAX_BODY_BYTES, LEGACY_SIGNATURE_HEADER, Policy, PolicyBuilder, SIGNATURE_HEADER,
};

/// The sample of each envelope, from the description's test vectors.
const SAMPLES: [(Envelope, &str); 3] = [
    (
        Envelope::Oldest,
        r#"{"id":"evt_001","type":"request-to-link.created","created_at":"2026-04-01T10:00:00Z","client_id":"client_xyz","data":{"id":"rtl_abc123","client_user_id":"user_456","biller_id":"test_electric_company","status":"PENDING"}}"#,
    ),
    (
        Envelope::Flat,
        r#"{"event_type":"bill.created","event_id":"evt_abc123","timestamp":"2026-05-20T12:00:00Z","client_id":"client_xyz","mode":"sandbox","data":{"bill_id":"bill_456","account_link_id":"link_789","client_user_id":"user_123"}}"#,
    ),
    (
        Envelope::Newest,
        r#"{"id":"evt_01JV9Q0000000000000000TEST","object":"event","type":"bill.created","api_version":"2026-04-29","created":1779278400,"environment":"dev","data":{"object":{"id":"sandbox_bill_4242424242_1","object":"bill","user_id":"user_123","biller_id":"test_electric_company"}},"request":{"id":null,"idempotency_key":null}}"#,
    ),
];

/// Plays the service: signs with [`SECRET`].
#[derive(Clone, Debug)]
pub struct Service {
    key: MacKey,
}

impl Service {
    /// A service that signs with [`SECRET`].
    #[must_use]
    pub fn new() -> Self {
        Self::with_secret(SECRET)
    }

    /// A service that signs with `secret`.
    #[must_use]
    pub fn with_secret(secret: impl Into<String>) -> Self {
        Self { key: MacKey::new(secret.into()) }
    }

    /// A policy that lets the deliveries of [`Service::new`] through.
    pub fn policy(&self) -> PolicyBuilder {
        Policy::builder().with_secret(SECRET)
    }

    /// A delivery that is signed at `now`. Default: the sample of the newest envelope, signed in the current way.
    pub fn delivery(&self, now: Timestamp) -> DeliveryBuilder<'_> {
        DeliveryBuilder {
            service: self,
            now,
            body: sample(Envelope::Newest).as_bytes().to_vec(),
            current: true,
            legacy: false,
        }
    }

    /// The current signature of `body`, made at the Unix second `time`: what stands behind `v1=`.
    #[must_use]
    pub fn signature(&self, time: i64, body: &[u8]) -> Mac {
        self.key.sign(&[time.to_string().as_bytes(), b".", body])
    }

    /// The legacy signature of `body`.
    #[must_use]
    pub fn legacy_signature(&self, body: &[u8]) -> Mac {
        self.key.sign(&[body])
    }
}

impl Default for Service {
    fn default() -> Self {
        Self::new()
    }
}

/// Puts a delivery together. Made by [`Service::delivery`].
#[derive(Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct DeliveryBuilder<'a> {
    service: &'a Service,
    now: Timestamp,
    body: Vec<u8>,
    current: bool,
    legacy: bool,
}

impl DeliveryBuilder<'_> {
    /// Carries the documented sample of `envelope`.
    pub fn in_envelope(self, envelope: Envelope) -> Self {
        self.with_body(sample(envelope))
    }

    /// Carries these bytes, JSON or not.
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends the legacy signature in place of the current one.
    pub fn with_legacy_signature_only(mut self) -> Self {
        (self.current, self.legacy) = (false, true);
        self
    }

    /// Sends both signatures.
    pub fn with_both_signatures(mut self) -> Self {
        (self.current, self.legacy) = (true, true);
        self
    }

    /// Sends no signature, as the service does for a webhook without a secret.
    pub fn unsigned(mut self) -> Self {
        (self.current, self.legacy) = (false, false);
        self
    }

    /// The delivery.
    #[must_use]
    pub fn build(&self) -> Delivery {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("x-webhook-source", HeaderValue::from_static("billerapi"));
        if self.current {
            let time = self.now.as_second();
            set(&mut headers, SIGNATURE_HEADER, &self.current_header(time));
        }
        if self.legacy {
            set(&mut headers, LEGACY_SIGNATURE_HEADER, &self.service.legacy_signature(&self.body).to_hex());
        }
        Delivery { headers, body: Bytes::from(self.body.clone()) }
    }

    /// The delivery with one thing wrong. Its signature is the current one, whatever was said before.
    #[must_use]
    pub fn build_invalid(&self, kind: InvalidKind) -> Delivery {
        let mut builder = self.clone();
        (builder.current, builder.legacy) = (true, false);
        let header = |text: &str| {
            let mut delivery = builder.build();
            set(&mut delivery.headers, SIGNATURE_HEADER, text);
            delivery
        };
        let at = |offset: i64| {
            let moment = self.now.saturating_add(SignedDuration::from_secs(offset)).unwrap_or(self.now);
            header(&builder.current_header(moment.as_second()))
        };
        let time = self.now.as_second();
        let hex = self.service.signature(time, &self.body).to_hex();
        let signed = |body: Vec<u8>| builder.clone().with_body(body).build();
        match kind {
            InvalidKind::MissingSignature => builder.clone().unsigned().build(),
            InvalidKind::LegacySignatureOnly => builder.clone().with_legacy_signature_only().build(),
            InvalidKind::RepeatedSignature => {
                let mut delivery = builder.build();
                let value = delivery.headers.get(SIGNATURE_HEADER).cloned();
                delivery.headers.extend(value.map(|value| (SIGNATURE_HEADER, value)));
                delivery
            }
            InvalidKind::MissingTime => header(&format!("v1={hex}")),
            InvalidKind::TwoTimes => header(&format!("t={time},t={time},v1={hex}")),
            InvalidKind::MissingCode => header(&format!("t={time}")),
            InvalidKind::ShortCode => header(&format!("t={time},v1={}", hex.get(2..).unwrap_or_default())),
            InvalidKind::NotASignature => header("neither time nor code"),
            InvalidKind::TooOld => at(-301),
            InvalidKind::TooFarAhead => at(301),
            InvalidKind::WrongSecret => {
                let stranger = Service::with_secret("whsec_of_somebody_else");
                header(&format!("t={time},v1={}", stranger.signature(time, &self.body).to_hex()))
            }
            InvalidKind::ChangedTime => header(&format!("t={},v1={hex}", time.saturating_add(1))),
            InvalidKind::ChangedBody => {
                let mut body = self.body.clone();
                body.push(b' ');
                builder.build().with_body(body)
            }
            InvalidKind::LegacyCodeInCurrentHeader => {
                header(&format!("t={time},v1={}", self.service.legacy_signature(&self.body).to_hex()))
            }
            InvalidKind::LegacyToTheRescue => {
                let mut delivery = header(&format!("t={time},v1={}", "0".repeat(64)));
                let legacy = self.service.legacy_signature(&self.body).to_hex();
                set(&mut delivery.headers, LEGACY_SIGNATURE_HEADER, &legacy);
                delivery
            }
            InvalidKind::Oversized => signed(vec![b' '; DEFAULT_MAX_BODY_BYTES.saturating_add(1)]),
            InvalidKind::EmptyBody => signed(Vec::new()),
            InvalidKind::NotJson => signed(b"not JSON".to_vec()),
            InvalidKind::NotUtf8 => signed(b"{\"type\":\"\xff\",\"id\":\"1\"}".to_vec()),
            InvalidKind::NestedTooDeeply => signed("[".repeat(10_000).into_bytes()),
            InvalidKind::UnknownEnvelope => signed(b"{\"specversion\":\"1.0\"}".to_vec()),
            InvalidKind::MissingEventId => signed(b"{\"event_type\":\"bill.created\",\"data\":{}}".to_vec()),
            InvalidKind::EmptyEventId => {
                signed(b"{\"id\":\"\",\"type\":\"bill.created\",\"data\":{}}".to_vec())
            }
        }
    }

    fn current_header(&self, time: i64) -> String {
        format!("t={time},v1={}", self.service.signature(time, &self.body).to_hex())
    }
}

impl fmt::Debug for DeliveryBuilder<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DeliveryBuilder")
            .field("now", &self.now)
            .field("body_bytes", &self.body.len())
            .field("current", &self.current)
            .field("legacy", &self.legacy)
            .finish_non_exhaustive()
    }
}

fn sample(envelope: Envelope) -> &'static str {
    SAMPLES.iter().find(|(known, _)| *known == envelope).map_or("", |(_, text)| text)
}

/// Sets a header to a text of our own making, which is always ASCII.
fn set(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    headers.remove(&name);
    headers.extend(HeaderValue::from_str(text).ok().map(|value| (name, value)));
}
