//! What the command must know of an API beside its operations: where its local sandbox serves it, and how to identify
//! oneself there. Everything else is read from the operation table, so that no command knows an API by name.

use billwire::models::operation::{Api, Credential, Operation};
use billwire::models::{billerapi, q2, unbill};

/// One API.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) api: Api,
    pub(crate) operations: &'static [&'static Operation],
    /// One line for people.
    pub(crate) about: &'static str,
    /// Where the local sandbox serves it when it is started without options.
    pub(crate) local_url: &'static str,
    /// The variable with another address.
    pub(crate) base_url_variable: &'static str,
    /// What a call can identify itself with, the usual one first.
    pub(crate) credentials: &'static [CredentialOption],
    /// Whether requests can be signed and bodies encrypted.
    pub(crate) message_security: bool,
    /// How long an idempotency key is remembered, as an adverbial.
    pub(crate) key_life: &'static str,
    /// How long a whole call may take unless told otherwise, as the help says it.
    pub(crate) time_limit: &'static str,
}

/// A kind of credential.
#[derive(Debug)]
pub(crate) struct CredentialOption {
    pub(crate) kind: Credential,
    /// As in "takes the API key".
    pub(crate) name: &'static str,
    pub(crate) parts: &'static [Part],
}

/// One text of a credential.
#[derive(Debug)]
pub(crate) struct Part {
    /// The option that says where to read it, without the dashes.
    pub(crate) option: &'static str,
    /// What it is called in messages.
    pub(crate) what: &'static str,
    pub(crate) help: &'static str,
    /// The variable that holds it unless said otherwise.
    pub(crate) variable: Option<&'static str>,
    /// What it is at every local sandbox; worthless anywhere else.
    pub(crate) local: Option<&'static str>,
}

impl Part {
    /// Its name in a profile.
    pub(crate) fn setting(&self) -> String {
        self.option.replace('-', "_")
    }
}

/// The key of the documents' examples, which every local sandbox takes.
const LOCAL_API_KEY: &str = "dc220490-e6ee-11e5-8a94-e7385a8d929e";

/// Where no operation takes an idempotency key.
const NO_KEYS: &str = "soon";

/// How an API with a partner's key is called; the variable and the help differ.
macro_rules! api_key {
    ($variable:literal) => {
        CredentialOption {
            kind: Credential::ApiKey,
            name: "the API key",
            parts: &[Part {
                option: "api-key-from",
                what: "the API key",
                help: concat!("Where to read the API key [default: env:", $variable, "]"),
                variable: Some($variable),
                local: Some(LOCAL_API_KEY),
            }],
        }
    };
}

/// A token that is used only where it was asked for.
macro_rules! token {
    ($kind:ident, $name:literal, $option:literal, $help:literal, $variable:expr) => {
        CredentialOption {
            kind: Credential::$kind,
            name: $name,
            parts: &[Part {
                option: $option,
                what: concat!("--", $option),
                help: $help,
                variable: $variable,
                local: None,
            }],
        }
    };
}

static APIS: [Entry; 3] = [
    Entry {
        api: Api::Q2,
        operations: q2::operations::ALL,
        about: "Call Q2 Biller Direct: billwire q2 <resource> <operation>",
        local_url: "http://127.0.0.1:7701/v1",
        base_url_variable: "BILLWIRE_Q2_BASE_URL",
        credentials: &[
            api_key!("BILLWIRE_Q2_API_KEY"),
            token!(
                ClientToken,
                "a client token",
                "client-token-from",
                "Where to read a client token to use in place of the API key",
                None
            ),
        ],
        message_security: true,
        key_life: NO_KEYS,
        time_limit: "90s",
    },
    Entry {
        api: Api::Unbill,
        operations: unbill::operations::ALL,
        about: "Call Unbill, the legacy version of it: billwire unbill <resource> <operation>",
        local_url: "http://127.0.0.1:7702/v1",
        base_url_variable: "BILLWIRE_UNBILL_BASE_URL",
        credentials: &[api_key!("BILLWIRE_UNBILL_API_KEY")],
        message_security: false,
        key_life: NO_KEYS,
        time_limit: "90s; 2m for a login",
    },
    Entry {
        api: Api::BillerApi,
        operations: billerapi::operations::ALL,
        about: "Call BillerAPI: billwire billerapi <resource> <operation>",
        local_url: "http://127.0.0.1:7703",
        base_url_variable: "BILLWIRE_BILLERAPI_BASE_URL",
        credentials: &[
            CredentialOption {
                kind: Credential::ClientCredentials,
                name: "the client credentials",
                parts: &[
                    Part {
                        option: "client-id-from",
                        what: "the client id",
                        help: "Where to read the client id [default: env:BILLWIRE_BILLERAPI_CLIENT_ID]",
                        variable: Some("BILLWIRE_BILLERAPI_CLIENT_ID"),
                        local: Some("client_sandbox"),
                    },
                    Part {
                        option: "client-secret-from",
                        what: "the client secret",
                        help: "Where to read the client secret [default: env:BILLWIRE_BILLERAPI_CLIENT_SECRET]",
                        variable: Some("BILLWIRE_BILLERAPI_CLIENT_SECRET"),
                        local: Some("bb_test_sandbox_secret"),
                    },
                ],
            },
            token!(
                AccessToken,
                "an access token",
                "access-token-from",
                "Where to read the access token of one account [default, for reading bills: \
                 env:BILLWIRE_BILLERAPI_ACCESS_TOKEN if set]",
                Some("BILLWIRE_BILLERAPI_ACCESS_TOKEN")
            ),
            token!(
                PortalToken,
                "a portal token",
                "portal-token-from",
                "Where to read a token of the portal to use in place of the client credentials",
                None
            ),
        ],
        message_security: false,
        key_life: "within 24 hours",
        time_limit: "3m",
    },
];

/// All APIs, in the order of the help.
pub(crate) fn all() -> &'static [Entry] {
    &APIS
}

/// The API that an operation belongs to.
pub(crate) fn of(api: Api) -> Option<&'static Entry> {
    all().iter().find(|entry| entry.api == api)
}

/// The operations of `api`.
pub(crate) fn operations(api: Api) -> &'static [&'static Operation] {
    of(api).map_or(&[], |entry| entry.operations)
}

impl Entry {
    /// The credential that is meant unless another is given.
    pub(crate) fn usual(&self) -> Option<&'static CredentialOption> {
        self.credentials.first()
    }

    pub(crate) fn credential(&self, kind: Credential) -> Option<&'static CredentialOption> {
        self.credentials.iter().find(|credential| credential.kind == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_can_be_called_with_a_known_credential() {
        for entry in all() {
            for operation in entry.operations {
                assert_eq!(operation.api, entry.api);
                let known =
                    |kind: &Credential| *kind == Credential::Nothing || entry.credential(*kind).is_some();
                assert!(operation.credentials.iter().all(known), "{}", operation.name());
            }
        }
    }

    #[test]
    fn only_the_usual_credential_has_local_values() {
        for entry in all() {
            let (usual, others) = entry.credentials.split_first().expect("a credential");
            assert!(usual.parts.iter().all(|part| part.local.is_some() && part.variable.is_some()));
            assert!(others.iter().flat_map(|other| other.parts).all(|part| part.local.is_none()));
        }
    }
}
