//! Which endpoint the suite is pointed at, and what it may do there. `docs/book/contract-suite.md` is the page for people.

use std::collections::BTreeMap;

use billwire::core::{ApiKey, Environment};
use billwire::models::scalar::Secret;

use super::Need;

/// What every variable begins with.
pub(crate) const PREFIX: &str = "BILLWIRE_CONTRACT_";
/// The variables, without their prefix.
pub(crate) const VARIABLES: [&str; 14] = [
    "URL",
    "API_KEY",
    "ENVIRONMENT",
    "MONEY",
    "PARTNER_ID",
    "SIGNING_KEY_FILE",
    "ENCRYPT",
    "WEBHOOK_LISTEN",
    "WEBHOOK_SERVICE_KEY_FILE",
    "WEBHOOK_SERVICE_KEY_ID",
    "WEBHOOK_DECRYPTION_KEY_FILE",
    "PATIENCE_SECONDS",
    "PARALLEL",
    "ONLY",
];

/// An endpoint other than the sandbox of the test.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(super) url: String,
    pub(super) api_key: Secret,
    pub(super) production: bool,
    pub(super) partner_id: Option<String>,
    pub(super) signing_key: Option<String>,
    pub(super) encrypts: bool,
    pub(super) webhooks: Option<Webhooks>,
    pub(super) patience_seconds: u32,
    pub(super) parallel: bool,
    /// Plays only scenarios whose rule contains this.
    pub(super) only: Option<String>,
    money: bool,
}

/// How the endpoint's webhooks reach us and what they must pass.
#[derive(Debug)]
pub(super) struct Webhooks {
    pub(super) listen: String,
    pub(super) service_key: String,
    pub(super) service_key_id: String,
    pub(super) decryption_key: String,
}

impl Settings {
    /// The endpoint that the environment names, or none: then the suite plays in its own sandbox.
    pub(crate) fn of_environment() -> Option<Self> {
        Self::read(std::env::vars()).unwrap_or_else(|problem| panic!("{problem}"))
    }

    /// As [`Settings::of_environment`], from given variables. A misspelt variable is refused: it might have been the one
    /// that keeps money out of play.
    pub(crate) fn read(
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Option<Self>, String> {
        let variables: BTreeMap<String, String> = variables
            .into_iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_owned(), value)))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        if let Some(unknown) = variables.keys().find(|name| !VARIABLES.contains(&name.as_str())) {
            return Err(format!("{PREFIX}{unknown} is no variable of the suite; known are {VARIABLES:?}"));
        }
        let Some(url) = variables.get("URL").cloned() else {
            return match variables.keys().find(|name| *name != "ONLY") {
                Some(name) => Err(format!("{PREFIX}{name} is given, but {PREFIX}URL is not")),
                None => Ok(None),
            };
        };
        let text = |name: &str| variables.get(name).cloned();
        let needed = |name: &str| text(name).ok_or_else(|| format!("{PREFIX}{name} is missing"));
        let environment = text("ENVIRONMENT").unwrap_or_else(|| "sandbox".to_owned());
        if !["sandbox", "production"].contains(&environment.as_str()) {
            return Err(format!("{PREFIX}ENVIRONMENT is sandbox or production, not {environment:?}"));
        }
        let money = match text("MONEY") {
            Some(allowed) if allowed == environment => true,
            Some(allowed) => {
                return Err(format!(
                    "{PREFIX}MONEY allows payments in {allowed:?}, but this is {environment}"
                ));
            }
            None => false,
        };
        let webhooks = match text("WEBHOOK_LISTEN") {
            Some(listen) => Some(Webhooks {
                listen,
                service_key: file(&needed("WEBHOOK_SERVICE_KEY_FILE")?)?,
                service_key_id: needed("WEBHOOK_SERVICE_KEY_ID")?,
                decryption_key: file(&needed("WEBHOOK_DECRYPTION_KEY_FILE")?)?,
            }),
            None => None,
        };
        let patience = text("PATIENCE_SECONDS").unwrap_or_else(|| "120".to_owned());
        Ok(Some(Self {
            url,
            api_key: Secret::new(needed("API_KEY")?),
            production: environment == "production",
            partner_id: text("PARTNER_ID"),
            signing_key: text("SIGNING_KEY_FILE").map(|path| file(&path)).transpose()?,
            encrypts: text("ENCRYPT").is_none_or(|word| word != "no"),
            webhooks,
            patience_seconds: patience
                .parse()
                .map_err(|_| format!("{PREFIX}PATIENCE_SECONDS is a number of seconds, not {patience:?}"))?,
            parallel: text("PARALLEL").is_some_and(|word| word == "yes"),
            only: text("ONLY"),
            money,
        }))
    }

    /// Production must have been named: a production host is refused by the client otherwise.
    pub(super) fn environment(&self) -> Environment {
        if self.production {
            Environment::custom_production(self.url.as_str())
        } else {
            Environment::custom_sandbox(self.url.as_str())
        }
    }

    pub(super) fn key(&self) -> ApiKey {
        let key = self.api_key.expose();
        if self.production { ApiKey::for_production(key) } else { ApiKey::for_sandbox(key) }
    }

    pub(super) fn has(&self, need: Need) -> bool {
        match need {
            Need::Time | Need::Portal => false,
            Need::Money => self.money,
            Need::Webhooks => self.webhooks.is_some(),
            Need::Partner => self.partner_id.is_some(),
        }
    }
}

