//! What a call needs, from options, the profile and variables. Where it goes is decided in [`address`](crate::address), as
//! whom in [`identity`](crate::identity).

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Duration;

use billwire::core::{Environment, Stage};
use billwire::crypto::{PrivateKey, PublicKey};
use billwire::keys;
use billwire::models::operation::Operation;
use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ArgMatches, ValueEnum, value_parser};
use jiff::SignedDuration;

use crate::address::Address;
use crate::api::{self, Entry};
use crate::client::{Client, Setup};
use crate::error::Error;
use crate::identity::Identity;
use crate::output::Output;
use crate::profile::Profile;
use crate::secret_source::{self, Reader, SecretSource};

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
    pub(crate) client: Client,
    pub(crate) stage: Stage,
    /// Whether the sandbox of this command is meant.
    pub(crate) local: bool,
}

/// Whether the connection of any API has an option of this name, so that no request body can have it.
pub(crate) fn has_option(long: &str) -> bool {
    static NAMES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let options = api::all().iter().flat_map(options);
        options.filter_map(|option| option.get_long().map(str::to_owned)).collect()
    });
    NAMES.contains(long)
}

/// The options of every command that calls the API. The short help shows those that a first call needs.
pub(crate) fn options(entry: &'static Entry) -> Vec<Arg> {
    let option = |name: &'static str, value: &'static str, help: &str| {
        Arg::new(name).long(name).value_name(value).help(help.to_owned()).help_heading(HEADING).global(true)
    };
    let rare = |name, value, help: &str| option(name, value, help).hide_short_help(true);
    let switch = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).global(true).help(help).hide_short_help(true)
    };
    let mut options = vec![
        option("environment", "NAME", "Where to call").value_parser(value_parser!(World)),
        option(
            "base-url",
            "URL",
            &format!(
                "Another address of the API, version prefix included [env: {}]",
                entry.base_url_variable
            ),
        ),
    ];
    options.extend(credential_options(entry));
    if entry.message_security {
        options.extend([
            rare(
                "signing-key-from",
                secret_source::VALUE_NAME,
                "Sign requests with the private key (PEM) read from there",
            ),
            rare(
                "encryption-key",
                "FILE",
                "Encrypt request bodies to the service's public key (PEM) in FILE",
            ),
            rare("encryption-key-id", "ID", "The id the service gave that key"),
        ]);
    }
    options.extend([
        rare(
            "timeout",
            "DURATION",
            &format!("Time limit of the whole call, such as 10s [default: {}]", entry.time_limit),
        ),
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
    ]);
    options
}

/// One option for each text of each credential; those of different credentials exclude each other.
fn credential_options(entry: &'static Entry) -> Vec<Arg> {
    let mut options = Vec::new();
    for (index, credential) in entry.credentials.iter().enumerate() {
        let others = entry.credentials.iter().filter(|other| other.kind != credential.kind);
        let others: Vec<&str> = others.flat_map(|other| other.parts).map(|part| part.option).collect();
        for part in credential.parts {
            options.push(
                Arg::new(part.option)
                    .long(part.option)
                    .value_name(secret_source::VALUE_NAME)
                    .help(part.help)
                    .help_heading(HEADING)
                    .global(true)
                    .hide_short_help(index > 0)
                    .conflicts_with_all(others.iter().copied()),
            );
        }
    }
    options
}

/// What the options and the profile say, before anything is read.
#[derive(Debug)]
struct Settings {
    entry: &'static Entry,
    address: Address,
    credential: Identity,
    signing_key: Option<SecretSource>,
    encryption_key: Option<EncryptionKey>,
    time_limit: Option<Duration>,
}

#[derive(Debug)]
struct EncryptionKey {
    path: String,
    key_id: String,
}

