//! Both ends of the story: the service (our sandbox) and the partner (client, receiver).

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use billwire::core::{self, Answer, ApiKey, Environment};
use billwire::crypto::AwsLcProvider;
use billwire::reqwest::ReqwestTransport;
use billwire::unbill::webhooks::{ReadBack, Unproved};
use billwire::unbill::{BillId, Client, Config, Event, EventType};
use billwire_sandbox::{Sandbox, UnbillWebhooks};

use super::receiver;
use crate::commands::sandbox::not_started;
use crate::demo::check::{broken, failed, present};
use crate::demo::fault::Fault;
use crate::demo::receiver::Receiver;
use crate::demo::scene::{Scene, Told};
use crate::demo::timeline::{ArrivedWebhook, Summary, Timeline};
use crate::error::Error;

/// The story's setting.
pub(crate) struct Stage {
    pub(crate) client: Client,
    scene: Scene<Unproved<Event>>,
    read_back: usize,
}

impl Deref for Stage {
    type Target = Scene<Unproved<Event>>;

    fn deref(&self) -> &Self::Target {
        &self.scene
    }
}

impl DerefMut for Stage {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.scene
    }
}

impl Told for Unproved<Event> {
    fn shown(&self) -> ArrivedWebhook {
        let event = self.unproved_value();
        ArrivedWebhook::new(
            (&event.id, &event.kind, &event.created),
            format!("{} {}", event.resource.kind, event.resource.id),
            ("nothing", "there is no signature; it is read back before it counts".to_owned()),
        )
    }
}

impl Stage {
    /// Starts both ends.
    pub(crate) async fn set_up(seed: u64, fault: Option<Fault>, timeline: Timeline) -> Result<Self, Error> {
        let sandbox = Sandbox::builder().seed(seed).provider(Arc::new(AwsLcProvider)).start().await;
        let sandbox = Arc::new(sandbox.map_err(|error| not_started(&error))?);
        let receiver = Receiver::start(|desk| receiver::routes(desk, fault)).await?;
        configure_service(&sandbox, &receiver, fault).await?;
        let environment = Environment::custom_sandbox(sandbox.urls().unbill.as_str());
        let keys = sandbox.info().credentials.unbill_api_keys;
        let key = match fault {
            Some(Fault::WrongApiKey) => "a-key-of-somebody-else".to_owned(),
            _ => present("the API key", keys.into_iter().next())?,
        };
        let config = Config::builder(environment, ApiKey::for_sandbox(key)).build().map_err(broken)?;
        let transport = Arc::new(ReqwestTransport::new().map_err(broken)?);
        let client = Client::new(config, transport, Scene::<Unproved<Event>>::clock(&sandbox));
        let url = sandbox.urls().unbill.clone();
        let place = (url.as_str(), receiver.url(receiver::WEBHOOKS), seed);
        let scene = Scene::begin(sandbox, receiver, timeline, place, fault)?;
        Ok(Self { client, scene, read_back: 0 })
    }

    /// Awaits a call and shows what the service saw of it.
    pub(crate) async fn call<T>(
        &mut self,
        call: impl Future<Output = Result<Answer<T>, core::Error>>,
    ) -> Result<Answer<T>, Error> {
        self.scene.call(call).await.map(|(answer, _)| answer)
    }

    /// The newest event of `kind`, of which nothing is proved.
    pub(crate) fn newest(&self, kind: &EventType) -> Result<&Unproved<Event>, Error> {
        let newest = self.events().iter().rev().find(|event| event.unproved_value().kind == *kind);
        present(&format!("the webhook {kind}"), newest)
    }

    /// The bill that the newest event of `kind` says to read.
    pub(crate) fn bill_to_read_back(&self, kind: &EventType) -> Result<BillId, Error> {
        match self.newest(kind)?.read_back() {
            ReadBack::Bill(bill_id) => Ok(bill_id),
            _ => Err(failed(format!("the webhook {kind} does not say what to read back"))),
        }
    }

    /// What an event said was read back and found to be so.
    pub(crate) fn counts(&mut self, what: &str) -> Result<(), Error> {
        self.read_back += 1;
        self.held(what)
    }

    /// The last line.
    pub(crate) fn result(&self, failure: Option<&Error>) -> Summary {
        Summary {
            payments_in_ledger: Some(self.sandbox.ledger().len()),
            webhooks_read_back: Some(self.read_back),
            ..self.summary(failure)
        }
    }
}

/// What the partner asks the vendor's staff to set up.
async fn configure_service(
    sandbox: &Sandbox,
    receiver: &Receiver<Unproved<Event>>,
    fault: Option<Fault>,
) -> Result<(), Error> {
    let left_out = (fault == Some(Fault::MissingWebhook)).then_some(EventType::BillPayment);
    let wanted = EventType::ALL.iter().filter(|kind| Some(*kind) != left_out.as_ref());
    let webhooks =
        UnbillWebhooks::to(receiver.url(receiver::WEBHOOKS)).with_event_types(wanted.map(EventType::as_str));
    sandbox.unbill().configure_webhooks(webhooks).await.map_err(broken)
}
