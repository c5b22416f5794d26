//! Everything the emulated Unbill holds.

use billwire_crypto::Provider;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::manner::MANNER;
use super::rules::UnbillRules;
use super::trigger;
use super::webhooks::UnbillWebhooks;
use crate::api::{Addressed, ApiWorld, Outgoing, Parcel};
use crate::bill_pay::{LedgerEntry, PaymentCount, World};
use crate::engine::Happening;
use crate::error::Error;
use crate::event::{NewEvent, Trigger};
use crate::faults::{Protections, WebhookFaultKind};
use crate::moment::Moment;
use crate::seed::Seed;
use crate::webhook_sender::{self, DeliveryState};

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) webhooks: UnbillWebhooks,
    pub(crate) rules: UnbillRules,
}

impl State {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            world: World::new(&MANNER, Seed::of(seed, MANNER.name)),
            webhooks: UnbillWebhooks::default(),
            rules: UnbillRules::default(),
        }
    }

    /// Replaces the rules, unless they name a company that there is not.
    pub(crate) fn set_rules(&mut self, rules: UnbillRules) -> Result<(), Error> {
        self.world.set_rules(rules.of_world())?;
        self.world.card_surcharge = rules.card_surcharge;
        self.rules = rules;
        Ok(())
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

    /// Whether webhooks are repeated is not known; they are as in the current version.
    ///
    /// Source: Unbill v1 description, section 13 "Still unknown".
    fn pause_after(&self, failed: u32) -> Option<SignedDuration> {
        webhook_sender::five_attempts(failed)
    }

    fn protections(&self, _to: &Addressed<'_>) -> Protections {
        Protections::default()
    }

    fn parcel(&self, _provider: &dyn Provider, outgoing: &Outgoing<'_>) -> Parcel {
        let body = match outgoing.fault {
            Some(WebhookFaultKind::Tamper) => webhook_sender::altered(outgoing.event).to_string(),
            _ => outgoing.event.to_string(),
        };
        Parcel { url: self.webhooks.url.clone(), body, headers: Vec::new(), portal: None }
    }

    fn trigger(&mut self, now: Moment, trigger: Trigger) -> Result<NewEvent, Error> {
        trigger::triggered(&mut self.world, now, trigger)
    }

    fn ledger(&self) -> Vec<LedgerEntry> {
        self.world.ledger().of_api(MANNER.name)
    }

    fn count_payments_with(&mut self, count: &PaymentCount) {
        self.world.count_payments_with(count);
    }
}