/// Makes the client that `matches` and the profile ask for, to call `operation`. Opens no connection. Call it inside a
/// tokio runtime.
pub(crate) fn open(
    operation: &'static Operation,
    matches: &ArgMatches,
    reader: &mut Reader,
) -> Result<Connection, Error> {
    let entry = api::of(operation.api).ok_or_else(|| {
        Error::unexpected(format!("this build does not know the API {}", operation.api.as_str()))
    })?;
    let settings = settings(entry, operation, matches)?;
    let setup = Setup {
        environment: settings.environment(),
        stage: settings.stage(),
        credential: settings.credential.read(settings.address.world, reader)?,
        signing_key: settings.signing_key.as_ref().map(|source| signing_key(source, reader)).transpose()?,
        encryption_key: settings
            .encryption_key
            .as_ref()
            .map(|key| encryption_key(key, reader))
            .transpose()?,
        time_limit: settings.time_limit,
    };
    // Programs that read JSON are spared it, as any remark: the call goes where the stronger setting says.
    for remark in settings.address.remarks() {
        Output::new(matches.get_flag("json")).remark(&remark);
    }
    let client = Client::new(entry.api, setup).map_err(|error| settings.address.named_in(error))?;
    Ok(Connection { client, stage: settings.stage(), local: settings.address.world == World::Local })
}

fn settings(
    entry: &'static Entry,
    operation: &'static Operation,
    matches: &ArgMatches,
) -> Result<Settings, Error> {
    let profile = Profile::chosen(entry, text(matches, "config"), text(matches, "profile"))?;
    let chosen = |option: &str, in_profile: Option<&String>| {
        text(matches, option).map(str::to_owned).or_else(|| in_profile.cloned())
    };
    let signing_key = match text(matches, "signing-key-from") {
        Some(text) => Some(SecretSource::parse("--signing-key-from", text)?),
        None => profile.secrets.get("signing_key_from").cloned(),
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
        entry,
        address: Address::chosen(entry, matches, &profile),
        credential: Identity::chosen(entry, operation, matches, &profile)?,
        signing_key,
        encryption_key,
        time_limit: time_limit.as_deref().map(duration).transpose()?,
    })
}

impl Settings {
    fn stage(&self) -> Stage {
        match self.address.world {
            World::Production => Stage::Production,
            World::Local | World::Sandbox => Stage::Sandbox,
        }
    }

    fn environment(&self) -> Environment {
        match (self.address.world, &self.address.base_url) {
            (World::Production, Some(url)) => Environment::custom_production(url),
            (_, Some(url)) => Environment::custom_sandbox(url),
            (World::Local, None) => Environment::custom_sandbox(self.entry.local_url),
            (World::Sandbox, None) => Environment::Sandbox,
            (World::Production, None) => Environment::Production,
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

/// The value of an option, if the API has the option and it was given.
pub(crate) fn text<'a>(matches: &'a ArgMatches, option: &str) -> Option<&'a str> {
    matches.try_get_one::<String>(option).ok().flatten().map(String::as_str)
}

#[cfg(test)]
mod tests {
    use billwire::core::{ApiKey, ClientCredentials};
    use billwire::models::operation::Api;
    use billwire::{billerapi, q2, unbill};

    use super::*;

    /// What a default configuration of the API shows of itself, its limits among it.
    fn default_configuration(api: Api) -> String {
        let key = || ApiKey::for_sandbox("none");
        match api {
            Api::Q2 => format!("{:?}", q2::Config::builder(Environment::Sandbox, key()).build()),
            Api::Unbill => format!("{:?}", unbill::Config::builder(Environment::Sandbox, key()).build()),
            Api::BillerApi => {
                let credentials = ClientCredentials::new("none", "bb_test_none");
                format!("{:?}", billerapi::Config::builder(Environment::Sandbox, credentials).build())
            }
            other => panic!("no configuration of {}", other.as_str()),
        }
    }

    #[test]
    fn the_help_says_the_time_limit_of_a_default_configuration() {
        for entry in api::all() {
            let configuration = default_configuration(entry.api);
            let (call, login) = match entry.time_limit.split_once("; ") {
                Some((call, login)) => (call, login.strip_suffix(" for a login")),
                None => (entry.time_limit, None),
            };
            let shows = |name: &str, limit: &str| {
                let limit = duration(limit).expect("a duration");
                assert!(configuration.contains(&format!(" {name}: {limit:?}")), "{name}: {configuration}");
            };
            shows("deadline", call);
            assert_eq!(login.is_some(), configuration.contains(" login_deadline: "), "{configuration}");
            login.inspect(|login| shows("login_deadline", login));
        }
    }

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
