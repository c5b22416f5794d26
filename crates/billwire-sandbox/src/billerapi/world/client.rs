//! The companies that use the API, and their credentials.

use serde::{Deserialize, Serialize};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::World;
use super::account::{invalid, not_found};
use super::ids::ClientId;
use crate::error::Error;

/// The client that is there from the beginning.
pub(crate) const FIRST_CLIENT: &str = "client_sandbox";
/// Its secret.
pub(crate) const FIRST_SECRET: &str = "bb_test_sandbox_secret";
/// With this a secret of the sandbox begins.
pub(crate) const SECRET_PREFIX: &str = "bb_test_";
/// The most clients.
const MOST: usize = 100;

/// A client and its secret. No `Debug`: the secret must not reach a log.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Client {
    pub(crate) id: ClientId,
    secret: String,
}

impl Client {
    pub(crate) fn first() -> Self {
        Self { id: ClientId::new(FIRST_CLIENT), secret: FIRST_SECRET.to_owned() }
    }

    /// Its token of the portal: it looks like a JWT, and nothing more is known of one (inferred).
    pub(crate) fn portal_token(&self) -> String {
        portal_token(self.id.as_str())
    }
}

/// The portal token of a client.
pub(crate) fn portal_token(client_id: &str) -> String {
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let (head, claims) = (serde_json::json!({ "typ": "JWT" }), serde_json::json!({ "client_id": client_id }));
    format!("{}.{}.sandbox", part(head), part(claims))
}

impl World {
    pub(crate) fn client(&self, id: &ClientId) -> Option<&Client> {
        self.clients.iter().find(|client| client.id == *id)
    }

    pub(crate) fn clients(&self) -> &[Client] {
        &self.clients
    }

    /// The client with this id and secret.
    pub(crate) fn client_of_credentials(&self, id: &str, secret: &str) -> Option<&ClientId> {
        let client = self.clients.iter().find(|client| client.id.as_str() == id)?;
        (client.secret == secret).then_some(&client.id)
    }

    /// The client with this portal token.
    pub(crate) fn client_of_portal_token(&self, token: &str) -> Option<&ClientId> {
        self.clients.iter().find(|client| client.portal_token() == token).map(|client| &client.id)
    }

    /// One more client, so that a test can look at the things of another.
    pub(crate) fn add_client(&mut self, id: &str, secret: &str) -> Result<(), Error> {
        let is_word = |text: &str| {
            (1..=100).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        };
        if !is_word(id) || !is_word(secret) {
            return Err(invalid("clientId and clientSecret take 1 to 100 letters, digits, \"_\" and \"-\""));
        }
        if !secret.starts_with(SECRET_PREFIX) || secret == SECRET_PREFIX {
            return Err(invalid("the secret of a sandbox begins with \"bb_test_\""));
        }
        if self.client(&ClientId::new(id)).is_some() {
            return Err(invalid(format!("there is a client {id} already")));
        }
        if self.clients.len() >= MOST {
            return Err(invalid(format!("there are {MOST} clients already")));
        }
        self.clients.push(Client { id: ClientId::new(id), secret: secret.to_owned() });
        Ok(())
    }

    pub(crate) fn check_client(&self, id: &ClientId) -> Result<(), Error> {
        self.client(id).map(drop).ok_or_else(|| not_found("client", id))
    }
}
