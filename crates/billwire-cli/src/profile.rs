//! The profile file: settings that are always the same, under a name. It holds no secrets, only where they are.
//!
//! ```toml
//! default_profile = "local"
//!
//! [profiles.local.q2]
//! environment = "local"
//! api_key_from = "env:BILLWIRE_Q2_API_KEY"
//! ```

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Deserialize;
use toml::Spanned;

use crate::api::{self, Entry, Part};
use crate::connection::World;
use crate::error::Error;
use crate::secret_source::SecretSource;

/// What a profile says about an API. Everything is optional.
#[derive(Debug, Default)]
pub(crate) struct Profile {
    /// Whether an option or the variable named it, so that it is stronger than other variables.
    pub(crate) named: bool,
    pub(crate) world: Option<World>,
    pub(crate) base_url: Option<String>,
    /// Where credentials and keys are, by the name of the setting.
    pub(crate) secrets: BTreeMap<String, SecretSource>,
    pub(crate) encryption_key: Option<String>,
    pub(crate) encryption_key_id: Option<String>,
    pub(crate) timeout: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    default_profile: Option<String>,
    #[serde(default)]
    profiles: BTreeMap<String, BTreeMap<Spanned<String>, Section>>,
}

/// The settings of an API in one profile, by name.
type Section = BTreeMap<Spanned<String>, String>;

/// Settings that every API has.
const COMMON: [&str; 3] = ["environment", "base_url", "timeout"];
/// Settings of APIs whose messages can be secured.
const MESSAGE_SECURITY: [&str; 3] = ["signing_key_from", "encryption_key", "encryption_key_id"];

/// The settings of an API.
fn known_settings(entry: &Entry) -> Vec<String> {
    let secured: &[&str] = if entry.message_security { &MESSAGE_SECURITY } else { &[] };
    let credentials = entry.credentials.iter().flat_map(|credential| credential.parts).map(Part::setting);
    let plain = COMMON.iter().chain(secured).map(|name| (*name).to_owned());
    let mut settings: Vec<String> = plain.chain(credentials).collect();
    settings.sort_unstable();
    settings
}

impl Profile {
    /// The profile that the options, the variables or the file itself choose; an empty one if there is no file and none
    /// was asked for.
    pub(crate) fn chosen(
        entry: &'static Entry,
        config: Option<&str>,
        name: Option<&str>,
    ) -> Result<Self, Error> {
        let named = config.map(PathBuf::from).or_else(|| env::var_os("BILLWIRE_CONFIG").map(PathBuf::from));
        let name = name.map(str::to_owned).or_else(|| env::var("BILLWIRE_PROFILE").ok());
        let Some(path) = named.clone().or_else(usual_path) else {
            return without_file(name.as_deref(), None);
        };
        match fs::read_to_string(&path) {
            Ok(text) => {
                let profile = Self::of_text(entry, &path, &text, name.as_deref())?;
                Ok(Self { named: name.is_some(), ..profile })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => {
                without_file(name.as_deref(), Some(&path))
            }
            Err(error) => {
                Err(Error::configuration(format!("the profile file {} cannot be read", path.display()))
                    .with_cause(error)
                    .with_advice("check --config and BILLWIRE_CONFIG, and that this user may read the file"))
            }
        }
    }

    fn of_text(entry: &'static Entry, path: &Path, text: &str, name: Option<&str>) -> Result<Self, Error> {
        let mut file: File = toml::from_str(text).map_err(|error| {
            let message = error.message().lines().next().unwrap_or_default();
            wrong(path, text, error.span(), message)
        })?;
        check_names(path, text, &file)?;
        let Some(name) = name.or(file.default_profile.as_deref()).map(str::to_owned) else {
            return Ok(Self::default());
        };
        let Some(apis) = file.profiles.remove(&name) else {
            let known: Vec<&str> = file.profiles.keys().map(String::as_str).collect();
            return Err(Error::configuration(format!("{} has no profile {name:?}", path.display()))
                .with_advice(if known.is_empty() {
                    format!("add a table [profiles.{name}.{}]", entry.api.as_str())
                } else {
                    format!("use one of: {}", known.join(", "))
                }));
        };
        let section = apis.into_iter().find(|(api, _)| api.get_ref() == entry.api.as_str());
        section.map_or_else(|| Ok(Self::default()), |(_, section)| Self::of_section(path, section))
    }

    fn of_section(path: &Path, section: Section) -> Result<Self, Error> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut profile = Self::default();
        for (name, text) in section {
            match name.get_ref().as_str() {
                "environment" => profile.world = Some(world(path, &text)?),
                "base_url" => profile.base_url = Some(text),
                "timeout" => profile.timeout = Some(text),
                "encryption_key" => {
                    profile.encryption_key = Some(folder.join(text).to_string_lossy().into_owned());
                }
                "encryption_key_id" => profile.encryption_key_id = Some(text),
                secret => {
                    let source = SecretSource::parse(secret, &text)?.relative_to(folder);
                    profile.secrets.insert(secret.to_owned(), source);
                }
            }
        }
        Ok(profile)
    }
}

