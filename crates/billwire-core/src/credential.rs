//! Bearer credentials, each of which says where it may be sent.

use std::fmt;

use billwire_models::operation;
use http::HeaderValue;
use zeroize::Zeroizing;

use crate::environment::Stage;
use crate::error::{Error, ErrorKind};

/// A partner's secret API key. Keep it on the server; it reaches every client of the partner.
///
/// The constructor declares where the key belongs, and the key is refused anywhere else.
/// Sent as `Authorization: Bearer <key>`, and never printed.
///
/// Source: Q2 Biller Direct description, section 2.1 "Bearer credentials".
#[derive(Clone)]
pub struct ApiKey(Bearer);

impl ApiKey {
    /// A key of the production environment.
    pub fn for_production(key: impl Into<String>) -> Self {
        Self(Bearer::new(Stage::Production, key.into()))
    }

    /// A key of the vendor's sandbox, or of the local one.
    pub fn for_sandbox(key: impl Into<String>) -> Self {
        Self(Bearer::new(Stage::Sandbox, key.into()))
    }

    /// Where the key belongs.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.0.stage
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.describe("ApiKey", formatter)
    }
}

/// A token that is limited to one client, such as the `ssoToken` of a client synchronisation.
///
/// Usable in place of the API key for calls about that client's own resources; such calls cannot be signed. Tokens
/// are opaque and are not looked into.
///
/// Source: Q2 Biller Direct description, section 2.1 "Bearer credentials".
#[derive(Clone)]
pub struct ClientToken(Bearer);

impl ClientToken {
    /// A token issued by the production environment.
    pub fn for_production(token: impl Into<String>) -> Self {
        Self(Bearer::new(Stage::Production, token.into()))
    }

    /// A token issued by the vendor's sandbox, or by the local one.
    pub fn for_sandbox(token: impl Into<String>) -> Self {
        Self(Bearer::new(Stage::Sandbox, token.into()))
    }

    /// Where the token belongs.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.0.stage
    }
}

impl fmt::Debug for ClientToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.describe("ClientToken", formatter)
    }
}

/// What a call identifies itself with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credential {
    /// The partner's API key.
    ApiKey(ApiKey),
    /// A token limited to one client.
    ClientToken(ClientToken),
}

impl From<ApiKey> for Credential {
    fn from(key: ApiKey) -> Self {
        Self::ApiKey(key)
    }
}

impl From<ClientToken> for Credential {
    fn from(token: ClientToken) -> Self {
        Self::ClientToken(token)
    }
}

impl Credential {
    /// Where the credential belongs.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.bearer().stage
    }

    /// The kind that the operation table names.
    #[must_use]
    pub const fn kind(&self) -> operation::Credential {
        match self {
            Self::ApiKey(_) => operation::Credential::ApiKey,
            Self::ClientToken(_) => operation::Credential::ClientToken,
        }
    }

    /// The secret text.
    pub(crate) fn secret(&self) -> &str {
        &self.bearer().secret
    }

    /// The `Authorization` value, marked so that `http` never prints it.
    pub(crate) fn authorization(&self) -> Result<HeaderValue, Error> {
        let text = Zeroizing::new(format!("Bearer {}", self.secret()));
        let mut value = HeaderValue::from_str(&text).map_err(|_| self.unusable())?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Checks that the text can stand in a header and that the credential belongs to `stage`.
    pub(crate) fn check(&self, stage: Stage) -> Result<(), Error> {
        let secret = self.secret();
        if secret.is_empty() || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(self.unusable());
        }
        if self.stage() != stage {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!(
                    "{} declared for {} would go to a {stage} address",
                    operation_credential_text(self.kind()),
                    self.stage()
                ),
            )
            .with_advice("use the credential of the environment that is called"));
        }
        Ok(())
    }

    const fn bearer(&self) -> &Bearer {
        match self {
            Self::ApiKey(key) => &key.0,
            Self::ClientToken(token) => &token.0,
        }
    }

    fn unusable(&self) -> Error {
        Error::new(
            ErrorKind::Configuration,
            format!(
                "{} is empty or has a character that cannot stand in a header",
                operation_credential_text(self.kind())
            ),
        )
        .with_advice("check for a line break or a space at its end")
    }
}

/// A credential kind for people.
pub(crate) const fn operation_credential_text(kind: operation::Credential) -> &'static str {
    match kind {
        operation::Credential::ApiKey => "an API key",
        operation::Credential::ClientToken => "a client token",
        _ => "a credential",
    }
}

#[derive(Clone)]
struct Bearer {
    stage: Stage,
    secret: Zeroizing<String>,
}

impl Bearer {
    fn new(stage: Stage, secret: String) -> Self {
        Self { stage, secret: Zeroizing::new(secret) }
    }

    fn describe(&self, name: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct(name).field("stage", &self.stage).field("secret", &"[redacted]").finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_never_printed() {
        let key = Credential::from(ApiKey::for_sandbox("dc220490-secret"));
        let token = Credential::from(ClientToken::for_production("dc220490-secret"));
        for text in [
            format!("{key:?}"),
            format!("{token:#?}"),
            format!("{:?}", key.authorization().expect("a usable key")),
        ] {
            assert!(!text.contains("dc220490"), "{text}");
        }
    }

    #[test]
    fn unusable_text_is_refused_without_printing_it() {
        for secret in ["", " ", "secret\n", "sec ret", "secret\u{e9}", "\r\nX-Other: secret"] {
            let error =
                Credential::from(ApiKey::for_sandbox(secret)).check(Stage::Sandbox).expect_err(secret);
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(!format!("{error} {error:?}").contains("sec"), "{error}");
        }
    }

    #[test]
    fn a_credential_stays_in_its_environment() {
        let cases: [(Credential, Stage, bool); 4] = [
            (ApiKey::for_sandbox("key").into(), Stage::Sandbox, true),
            (ApiKey::for_sandbox("key").into(), Stage::Production, false),
            (ClientToken::for_production("key").into(), Stage::Production, true),
            (ClientToken::for_production("key").into(), Stage::Sandbox, false),
        ];
        for (credential, stage, allowed) in cases {
            assert_eq!(credential.check(stage).is_ok(), allowed, "{credential:?} to {stage}");
        }
    }
}
