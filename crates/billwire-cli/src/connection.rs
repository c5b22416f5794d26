//! Where to call, as whom, with which keys: options of the command line, then variables, then the profile, then defaults.

use std::time::Duration;

use billwire::core::{ApiKey, ClientToken, Credential, Environment, Stage};
use billwire::crypto::{PrivateKey, PublicKey};
use billwire::models::scalar::Secret;
use billwire::{core, keys, q2};
use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ArgMatches, ValueEnum, value_parser};
use jiff::SignedDuration;

use crate::error::Error;
use crate::outcome;
use crate::profile::Profile;
use crate::secret_source::{self, Reader, SecretSource};

/// Where the local sandbox serves this API when it is started without options.
pub(crate) const LOCAL_URL: &str = "http://127.0.0.1:7701/v1";
/// Where the API key is looked for unless said otherwise.
const API_KEY_VARIABLE: &str = "BILLWIRE_Q2_API_KEY";
/// The API key of every local sandbox; worthless anywhere else.
const LOCAL_API_KEY: &str = "dc220490-e6ee-11e5-8a94-e7385a8d929e";
/// The id sent along with nothing: the signing key is not named in requests.
const SIGNING_KEY_ID: &str = "request-signing";
const HEADING: &str = "Connection";

/// The worlds a call can go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum World {
    /// The sandbox of this command, on this machine.
    Local,
    /// The vendor's sandbox.
    Sandbox,
    /// The vendor's production. Money moves.
    Production,
}

impl ValueEnum for World {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Local, Self::Sandbox, Self::Production]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Local => PossibleValue::new("local").help("`billwire sandbox` on this machine (default)"),
            Self::Sandbox => PossibleValue::new("sandbox").help("the vendor's sandbox"),
            Self::Production => PossibleValue::new("production").help("the vendor's production: money moves"),
        })
    }
}

/// A client and where it calls.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) client: q2::Client,
    pub(crate) stage: Stage,
    /// Whether the sandbox of this command is meant.
    pub(crate) local: bool,
}

/// Whether the connection has an option of this name, so that no request body can have it.
pub(crate) fn has_option(long: &str) -> bool {
    options().iter().any(|option| option.get_long() == Some(long))
}

/// The options of every command that calls the API. The short help shows those that a first call needs.
pub(crate) fn options() -> Vec<Arg> {
    let option = |name: &'static str, value: &'static str, help: &str| {
        Arg::new(name).long(name).value_name(value).help(help.to_owned()).help_heading(HEADING).global(true)
    };
    let rare = |name, value, help: &str| option(name, value, help).hide_short_help(true);
    let switch = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).global(true).help(help).hide_short_help(true)
    };
    vec![
        option("environment", "NAME", "Where to call").value_parser(value_parser!(World)),
        option(
            "base-url",
            "URL",
            "Another address of the API, version prefix included [env: BILLWIRE_Q2_BASE_URL]",
        ),
        option(
            "api-key-from",
            secret_source::VALUE_NAME,
            "Where to read the API key [default: env:BILLWIRE_Q2_API_KEY]",
        ),
        rare(
            "client-token-from",
            secret_source::VALUE_NAME,
            "Where to read a client token to use in place of the API key",
        )
        .conflicts_with("api-key-from"),
        rare(
            "signing-key-from",
            secret_source::VALUE_NAME,
            "Sign requests with the private key (PEM) read from there",
        ),
        rare("encryption-key", "FILE", "Encrypt request bodies to the service's public key (PEM) in FILE"),
        rare("encryption-key-id", "ID", "The id the service gave that key"),
        rare("timeout", "DURATION", "Time limit of the whole call, such as 10s [default: 90s]"),
        rare("profile", "NAME", "Settings from the profile file [env: BILLWIRE_PROFILE]"),
        rare(
            "config",
            "FILE",
            "The profile file [env: BILLWIRE_CONFIG] [default: ~/.config/billwire/config.toml]",
        ),
        switch("yes", "Do not ask before a write in production").help_heading(HEADING),
        switch("show-secrets", "Print secrets in text output too; JSON always has them"),
        switch(
            "verbose",
            "Tell on standard error what is sent and what comes back, without bodies and secrets",
        )
        .short('v'),
    ]
}

