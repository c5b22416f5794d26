//! Both ends of the story: the service (our sandbox) and the partner (client, keys, receiver), configured as in the
//! vendor's portal.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use billwire::core::{Answer, ApiKey, Environment};
use billwire::crypto::{AwsLcProvider, PrivateKeys, PublicKeys};
use billwire::q2::behaviour::PayDateName;
use billwire::q2::webhooks::{Policy, SignatureCheck, Verifier};
use billwire::q2::{self, Client, Event, EventType};
use billwire::reqwest::ReqwestTransport;
use billwire::webhooks::{Proved, Verified};
use billwire::{core, keys};
use billwire_sandbox::{
    KeyUsage, RequestSigning, Rules, Sandbox, ScheduleDateMember, ServiceKey,
    SignatureCheck as RequestSignature, WebhookConfiguration, WebhookEncryption, WebhookSignature,
};

use super::keys::{Keys, unregistered};
use super::receiver::{self, Published};
use crate::commands::sandbox::not_started;
use crate::demo::check::{broken, failed, present};
use crate::demo::fault::Fault;
use crate::demo::receiver::Receiver;
use crate::demo::scene::{Scene, Told};
use crate::demo::timeline::{ArrivedWebhook, Signed, Summary, Timeline};
use crate::error::Error;

/// What is set in the portal for the webhook and asked for by the receiver.
const ISSUER: &str = "billwire sandbox";
const AUDIENCE: &str = "billwire demo";
/// The webhooks that are switched on: those of the story, and those that would tell that it went another way.
const SWITCHED_ON: [&str; 11] = [
    "auth.security-input-required",
    "auth.success",
    "auth.failed",
    "auth.invalid",
    "auth.hold",
    "bill.created",
    "bill.update",
    "bill.payment.scheduled",
    "bill.payment.sent",
    "bill.payment.failed",
    "bill.payment.cancelled",
];

/// The story's setting.
pub(crate) struct Stage {
    /// Signs requests; refuses to send card data in clear.
    pub(crate) client: Client,
    /// Signs requests and encrypts their bodies.
    pub(crate) sealing_client: Client,
    scene: Scene<Verified<Event>>,
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
    const SECURED: bool = true;

    fn shown(&self) -> ArrivedWebhook {
        let signature = self.evidence().signature();
        let text = |text: Option<&str>| text.map(str::to_owned);
        let proved = match self.proved() {
            Proved::SenderAndBody => "sender-and-body",
            Proved::Sender => "sender",
            _ => "nothing",
        };
        let key = text(signature.and_then(|signature| signature.key_id()));
        let mut how = format!("signed by {}", key.as_deref().unwrap_or("no key"));
        if self.evidence().encrypted_to_us() {
            how.push_str("; body encrypted to us, its integrity rests on TLS");
        }
        ArrivedWebhook {
            signed: Some(Signed {
                signing_key: key,
                issuer: text(signature.and_then(|signature| signature.issuer())),
                audience: text(signature.and_then(|signature| signature.audience())),
                encrypted_to_us: self.evidence().encrypted_to_us(),
            }),
            ..ArrivedWebhook::new(
                (&self.id, &self.kind, &self.created),
                format!("{} {}", self.resource.kind, self.resource.id),
                (proved, how),
            )
        }
    }
}

impl Stage {
    /// Starts both ends and lets them exchange keys.
    pub(crate) async fn set_up(seed: u64, fault: Option<Fault>, timeline: Timeline) -> Result<Self, Error> {
        let sandbox = Sandbox::builder().seed(seed).provider(Arc::new(AwsLcProvider)).start().await;
        let sandbox = Arc::new(sandbox.map_err(|error| not_started(&error))?);
        let own = Keys::of_story(fault)?;
        let verifier = verifier(&sandbox, &own, fault)?;
        let published = Published::of(&own)?;
        let clock = Arc::clone(&sandbox);
        let receiver =
            Receiver::start(|desk| receiver::routes(desk, verifier, published, clock, fault)).await?;
        configure_service(&sandbox, &receiver, fault).await?;
        let transport = Arc::new(ReqwestTransport::new().map_err(broken)?);
        let clock = Scene::<Verified<Event>>::clock(&sandbox);
        let client = |config| Client::new(config, Arc::clone(&transport) as _, Arc::clone(&clock) as _);
        let service_key = service_key(&sandbox, KeyUsage::Encryption)?;
        let sealed = builder(&sandbox, &own, fault).with_payload_encryption(
            keys::public_key(&service_key.public_key, service_key.key_id.as_str()).map_err(broken)?,
        );
        let plain = builder(&sandbox, &own, fault).with_card_data_encrypted_only();
        let (client, sealing_client) =
            (client(plain.build().map_err(broken)?), client(sealed.build().map_err(broken)?));
        let url = sandbox.urls().q2.clone();
        let place = (url.as_str(), receiver.url(receiver::WEBHOOKS), seed);
        let scene = Scene::begin(sandbox, receiver, timeline, place, fault)?;
        Ok(Self { client, sealing_client, scene })
    }

