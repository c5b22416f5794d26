//! Where a secret comes from. Never an argument: other users of the machine can read the command line of a process, and
//! shells write it to their history.

use std::env;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use billwire::models::scalar::Secret;

use crate::error::Error;

/// Longest secret that is read. A key file is a few kilobytes.
const LONGEST: u64 = 1024 * 1024;

/// What a source is called in help.
pub(crate) const VALUE_NAME: &str = "SOURCE";
/// How a source is written, for help and messages.
pub(crate) const FORMS: &str = "env:NAME, file:PATH, fd:N or - (standard input)";

/// The place to fetch a secret from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SecretSource {
    /// `env:NAME`: an environment variable.
    Variable(String),
    /// `file:PATH`: the contents of a file; one line break at its end is dropped.
    File(PathBuf),
    /// `fd:N`: an open file descriptor, such as `3` after `3<secret.txt`.
    Descriptor(u32),
    /// `-`: standard input.
    StandardInput,
}

impl SecretSource {
    /// Reads the written form. `what` names the option or setting in messages; the text itself is never repeated, because
    /// it may be the secret.
    pub(crate) fn parse(what: &str, text: &str) -> Result<Self, Error> {
        let source = match text.split_once(':') {
            _ if text == "-" => Some(Self::StandardInput),
            Some(("env", name)) if !name.is_empty() && !name.contains(['=', '\0']) => {
                Some(Self::Variable(name.to_owned()))
            }
            Some(("file", path)) if !path.is_empty() => Some(Self::File(from_home(path))),
            Some(("fd", number)) => number.parse().ok().map(Self::Descriptor),
            _ => None,
        };
        source.ok_or_else(|| {
            Error::usage(format!("{what} says where to read a secret; the given text is no such place"))
                .with_advice(format!(
                    "give {FORMS}, for example {what} env:MY_VARIABLE\nthe secret itself does not belong on the command line"
                ))
        })
    }
}

impl SecretSource {
    /// The same source, with a relative path taken from `folder`.
    pub(crate) fn relative_to(self, folder: &Path) -> Self {
        match self {
            Self::File(path) => Self::File(folder.join(path)),
            other => other,
        }
    }
}

impl fmt::Display for SecretSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(formatter, "env:{name}"),
            Self::File(path) => write!(formatter, "file:{}", path.display()),
            Self::Descriptor(number) => write!(formatter, "fd:{number}"),
            Self::StandardInput => formatter.write_str("-"),
        }
    }
}

/// Reads secrets and other texts of one run of the command. Standard input can be read once.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    standard_input: Option<String>,
}

impl Reader {
    /// The secret at `source`, without the line break at its end. `what` names what it is for.
    pub(crate) fn secret(&mut self, what: &str, source: &SecretSource) -> Result<Secret, Error> {
        let text = match source {
            SecretSource::Variable(name) => variable(what, name)?,
            SecretSource::File(path) => file(what, path)?,
            SecretSource::Descriptor(number) => descriptor(what, *number)?,
            SecretSource::StandardInput => self.standard_input(what)?,
        };
        let secret =
            text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
        if secret.is_empty() {
            return Err(Error::configuration(format!("{what}: {source} is empty"))
                .with_advice("put the secret there, or name another place"));
        }
        Ok(Secret::new(secret))
    }

    /// The text at `path`, or of standard input for `-`.
    pub(crate) fn text(&mut self, what: &str, path: &str) -> Result<String, Error> {
        if path == "-" { self.standard_input(what) } else { file(what, &from_home(path)) }
    }

    fn standard_input(&mut self, what: &str) -> Result<String, Error> {
        if let Some(earlier) = &self.standard_input {
            return Err(Error::usage(format!("{what} and {earlier} both ask for standard input"))
                .with_advice(
                    "give one of them from a file: file:PATH for a secret, the path for anything else",
                ));
        }
        self.standard_input = Some(what.to_owned());
        bounded(io::stdin().lock()).map_err(|error| unreadable(what, "standard input", &error))
    }
}