/// Refuses APIs and settings that there are not, in every profile: a misspelt one would be ignored in silence.
fn check_names(path: &Path, text: &str, file: &File) -> Result<(), Error> {
    for (name, section) in file.profiles.values().flatten() {
        let Some(entry) = api::all().iter().find(|entry| entry.api.as_str() == name.get_ref()) else {
            return Err(wrong(path, text, Some(name.span()), &format!("unknown API `{}`", name.get_ref())));
        };
        let known = known_settings(entry);
        if let Some(setting) = section.keys().find(|setting| !known.contains(setting.get_ref())) {
            let message =
                format!("unknown field `{}`, expected one of `{}`", setting.get_ref(), known.join("`, `"));
            return Err(wrong(path, text, Some(setting.span()), &message));
        }
    }
    Ok(())
}

fn world(path: &Path, text: &str) -> Result<World, Error> {
    World::from_str(text, false).map_err(|_| {
        Error::configuration(format!("{}: environment = {text:?} is unknown", path.display()))
            .with_advice("give local, sandbox or production")
    })
}

/// Without a file there are no profiles: fine unless one was asked for.
fn without_file(name: Option<&str>, path: Option<&Path>) -> Result<Profile, Error> {
    match name {
        None => Ok(Profile::default()),
        Some(name) => {
            Err(Error::configuration(format!("there is no profile {name:?}: there is no profile file"))
                .with_advice(match path {
                    Some(path) => format!("write {}, or name another file with --config", path.display()),
                    None => "name the file with --config".to_owned(),
                }))
        }
    }
}

/// Names the line, and does not show it: somebody may have written a secret there.
fn wrong(path: &Path, text: &str, span: Option<Range<usize>>, message: &str) -> Error {
    let before = span.and_then(|span| text.get(..span.start));
    let line = before.map(|before| before.matches('\n').count() + 1);
    let place = line.map_or_else(String::new, |line| format!(", line {line}"));
    Error::configuration(format!("the profile file {}{place}: {message}", path.display()))
        .with_advice("correct the file; the page about the command in the guides lists every setting")
}

fn usual_path() -> Option<PathBuf> {
    let folder = match env::var_os("XDG_CONFIG_HOME") {
        Some(folder) if !folder.is_empty() => PathBuf::from(folder),
        _ => PathBuf::from(env::var_os("HOME")?).join(".config"),
    };
    Some(folder.join("billwire").join("config.toml"))
}

#[cfg(test)]
mod tests {
    use billwire::models::operation::Api;

    use super::*;

    const FILE: &str = "default_profile = \"local\"\n[profiles.local.q2]\nbase_url = \"http://127.0.0.1:1/v1\"\n\
                        signing_key_from = \"file:key.pem\"\n[profiles.live.q2]\nenvironment = \"production\"\n";

    fn read(text: &str, name: Option<&str>) -> Result<Profile, Error> {
        let q2 = api::of(Api::Q2).expect("an API");
        Profile::of_text(q2, Path::new("/etc/billwire/config.toml"), text, name)
    }

    #[test]
    fn the_default_and_the_named_profile() {
        let local = read(FILE, None).expect("a profile");
        assert_eq!(local.base_url.as_deref(), Some("http://127.0.0.1:1/v1"));
        let beside = SecretSource::File(PathBuf::from("/etc/billwire/key.pem"));
        assert_eq!(local.secrets.get("signing_key_from"), Some(&beside), "paths are relative to the file");
        assert_eq!(read(FILE, Some("live")).expect("a profile").world, Some(World::Production));
        assert!(read("", None).expect("empty").base_url.is_none());
    }

    #[track_caller]
    fn check(text: &str, name: Option<&str>, expected: &str) {
        let shown = read(text, name).expect_err("refused").text();
        assert!(shown.contains(expected), "{shown}");
        assert!(!shown.contains("dc220490"), "{shown}");
    }

    /// A credential of which a part is missing is that of nobody.
    #[test]
    fn the_example_of_the_manual_names_whole_credentials() {
        let manual = include_str!("../../../docs/book/command.md");
        let example = manual.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
        let example = example.expect("an example");
        for (entry, name) in api::all().iter().flat_map(|entry| [(entry, "local"), (entry, "live")]) {
            let path = Path::new("/etc/billwire/config.toml");
            let profile = Profile::of_text(entry, path, example, Some(name)).expect("a profile");
            for credential in entry.credentials {
                let there = |part: &Part| profile.secrets.contains_key(part.setting().as_str());
                let parts = credential.parts.iter().filter(|part| there(part)).count();
                assert!(parts == 0 || parts == credential.parts.len(), "{name}: {}", credential.name);
            }
        }
    }

    #[test]
    fn mistakes_are_named_without_showing_the_line() {
        check(FILE, Some("other"), "use one of: live, local");
        check("[profiles.a.q2]\napi_key = \"dc220490\"\n", None, "line 2: unknown field `api_key`");
        check(
            "[profiles.a.q2]\napi_key_from = \"dc220490\"\n",
            Some("a"),
            "api_key_from says where to read a secret",
        );
        check("[profiles.a.q2]\nenvironment = \"live\"\n", Some("a"), "give local, sandbox or production");
        check("[profiles.a.q2\n", None, "line 1");
        check("[profiles.a.q3]\n", None, "line 1: unknown API `q3`");
    }
}
