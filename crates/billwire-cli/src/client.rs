//! The client of the API that a command line names, behind one face.

use std::time::Duration;

use billwire::billerapi::scope::{ClientWide, OneAccount, Portal, Scope};
use billwire::core::{
    AccessToken, ApiKey, CallOptions, ClientCredentials, ClientToken, Credential, Environment,
    IdempotencyKey, PortalToken, Stage,
};
use billwire::crypto::{PrivateKey, PublicKey};
use billwire::models::operation::{self, Api, Operation};
use billwire::models::scalar::Secret;
use billwire::{billerapi, q2, unbill};
use serde_json::Value;

use crate::api::CredentialOption;
use crate::error::Error;
use crate::operation_args::Arguments;
use crate::outcome::{self, Outcome};

/// What a client is made from.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) environment: Environment,
    pub(crate) stage: Stage,
    pub(crate) credential: Given,
    pub(crate) signing_key: Option<PrivateKey>,
    pub(crate) encryption_key: Option<PublicKey>,
    pub(crate) time_limit: Option<Duration>,
}

/// A credential that was read.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) kind: operation::Credential,
    /// Its texts, in the order of the API's table.
    pub(crate) texts: Vec<Secret>,
}

impl Given {
    /// In the place of a credential for an operation that is sent none: a client is always made from one.
    pub(crate) fn unsent(credential: &CredentialOption) -> Self {
        let texts = credential.parts.iter().map(|_| Secret::new("none")).collect();
        Self { kind: credential.kind, texts }
    }

    fn text(&self, index: usize) -> &str {
        self.texts.get(index).map_or("", Secret::expose)
    }

    /// An API key: where it belongs is what the command line says.
    fn api_key(&self, stage: Stage) -> ApiKey {
        match stage {
            Stage::Production => ApiKey::for_production(self.text(0)),
            Stage::Sandbox => ApiKey::for_sandbox(self.text(0)),
        }
    }

    fn client_token(&self, stage: Stage) -> ClientToken {
        match stage {
            Stage::Production => ClientToken::for_production(self.text(0)),
            Stage::Sandbox => ClientToken::for_sandbox(self.text(0)),
        }
    }

    fn access_token(&self, stage: Stage) -> AccessToken {
        match stage {
            Stage::Production => AccessToken::for_production(self.text(0)),
            Stage::Sandbox => AccessToken::for_sandbox(self.text(0)),
        }
    }

    fn portal_token(&self, stage: Stage) -> PortalToken {
        match stage {
            Stage::Production => PortalToken::for_production(self.text(0)),
            Stage::Sandbox => PortalToken::for_sandbox(self.text(0)),
        }
    }
}

/// A client of one of the APIs.
#[derive(Clone, Debug)]
pub(crate) enum Client {
    Q2(q2::Client),
    Unbill(unbill::Client),
    BillerApi(billerapi::Client<ClientWide>),
    BillerApiAccount(billerapi::Client<OneAccount>),
    BillerApiPortal(billerapi::Client<Portal>),
}

impl Client {
    /// Opens no connection. Call it inside a tokio runtime.
    pub(crate) fn new(api: Api, setup: Setup) -> Result<Self, Error> {
        match api {
            Api::Q2 => of_q2(setup).map(Self::Q2),
            Api::Unbill => of_unbill(&setup).map(Self::Unbill),
            Api::BillerApi => of_billerapi(&setup),
            _ => Err(Error::unexpected(format!("this build cannot call {}", api.as_str()))),
        }
    }

    pub(crate) fn base_url(&self) -> &str {
        match self {
            Self::Q2(client) => client.config().base_url(),
            Self::Unbill(client) => client.config().base_url(),
            Self::BillerApi(client) => client.config().base_url(),
            Self::BillerApiAccount(client) => client.config().base_url(),
            Self::BillerApiPortal(client) => client.config().base_url(),
        }
    }

    /// Calls `operation` with what was given on the command line.
    pub(crate) async fn call(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
        body: Option<Value>,
    ) -> Result<Outcome, Error> {
        match self {
            Self::Q2(client) => crate::q2::dispatch::run(client, operation, arguments, body).await,
            Self::Unbill(client) => crate::unbill::dispatch::run(client, operation, arguments, body).await,
            Self::BillerApi(client) => {
                crate::billerapi::dispatch::run(client, operation, arguments, body).await
            }
            Self::BillerApiAccount(client) => {
                crate::billerapi::dispatch::run(client, operation, arguments, body).await
            }
            Self::BillerApiPortal(client) => {
                crate::billerapi::dispatch::run(client, operation, arguments, body).await
            }
        }
    }

