//! Putting a delivery of the played service together.

use std::fmt;
use std::time::Duration;

use billwire_crypto::testing::SeededRandom;
use billwire_crypto::{Error, ErrorKind, jwe, jwt};
use billwire_models::q2::Event;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::invalid::InvalidKind;
use super::service::{BEARER_TOKEN, Service};
use super::spoil;
use crate::q2::signature::DEFAULT_SIGNATURE_HEADER;
use crate::testing::Delivery;

const SAMPLE: &str = r#"{"event":{"_id":"580e3e11dec21e861b5a3719","type":"bill.update","created":"2016-04-20T16:51:12Z","clientId":"579b695decfa110127118752","partnerId":"55942f330cfcfd6c4ed529d9","identifier":"example-id-123","payload":{"resource":{"type":"bill","id":"579b695decfa11012711875d"},"data":{"company":{"name":"Netflix"},"bill":{"balance":{"previous":"25.21","current":"52.11"},"dueDate":{"current":"2019-03-28 17:00:00.000"}}}}}}"#;

/// Puts a delivery together. Made by [`Service::delivery`].
#[derive(Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct DeliveryBuilder<'a> {
    pub(super) service: &'a Service,
    pub(super) now: jiff::Timestamp,
    pub(super) body: Vec<u8>,
    pub(super) bearer: bool,
    pub(super) signed: bool,
    pub(super) encrypted: bool,
    pub(super) signature_header: HeaderName,
    expires_after: Duration,
    seed: u64,
}

impl<'a> DeliveryBuilder<'a> {
    pub(super) fn new(service: &'a Service, now: jiff::Timestamp) -> Self {
        Self {
            service,
            now,
            body: SAMPLE.as_bytes().to_vec(),
            bearer: true,
            signed: true,
            encrypted: true,
            signature_header: DEFAULT_SIGNATURE_HEADER,
            expires_after: Duration::from_mins(5),
            seed: 0,
        }
    }

    /// Carries `event`, wrapped. Default: the documented sample of `bill.update`.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedInput`] if the event does not serialise.
    pub fn with_event(self, event: &Event) -> Result<Self, Error> {
        let body = serde_json::to_vec(&event.wrapped())
            .map_err(|error| Error::new(ErrorKind::MalformedInput).with_source(error))?;
        Ok(self.with_body(body))
    }

    /// Carries these bytes, JSON or not.
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends no bearer token.
    pub fn without_bearer(mut self) -> Self {
        self.bearer = false;
        self
    }

    /// Sends no signature.
    pub fn unsigned(mut self) -> Self {
        self.signed = false;
        self
    }

    /// Sends the body as plain JSON.
    pub fn plain(mut self) -> Self {
        self.encrypted = false;
        self
    }

    /// Sends the signature in the header `name`.
    pub fn with_signature_header(mut self, name: HeaderName) -> Self {
        self.signature_header = name;
        self
    }

    /// Signs a token that is good for `lifetime`. Default: 5 minutes.
    pub fn with_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.expires_after = lifetime;
        self
    }

    /// Encrypts with another content key: the same event again in other bytes. Default: 0.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The delivery, valid.
    ///
    /// # Errors
    /// An error of the provider or of the operating system's random generator.
    pub fn build(&self) -> Result<Delivery, Error> {
        let mut headers = HeaderMap::new();
        if self.bearer {
            headers.insert(AUTHORIZATION, bearer(BEARER_TOKEN)?);
        }
        if self.signed {
            let options = jwt::HeaderOptions::default();
            let token = jwt::sign(&self.service.signing_key, &self.claims(), &options)?;
            headers.insert(self.signature_header.clone(), value(&token)?);
        }
        let (content_type, body) = if self.encrypted {
            let body = jwe::encrypt(&self.service.encryption_key, &self.random(), &self.body, None)?;
            ("application/jose+json", Bytes::from(body))
        } else {
            ("application/json", Bytes::from(self.body.clone()))
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Ok(Delivery { headers, body })
    }

    /// The delivery with one thing wrong with it. Kinds that concern the encryption send an encrypted body, whatever
    /// was said before; likewise for the signature and the bearer token.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn build_invalid(&self, kind: InvalidKind) -> Result<Delivery, Error> {
        spoil::build(self, kind)
    }

    pub(super) fn claims(&self) -> serde_json::Value {
        super::service::claims(self.now, self.expires_after)
    }

    pub(super) fn random(&self) -> SeededRandom {
        SeededRandom::new(self.seed)
    }
}

impl fmt::Debug for DeliveryBuilder<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DeliveryBuilder")
            .field("now", &self.now)
            .field("bearer", &self.bearer)
            .field("signed", &self.signed)
            .field("encrypted", &self.encrypted)
            .field("signature_header", &self.signature_header)
            .finish_non_exhaustive()
    }
}

pub(super) fn bearer(token: &str) -> Result<HeaderValue, Error> {
    value(&format!("Bearer {token}"))
}

pub(super) fn value(text: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text).map_err(|_| Error::new(ErrorKind::MalformedInput))?;
    value.set_sensitive(true);
    Ok(value)
}
