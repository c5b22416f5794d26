//! As whom a call is made: which credential, and where each of its texts is.

use billwire::models::operation::{Credential, Operation};
use clap::ArgMatches;

use crate::api::{CredentialOption, Entry, Part};
use crate::client::Given;
use crate::connection::{World, text};
use crate::error::Error;
use crate::profile::Profile;
use crate::secret_source::{self, Reader, SecretSource};

/// The credential of a call: where each of its texts is, as far as somebody said so.
#[derive(Debug)]
pub(crate) struct Identity {
    credential: &'static CredentialOption,
    sources: Vec<Option<SecretSource>>,
    /// The operation is called without one, and no option asks for another.
    unneeded: bool,
}

/// Where the texts of credentials are, below the options: the named profile, else variables, else the default profile.
struct Places<'a>(&'a Profile);

impl Places<'_> {
    fn by_strength(&self, part: &Part) -> [Option<SecretSource>; 2] {
        let in_profile = self.0.secrets.get(part.setting().as_str()).cloned();
        let set = part.variable.filter(|variable| std::env::var_os(variable).is_some());
        let in_variable = set.map(|variable| SecretSource::Variable(variable.to_owned()));
        if self.0.named { [in_profile, in_variable] } else { [in_variable, in_profile] }
    }

    fn source(&self, part: &Part) -> Option<SecretSource> {
        self.by_strength(part).into_iter().flatten().next()
    }

    /// The first of `credentials` of which the stronger place has something, else the weaker one.
    fn first(&self, credentials: &[&'static CredentialOption]) -> Option<&'static CredentialOption> {
        let has = |credential: &CredentialOption, strength: usize| {
            let there = |part: &Part| self.by_strength(part).get(strength).is_some_and(Option::is_some);
            credential.parts.iter().any(there)
        };
        [0, 1].into_iter().find_map(|strength| credentials.iter().copied().find(|one| has(one, strength)))
    }
}

impl Identity {
    /// What an option names; else the first of the credentials that the operation takes of which a place has something,
    /// the strongest place first; else the usual one of the API, which is then missing.
    pub(crate) fn chosen(
        entry: &'static Entry,
        operation: &'static Operation,
        matches: &ArgMatches,
        profile: &Profile,
    ) -> Result<Self, Error> {
        let places = Places(profile);
        let in_option = |part: &Part| text(matches, part.option).is_some();
        let optional = entry.credentials.iter().find(|credential| credential.parts.iter().any(in_option));
        // The core sends none where the table names that first, whatever there is.
        let unneeded = optional.is_none() && operation.credentials.first() == Some(&Credential::Nothing);
        let taken: Vec<&CredentialOption> =
            operation.credentials.iter().filter_map(|kind| entry.credential(*kind)).collect();
        let credential = optional
            .or_else(|| places.first(&taken))
            .or_else(|| entry.usual())
            .ok_or_else(|| Error::unexpected("this API has no credentials"))?;
        check_taken(entry, operation, credential)?;
        let source = |part: &Part| match text(matches, part.option) {
            Some(text) => SecretSource::parse(&format!("--{}", part.option), text).map(Some),
            None => Ok(places.source(part)),
        };
        let sources = credential.parts.iter().map(source).collect::<Result<_, Error>>()?;
        Ok(Self { credential, sources, unneeded })
    }

    /// Reads it, for a call in `world`.
    pub(crate) fn read(&self, world: World, reader: &mut Reader) -> Result<Given, Error> {
        if self.unneeded {
            return Ok(Given::unsent(self.credential));
        }
        let parts = self.credential.parts.iter().zip(&self.sources);
        let texts = parts.map(|(part, source)| {
            let usual = part.variable.map(|variable| SecretSource::Variable(variable.to_owned()));
            match (source.as_ref().or(usual.as_ref()), part.variable) {
                (Some(source), Some(variable)) if Some(source) == usual.as_ref() => reader
                    .secret(part.what, source)
                    .map_err(|error| error.with_advice(self.missing(part, variable, world))),
                (Some(source), _) => reader.secret(part.what, source),
                (None, _) => Err(Error::configuration(format!("{} is missing", part.what))
                    .with_advice(format!("say where it is with --{} {}", part.option, secret_source::FORMS))),
            }
        });
        Ok(Given { kind: self.credential.kind, texts: texts.collect::<Result<_, Error>>()? })
    }

    /// How to give a text of the credential: with those of the local sandbox if that is where the call would go.
    fn missing(&self, part: &Part, variable: &str, world: World) -> String {
        let elsewhere = format!("or say where it is with --{} {}", part.option, secret_source::FORMS);
        let exports = self.credential.parts.iter().filter_map(|part| Some((part.variable?, part.local?)));
        let exports: Vec<String> =
            exports.map(|(variable, local)| format!("export {variable}={local}\n")).collect();
        if world == World::Local && !exports.is_empty() {
            return format!(
                "for the local sandbox: run `billwire sandbox` in another terminal, then\n{}{elsewhere}",
                exports.concat()
            );
        }
        let name = part.what.strip_prefix("the API ").unwrap_or(part.what);
        let name = name.strip_prefix("the ").unwrap_or(name);
        format!("export {variable}=... with the {name} from the vendor's portal\n{elsewhere}")
    }
}

/// Refuses a credential that the operation does not take. One that takes none is sent none, whatever is given.
fn check_taken(
    entry: &'static Entry,
    operation: &'static Operation,
    credential: &'static CredentialOption,
) -> Result<(), Error> {
    let takes = |kind: Credential| operation.credentials.contains(&kind);
    if takes(credential.kind) || takes(Credential::Nothing) {
        return Ok(());
    }
    let taken: Vec<&CredentialOption> =
        operation.credentials.iter().filter_map(|kind| entry.credential(*kind)).collect();
    let names: Vec<&str> = taken.iter().map(|credential| credential.name).collect();
    let options: Vec<String> = taken
        .iter()
        .flat_map(|credential| credential.parts)
        .map(|part| format!("--{}", part.option))
        .collect();
    Err(Error::configuration(format!(
        "{} does not take {}; nothing was sent",
        operation.name(),
        credential.name
    ))
    .with_advice(format!("it takes {}: {}", names.join(" or "), options.join(", "))))
}