    /// Asks for every page of the list of `operation`, from the one on that the arguments name.
    pub(crate) async fn all_pages(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
    ) -> Result<Outcome, Error> {
        match self {
            Self::BillerApi(client) => {
                crate::billerapi::dispatch::all_pages(client, operation, arguments).await
            }
            Self::BillerApiAccount(client) => {
                crate::billerapi::dispatch::all_pages(client, operation, arguments).await
            }
            Self::BillerApiPortal(client) => {
                crate::billerapi::dispatch::all_pages(client, operation, arguments).await
            }
            Self::Q2(_) | Self::Unbill(_) => Err(outcome::not_compiled_in(operation)),
        }
    }

    /// The client of Q2 Biller Direct, for the commands that only it has.
    pub(crate) fn q2(&self) -> Result<&q2::Client, Error> {
        match self {
            Self::Q2(client) => Ok(client),
            _ => Err(Error::unexpected("this command is one of q2")),
        }
    }

    /// The same client, whose next call has this idempotency key.
    pub(crate) fn with_idempotency_key(&self, key: IdempotencyKey) -> Self {
        let options = CallOptions::new().with_idempotency_key(key);
        match self {
            Self::Q2(client) => Self::Q2(client.with_options(options)),
            Self::Unbill(client) => Self::Unbill(client.with_options(options)),
            Self::BillerApi(client) => Self::BillerApi(client.with_options(options)),
            Self::BillerApiAccount(client) => Self::BillerApiAccount(client.with_options(options)),
            Self::BillerApiPortal(client) => Self::BillerApiPortal(client.with_options(options)),
        }
    }
}

fn of_q2(setup: Setup) -> Result<q2::Client, Error> {
    let credential: Credential = match setup.credential.kind {
        operation::Credential::ClientToken => setup.credential.client_token(setup.stage).into(),
        _ => setup.credential.api_key(setup.stage).into(),
    };
    let mut config = q2::Config::builder(setup.environment, credential);
    if let Some(key) = setup.signing_key {
        config = config.with_request_signing(key);
    }
    if let Some(key) = setup.encryption_key {
        config = config.with_payload_encryption(key);
    }
    if let Some(limit) = setup.time_limit {
        config = config.with_deadline(limit).with_timeout(limit);
    }
    q2::client(config.build().map_err(|error| outcome::failed(&error))?).map_err(|error| no_transport(&error))
}

fn of_unbill(setup: &Setup) -> Result<unbill::Client, Error> {
    let key = setup.credential.api_key(setup.stage);
    let mut config = unbill::Config::builder(setup.environment.clone(), key);
    if let Some(limit) = setup.time_limit {
        config = config.with_deadline(limit).with_timeout(limit);
        config = config.with_login_deadline(limit).with_login_timeout(limit);
    }
    let config = config.build().map_err(|error| outcome::failed(&error))?;
    unbill::client(config).map_err(|error| no_transport(&error))
}

fn of_billerapi(setup: &Setup) -> Result<Client, Error> {
    let given = &setup.credential;
    let environment = setup.environment.clone();
    match given.kind {
        operation::Credential::AccessToken => {
            let config = billerapi::Config::builder(environment, given.access_token(setup.stage));
            billerapi_client(config, setup).map(Client::BillerApiAccount)
        }
        operation::Credential::PortalToken => {
            let config = billerapi::Config::builder(environment, given.portal_token(setup.stage));
            billerapi_client(config, setup).map(Client::BillerApiPortal)
        }
        _ => {
            let credentials = ClientCredentials::new(given.text(0), given.text(1));
            let config = billerapi::Config::builder(environment, credentials);
            billerapi_client(config, setup).map(Client::BillerApi)
        }
    }
}

fn billerapi_client<S: Scope>(
    mut config: billerapi::ConfigBuilder<S>,
    setup: &Setup,
) -> Result<billerapi::Client<S>, Error> {
    if let Some(limit) = setup.time_limit {
        config = config.with_deadline(limit).with_timeout(limit);
    }
    let config = config.build().map_err(|error| outcome::failed(&error))?;
    billerapi::client(config).map_err(|error| no_transport(&error))
}

fn no_transport(error: &billwire::reqwest::BuildError) -> Error {
    Error::configuration("the HTTP client cannot be set up").with_cause(error).with_causes_of(error)
}
