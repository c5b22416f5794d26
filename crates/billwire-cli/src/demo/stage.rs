//! Both ends of the story: the service (our sandbox) and the partner (client, keys, receiver), configured as in the
//! vendor's portal.

use std::sync::Arc;

use billwire::core::{Answer, ApiKey, Environment};
use billwire::crypto::{AwsLcProvider, PrivateKeys, PublicKeys};
use billwire::q2::behaviour::PayDateName;
use billwire::q2::webhooks::{Policy, SignatureCheck, Verifier};
use billwire::q2::{self, Client, Event, EventType};
use billwire::reqwest::ReqwestTransport;
use billwire::webhooks::Verified;
use billwire::{core, keys};
use billwire_sandbox::{
    KeyUsage, LedgerEntry, Moment, RequestSigning, Rules, Sandbox, ScheduleDateMember, ServiceKey,
    SignatureCheck as RequestSignature, WebhookConfiguration, WebhookEncryption, WebhookSignature,
};

use super::check::{failed, present, within_demo};
use super::fault::Fault;
use super::keys::{Keys, unregistered};
use super::receiver::{Arrival, Receiver};
use super::timeline::{Entry, Payment, SentRequest, Summary, Timeline, check};
use super::virtual_clock::VirtualClock;
use crate::commands::sandbox::not_started;
use crate::error::Error;
use crate::outcome;

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
    pub(crate) fault: Option<Fault>,
    /// Signs requests; refuses to send card data in clear.
    pub(crate) client: Client,
    /// Signs requests and encrypts their bodies.
    pub(crate) sealing_client: Client,
    sandbox: Arc<Sandbox>,
    receiver: Receiver,
    timeline: Timeline,
    steps: u32,
    requests_seen: usize,
    last_was_encrypted: bool,
    received: usize,
    events: Vec<Verified<Event>>,
}

impl Stage {
    /// Starts both ends and lets them exchange keys.
    pub(crate) async fn set_up(seed: u64, fault: Option<Fault>, timeline: Timeline) -> Result<Self, Error> {
        let sandbox = Sandbox::builder().seed(seed).provider(Arc::new(AwsLcProvider)).start().await;
        let sandbox = Arc::new(sandbox.map_err(|error| not_started(&error))?);
        let own = Keys::of_story(fault)?;
        let receiver =
            Receiver::start(verifier(&sandbox, &own, fault)?, &own, Arc::clone(&sandbox), fault).await?;
        configure_service(&sandbox, &receiver, fault).await?;
        let transport = Arc::new(ReqwestTransport::new().map_err(|error| {
            Error::unexpected("the HTTP client cannot be set up").with_cause(&error).with_causes_of(&error)
        })?);
        let clock = Arc::new(VirtualClock::new(Arc::clone(&sandbox)));
        let client = |config| Client::new(config, Arc::clone(&transport) as _, Arc::clone(&clock) as _);
        let service_key = service_key(&sandbox, KeyUsage::Encryption)?;
        let sealed = builder(&sandbox, &own, fault).with_payload_encryption(
            keys::public_key(&service_key.public_key, service_key.key_id.as_str()).map_err(broken)?,
        );
        let plain = builder(&sandbox, &own, fault).with_card_data_encrypted_only();
        let stage = Self {
            fault,
            client: client(plain.build().map_err(broken)?),
            sealing_client: client(sealed.build().map_err(broken)?),
            sandbox,
            receiver,
            timeline,
            steps: 0,
            requests_seen: 0,
            last_was_encrypted: false,
            received: 0,
            events: Vec::new(),
        };
        stage.report(&Entry::Start {
            sandbox: stage.sandbox.urls().q2.clone(),
            receiver: stage.receiver.webhook_url(),
            now: stage.sandbox.now().to_string(),
            seed,
        })?;
        Ok(stage)
    }

    pub(crate) fn report(&self, entry: &Entry) -> Result<(), Error> {
        self.timeline.print(entry)
    }

    /// The next step of the story.
    pub(crate) fn step(&mut self, what: &str) -> Result<(), Error> {
        self.steps += 1;
        self.report(&Entry::Step { number: self.steps, what: what.to_owned(), at: self.now().to_string() })
    }

    /// Something held.
    pub(crate) fn held(&self, what: impl Into<String>) -> Result<(), Error> {
        self.report(&check(what))
    }

    pub(crate) fn now(&self) -> Moment {
        self.sandbox.now()
    }

