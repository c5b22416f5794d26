//! What a partner configures for its webhooks.

use billwire_crypto::Provider;
use serde::{Deserialize, Serialize};

use super::event_types::EventType;
use crate::error::{Error, ErrorKind};
use crate::loopback;
use crate::webhook_sender::{NOT_SHOWN, WebhookEncryption, WebhookOauth, WebhookSignature};

/// Where webhooks go and how they are protected; the three protections are independent, each off by default.
///
/// Source: Q2 Biller Direct description, sections 10.4 to 10.6.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct WebhookConfiguration {
    /// The receiver, an `http` URL of this machine. None: events are recorded but not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The event types that are sent. None: the documented fourteen; the three of the realtime flow
    /// (`auth.security-input-required`, `auth.failed`, `auth.created`) must be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_types: Option<Vec<String>>,
    /// A bearer token fetched by the client credentials grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth: Option<WebhookOauth>,
    /// Bodies encrypted to the partner's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<WebhookEncryption>,
    /// A JWT that proves the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<WebhookSignature>,
}

impl WebhookConfiguration {
    /// Sends events to `url` unprotected.
    pub fn to(url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..Self::default() }
    }

    /// Sends only these types.
    #[must_use]
    pub fn with_event_types(mut self, types: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.event_types = Some(types.into_iter().map(Into::into).collect());
        self
    }

    /// Sends every type, also those of the realtime flow.
    #[must_use]
    pub fn with_all_event_types(self) -> Self {
        self.with_event_types(EventType::NAMES.iter().copied())
    }

    /// Sends a bearer token fetched from `url` with the form-encoded `payload`.
    #[must_use]
    pub fn with_oauth(mut self, url: impl Into<String>, payload: impl Into<String>) -> Self {
        self.oauth = Some(WebhookOauth { url: url.into(), payload: payload.into() });
        self
    }

    /// Encrypts bodies.
    #[must_use]
    pub fn with_encryption(mut self, encryption: WebhookEncryption) -> Self {
        self.encryption = Some(encryption);
        self
    }

    /// Signs deliveries.
    #[must_use]
    pub fn with_signature(mut self, signature: WebhookSignature) -> Self {
        self.signature = Some(signature);
        self
    }

    pub(crate) fn check(&self, provider: &dyn Provider) -> Result<(), Error> {
        if let Some(url) = &self.url {
            loopback::check_url("url", url)?;
        }
        for name in self.event_types.iter().flatten() {
            if EventType::from_text(name).is_none() {
                return invalid(format!(
                    "eventTypes: \"{name}\" is not a type; known are {}",
                    EventType::NAMES.join(", ")
                ));
            }
        }
        if let Some(oauth) = &self.oauth {
            loopback::check_url("oauth.url", &oauth.url)?;
            if oauth.payload == NOT_SHOWN {
                return invalid("oauth.payload is what is shown in its place; give the payload itself");
            }
        }
        if let Some(encryption) = &self.encryption {
            encryption.check(provider)?;
        }
        self.signature.as_ref().map_or(Ok(()), |signature| signature.check(self.oauth.is_some()))
    }

    /// Whether events of this type, as [`EventType::as_str`] writes it, are sent.
    pub(crate) fn sends(&self, kind: &str) -> bool {
        match &self.event_types {
            Some(types) => types.iter().any(|name| EventType::usual_spelling(name) == kind),
            None => EventType::is_on_by_default(kind),
        }
    }
}

fn invalid<T>(message: impl Into<String>) -> Result<T, Error> {
    Err(Error::new(ErrorKind::InvalidInput, message))
}
