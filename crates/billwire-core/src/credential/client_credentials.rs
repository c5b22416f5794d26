//! A client id and its secret, each in a header of its own.

use std::fmt;

use http::header::InvalidHeaderValue;
use http::{HeaderName, HeaderValue};
use zeroize::Zeroizing;

const CLIENT_ID: HeaderName = HeaderName::from_static("x-client-id");
const CLIENT_SECRET: HeaderName = HeaderName::from_static("x-client-secret");

/// A client id and its secret: they reach everything of the client. Keep them on the server, never in a browser or an app.
///
/// Sent together as `X-Client-ID` and `X-Client-Secret`. The secret is never printed. Where it belongs is told by its
/// prefix, `bb_test_` or `bb_live_`, and it is refused anywhere else.
///
/// Source: BillerAPI description, section 2.1 "Modes" and section 1.1 "Hosts".
#[derive(Clone)]
pub struct ClientCredentials {
    client_id: String,
    secret: Zeroizing<String>,
}

impl ClientCredentials {
    /// The client `client_id`, with its secret.
    pub fn new(client_id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { client_id: client_id.into(), secret: Zeroizing::new(secret.into()) }
    }

    /// The client, which is no secret.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(super) fn secret(&self) -> &str {
        &self.secret
    }

    pub(super) fn headers(&self) -> Result<Vec<(HeaderName, HeaderValue)>, InvalidHeaderValue> {
        let mut secret = HeaderValue::from_str(&self.secret)?;
        secret.set_sensitive(true);
        Ok(vec![(CLIENT_ID, HeaderValue::from_str(&self.client_id)?), (CLIENT_SECRET, secret)])
    }
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClientCredentials")
            .field("client_id", &self.client_id)
            .field("secret", &"[redacted]")
            .finish()
    }
}
