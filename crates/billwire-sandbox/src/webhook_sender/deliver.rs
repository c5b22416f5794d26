//! One attempt: token, signature, encryption, POST.

use std::sync::Arc;
use std::time::Duration;

use billwire_crypto::{OsRandom, Provider, jwe};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, StatusCode, header};
use serde_json::Value;

use super::configuration::{WebhookEncryption, WebhookOauth, WebhookSignature};
use super::keys::EncryptionKeyCache;
use super::oauth::TokenCache;
use super::record::DeliveryAttempt;
use super::{sign, spoil};
use crate::api::{Api, Parcel};
use crate::error::{Error, ErrorKind};
use crate::faults::WebhookFaultKind;
use crate::loopback::{self, Answer};
use crate::moment::Moment;
use crate::service_keys::SigningKey;

/// What an attempt needs, taken out of the state before it starts.
pub(crate) struct DeliveryJob {
    pub(crate) api: &'static Api,
    pub(crate) event_id: String,
    pub(crate) kind: String,
    pub(crate) at: Moment,
    #[cfg_attr(not(feature = "validate-answers"), expect(dead_code, reason = "only that check asks"))]
    pub(crate) event: Value,
    /// Members of the event were overridden by a test.
    #[cfg_attr(not(feature = "validate-answers"), expect(dead_code, reason = "only that check asks"))]
    pub(crate) overridden: bool,
    pub(crate) parcel: Parcel,
    /// What is done to it on purpose; where the parcel could hold it, it does.
    pub(crate) fault: Option<WebhookFaultKind>,
}

/// What a partner configures in the vendor's portal. The three protections are independent.
pub(crate) struct PortalProtection {
    pub(crate) oauth: Option<WebhookOauth>,
    pub(crate) encryption: Option<WebhookEncryption>,
    pub(crate) signature: Option<WebhookSignature>,
    /// The wrong one already where a fault wants that.
    pub(crate) signing_key: Option<SigningKey>,
}

impl DeliveryJob {
    /// How often it is sent, one right after the other.
    pub(crate) fn copies(&self) -> u32 {
        if self.fault == Some(WebhookFaultKind::Duplicate) { 2 } else { 1 }
    }

    /// The fault of a copy: the first of two is as it should be.
    fn fault_of(&self, copy: u32) -> Option<WebhookFaultKind> {
        self.fault.filter(|fault| *fault != WebhookFaultKind::Duplicate || copy > 0)
    }
}

/// The sending side; remembers tokens and fetched keys between deliveries.
pub(crate) struct Sender {
    provider: Arc<dyn Provider>,
    limit: Duration,
    tokens: TokenCache,
    encryption_keys: EncryptionKeyCache,
}

impl Sender {
    pub(crate) fn new(provider: Arc<dyn Provider>, limit: Duration) -> Self {
        Self {
            provider,
            limit,
            tokens: TokenCache::default(),
            encryption_keys: EncryptionKeyCache::default(),
        }
    }

    /// Forgets tokens and keys, as after a reset.
    pub(crate) fn forget(&mut self) {
        self.tokens = TokenCache::default();
        self.encryption_keys = EncryptionKeyCache::default();
    }

    /// Makes one attempt; a receiver that refuses the bearer token gets one more with a new token.
    pub(crate) async fn deliver(&mut self, job: &DeliveryJob, copy: u32) -> DeliveryAttempt {
        let (at, fault) = (job.at, job.fault_of(copy));
        if fault == Some(WebhookFaultKind::Drop) {
            return DeliveryAttempt { at, status: None, error: None, fault };
        }
        let has_bearer = job.parcel.portal.as_ref().is_some_and(|portal| portal.oauth.is_some());
        let mut result = self.attempt(job).await;
        let refused = matches!(&result, Ok(answer) if answer.status == StatusCode::UNAUTHORIZED);
        // A token that is wrong on purpose would be wrong again.
        if refused && has_bearer && !spoil::is_of_the_bearer(job.fault) {
            self.tokens.drop_token();
            result = self.attempt(job).await;
        }
        match result {
            Ok(answer) => {
                let status = answer.status.as_u16();
                let error = (!answer.status.is_success()).then(|| format!("the receiver answered {status}"));
                DeliveryAttempt { at, status: Some(status), error, fault }
            }
            Err(error) => DeliveryAttempt { at, status: None, error: Some(error.to_string()), fault },
        }
    }

    async fn attempt(&mut self, job: &DeliveryJob) -> Result<Answer, Error> {
        let Parcel { url, headers, portal, .. } = &job.parcel;
        let url = url
            .as_deref()
            .ok_or_else(|| Error::new(ErrorKind::InvalidInput, "no webhook URL is configured"))?;
        let (body, content_type) = self.body(job).await?;
        let (mut parts, ()) = Request::post(loopback::check_url("url", url)?)
            .header(header::CONTENT_TYPE, content_type)
            .header(header::CONTENT_LENGTH, body.len())
            .body(())
            .map_err(|cause| {
                Error::new(ErrorKind::InvalidInput, "the delivery cannot be built").with_source(cause)
            })?
            .into_parts();
        parts.headers.extend(headers.iter().cloned());
        if let Some(oauth) = portal.as_ref().and_then(|portal| portal.oauth.as_ref()) {
            let token = self.tokens.token(oauth, job.at, self.limit).await?;
            if let Some(token) = spoil::bearer(job.fault, token) {
                parts.headers.insert(header::AUTHORIZATION, secret_header(&format!("Bearer {token}"))?);
            }
        }
        if let Some(portal) = portal
            && let Some(signature) = &portal.signature
            && job.fault != Some(WebhookFaultKind::MissingSignature)
        {
            let key = portal
                .signing_key
                .as_ref()
                .ok_or_else(|| Error::new(ErrorKind::Key, "there is no signing key; create one"))?;
            let token = sign::token(key, signature, job.at, job.fault)?;
            let name: HeaderName = signature.header_name.parse().map_err(|_| {
                Error::new(ErrorKind::InvalidInput, "the signature header's name is not valid")
            })?;
            parts.headers.insert(name, secret_header(&token)?);
        }
        loopback::send(parts, Bytes::from(body), self.limit)
            .await
            .map_err(|cause| Error::new(ErrorKind::Fetch, cause.to_string()).with_source(cause))
    }

    /// The body and its content type: JSON, or encrypted JSON.
    async fn body(&mut self, job: &DeliveryJob) -> Result<(String, &'static str), Error> {
        let plain = &job.parcel.body;
        let encryption = job.parcel.portal.as_ref().and_then(|portal| portal.encryption.as_ref());
        match encryption.filter(|_| job.fault != Some(WebhookFaultKind::PlainBody)) {
            None => Ok((plain.clone(), "application/json")),
            Some(encryption) => {
                let key = self.encryption_keys.key(&*self.provider, encryption, job.at, self.limit).await?;
                let body = encrypted(&key, plain)?;
                let body = if job.fault == Some(WebhookFaultKind::Tamper) {
                    spoil::altered_ciphertext(&body)
                } else {
                    body
                };
                Ok((body, "application/jose+json"))
            }
        }
    }
}

/// JWE compact, RSA-OAEP and A256GCM.
///
/// Source: Q2 Biller Direct description, section 10.5.
fn encrypted(key: &billwire_crypto::PublicKey, body: &str) -> Result<String, Error> {
    jwe::encrypt(key, &OsRandom, body.as_bytes(), None)
        .map_err(|cause| Error::new(ErrorKind::Key, "the webhook could not be encrypted").with_source(cause))
}

fn secret_header(value: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| Error::new(ErrorKind::Fetch, "the OAuth token is not usable in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