    /// Awaits a call, shows what the service saw of it, and checks that it was signed.
    pub(crate) async fn call<T>(
        &mut self,
        call: impl Future<Output = Result<Answer<T>, core::Error>>,
    ) -> Result<Answer<T>, Error> {
        let answer = call.await;
        let requests = self.sandbox.requests();
        let new = requests.get(self.requests_seen..).unwrap_or_default();
        for record in new {
            self.report(&Entry::Request(SentRequest::from(record)))?;
        }
        self.requests_seen = requests.len();
        let answer = answer.map_err(|error| within_demo(outcome::failed(&error)))?;
        let last = present("the service's record of the request", new.last())?;
        if answer.request_id() != Some(last.request_id.as_str()) {
            return Err(failed("the request id of the answer is not the one the service gave"));
        }
        if last.signature != RequestSignature::Verified {
            return Err(failed(format!(
                "{} {} was answered although it was not signed",
                last.method, last.path
            )));
        }
        self.last_was_encrypted = last.encrypted;
        Ok(answer)
    }

    /// As [`Stage::call`], for a call whose body must have travelled encrypted.
    pub(crate) async fn sealed_call<T>(
        &mut self,
        call: impl Future<Output = Result<Answer<T>, core::Error>>,
    ) -> Result<Answer<T>, Error> {
        let answer = self.call(call).await?;
        if self.last_was_encrypted { Ok(answer) } else { Err(failed("card data travelled in clear")) }
    }

    /// Lets virtual time pass until `moment`, and takes in every webhook that came meanwhile.
    pub(crate) async fn pass_until(&mut self, moment: Moment) -> Result<(), Error> {
        let report = self.sandbox.advance_to(moment).await.map_err(broken)?;
        self.report(&Entry::from(&report))?;
        let arrivals = self.receiver.arrivals();
        for arrival in arrivals {
            self.received += 1;
            match arrival {
                Arrival::Verified(event) => {
                    self.report(&Entry::Webhook((&*event).into()))?;
                    self.events.push(*event);
                }
                Arrival::Refused(reason) => {
                    self.report(&Entry::WebhookRefused { reason: reason.clone() })?;
                    return Err(failed(format!("a webhook did not pass: {reason}")));
                }
            }
        }
        match report.deliveries.iter().find(|delivery| delivery.attempt.status != Some(204)) {
            Some(delivery) => Err(failed(format!("the webhook {} was not taken", delivery.kind))),
            None => Ok(()),
        }
    }

    /// As [`Stage::pass_until`], for `seconds` from now.
    pub(crate) async fn pass(&mut self, seconds: i64) -> Result<(), Error> {
        let until = self.now().plus(jiff::SignedDuration::from_secs(seconds));
        self.pass_until(until).await
    }

    /// The newest webhook of `kind`.
    pub(crate) fn newest(&self, kind: &EventType) -> Result<&Verified<Event>, Error> {
        let newest = self.events.iter().rev().find(|event| event.kind == *kind);
        present(&format!("the webhook {kind}"), newest)
    }

    /// The kinds of all webhooks that came, in order.
    pub(crate) fn kinds(&self) -> Vec<&EventType> {
        self.events.iter().map(|event| &event.kind).collect()
    }

    /// Every payment carried out, shown.
    pub(crate) fn ledger(&self) -> Result<Vec<LedgerEntry>, Error> {
        let ledger = self.sandbox.ledger();
        self.report(&Entry::Ledger { payments: ledger.iter().map(Payment::from).collect() })?;
        Ok(ledger)
    }

    /// The last line.
    pub(crate) fn result(&self, failure: Option<&Error>) -> Summary {
        Summary {
            payments_in_ledger: self.sandbox.ledger().len(),
            webhooks_received: self.received,
            webhooks_verified: self.events.len(),
            ok: failure.is_none(),
            failure: failure.map(ToString::to_string),
        }
    }
}

/// What the partner sets in the vendor's portal.
async fn configure_service(
    sandbox: &Sandbox,
    receiver: &Receiver,
    fault: Option<Fault>,
) -> Result<(), Error> {
    let signing = RequestSigning::with_jwks_url(receiver.signing_keys_url());
    sandbox.configure_request_signing(signing).await.map_err(broken)?;
    let left_out = (fault == Some(Fault::MissingWebhook)).then_some("bill.payment.sent");
    let webhooks = WebhookConfiguration::to(receiver.webhook_url())
        .with_event_types(SWITCHED_ON.into_iter().filter(|kind| Some(*kind) != left_out))
        .with_encryption(WebhookEncryption::from_url(receiver.encryption_keys_url()))
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

/// Something that has nothing to do with the story broke.
pub(crate) fn broken<E: std::error::Error>(error: E) -> Error {
    failed(error.to_string()).with_causes_of(&error)
}
