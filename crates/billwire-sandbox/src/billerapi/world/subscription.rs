//! Receivers of webhooks, as clients register them through the API.
//!
//! Source: BillerAPI description, sections 4.9 and 5.19.

use serde::{Deserialize, Serialize};

use super::World;
use super::ids::{ClientId, SubscriptionId};
use crate::api_error::ApiError;
use crate::billerapi::event_types::EventType;
use crate::error::Error;
use crate::moment::Moment;

/// A receiver. No `Debug`: the secret must not reach a log.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subscription {
    pub(crate) id: SubscriptionId,
    pub(crate) client_id: ClientId,
    pub(crate) environment: Environment,
    pub(crate) url: String,
    pub(crate) events: Vec<String>,
    /// All of them sign, so that a receiver can change from one to another.
    pub(crate) secrets: Vec<String>,
    pub(crate) created: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Environment {
    Sandbox,
    Development,
    Production,
}

/// What is registered.
pub(crate) struct NewSubscription {
    pub(crate) environment: String,
    pub(crate) url: String,
    pub(crate) events: Vec<String>,
    pub(crate) secret: Option<String>,
}

/// What the portal configures, without a call of the API.
pub(crate) struct Receiver {
    pub(crate) client_id: ClientId,
    pub(crate) url: String,
    pub(crate) events: Vec<String>,
    pub(crate) secrets: Vec<String>,
}

/// The id of the receiver that the portal configured.
const OF_PORTAL: &str = "wh_portal";
/// The most secrets that sign one delivery.
const MOST_SECRETS: usize = 5;
/// The most receivers of one client.
const MOST: usize = 100;
/// The shortest secret, in bytes.
const SHORTEST_SECRET: usize = 16;
/// The longest texts.
const LONGEST: usize = 2048;

impl Environment {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Development => "development",
            Self::Production => "production",
        }
    }

    fn of_text(text: &str) -> Option<Self> {
        [Self::Sandbox, Self::Development, Self::Production]
            .into_iter()
            .find(|environment| environment.as_str() == text)
    }
}

impl Subscription {
    /// Receivers of other environments never hear of this one.
    pub(crate) fn is_of_sandbox(&self) -> bool {
        self.environment == Environment::Sandbox
    }

    /// The one that was not registered through the API.
    pub(crate) fn is_of_portal(&self) -> bool {
        self.id.as_str() == OF_PORTAL
    }

    /// Whether it wants this event.
    pub(crate) fn wants(&self, client_id: &ClientId, kind: EventType) -> bool {
        self.is_of_sandbox()
            && self.client_id == *client_id
            && self.events.iter().any(|event| event == "*" || event == kind.as_str())
    }
}

impl World {
    pub(crate) fn subscriptions_of(&self, client_id: &ClientId) -> impl Iterator<Item = &Subscription> {
        let client_id = client_id.clone();
        self.subscriptions.iter().filter(move |subscription| subscription.client_id == client_id)
    }

    pub(crate) fn subscriptions(&self) -> &[Subscription] {
        &self.subscriptions
    }

    pub(crate) fn register(
        &mut self,
        now: Moment,
        client_id: &ClientId,
        new: NewSubscription,
    ) -> Result<SubscriptionId, ApiError> {
        let environment = Environment::of_text(&new.environment)
            .ok_or_else(|| ApiError::bad_request("environment is sandbox, development or production."))?;
        check_receiver(&new.url)?;
        check_events(&new.events)?;
        if let Some(secret) = &new.secret
            && !(SHORTEST_SECRET..=LONGEST).contains(&secret.len())
        {
            return Err(ApiError::bad_request(format!("secret takes {SHORTEST_SECRET} to {LONGEST} bytes.")));
        }
        if self.registered(client_id).count() >= MOST {
            return Err(ApiError::bad_request(format!(
                "There are {MOST} webhooks already; delete them first."
            )));
        }
        let id = SubscriptionId::new(format!("wh_{}", self.seed.id("webhook")));
        self.subscriptions.push(Subscription {
            id: id.clone(),
            client_id: client_id.clone(),
            environment,
            url: new.url,
            events: new.events,
            secrets: new.secret.into_iter().collect(),
            created: now,
        });
        Ok(id)
    }

    /// What the portal configures: this one receiver instead of the one that was configured so before.
    pub(crate) fn configure(&mut self, now: Moment, receiver: Option<Receiver>) -> Result<(), Error> {
        if let Some(receiver) = &receiver {
            self.check_client(&receiver.client_id)?;
            check_receiver(&receiver.url).and_then(|()| check_events(&receiver.events)).map_err(|error| {
                let message = error.message.trim_end_matches('.');
                super::account::invalid(message.replace("events", "eventTypes"))
            })?;
            let fits = |secret: &String| (SHORTEST_SECRET..=LONGEST).contains(&secret.len());
            if receiver.secrets.len() > MOST_SECRETS || !receiver.secrets.iter().all(fits) {
                return Err(super::account::invalid(format!(
                    "secrets takes up to {MOST_SECRETS} texts of {SHORTEST_SECRET} to {LONGEST} bytes"
                )));
            }
        }
        let receiver = receiver.map(|receiver| Subscription {
            id: SubscriptionId::new(OF_PORTAL),
            client_id: receiver.client_id,
            environment: Environment::Sandbox,
            url: receiver.url,
            events: receiver.events,
            secrets: receiver.secrets,
            created: now,
        });
        // In its place: the first receiver stays the first.
        let before = self.subscriptions.iter().position(Subscription::is_of_portal);
        match (before, receiver) {
            (Some(place), receiver) => drop(self.subscriptions.splice(place..=place, receiver)),
            (None, receiver) => self.subscriptions.extend(receiver),
        }
        Ok(())
    }

    /// The receiver that the portal configured.
    pub(crate) fn configured(&self) -> Option<&Subscription> {
        self.subscriptions.iter().find(|subscription| subscription.is_of_portal())
    }

    /// Those of a client that were registered through the API.
    pub(crate) fn registered(&self, client_id: &ClientId) -> impl Iterator<Item = &Subscription> {
        self.subscriptions_of(client_id).filter(|subscription| !subscription.is_of_portal())
    }

    /// Removes every receiver that a client registered; how many there were.
    pub(crate) fn unregister_all(&mut self, client_id: &ClientId) -> usize {
        let before = self.subscriptions.len();
        self.subscriptions
            .retain(|subscription| subscription.client_id != *client_id || subscription.is_of_portal());
        before - self.subscriptions.len()
    }
}

/// `https`, or plain `http` to this machine.
fn check_receiver(url: &str) -> Result<(), ApiError> {
    let refused =
        || ApiError::bad_request("url is an absolute https URL; plain http is allowed to this machine only.");
    let parsed: http::Uri = url.parse().map_err(|_| refused())?;
    if url.len() > LONGEST || parsed.host().is_none_or(str::is_empty) {
        return Err(refused());
    }
    match parsed.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if crate::loopback::check_url("url", url).is_ok() => Ok(()),
        _ => Err(refused()),
    }
}

fn check_events(events: &[String]) -> Result<(), ApiError> {
    let known = EventType::ALL.map(EventType::as_str);
    if events.is_empty() || events.len() > 100 {
        return Err(ApiError::bad_request("events names at least one type, or [\"*\"]."));
    }
    if events.iter().map(String::as_str).eq(["*"]) {
        return Ok(());
    }
    match events.iter().find(|event| !known.contains(&event.as_str())) {
        Some(_) => Err(ApiError::bad_request(format!("events takes {}, or [\"*\"].", known.join(", ")))),
        None => Ok(()),
    }
}
