//! What `billwire sandbox` sets up before it serves: options, and a file for what options cannot say well.

use billwire::models::operation::Api;
use billwire_sandbox::{
    BillerApiSettings, BillerApiWebhooks, Faults, Quirks, RequestSigning, Rules, Sandbox, SandboxBuilder,
    UnbillRules, UnbillWebhooks, WebhookConfiguration,
};
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use serde::Deserialize;

use super::configuration_file::{self, Form};
use crate::api;
use crate::error::Error;

/// The file: what the vendor's portal and the control API would be told, in the same words as there.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(super) struct Configuration {
    pub(super) seed: Option<u64>,
    pub(super) customers: Option<u32>,
    faults: Option<Faults>,
    q2: Q2,
    unbill: Unbill,
    billerapi: BillerApi,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Q2 {
    webhooks: Option<WebhookConfiguration>,
    request_signing: Option<RequestSigning>,
    rules: Option<Rules>,
    quirks: Option<Quirks>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Unbill {
    webhooks: Option<UnbillWebhooks>,
    rules: Option<UnbillRules>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct BillerApi {
    webhooks: Option<BillerApiWebhooks>,
    settings: Option<BillerApiSettings>,
}

/// Where `--webhook-url` sends the webhooks of an API, or of all of them.
#[derive(Clone, Debug)]
struct Receiver {
    api: Option<Api>,
    url: String,
}

impl Receiver {
    /// `URL`, or the name of an API before it: `unbill=URL`.
    fn parse(text: &str) -> Result<Self, String> {
        let named = text.split_once('=').filter(|(name, _)| !name.contains(['/', ':']));
        let Some((name, url)) = named else { return Ok(Self { api: None, url: text.to_owned() }) };
        let known = || api::all().iter().map(|entry| entry.api);
        if let Some(api) = known().find(|api| api.as_str() == name) {
            return Ok(Self { api: Some(api), url: url.to_owned() });
        }
        let names: Vec<&str> = known().map(Api::as_str).collect();
        Err(format!("there is no API \"{name}\"; known are {}", names.join(", ")))
    }
}

/// The options that are read here.
pub(super) fn options() -> [Arg; 6] {
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    [
        option("customers", "N", "Begin with a population of so many customers, made from the seed")
            .value_parser(value_parser!(u32)),
        option("quirks", "LIST", "Let q2 answer in the documents' untidy forms: all, or names separated by commas")
            .value_parser(|text: &str| text.parse::<Quirks>().map_err(|error| error.to_string())),
        option("faults", "FILE", "Let go wrong what this file says, in the form of PUT /control/faults: JSON, or TOML if its name ends in .toml"),
        option(
            "webhook-url",
            "[API=]URL",
            "Send the webhooks of all APIs there, or those of one (unbill=URL): an http address of this machine. \
             Nothing protects them but what the file sets up. Can be given for each API",
        )
        .action(ArgAction::Append)
        .value_parser(Receiver::parse),
        Arg::new("all-events")
            .long("all-events")
            .action(ArgAction::SetTrue)
            .help("Send every type of event of q2, also the three that are off by default"),
        option(
            "config",
            "FILE",
            "Webhooks, settings, rules, request signing, quirks and faults of every API from a file: TOML, or JSON if its \
             name ends in .json",
        ),
    ]
}

impl Configuration {
    /// The file, with the options that replace parts of it.
    pub(super) fn read(matches: &ArgMatches) -> Result<Self, Error> {
        let mut configuration: Self = match matches.get_one::<String>("config") {
            Some(path) => configuration_file::read(path, Form::Toml)?,
            None => Self::default(),
        };
        if let Some(path) = matches.get_one::<String>("faults") {
            configuration.faults = Some(configuration_file::read(path, Form::Json)?);
        }
        if let Some(customers) = matches.get_one::<u32>("customers") {
            configuration.customers = Some(*customers);
        }
        if let Some(quirks) = matches.get_one::<Quirks>("quirks").copied() {
            configuration.q2.quirks = Some(quirks);
        }
        let receivers = matches.get_many::<Receiver>("webhook-url").into_iter().flatten();
        // What is said of one API wins over what is said of all.
        let (of_all, of_one): (Vec<&Receiver>, Vec<&Receiver>) =
            receivers.partition(|receiver| receiver.api.is_none());
        for Receiver { api, url } in of_all.into_iter().chain(of_one) {
            configuration.send_webhooks(*api, url);
        }
        if matches.get_flag("all-events") {
            let webhooks = &mut configuration.q2.webhooks;
            *webhooks = Some(webhooks.take().unwrap_or_default().with_all_event_types());
        }
        Ok(configuration)
    }

    fn send_webhooks(&mut self, api: Option<Api>, url: &str) {
        let is_meant = |other: Api| api.is_none_or(|api| api == other);
        if is_meant(Api::Q2) {
            self.q2.webhooks.get_or_insert_default().url = Some(url.to_owned());
        }
        if is_meant(Api::Unbill) {
            self.unbill.webhooks.get_or_insert_default().url = Some(url.to_owned());
        }
        if is_meant(Api::BillerApi) {
            self.billerapi.webhooks.get_or_insert_default().url = Some(url.to_owned());
        }
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
        if let Some(rules) = self.unbill.rules {
            sandbox.unbill().set_rules(rules)?;
        }
        if let Some(webhooks) = self.unbill.webhooks {
            sandbox.unbill().configure_webhooks(webhooks).await?;
        }
        if let Some(settings) = self.billerapi.settings {
            sandbox.billerapi().set_settings(settings)?;
        }
        if let Some(webhooks) = self.billerapi.webhooks {
            sandbox.billerapi().configure_webhooks(webhooks).await?;
        }
        if let Some(faults) = self.faults {
            sandbox.set_faults(faults)?;
        }
        Ok(())
    }
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
        assert!(read.unbill.webhooks.is_some() && read.unbill.rules.is_some());
        assert!(read.billerapi.webhooks.is_some_and(|webhooks| webhooks.secrets.len() == 1));
        assert!(read.billerapi.settings.is_some_and(|settings| settings.rate_limits));
    }

    #[test]
    fn a_receiver_is_that_of_one_api_or_of_all() {
        let read = |text: &str| {
            let receiver = Receiver::parse(text).map_err(|_| "refused")?;
            Ok((receiver.api.map(Api::as_str), receiver.url))
        };
        let url = "http://127.0.0.1:9/hook?a=b".to_owned();
        assert_eq!(read(&url), Ok((None, url.clone())));
        assert_eq!(read(&format!("unbill={url}")), Ok((Some("unbill"), url)));
        assert_eq!(read("q3=http://127.0.0.1:9/hook"), Err("refused"));
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