/// What the options and the profile say, before anything is read.
#[derive(Debug)]
struct Settings {
    world: World,
    base_url: Option<String>,
    credential: CredentialSource,
    signing_key: Option<SecretSource>,
    encryption_key: Option<EncryptionKey>,
    time_limit: Option<Duration>,
}

#[derive(Debug)]
enum CredentialSource {
    ApiKey { source: SecretSource, chosen: bool },
    ClientToken(SecretSource),
}

#[derive(Debug)]
struct EncryptionKey {
    path: String,
    key_id: String,
}

/// Makes the client that `matches` and the profile ask for. Opens no connection. Call it inside a tokio runtime.
pub(crate) fn open(matches: &ArgMatches, reader: &mut Reader) -> Result<Connection, Error> {
    let settings = settings(matches)?;
    let credential = settings.credential(reader)?;
    let mut config = q2::Config::builder(settings.environment(), credential);
    if let Some(source) = &settings.signing_key {
        config = config.with_request_signing(signing_key(source, reader)?);
    }
    if let Some(key) = &settings.encryption_key {
        config = config.with_payload_encryption(encryption_key(key, reader)?);
    }
    if let Some(limit) = settings.time_limit {
        config = config.with_deadline(limit).with_timeout(limit);
    }
    let config = config.build().map_err(|error| not_configured(&error))?;
    let client = q2::client(config).map_err(|error| {
        Error::configuration("the HTTP client cannot be set up").with_cause(&error).with_causes_of(&error)
    })?;
    Ok(Connection { client, stage: settings.stage(), local: settings.world == World::Local })
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

fn settings(matches: &ArgMatches) -> Result<Settings, Error> {
    let profile = Profile::chosen(text(matches, "config"), text(matches, "profile"))?;
    let chosen = |option: &str, in_profile: Option<&String>| {
        text(matches, option).map(str::to_owned).or_else(|| in_profile.cloned())
    };
    let secret = |option: &'static str, in_profile: Option<&SecretSource>| match text(matches, option) {
        Some(text) => SecretSource::parse(&format!("--{option}"), text).map(Some),
        None => Ok(in_profile.cloned()),
    };
    let world = matches.get_one::<World>("environment").copied().or(profile.world).unwrap_or(World::Local);
    let base_url = text(matches, "base-url")
        .map(str::to_owned)
        .or_else(|| std::env::var("BILLWIRE_Q2_BASE_URL").ok())
        .or(profile.base_url.clone());
    let credential = match text(matches, "client-token-from") {
        Some(text) => CredentialSource::ClientToken(SecretSource::parse("--client-token-from", text)?),
        None => match secret("api-key-from", profile.api_key_from.as_ref())? {
            Some(source) => CredentialSource::ApiKey { source, chosen: true },
            None => CredentialSource::ApiKey {
                source: SecretSource::Variable(API_KEY_VARIABLE.to_owned()),
                chosen: false,
            },
        },
    };
    let encryption_key = match chosen("encryption-key", profile.encryption_key.as_ref()) {
        Some(path) => {
            let key_id =
                chosen("encryption-key-id", profile.encryption_key_id.as_ref()).ok_or_else(|| {
                    Error::configuration("the encryption key has no id")
                        .with_advice("give --encryption-key-id: the id the service shows beside the key")
                })?;
            Some(EncryptionKey { path, key_id })
        }
        None => None,
    };
    let time_limit = chosen("timeout", profile.timeout.as_ref());
    Ok(Settings {
        world,
        base_url,
        credential,
        signing_key: secret("signing-key-from", profile.signing_key_from.as_ref())?,
        encryption_key,
        time_limit: time_limit.as_deref().map(duration).transpose()?,
    })
}

