//! What a call identifies itself with, each of which knows where it may be sent.

mod client_credentials;

use std::fmt;

use billwire_models::operation;
use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};
use zeroize::Zeroizing;

pub use self::client_credentials::ClientCredentials;
use crate::environment::Stage;
use crate::error::{Error, ErrorKind};

/// Makes the type of one kind of bearer credential.
macro_rules! bearer {
    ($(#[$documentation:meta])* $name:ident, $noun:literal) => {
        $(#[$documentation])*
        #[derive(Clone)]
        pub struct $name(Bearer);

        impl $name {
            #[doc = concat!("A ", $noun, " of the production environment.")]
            pub fn for_production(text: impl Into<String>) -> Self {
                Self(Bearer::new(Stage::Production, text.into()))
            }

            #[doc = concat!("A ", $noun, " of the vendor's sandbox, or of the local one.")]
            pub fn for_sandbox(text: impl Into<String>) -> Self {
                Self(Bearer::new(Stage::Sandbox, text.into()))
            }

            /// Where it belongs.
            #[must_use]
            pub const fn stage(&self) -> Stage {
                self.0.stage
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.describe(stringify!($name), formatter)
            }
        }

        impl From<$name> for Credential {
            fn from(credential: $name) -> Self {
                Self::$name(credential)
            }
        }
    };
}

bearer! {
    /// A partner's secret API key. Keep it on the server; it reaches every client of the partner.
    ///
    /// The constructor declares where the key belongs, and the key is refused anywhere else.
    /// Sent as `Authorization: Bearer <key>`, and never printed.
    ///
    /// Source: Q2 Biller Direct description, section 2.1 "Bearer credentials"; Unbill v1 description, section 2
    /// "Authentication, request ids, errors".
    ApiKey, "key"
}

bearer! {
    /// A token that is limited to one client, such as the `ssoToken` of a client synchronisation.
    ///
    /// Usable in place of the API key for calls about that client's own resources; such calls cannot be signed. Tokens
    /// are opaque and are not looked into.
    ///
    /// Source: Q2 Biller Direct description, section 2.1 "Bearer credentials".
    ClientToken, "token"
}

bearer! {
    /// A token that is limited to one linked account, from the exchange of a public token. Described as permanent: keep it
    /// like a password. Sent as `Authorization: Bearer <token>`, and never printed.
    ///
    /// Source: BillerAPI description, section 2.1 "Modes".
    AccessToken, "token"
}

bearer! {
    /// A token of the provider's portal, for the calls that administer a client. Where it comes from is not documented. Sent
    /// as `Authorization: Bearer <token>`, and never printed.
    ///
    /// Source: BillerAPI description, section 2.1 "Modes".
    PortalToken, "token"
}

/// What a call identifies itself with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credential {
    /// The partner's API key.
    ApiKey(ApiKey),
    /// A token limited to one client.
    ClientToken(ClientToken),
    /// A client id and its secret.
    ClientCredentials(ClientCredentials),
    /// A token limited to one linked account.
    AccessToken(AccessToken),
    /// A token of the provider's portal.
    PortalToken(PortalToken),
}

impl From<ClientCredentials> for Credential {
    fn from(credentials: ClientCredentials) -> Self {
        Self::ClientCredentials(credentials)
    }
}

impl Credential {
    /// Where the credential was declared to belong; `None` for client credentials, whose secret says it itself.
    #[must_use]
    pub const fn stage(&self) -> Option<Stage> {
        match self.bearer() {
            Some(bearer) => Some(bearer.stage),
            None => None,
        }
    }

    /// The kind that the operation table names.
    #[must_use]
    pub const fn kind(&self) -> operation::Credential {
        match self {
            Self::ApiKey(_) => operation::Credential::ApiKey,
            Self::ClientToken(_) => operation::Credential::ClientToken,
            Self::ClientCredentials(_) => operation::Credential::ClientCredentials,
            Self::AccessToken(_) => operation::Credential::AccessToken,
            Self::PortalToken(_) => operation::Credential::PortalToken,
        }
    }

    /// The secret text.
    pub(crate) fn secret(&self) -> &str {
        match self {
            Self::ClientCredentials(credentials) => credentials.secret(),
            Self::ApiKey(ApiKey(bearer))
            | Self::ClientToken(ClientToken(bearer))
            | Self::AccessToken(AccessToken(bearer))
            | Self::PortalToken(PortalToken(bearer)) => &bearer.secret,
        }
    }

    /// The headers that carry the credential, marked so that `http` never prints a secret.
    pub(crate) fn headers(&self) -> Result<Vec<(HeaderName, HeaderValue)>, Error> {
        if let Self::ClientCredentials(credentials) = self {
            return credentials.headers().map_err(|_| self.unusable());
        }
        let text = Zeroizing::new(format!("Bearer {}", self.secret()));
        let mut value = HeaderValue::from_str(&text).map_err(|_| self.unusable())?;
        value.set_sensitive(true);
        Ok(vec![(AUTHORIZATION, value)])
    }

    /// Checks that the text can stand in a header and that the credential belongs to `stage`.
    pub(crate) fn check(&self, stage: Stage) -> Result<(), Error> {
        let id = if let Self::ClientCredentials(credentials) = self { credentials.client_id() } else { "-" };
        for text in [self.secret(), id] {
            if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(self.unusable());
            }
        }
        match self.stage() {
            Some(declared) if declared != stage => Err(self.misplaced(declared, stage)),
            _ => Ok(()),
        }
    }

    /// Checks that `operation` takes the credential, or takes none. `true` if it is to be sent.
    pub(crate) fn check_operation(&self, operation: &operation::Operation) -> Result<bool, Error> {
        // The usual one stands first, and what need not be told stays here.
        let first = operation
            .credentials
            .iter()
            .find(|kind| **kind == self.kind() || **kind == operation::Credential::Nothing);
        match first {
            Some(operation::Credential::Nothing) => Ok(false),
            Some(_) => Ok(true),
            None => {
                let accepted: Vec<&str> =
                    operation.credentials.iter().map(|kind| operation_credential_text(*kind)).collect();
                Err(Error::new(
                    ErrorKind::CredentialNotAllowed,
                    format!("the operation does not accept {}", operation_credential_text(self.kind())),
                )
                .with_advice(format!("use {}", accepted.join(" or "))))
            }
        }
    }

    /// A credential of one environment on its way to another.
    pub(crate) fn misplaced(&self, declared: Stage, stage: Stage) -> Error {
        let what = operation_credential_text(self.kind());
        Error::new(
            ErrorKind::Configuration,
            format!("{what} declared for {declared} would go to a {stage} address"),
        )
        .with_advice("use the credential of the environment that is called")
    }

    const fn bearer(&self) -> Option<&Bearer> {
        match self {
            Self::ApiKey(ApiKey(bearer))
            | Self::ClientToken(ClientToken(bearer))
            | Self::AccessToken(AccessToken(bearer))
            | Self::PortalToken(PortalToken(bearer)) => Some(bearer),
            Self::ClientCredentials(_) => None,
        }
    }

    fn unusable(&self) -> Error {
        let what = operation_credential_text(self.kind());
        Error::new(
            ErrorKind::Configuration,
            format!("{what} is empty or has a character that cannot stand in a header"),
        )
        .with_advice("check for a line break or a space at its end")
    }
}

