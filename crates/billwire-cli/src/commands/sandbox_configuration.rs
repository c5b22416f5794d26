//! What `billwire sandbox` sets up before it serves: options, and a file for what options cannot say well.

use std::path::Path;

use billwire_sandbox::{
    Faults, Quirks, RequestSigning, Rules, Sandbox, SandboxBuilder, WebhookConfiguration,
};
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Error;

/// The file: what the vendor's portal and the control API would be told, in the same words as there.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(super) struct Configuration {
    pub(super) seed: Option<u64>,
    pub(super) customers: Option<u32>,
    faults: Option<Faults>,
    q2: Q2,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Q2 {
    webhooks: Option<WebhookConfiguration>,
    request_signing: Option<RequestSigning>,
    rules: Option<Rules>,
    quirks: Option<Quirks>,
}

/// The options that are read here.
pub(super) fn options() -> [Arg; 6] {
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    [
        option("customers", "N", "Begin with a population of so many customers, made from the seed")
            .value_parser(value_parser!(u32)),
        option("quirks", "LIST", "Answer in the documents' untidy forms: all, or names separated by commas")
            .value_parser(|text: &str| text.parse::<Quirks>().map_err(|error| error.to_string())),
        option("faults", "FILE", "Let go wrong what this JSON file says, in the form of PUT /control/faults"),
        option("webhook-url", "URL", "Send webhooks there, unprotected: an http address of this machine"),
        Arg::new("all-events")
            .long("all-events")
            .action(ArgAction::SetTrue)
            .help("Send every type of event, also the three that are off by default"),
        option(
            "config",
            "FILE",
            "Webhooks, request signing, rules, quirks and faults from a TOML or JSON file",
        ),
    ]
}

impl Configuration {
    /// The file, with the options that replace parts of it.
    pub(super) fn read(matches: &ArgMatches) -> Result<Self, Error> {
        let mut configuration: Self = match matches.get_one::<String>("config") {
            Some(path) => file(path)?,
            None => Self::default(),
        };
        if let Some(path) = matches.get_one::<String>("faults") {
            configuration.faults = Some(file(path)?);
        }
        if let Some(customers) = matches.get_one::<u32>("customers") {
            configuration.customers = Some(*customers);
        }
        if let Some(quirks) = matches.get_one::<Quirks>("quirks").copied() {
            configuration.q2.quirks = Some(quirks);
        }
        let webhooks = &mut configuration.q2.webhooks;
        if let Some(url) = matches.get_one::<String>("webhook-url") {
            webhooks.get_or_insert_default().url = Some(url.clone());
        }
        if matches.get_flag("all-events") {
            *webhooks = Some(webhooks.take().unwrap_or_default().with_all_event_types());
        }
        Ok(configuration)
    }

    /// What must be known before the start.
    pub(super) fn prepare(&self, builder: SandboxBuilder) -> SandboxBuilder {
        let builder = builder.customers(self.customers.unwrap_or_default());
        match self.q2.quirks {
            Some(quirks) => builder.quirks(quirks),
            None => builder,
        }
    }

    /// What a running sandbox is told.
    pub(super) async fn apply(self, sandbox: &Sandbox) -> Result<(), billwire_sandbox::Error> {
        if let Some(rules) = self.q2.rules {
            sandbox.set_rules(rules)?;
        }
        if let Some(signing) = self.q2.request_signing {
            sandbox.configure_request_signing(signing).await?;
        }
        if let Some(webhooks) = self.q2.webhooks {
            sandbox.configure_webhooks(webhooks).await?;
        }
        if let Some(faults) = self.faults {
            sandbox.set_faults(faults)?;
        }
        Ok(())
    }
}

/// JSON if the name says so, else TOML.
fn file<T: DeserializeOwned>(path: &str) -> Result<T, Error> {
    let unusable = |what: &str| Error::configuration(format!("{path} {what}"));
    let text = std::fs::read_to_string(path).map_err(|error| {
        unusable("cannot be read").with_cause(error).with_advice("check the name and who may read it")
    })?;
    let is_json = Path::new(path).extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
    let read = if is_json {
        serde_json::from_str(&text).map_err(|error| error.to_string())
    } else {
        toml::from_str(&text).map_err(|error| error.to_string())
    };
    read.map_err(|problem| {
        unusable("is not what it should be")
            .with_cause(problem.trim())
            .with_advice("the guide about the command has an example")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_manual_is_understood() {
        let manual = include_str!("../../../../docs/book/command.md");
        let example =
            manual.split("```toml\n").nth(2).and_then(|rest| rest.split("```").next()).expect("an example");
        let read: Configuration = toml::from_str(example).expect("good");
        assert_eq!((read.seed, read.customers), (Some(7), Some(100)));
        assert!(read.faults.is_some() && read.q2.quirks.is_some() && read.q2.rules.is_some());
        assert!(
            read.q2.webhooks.is_some_and(|webhooks| webhooks.oauth.is_some() && webhooks.signature.is_some())
        );
        assert!(read.q2.request_signing.is_some_and(|signing| signing.jwks_url.is_some()));
    }

    #[test]
    fn the_manual_has_every_option() {
        let manual = include_str!("../../../../docs/book/command.md");
        for option in options() {
            let long = format!("`--{}", option.get_long().expect("a long name"));
            assert!(manual.contains(&long), "docs/book/command.md lacks {long}`");
        }
    }
}
