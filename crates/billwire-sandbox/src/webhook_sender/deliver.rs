//! One attempt: token, signature, encryption, POST.

use std::sync::Arc;
use std::time::Duration;

use billwire_crypto::{OsRandom, PrivateKey, Provider, jwe};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, StatusCode, header};
use serde_json::Value;

use super::configuration::WebhookConfiguration;
use super::keys::EncryptionKeyCache;
use super::oauth::TokenCache;
use super::queue::DeliveryAttempt;
use super::sign;
use crate::error::{Error, ErrorKind};
use crate::loopback::{self, Answer};
use crate::moment::Moment;
use crate::q2::quirks::Quirks;

/// What an attempt needs, taken out of the state before it starts.
pub(crate) struct DeliveryJob {
    pub(crate) event_id: String,
    pub(crate) kind: String,
    pub(crate) at: Moment,
    pub(crate) event: Value,
    /// Members of the event were overridden by a test.
    #[cfg_attr(not(feature = "validate-answers"), expect(dead_code, reason = "only that check asks"))]
    pub(crate) overridden: bool,
    pub(crate) quirks: Quirks,
    pub(crate) configuration: WebhookConfiguration,
    pub(crate) signing_key: Option<(PrivateKey, Option<String>)>,
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
    pub(crate) async fn deliver(&mut self, job: &DeliveryJob) -> DeliveryAttempt {
        let mut result = self.attempt(job).await;
        let refused = matches!(&result, Ok(answer) if answer.status == StatusCode::UNAUTHORIZED);
        if refused && job.configuration.oauth.is_some() {
            self.tokens.drop_token();
            result = self.attempt(job).await;
        }
        match result {
            Ok(answer) => {
                let status = answer.status.as_u16();
                let error = (!answer.status.is_success()).then(|| format!("the receiver answered {status}"));
                DeliveryAttempt { at: job.at, status: Some(status), error }
            }
            Err(error) => DeliveryAttempt { at: job.at, status: None, error: Some(error.to_string()) },
        }
    }

    async fn attempt(&mut self, job: &DeliveryJob) -> Result<Answer, Error> {
        let configuration = &job.configuration;
        let url = configuration
            .url
            .as_deref()
            .ok_or_else(|| Error::new(ErrorKind::InvalidInput, "no webhook URL is configured"))?;
        let body = job.quirks.webhook(&job.event);
        let (body, content_type) = match &configuration.encryption {
            None => (body, "application/json"),
            Some(encryption) => {
                let key = self.encryption_keys.key(&*self.provider, encryption, job.at, self.limit).await?;
                (encrypted(&key, &body)?, "application/jose+json")
            }
        };
        let (mut parts, ()) = Request::post(loopback::check_url("url", url)?)
            .header(header::CONTENT_TYPE, content_type)
            .header(header::CONTENT_LENGTH, body.len())
            .body(())
            .map_err(|cause| {
                Error::new(ErrorKind::InvalidInput, "the delivery cannot be built").with_source(cause)
            })?
            .into_parts();
        if let Some(oauth) = &configuration.oauth {
            let token = self.tokens.token(oauth, job.at, self.limit).await?;
            parts.headers.insert(header::AUTHORIZATION, secret_header(&format!("Bearer {token}"))?);
        }
        if let Some(signature) = &configuration.signature {
            let (key, thumbprint) = job
                .signing_key
                .as_ref()
                .ok_or_else(|| Error::new(ErrorKind::Key, "there is no signing key; create one"))?;
            let token = sign::token(key, thumbprint.as_deref(), signature, job.at)?;
            let name: HeaderName = signature.header_name.parse().map_err(|_| {
                Error::new(ErrorKind::InvalidInput, "the signature header's name is not valid")
            })?;
            parts.headers.insert(name, secret_header(&token)?);
        }
        loopback::send(parts, Bytes::from(body), self.limit)
            .await
            .map_err(|cause| Error::new(ErrorKind::Fetch, cause.to_string()).with_source(cause))
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