impl Settings {
    fn stage(&self) -> Stage {
        match self.world {
            World::Production => Stage::Production,
            World::Local | World::Sandbox => Stage::Sandbox,
        }
    }

    fn environment(&self) -> Environment {
        match (self.world, &self.base_url) {
            (World::Production, Some(url)) => Environment::custom_production(url),
            (_, Some(url)) => Environment::custom_sandbox(url),
            (World::Local, None) => Environment::custom_sandbox(LOCAL_URL),
            (World::Sandbox, None) => Environment::Sandbox,
            (World::Production, None) => Environment::Production,
        }
    }

    fn credential(&self, reader: &mut Reader) -> Result<Credential, Error> {
        let production = self.stage() == Stage::Production;
        Ok(match &self.credential {
            CredentialSource::ClientToken(source) => {
                let token = reader.secret("--client-token-from", source)?;
                let token = token.expose();
                if production { ClientToken::for_production(token) } else { ClientToken::for_sandbox(token) }
                    .into()
            }
            CredentialSource::ApiKey { source, chosen } => {
                let key = self.api_key(reader, source, *chosen)?;
                let key = key.expose();
                if production { ApiKey::for_production(key) } else { ApiKey::for_sandbox(key) }.into()
            }
        })
    }

    fn api_key(&self, reader: &mut Reader, source: &SecretSource, chosen: bool) -> Result<Secret, Error> {
        let key = reader.secret("the API key", source);
        if chosen {
            return key;
        }
        key.map_err(|error| error.with_advice(self.api_key_advice()))
    }

    /// How to give the API key: with the key of the local sandbox if that is where the call would go.
    fn api_key_advice(&self) -> String {
        let elsewhere = format!("or say where it is with --api-key-from {}", secret_source::FORMS);
        if self.world == World::Local {
            format!(
                "for the local sandbox: run `billwire sandbox` in another terminal, then\n\
                 export {API_KEY_VARIABLE}={LOCAL_API_KEY}\n{elsewhere}"
            )
        } else {
            format!("export {API_KEY_VARIABLE}=... with the key from the vendor's portal\n{elsewhere}")
        }
    }
}

fn signing_key(source: &SecretSource, reader: &mut Reader) -> Result<PrivateKey, Error> {
    let pem = reader.secret("the signing key", source)?;
    keys::private_key(pem.expose(), SIGNING_KEY_ID).map_err(|error| {
        Error::configuration(format!("the signing key at {source} is not usable"))
            .with_cause(&error)
            .with_causes_of(&error)
            .with_advice(
                "give an RSA private key of 2048 bits or more as PEM (PKCS#8 or PKCS#1), without a passphrase:\n\
                 openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out signing-key.pem",
            )
    })
}

fn encryption_key(key: &EncryptionKey, reader: &mut Reader) -> Result<PublicKey, Error> {
    let pem = reader.text("the encryption key", &key.path)?;
    keys::public_key(&pem, key.key_id.as_str()).map_err(|error| {
        Error::configuration(format!("the encryption key in {} is not usable", key.path))
            .with_cause(&error)
            .with_causes_of(&error)
            .with_advice("copy the public key from the vendor's portal, with its BEGIN PUBLIC KEY and END PUBLIC KEY lines")
    })
}

fn duration(text: &str) -> Result<Duration, Error> {
    text.parse::<SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| {
            Error::usage(format!("the timeout {text:?} is not a duration"))
                .with_advice("give one such as 500ms, 10s or 2m")
        })
}

fn text<'a>(matches: &'a ArgMatches, option: &str) -> Option<&'a str> {
    matches.get_one::<String>(option).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, expected) in [("500ms", 500), ("10s", 10_000), ("2m", 120_000), ("PT1M", 60_000)] {
            assert_eq!(duration(text).expect(text), Duration::from_millis(expected));
        }
        for text in ["", "10", "-1s", "0s", "soon"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
