//! Client tokens: a credential for one client, for a while, perhaps for one request.

use serde::{Deserialize, Serialize};

use super::ids::ClientId;
use super::{Effect, World, pace};
use crate::api_error::ApiError;
use crate::moment::Moment;
use crate::schedule::EntryKey;
use crate::table::Row;

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Token {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) client_id: ClientId,
    pub(crate) expires_at: Moment,
    pub(crate) single_use: bool,
    pub(crate) used: bool,
    pub(crate) access_token_seconds: i64,
    /// When it is forgotten: a day after it expired, so that its holder still hears why it is refused.
    forgotten: EntryKey,
}

impl Row for Token {
    type Id = String;

    fn id(&self) -> &String {
        &self.id
    }

    fn name(&self) -> Option<&str> {
        Some(&self.text)
    }
}

pub(crate) struct NewToken {
    pub(crate) identifier: String,
    pub(crate) single_use: bool,
    pub(crate) expires_at: Option<Moment>,
    pub(crate) access_token_seconds: Option<i64>,
}

impl World {
    /// Makes a token for the client with this identifier, and the client if there is none.
    ///
    /// Source: Q2 Biller Direct description, sections 4.5.2 and 12.6.
    pub(crate) fn create_token(&mut self, now: Moment, new: &NewToken) -> Result<String, ApiError> {
        let expires_at = new.expires_at.unwrap_or_else(|| now.plus(pace::TOKEN));
        if expires_at <= now {
            return Err(ApiError::bad_request(format!(
                "The expiration lies in the past: it is {now} here. Give a later one or none for 24 hours."
            )));
        }
        let access_token_seconds = new.access_token_seconds.unwrap_or(3600);
        if access_token_seconds <= 0 {
            return Err(ApiError::bad_request("accessTokenExpiresIn is a number of seconds greater than 0."));
        }
        let client_id = self.create_client(&new.identifier, serde_json::Map::new())?;
        let id = self.seed.id("token-record");
        let text = self.seed.token("token");
        let forgotten = self
            .schedule
            .add(expires_at.plus(pace::TOKEN_KEPT), Effect::TokenIsForgotten { token_id: id.clone() });
        self.tokens.insert(Token {
            id,
            text: text.clone(),
            client_id,
            expires_at,
            single_use: new.single_use,
            used: false,
            access_token_seconds,
            forgotten,
        });
        Ok(text)
    }

    pub(crate) fn has_token(&self, text: &str) -> bool {
        self.tokens.find_named(text).is_some()
    }

    /// The client a token speaks for; a one-time token is used up by this.
    pub(crate) fn use_token(&mut self, now: Moment, text: &str) -> Result<ClientId, ApiError> {
        const UNKNOWN: &str = "The credential is neither an API key nor a current client token.";
        let id = self
            .tokens
            .find_named(text)
            .map(|token| token.id.clone())
            .ok_or_else(|| ApiError::unauthorized(UNKNOWN))?;
        let token = self.tokens.find_mut(&id).ok_or_else(|| ApiError::unauthorized(UNKNOWN))?;
        if token.expires_at <= now {
            return Err(ApiError::unauthorized(format!(
                "The client token expired at {}. Create another one.",
                token.expires_at
            )));
        }
        if token.single_use && token.used {
            return Err(ApiError::unauthorized(
                "The client token works once and was used. Create another one.",
            ));
        }
        token.used = true;
        Ok(token.client_id.clone())
    }

    /// Makes every token of the client with this identifier worthless. An unknown identifier has none.
    ///
    /// Source: Q2 Biller Direct description, sections 4.5.3 and 12.6.
    pub(crate) fn revoke_tokens_of(&mut self, identifier: &str) {
        let client = self.clients.find_named(identifier);
        let Some(client_id) = client.map(|client| client.id.clone()) else { return };
        self.revoke_where(|token| token.client_id == client_id);
    }

    /// Makes one token worthless; an unknown one is already.
    pub(crate) fn revoke_token(&mut self, text: &str) {
        self.revoke_where(|token| token.text == text);
    }

    fn revoke_where(&mut self, is_meant: impl Fn(&Token) -> bool) {
        let revoked: Vec<(String, EntryKey)> = self
            .tokens
            .iter()
            .filter(|token| is_meant(token))
            .map(|token| (token.id.clone(), token.forgotten))
            .collect();
        for (id, forgotten) in revoked {
            self.tokens.remove(&id);
            self.schedule.remove(forgotten);
        }
    }

    pub(super) fn token_is_forgotten(&mut self, id: &String) {
        self.tokens.remove(id);
    }
}
