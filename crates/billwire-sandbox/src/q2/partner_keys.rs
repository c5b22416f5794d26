//! The partner's keys for request signing: given by hand, or polled from where the partner publishes them.
//!
//! Source: Q2 Biller Direct description, sections 8.3 "Request signing" and 8.4 "Partner-hosted JWKS for request
//! signing".

use billwire_crypto::jwks::JwkSet;
use billwire_crypto::{Provider, PublicKey};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::request_signing::RequestSigning;
use crate::error::{Error, ErrorKind};
use crate::moment::Moment;

/// A key set is polled daily.
const POLLED_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// Without a usable key it is polled several times a day (how often is inferred).
const POLLED_WITHOUT_KEY_EVERY: SignedDuration = SignedDuration::from_hours(4);

/// The keys that verify requests, and when the partner is asked for them again.
///
/// Between two polls nothing is fetched: a key holds from the poll that finds it until the poll that misses it. A poll
/// that fails, or whose answer cannot be read, leaves the keys of before.
#[derive(Clone, Debug, Default)]
pub(crate) struct PartnerKeys {
    keys: Vec<PublicKey>,
    written: WrittenPartnerKeys,
}

/// The written form; the keys are read again from the document.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WrittenPartnerKeys {
    /// The last document that could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_poll: Option<Moment>,
    /// Why the last poll changed nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_poll: Option<Moment>,
}

/// What the control API shows of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShownPartnerKeys {
    /// The ids of the keys; a PEM has none.
    key_ids: Vec<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_poll: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_poll: Option<Moment>,
}

impl PartnerKeys {
    /// The keys of a configuration that was just made: `document` is what is given by hand or was just fetched.
    ///
    /// # Errors
    /// [`ErrorKind::Key`] if it holds no key set at all, or by hand anything but one key.
    pub(crate) fn configured(
        provider: &dyn Provider,
        configuration: &RequestSigning,
        document: Option<String>,
        now: Moment,
    ) -> Result<Self, Error> {
        let mut keys = Self::default();
        let Some(document) = document else { return Ok(keys) };
        keys.keys = read_keys(provider, &document)?;
        if configuration.public_key.is_some() && keys.keys.len() != 1 {
            return Err(Error::new(
                ErrorKind::Key,
                format!(
                    "publicKey holds {} keys that can verify a signature; give exactly one, or publish several at \
                     a jwksUrl",
                    keys.keys.len()
                ),
            ));
        }
        keys.written.document = Some(document);
        if configuration.jwks_url.is_some() {
            keys.polled_at(now);
        }
        Ok(keys)
    }

    /// Reads the written form back. A set that was never fetched is polled at once.
    pub(crate) fn read(
        provider: &dyn Provider,
        configuration: &RequestSigning,
        written: WrittenPartnerKeys,
        now: Moment,
    ) -> Result<Self, Error> {
        let document = written.document.as_ref().or(configuration.public_key.as_ref());
        let keys = document.map(|document| read_keys(provider, document)).transpose()?;
        let mut keys = Self { keys: keys.unwrap_or_default(), written };
        match &configuration.jwks_url {
            Some(_) => keys.written.next_poll = keys.written.next_poll.or(Some(now)),
            // There is nobody to ask.
            None => keys.written.next_poll = None,
        }
        Ok(keys)
    }

    pub(crate) fn written(&self) -> &WrittenPartnerKeys {
        &self.written
    }

    pub(crate) fn shown(&self) -> ShownPartnerKeys {
        ShownPartnerKeys {
            key_ids: self.keys.iter().map(|key| key.key_id().map(ToString::to_string)).collect(),
            last_poll: self.written.last_poll,
            last_error: self.written.last_error.clone(),
            next_poll: self.written.next_poll,
        }
    }

    pub(crate) fn keys(&self) -> &[PublicKey] {
        &self.keys
    }

    pub(crate) fn next_poll(&self) -> Option<Moment> {
        self.written.next_poll
    }

    /// Takes over what a poll brought; says what came of it, for a report.
    pub(crate) fn polled(
        &mut self,
        provider: &dyn Provider,
        now: Moment,
        document: Result<String, Error>,
    ) -> String {
        let read = document.and_then(|document| Ok((read_keys(provider, &document)?, document)));
        let (found, error) = match read {
            Ok((keys, document)) => {
                let found = format!("{} usable keys found", keys.len());
                self.keys = keys;
                self.written.document = Some(document);
                (found, None)
            }
            Err(error) => {
                (format!("{} keys kept, because {error}", self.keys.len()), Some(error.to_string()))
            }
        };
        self.written.last_error = error;
        self.polled_at(now);
        format!("partner's signing keys polled: {found}")
    }

    fn polled_at(&mut self, now: Moment) {
        let pause = if self.keys.is_empty() { POLLED_WITHOUT_KEY_EVERY } else { POLLED_EVERY };
        self.written.last_poll = Some(now);
        self.written.next_poll = Some(now.plus(pause));
    }
}

/// Reads a PEM, a JWK or a JWK set. A set may list any number of keys: a request names none, so each is tried.
pub(crate) fn read_keys(provider: &dyn Provider, text: &str) -> Result<Vec<PublicKey>, Error> {
    const EXPECTED: &str =
        "the signing key cannot be used; give an RSA key of 2048 bits or more as PEM, JWK or JWK set";
    if text.trim_start().starts_with("-----BEGIN") {
        let key = PublicKey::from_pem(provider, text)
            .map_err(|cause| Error::new(ErrorKind::Key, EXPECTED).with_source(cause))?;
        return Ok(vec![key]);
    }
    let set = JwkSet::parse(provider, text)
        .map_err(|cause| Error::new(ErrorKind::Key, EXPECTED).with_source(cause))?;
    Ok(set.signing_keys().as_slice().to_vec())
}