/// A credential kind for people.
pub(crate) const fn operation_credential_text(kind: operation::Credential) -> &'static str {
    match kind {
        operation::Credential::ApiKey => "an API key",
        operation::Credential::ClientToken => "a client token",
        operation::Credential::ClientCredentials => "a client id with its secret",
        operation::Credential::AccessToken => "an access token",
        operation::Credential::PortalToken => "a portal token",
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

    fn sandbox(secret: &str) -> [Credential; 4] {
        [
            ApiKey::for_sandbox(secret).into(),
            ClientToken::for_sandbox(secret).into(),
            AccessToken::for_sandbox(secret).into(),
            PortalToken::for_sandbox(secret).into(),
        ]
    }

    #[test]
    fn a_credential_is_never_printed() {
        let key = Credential::from(ApiKey::for_sandbox("dc220490-secret"));
        let token = Credential::from(ClientToken::for_production("dc220490-secret"));
        let pair = Credential::from(ClientCredentials::new("client_xyz", "dc220490-secret"));
        for text in [
            format!("{key:?} {pair:?}"),
            format!("{token:#?}"),
            format!("{:?}", sandbox("dc220490-secret")),
            format!("{:?}", key.headers().expect("a usable key")),
            format!("{:?}", pair.headers().expect("a usable pair")),
        ] {
            assert!(!text.contains("dc220490"), "{text}");
        }
        assert!(format!("{pair:?}").contains("client_xyz"), "an id may be shown");
    }

    #[test]
    fn unusable_text_is_refused_without_printing_it() {
        for secret in ["", " ", "secret\n", "sec ret", "secret\u{e9}", "\r\nX-Other: secret"] {
            let pairs = [ClientCredentials::new("id", secret), ClientCredentials::new(secret, "secret")];
            for credential in sandbox(secret).into_iter().chain(pairs.map(Credential::from)) {
                let error = credential.check(Stage::Sandbox).expect_err(secret);
                assert_eq!(error.kind(), ErrorKind::Configuration);
                assert!(!format!("{error} {error:?}").contains("sec ret"), "{error}");
                assert!(!format!("{error} {error:?}").contains("X-Other"), "{error}");
            }
        }
    }

    #[test]
    fn a_credential_stays_in_its_environment() {
        let cases: [(Credential, Stage, bool); 5] = [
            (ApiKey::for_sandbox("key").into(), Stage::Sandbox, true),
            (ApiKey::for_sandbox("key").into(), Stage::Production, false),
            (ClientToken::for_production("key").into(), Stage::Production, true),
            (ClientToken::for_production("key").into(), Stage::Sandbox, false),
            (AccessToken::for_production("key").into(), Stage::Sandbox, false),
        ];
        for (credential, stage, allowed) in cases {
            assert_eq!(credential.check(stage).is_ok(), allowed, "{credential:?} to {stage}");
        }
    }
}