fn file(path: &str) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}

fn read(variables: &[(&str, &str)]) -> Result<Option<Settings>, String> {
    Settings::read(variables.iter().map(|(name, value)| (format!("{PREFIX}{name}"), (*value).to_owned())))
}

const ENDPOINT: [(&str, &str); 2] = [("URL", "https://sb-api.q2open.io/v1"), ("API_KEY", "key")];

#[test]
fn nothing_is_allowed_that_was_not_named() {
    let settings = read(&ENDPOINT).expect("good").expect("an endpoint");
    assert!(!settings.production && settings.encrypts);
    for need in [Need::Money, Need::Webhooks, Need::Partner, Need::Time, Need::Portal] {
        assert!(!settings.has(need), "{need:?}");
    }
    let named = [&ENDPOINT[..], &[("MONEY", "sandbox"), ("PARTNER_ID", "p")]].concat();
    let settings = read(&named).expect("good").expect("an endpoint");
    assert!(settings.has(Need::Money) && settings.has(Need::Partner) && !settings.has(Need::Time));
    assert!(read(&[]).expect("good").is_none(), "without variables the suite plays in its own sandbox");
}

#[test]
fn a_variable_that_does_not_say_what_it_means_is_refused() {
    for (more, says) in [
        (("MONNEY", "sandbox"), "no variable of the suite"),
        (("MONEY", "yes"), "allows payments in \"yes\""),
        (("MONEY", "production"), "but this is sandbox"),
        (("ENVIRONMENT", "live"), "sandbox or production"),
        (("PATIENCE_SECONDS", "long"), "a number of seconds"),
        (("WEBHOOK_LISTEN", "127.0.0.1:0"), "WEBHOOK_SERVICE_KEY_FILE is missing"),
        (("SIGNING_KEY_FILE", "/nowhere"), "/nowhere"),
    ] {
        let problem = read(&[&ENDPOINT[..], &[more]].concat()).expect_err("refused");
        assert!(problem.contains(says), "{problem}");
    }
    assert!(read(&[("MONEY", "sandbox")]).expect_err("refused").contains("URL is not"));
    assert!(read(&ENDPOINT[..1]).expect_err("refused").contains("API_KEY is missing"));
    let page = include_str!("../../../../../docs/book/contract-suite.md");
    for variable in VARIABLES {
        assert!(page.contains(&format!("`{PREFIX}{variable}`")), "the page lacks {PREFIX}{variable}");
    }
}

#[test]
fn production_must_be_named_before_a_production_host_is_called() {
    let host = [("URL", "https://api.q2open.io/v1"), ("API_KEY", "key")];
    let config =
        |settings: Settings| billwire::q2::Config::builder(settings.environment(), settings.key()).build();
    assert!(config(read(&host).expect("good").expect("an endpoint")).is_err());
    let named = [&host[..], &[("ENVIRONMENT", "production")]].concat();
    assert!(config(read(&named).expect("good").expect("an endpoint")).is_ok());
}
