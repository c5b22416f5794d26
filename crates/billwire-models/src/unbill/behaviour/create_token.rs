//! One-time and reusable tokens: what a missing member means is the opposite of what it means in the current version.

use crate::unbill::{ClientMeta, CreateToken};

impl CreateToken {
    /// Asks for a token that is consumed by its first use. Sends `nonce: true`.
    ///
    /// ```
    /// use billwire_models::unbill::CreateToken;
    ///
    /// let request = CreateToken::one_time("Bk0zwVx1Z");
    /// assert_eq!(serde_json::to_string(&request)?, r#"{"identifier":"Bk0zwVx1Z","nonce":true}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: Unbill v1 description, section 3 "Traps of this version", trap L7.
    #[must_use]
    pub fn one_time(identifier: impl Into<String>) -> Self {
        Self::new(identifier.into()).with_nonce(true)
    }

    /// Asks for a token that can be used again until it expires. Sends `nonce: false`: without it the token would work
    /// once. How long it lives is not documented.
    ///
    /// ```
    /// use billwire_models::unbill::CreateToken;
    ///
    /// let request = CreateToken::reusable("Bk0zwVx1Z");
    /// assert_eq!(serde_json::to_string(&request)?, r#"{"identifier":"Bk0zwVx1Z","nonce":false}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: Unbill v1 description, section 3 "Traps of this version", trap L7.
    #[must_use]
    pub fn reusable(identifier: impl Into<String>) -> Self {
        Self::new(identifier.into()).with_nonce(false)
    }

    /// Adds facts about the user, which are kept if the call creates the client. Sends `meta`.
    ///
    /// Source: Unbill v1 description, section 4.5.2 "POST /client/create-token".
    #[must_use]
    pub fn with_client_meta(self, meta: ClientMeta) -> Self {
        self.with_meta(meta)
    }

    /// Whether the token is consumed by its first use; true also if a request from elsewhere does not say.
    ///
    /// Source: Unbill v1 description, section 4.5.2 "POST /client/create-token".
    #[must_use]
    pub fn is_one_time(&self) -> bool {
        self.nonce.unwrap_or(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Trap L7: a missing `nonce` means a one-time token here, so it is always sent.
    #[test]
    fn a_missing_nonce_means_once() {
        let read: CreateToken = serde_json::from_str(r#"{"identifier": "a"}"#).unwrap();
        assert!(read.is_one_time());
        assert!(CreateToken::one_time("a").is_one_time());
        assert!(!CreateToken::reusable("a").is_one_time());
    }
}
