//! Both ends of the story: the service (our sandbox) and the partner (client, receiver with a secret).

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use billwire::billerapi::webhooks::{Policy, Verifier};
use billwire::billerapi::{Client, ClientId, Config, Event, EventType, RegisterWebhook, WebhookEnvironment};
use billwire::core::{self, Answer, ClientCredentials, Environment};
use billwire::crypto::AwsLcProvider;
use billwire::models::scalar::Secret;
use billwire::reqwest::ReqwestTransport;
use billwire::webhooks::Verified;
use billwire_sandbox::{CredentialKind, RequestRecord, Sandbox};

use super::receiver;
use crate::commands::sandbox::not_started;
use crate::demo::check::{broken, failed};
use crate::demo::fault::Fault;
use crate::demo::receiver::Receiver;
use crate::demo::scene::{Scene, Told};
use crate::demo::timeline::{ArrivedWebhook, Summary, Timeline};
use crate::error::Error;

/// The secret of the story. TEST ONLY: it is part of a published program.
const SECRET: &str = "whsec_test_of_the_demo_story";
const OTHER_SECRET: &str = "whsec_test_of_somebody_else";
const WRONG_CLIENT_SECRET: &str = "bb_test_of_somebody_else";

/// The story's setting.
pub(crate) struct Stage {
    pub(crate) client: Client,
    pub(crate) client_id: ClientId,
    webhook_url: String,
    scene: Scene<Verified<Event>>,
    bills_read: usize,
}

impl Deref for Stage {
    type Target = Scene<Verified<Event>>;

    fn deref(&self) -> &Self::Target {
        &self.scene
    }
}

impl DerefMut for Stage {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.scene
    }
}

impl Told for Verified<Event> {
    fn shown(&self) -> ArrivedWebhook {
        let resource = self.resource_id().map_or_else(|| "nothing".to_owned(), ToString::to_string);
        let created = jiff::Timestamp::from_second(self.created)
            .map_or_else(|_| self.created.to_string(), |created| created.to_string());
        ArrivedWebhook::new(
            (&self.id, &self.kind, &created),
            resource,
            ("sender-and-body", "signed with our secret, not older than five minutes".to_owned()),
        )
    }
}

impl Stage {
    /// Starts both ends.
    pub(crate) async fn set_up(seed: u64, fault: Option<Fault>, timeline: Timeline) -> Result<Self, Error> {
        let sandbox = Sandbox::builder().seed(seed).provider(Arc::new(AwsLcProvider)).start().await;
        let sandbox = Arc::new(sandbox.map_err(|error| not_started(&error))?);
        let trusted = if fault == Some(Fault::WrongWebhookKey) { OTHER_SECRET } else { SECRET };
        let policy = Policy::builder().with_secret(trusted).build().map_err(broken)?;
        let clock = Arc::clone(&sandbox);
        let verifier = Verifier::new(policy);
        let receiver = Receiver::start(|desk| receiver::routes(desk, verifier, clock, fault)).await?;
        let credentials = sandbox.info().credentials;
        let secret = match fault {
            Some(Fault::WrongClientSecret) => WRONG_CLIENT_SECRET,
            _ => credentials.billerapi_client_secret.as_str(),
        };
        let environment = Environment::custom_sandbox(sandbox.urls().billerapi.as_str());
        let client_id = ClientId::from(credentials.billerapi_client_id.as_str());
        let config = Config::builder(environment, ClientCredentials::new(client_id.as_str(), secret));
        let config = config.build().map_err(broken)?;
        let transport = Arc::new(ReqwestTransport::new().map_err(broken)?);
        let client = Client::new(config, transport, Scene::<Verified<Event>>::clock(&sandbox));
        let url = sandbox.urls().billerapi.clone();
        let webhook_url = receiver.url(receiver::WEBHOOKS);
        let place = (url.as_str(), webhook_url.clone(), seed);
        let scene = Scene::begin(sandbox, receiver, timeline, place, fault)?;
        Ok(Self { client, client_id, webhook_url, scene, bills_read: 0 })
    }

    /// What is registered: every type of event, unless one is left out on purpose.
    pub(crate) fn registration(&self) -> RegisterWebhook {
        let left_out = self.fault == Some(Fault::MissingWebhook);
        let wanted = |kind: &&EventType| !(left_out && **kind == EventType::BillCreated);
        let events = EventType::ALL.iter().filter(wanted).cloned().collect();
        RegisterWebhook::new(WebhookEnvironment::Sandbox, self.webhook_url.as_str(), events)
            .with_secret(Secret::new(SECRET))
    }

    /// Awaits a call and shows what the service saw of it.
    pub(crate) async fn call<T>(
        &mut self,
        call: impl Future<Output = Result<Answer<T>, core::Error>>,
    ) -> Result<Answer<T>, Error> {
        self.scene.call(call).await.map(|(answer, _)| answer)
    }

    /// As [`Stage::call`], for a call that the service must have seen with this credential.
    pub(crate) async fn call_as<T>(
        &mut self,
        credential: CredentialKind,
        call: impl Future<Output = Result<Answer<T>, core::Error>>,
    ) -> Result<Answer<T>, Error> {
        let (answer, record) = self.scene.call(call).await?;
        if record.credential != Some(credential) {
            return Err(failed(format!(
                "the call went with {:?}, not with {credential:?}",
                record.credential
            )));
        }
        Ok(answer)
    }

    /// As [`Stage::call`], for a call that may fail.
    pub(crate) async fn try_call<T>(
        &mut self,
        call: impl Future<Output = Result<Answer<T>, core::Error>>,
    ) -> Result<Result<Answer<T>, core::Error>, Error> {
        let (answer, _): (_, Option<RequestRecord>) = self.scene.attempt(call).await?;
        Ok(answer)
    }

    /// How many webhooks of `kind` came.
    pub(crate) fn count(&self, kind: &EventType) -> usize {
        self.events().iter().filter(|event| event.kind == *kind).count()
    }

    /// So many bills were read and are as they should be.
    pub(crate) fn bills_read(&mut self, count: usize) {
        self.bills_read = count;
    }

    /// The last line.
    pub(crate) fn result(&self, failure: Option<&Error>) -> Summary {
        Summary {
            bills_read: Some(self.bills_read),
            webhooks_verified: Some(self.events().len()),
            ..self.summary(failure)
        }
    }
}
