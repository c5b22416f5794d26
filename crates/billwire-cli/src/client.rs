//! The client of the API that a command line names, behind one face.

use std::time::Duration;

use billwire::core::{ApiKey, ClientToken, Credential, Environment, Stage};
use billwire::crypto::{PrivateKey, PublicKey};
use billwire::models::operation::{self, Api, Operation};
use billwire::models::scalar::Secret;
use billwire::{core, q2};
use serde_json::Value;

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
    fn text(&self, index: usize) -> &str {
        self.texts.get(index).map_or("", Secret::expose)
    }

    /// The typed credential: where it belongs is what the command line says.
    fn credential(&self, stage: Stage) -> Result<Credential, Error> {
        let production = stage == Stage::Production;
        let text = self.text(0);
        Ok(match self.kind {
            operation::Credential::ClientToken if production => ClientToken::for_production(text).into(),
            operation::Credential::ClientToken => ClientToken::for_sandbox(text).into(),
            operation::Credential::ApiKey if production => ApiKey::for_production(text).into(),
            operation::Credential::ApiKey => ApiKey::for_sandbox(text).into(),
            _ => return Err(Error::unexpected("this build does not know the kind of credential")),
        })
    }
}

/// A client of one of the APIs.
#[derive(Clone, Debug)]
pub(crate) enum Client {
    Q2(q2::Client),
}

impl Client {
    /// Opens no connection. Call it inside a tokio runtime.
    pub(crate) fn new(api: Api, setup: Setup) -> Result<Self, Error> {
        match api {
            Api::Q2 => of_q2(setup).map(Self::Q2),
            _ => Err(Error::unexpected(format!("this build cannot call {}", api.as_str()))),
        }
    }

    pub(crate) fn base_url(&self) -> &str {
        match self {
            Self::Q2(client) => client.config().base_url(),
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
        }
    }

    /// The client of Q2 Biller Direct, for the commands that only it has.
    pub(crate) fn q2(&self) -> Result<&q2::Client, Error> {
        match self {
            Self::Q2(client) => Ok(client),
        }
    }
}

fn of_q2(setup: Setup) -> Result<q2::Client, Error> {
    let mut config = q2::Config::builder(setup.environment, setup.credential.credential(setup.stage)?);
    if let Some(key) = setup.signing_key {
        config = config.with_request_signing(key);
    }
    if let Some(key) = setup.encryption_key {
        config = config.with_payload_encryption(key);
    }
    if let Some(limit) = setup.time_limit {
        config = config.with_deadline(limit).with_timeout(limit);
    }
    q2::client(config.build().map_err(|error| not_configured(&error))?).map_err(|error| no_transport(&error))
}

fn no_transport(error: &billwire::reqwest::BuildError) -> Error {
    Error::configuration("the HTTP client cannot be set up").with_cause(error).with_causes_of(error)
}

/// A configuration that the client refuses, with advice in terms of this command.
fn not_configured(error: &core::Error) -> Error {
    let failure = outcome::failed(error);
    if error.advice().contains("Environment::") {
        failure.with_advice(
            "give --environment sandbox or --environment production for the vendor's hosts, without --base-url;\n\
             any other address with --base-url takes sandbox credentials unless --environment production is given",
        )
    } else {
        failure
    }
}