    /// Awaits a call, shows what the service saw of it, and checks that it was signed.
    pub(crate) async fn call<T>(
        &mut self,
        call: impl Future<Output = Result<Answer<T>, core::Error>>,
    ) -> Result<Answer<T>, Error> {
        self.signed_call(call).await.map(|(answer, _)| answer)
    }

    /// As [`Stage::call`], for a call whose body must have travelled encrypted.
    pub(crate) async fn sealed_call<T>(
        &mut self,
        call: impl Future<Output = Result<Answer<T>, core::Error>>,
    ) -> Result<Answer<T>, Error> {
        let (answer, encrypted) = self.signed_call(call).await?;
        if encrypted { Ok(answer) } else { Err(failed("card data travelled in clear")) }
    }

    async fn signed_call<T>(
        &mut self,
        call: impl Future<Output = Result<Answer<T>, core::Error>>,
    ) -> Result<(Answer<T>, bool), Error> {
        let (answer, last) = self.scene.call(call).await?;
        if last.signature == RequestSignature::Verified {
            Ok((answer, last.encrypted))
        } else {
            Err(failed(format!("{} {} was answered although it was not signed", last.method, last.path)))
        }
    }

    /// The newest webhook of `kind`.
    pub(crate) fn newest(&self, kind: &EventType) -> Result<&Verified<Event>, Error> {
        let newest = self.events().iter().rev().find(|event| event.kind == *kind);
        present(&format!("the webhook {kind}"), newest)
    }

    /// The kinds of all webhooks that came, in order.
    pub(crate) fn kinds(&self) -> Vec<&EventType> {
        self.events().iter().map(|event| &event.kind).collect()
    }

    /// The last line.
    pub(crate) fn result(&self, failure: Option<&Error>) -> Summary {
        Summary {
            payments_in_ledger: Some(self.sandbox.ledger().len()),
            webhooks_verified: Some(self.events().len()),
            ..self.summary(failure)
        }
    }
}

/// What the partner sets in the vendor's portal.
async fn configure_service(
    sandbox: &Sandbox,
    receiver: &Receiver<Verified<Event>>,
    fault: Option<Fault>,
) -> Result<(), Error> {
    let signing = RequestSigning::with_jwks_url(receiver.url(receiver::SIGNING_KEYS));
    sandbox.configure_request_signing(signing).await.map_err(broken)?;
    let left_out = (fault == Some(Fault::MissingWebhook)).then_some("bill.payment.sent");
    let webhooks = WebhookConfiguration::to(receiver.url(receiver::WEBHOOKS))
        .with_event_types(SWITCHED_ON.into_iter().filter(|kind| Some(*kind) != left_out))
        .with_encryption(WebhookEncryption::from_url(receiver.url(receiver::ENCRYPTION_KEYS)))
        .with_signature(WebhookSignature::new().with_issuer(ISSUER).with_audience(AUDIENCE));
    sandbox.configure_webhooks(webhooks).await.map_err(broken)?;
    if fault == Some(Fault::IgnoredPayDate) {
        sandbox
            .set_rules(Rules::default().with_schedule_date_member(ScheduleDateMember::Date))
            .map_err(broken)?;
    }
    Ok(())
}

/// What a webhook must pass.
fn verifier(sandbox: &Sandbox, own: &Keys, fault: Option<Fault>) -> Result<Verifier, Error> {
    let service = service_key(sandbox, KeyUsage::Signing)?;
    let trusted = if fault == Some(Fault::WrongWebhookKey) {
        unregistered()?.public_key().with_key_id(service.key_id.as_str().into())
    } else {
        keys::public_key(&service.public_key, service.key_id.as_str()).map_err(broken)?
    };
    let signature = SignatureCheck::new(PublicKeys::from_keys([trusted]).map_err(broken)?)
        .with_issuer(ISSUER)
        .with_audience(AUDIENCE);
    let policy = Policy::builder()
        .with_signature(signature)
        .with_encryption(PrivateKeys::from_keys([own.encryption.clone()]).map_err(broken)?)
        .build()
        .map_err(broken)?;
    Ok(Verifier::new(policy))
}

fn builder(sandbox: &Sandbox, own: &Keys, fault: Option<Fault>) -> q2::ConfigBuilder {
    let environment = Environment::custom_sandbox(sandbox.urls().q2.as_str());
    let mut builder = q2::Config::builder(environment, ApiKey::for_sandbox(sandbox.api_key()));
    if fault == Some(Fault::IgnoredPayDate) {
        builder = builder.with_pay_date_name(PayDateName::PayDate);
    }
    if fault == Some(Fault::UnsignedRequests) {
        builder
    } else {
        builder.with_request_signing(own.signing.clone())
    }
}

/// The service's key for `usage`, as the portal shows it.
fn service_key(sandbox: &Sandbox, usage: KeyUsage) -> Result<ServiceKey, Error> {
    let key = sandbox.info().keys.into_iter().find(|key| key.usage == usage);
    present("the service's key", key)
}
