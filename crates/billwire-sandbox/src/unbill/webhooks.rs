//! Where the two events go. There is nothing to protect them with.

use serde::{Deserialize, Serialize};

use super::events::TYPES;
use crate::error::{Error, ErrorKind};
use crate::loopback;

/// Where Unbill's webhooks go, unprotected: this version has no webhook security of any kind.
///
/// Source: Unbill v1 description, section 7 "Webhooks".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct UnbillWebhooks {
    /// The receiver, an `http` URL of this machine. None: events are recorded but not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The event types that are sent. None: both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_types: Option<Vec<String>>,
}

impl UnbillWebhooks {
    /// Sends both events to `url`.
    pub fn to(url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), event_types: None }
    }

    /// Sends only these types.
    #[must_use]
    pub fn with_event_types(mut self, types: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.event_types = Some(types.into_iter().map(Into::into).collect());
        self
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if let Some(url) = &self.url {
            loopback::check_url("url", url)?;
        }
        match self.event_types.iter().flatten().find(|name| !TYPES.contains(&name.as_str())) {
            Some(name) => Err(Error::new(
                ErrorKind::InvalidInput,
                format!("eventTypes: \"{name}\" is not a type; known are {}", TYPES.join(", ")),
            )),
            None => Ok(()),
        }
    }

    pub(super) fn sends(&self, kind: &str) -> bool {
        self.event_types.as_ref().is_none_or(|types| types.iter().any(|name| name == kind))
    }
}