fn variable(what: &str, name: &str) -> Result<String, Error> {
    env::var(name).map_err(|error| match error {
        env::VarError::NotPresent => {
            Error::configuration(format!("{what}: the environment variable {name} is not set"))
                .with_advice(format!("set it (export {name}=...), or name another place with {FORMS}"))
        }
        env::VarError::NotUnicode(_) => {
            Error::configuration(format!("{what}: the environment variable {name} is not UTF-8 text"))
                .with_advice("set it to the text of the secret")
        }
    })
}

fn file(what: &str, path: &Path) -> Result<String, Error> {
    let read = || bounded(File::open(path)?);
    read().map_err(|error| unreadable(what, &format!("the file {}", path.display()), &error))
}

#[cfg(unix)]
fn descriptor(what: &str, number: u32) -> Result<String, Error> {
    let read = || bounded(File::open(format!("/dev/fd/{number}"))?);
    read().map_err(|error| unreadable(what, &format!("the file descriptor {number}"), &error))
}

#[cfg(not(unix))]
fn descriptor(what: &str, _number: u32) -> Result<String, Error> {
    Err(Error::configuration(format!("{what}: file descriptors cannot be named on this system"))
        .with_advice("use env:NAME or file:PATH"))
}

fn bounded(mut from: impl Read) -> io::Result<String> {
    let mut text = String::new();
    let read = Read::by_ref(&mut from).take(LONGEST + 1).read_to_string(&mut text)?;
    if read as u64 > LONGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 1 MiB"));
    }
    Ok(text)
}

fn unreadable(what: &str, place: &str, error: &io::Error) -> Error {
    Error::configuration(format!("{what}: {place} cannot be read")).with_cause(error).with_advice(
        "check that it exists, that this user may read it, and that it is UTF-8 text of at most 1 MiB",
    )
}

/// `~/` at the start is the home directory, as in a shell: profile files have no shell to replace it.
fn from_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), env::var_os("HOME")) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[track_caller]
    fn check(text: &str, expected: &SecretSource) {
        assert_eq!(SecretSource::parse("--api-key-from", text).expect(text), *expected);
        assert_eq!(expected.to_string(), text);
    }

    #[test]
    fn every_form() {
        check("env:KEY", &SecretSource::Variable("KEY".to_owned()));
        check("file:/etc/key", &SecretSource::File(PathBuf::from("/etc/key")));
        check("file:C:\\key", &SecretSource::File(PathBuf::from("C:\\key")));
        check("fd:3", &SecretSource::Descriptor(3));
        check("-", &SecretSource::StandardInput);
    }

    #[test]
    fn a_secret_in_place_of_a_source_is_refused_and_not_repeated() {
        for text in
            ["dc220490-e6ee", "env:", "env:A=secret", "file:", "fd:x", "fd:-1", "", "4111111111111111"]
        {
            let error = SecretSource::parse("--api-key-from", text).expect_err(text);
            assert_eq!(error.exit(), Exit::Usage);
            assert!(text.is_empty() || !error.text().contains(&format!(" {text}\n")), "{}", error.text());
            assert!(!error.text().contains("4111"), "{}", error.text());
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut reader = Reader::default();
        let missing = SecretSource::Variable("BILLWIRE_NO_SUCH_VARIABLE".to_owned());
        let error = reader.secret("--api-key-from", &missing).expect_err("not set");
        assert_eq!(error.exit(), Exit::Configuration);
        assert!(error.text().contains("BILLWIRE_NO_SUCH_VARIABLE"), "{}", error.text());
        let nowhere = SecretSource::File(PathBuf::from("no/such/file"));
        let error = reader.secret("--signing-key-from", &nowhere).expect_err("not there");
        assert!(error.text().contains("no/such/file"), "{}", error.text());
    }
}
