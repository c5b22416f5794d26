//! Revoking every token of a client, or one token: never both, because the service would ignore the token.

use std::fmt;

use crate::q2::RevokeTokens;
use crate::scalar::{Hidden, Secret};

impl RevokeTokens {
    /// Asks for every current token of a client to be revoked, by the partner's own identifier of the user.
    ///
    /// ```
    /// use billwire_models::q2::RevokeTokens;
    ///
    /// let request = RevokeTokens::for_client("Bk0zwVx1Z");
    /// assert_eq!(serde_json::to_string(&request)?, r#"{"identifier":"Bk0zwVx1Z"}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: Q2 Biller Direct description, section 4.5.3 "POST /client/revoke-tokens: revoke tokens".
    #[must_use]
    pub fn for_client(identifier: impl Into<String>) -> Self {
        Self::new().with_identifier(identifier)
    }

    /// Asks for one token, and the access tokens made from it, to be revoked.
    ///
    /// ```
    /// use billwire_models::q2::RevokeTokens;
    /// use billwire_models::scalar::Secret;
    ///
    /// let request = RevokeTokens::for_token(Secret::new("566595c8ce88ccec69328566c8ce8595c8"));
    /// assert_eq!(serde_json::to_string(&request)?, r#"{"clientToken":"566595c8ce88ccec69328566c8ce8595c8"}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: Q2 Biller Direct description, section 4.5.3 "POST /client/revoke-tokens: revoke tokens".
    #[must_use]
    pub fn for_token(client_token: Secret) -> Self {
        Self::new().with_client_token(client_token)
    }

    /// What it names, the way the service reads it: the client if there is one, else the token. `None` if a request from
    /// elsewhere names neither.
    ///
    /// Source: Q2 Biller Direct description, section 4.5.3 "POST /client/revoke-tokens: revoke tokens".
    #[must_use]
    pub fn target(&self) -> Option<RevocationTarget<'_>> {
        match (&self.identifier, &self.client_token) {
            (Some(identifier), _) => Some(RevocationTarget::Client(identifier)),
            (None, Some(token)) => Some(RevocationTarget::Token(token)),
            (None, None) => None,
        }
    }
}

/// What a request to revoke tokens names.
///
/// Source: Q2 Biller Direct description, section 4.5.3 "POST /client/revoke-tokens: revoke tokens".
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum RevocationTarget<'a> {
    /// Every current token of the client with this identifier.
    Client(&'a str),
    /// One token.
    Token(&'a Secret),
}

impl fmt::Debug for RevocationTarget<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Client(_) => "Client",
            Self::Token(_) => "Token",
        };
        formatter.debug_tuple(name).field(&Hidden).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_wins_over_the_token() {
        let both: RevokeTokens = serde_json::from_str(r#"{"identifier": "a", "clientToken": "t"}"#).unwrap();
        assert_eq!(both.target(), Some(RevocationTarget::Client("a")));
        let neither: RevokeTokens = serde_json::from_str("{}").unwrap();
        assert_eq!(neither.target(), None);
    }

    #[test]
    fn each_constructor_names_one() {
        let token = Secret::new("t");
        assert_eq!(RevokeTokens::for_token(token.clone()).target(), Some(RevocationTarget::Token(&token)));
        assert!(RevokeTokens::for_token(token).identifier.is_none());
        assert!(RevokeTokens::for_client("a").client_token.is_none());
    }
}
