//! Everything the emulated Q2 service holds: its world, and what the partner configured in the vendor's portal.

use billwire_crypto::Provider;
use jiff::SignedDuration;

use super::event_types::EventType;
use super::manner::MANNER;
use super::partner_keys::PartnerKeys;
use super::quirks::Quirks;
use super::request_signing::RequestSigning;
use super::trigger;
use super::webhooks::WebhookConfiguration;
use crate::api::{Addressed, ApiWorld, Outgoing, Parcel};
use crate::bill_pay::population::Population;
use crate::bill_pay::{EventSwitches, LedgerEntry, PaymentCount, World};
use crate::engine::Happening;
use crate::error::Error;
use crate::event::{NewEvent, Trigger};
use crate::faults::{Protections, WebhookFaultKind};
use crate::moment::Moment;
use crate::seed::Seed;
use crate::service_keys::{KeyUsage, ServiceKeys};
use crate::webhook_sender::{self, DeliveryState, PortalProtection};

pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) webhooks: WebhookConfiguration,
    pub(crate) request_signing: RequestSigning,
    /// The partner's keys for request signing.
    pub(crate) partner_keys: PartnerKeys,
    pub(crate) keys: ServiceKeys,
    /// The untidy forms in which things leave.
    pub(crate) quirks: Quirks,
    /// Those it started with.
    first_quirks: Quirks,
}

impl State {
    pub(crate) fn new(
        provider: &dyn Provider,
        seed: u64,
        now: Moment,
        quirks: Quirks,
    ) -> Result<Self, Error> {
        Ok(Self {
            world: World::new(&MANNER, Seed::new(seed)),
            webhooks: WebhookConfiguration::default(),
            request_signing: RequestSigning::off(),
            partner_keys: PartnerKeys::default(),
            keys: ServiceKeys::new(provider, now)?,
            quirks,
            first_quirks: quirks,
        })
    }

    /// What a reset keeps.
    pub(crate) fn beginning(&self) -> (Option<Population>, Quirks) {
        (self.world.population(), self.first_quirks)
    }

    /// Two switches change what happens, not only what is sent.
    pub(crate) fn configure_webhooks(&mut self, configuration: WebhookConfiguration) {
        self.world.event_switches = EventSwitches {
            auth_failed: configuration.sends(EventType::AuthFailed.as_str()),
            auth_created: configuration.sends(EventType::AuthCreated.as_str()),
        };
        self.webhooks = configuration;
    }
}

impl ApiWorld for State {
    fn next_due(&self) -> Option<Moment> {
        self.world.next_due()
    }

    fn run_next(&mut self, until: Moment) -> Option<(Moment, Happening)> {
        let (at, effect) = self.world.run_next(until)?;
        Some((at, Happening::Effect(effect)))
    }

    fn take_events(&mut self) -> Vec<NewEvent> {
        self.world.take_events()
    }

    fn reuse(&mut self, emptied: Vec<NewEvent>) {
        self.world.reuse(emptied);
    }

    fn delivery_of(&self, event: &NewEvent) -> DeliveryState {
        if !self.webhooks.sends(event.kind) {
            DeliveryState::NotEnabled
        } else if self.webhooks.url.is_none() {
            DeliveryState::NotConfigured
        } else {
            DeliveryState::Waiting
        }
    }

    fn has_receiver(&self, _to: &Addressed<'_>) -> bool {
        self.webhooks.url.is_some()
    }

    fn pause_after(&self, failed: u32) -> Option<SignedDuration> {
        webhook_sender::five_attempts(failed)
    }

    fn protections(&self, _to: &Addressed<'_>) -> Protections {
        Protections {
            signature: self.webhooks.signature.is_some(),
            dated: true,
            claims: true,
            encryption: self.webhooks.encryption.is_some(),
            bearer: self.webhooks.oauth.is_some(),
            two_signing_keys: self.keys.count(KeyUsage::Signing) > 1,
        }
    }

    fn parcel(&self, provider: &dyn Provider, outgoing: &Outgoing<'_>) -> Parcel {
        let signing_key = match outgoing.fault {
            Some(WebhookFaultKind::WrongKey) => self.keys.foreign_signing(),
            Some(WebhookFaultKind::RetiredKey) => self.keys.retired_signing(provider),
            Some(WebhookFaultKind::NewerKey) => self.keys.newest_signing(),
            _ => self.keys.signing(),
        };
        let WebhookConfiguration { url, oauth, encryption, signature, .. } = self.webhooks.clone();
        // What is encrypted is altered afterwards.
        let body = match outgoing.fault {
            Some(WebhookFaultKind::Tamper) if encryption.is_none() => {
                self.quirks.webhook(&webhook_sender::altered(outgoing.event))
            }
            _ => self.quirks.webhook(outgoing.event),
        };
        let portal = PortalProtection { oauth, encryption, signature, signing_key };
        Parcel { url, body, headers: Vec::new(), portal: Some(Box::new(portal)) }
    }

    fn trigger(&mut self, now: Moment, trigger: Trigger) -> Result<NewEvent, Error> {
        trigger::triggered(&mut self.world, now, trigger)
    }

    fn ledger(&self) -> Vec<LedgerEntry> {
        self.world.ledger().of_api(super::API.name)
    }

    fn count_payments_with(&mut self, count: &PaymentCount) {
        self.world.count_payments_with(count);
    }
}
