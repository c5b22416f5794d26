//! `POST /client/sync`: client, token and cards in one call.

use serde_json::{Map, Value};

use super::ids::{ClientId, PaymentMethodId};
use super::numbers::{self, NewNumbers};
use super::payment_method::{Details, MethodKind, NewPaymentMethod};
use super::token::NewToken;
use super::{PaymentMethod, World};
use crate::api_error::ApiError;
use crate::moment::Moment;

/// No `Debug`: it holds the full numbers of cards.
pub(crate) struct NewSync {
    pub(crate) meta: Map<String, Value>,
    /// Its identifier is the client's.
    pub(crate) token: NewToken,
    pub(crate) cards: Vec<SyncCard>,
}

pub(crate) struct SyncCard {
    pub(crate) identifier: Option<String>,
    pub(crate) name: String,
    pub(crate) custom_label: Option<String>,
    pub(crate) set_as_default: bool,
    pub(crate) numbers: NewNumbers,
}

/// What a sync made or found.
pub(crate) struct Synced {
    pub(crate) client_id: ClientId,
    pub(crate) token: String,
    /// In the order of the request.
    pub(crate) cards: Vec<PaymentMethodId>,
}

impl World {
    /// Finds or makes the client, merges its facts, adds or updates its cards and makes a token. One bad card refuses
    /// the whole call, and nothing has changed then.
    ///
    /// Source: Q2 Biller Direct description, sections 4.5.4 and 12.6 (merging and updating inferred).
    pub(crate) fn sync_client(&mut self, now: Moment, sync: NewSync) -> Result<Synced, ApiError> {
        for card in &sync.cards {
            numbers::read(now, &card.numbers, self.rules.accept_expired_cards)?;
            if card.name.trim().is_empty() {
                return Err(ApiError::bad_request("Please provide a name for every card."));
            }
        }
        // Makes the client too; it refuses bad limits before it changes anything.
        let token = self.create_token(now, &sync.token)?;
        let client_id = self.create_client(&sync.token.identifier, Map::new())?;
        if let Some(client) = self.clients.find_mut(&client_id) {
            client.meta.extend(sync.meta);
        }
        let mut cards = Vec::with_capacity(sync.cards.len());
        for card in sync.cards {
            cards.push(self.sync_card(now, &client_id, card)?);
        }
        Ok(Synced { client_id, token, cards })
    }

    fn sync_card(
        &mut self,
        now: Moment,
        client_id: &ClientId,
        card: SyncCard,
    ) -> Result<PaymentMethodId, ApiError> {
        let known = card.identifier.as_deref().and_then(|identifier| self.card_with(client_id, identifier));
        if let Some(id) = known {
            self.update_card(now, &id, &card)?;
            return Ok(id);
        }
        let SyncCard { identifier, name, custom_label, set_as_default, numbers } = card;
        let client_id = client_id.clone();
        let new = NewPaymentMethod { client_id, identifier, name, custom_label, set_as_default, numbers };
        self.add_payment_method(now, new)
    }

    fn card_with(&self, client_id: &ClientId, identifier: &str) -> Option<PaymentMethodId> {
        let is_it = |method: &&PaymentMethod| {
            method.kind() == MethodKind::Card && method.identifier.as_deref() == Some(identifier)
        };
        let methods = self.payment_methods_of(self.client(client_id)?);
        methods.into_iter().find(is_it).map(|method| method.id.clone())
    }

    /// A card with a new number or a new expiry is another card: that the old one was declined does not count for it.
    fn update_card(&mut self, now: Moment, id: &PaymentMethodId, card: &SyncCard) -> Result<(), ApiError> {
        let (details, declines) = numbers::read(now, &card.numbers, self.rules.accept_expired_cards)?;
        let client_id = self.payment_method_in_path(id)?.client_id.clone();
        if card.set_as_default {
            self.clear_default(&client_id);
        }
        let Some(method) = self.payment_methods.find_mut(id) else { return Ok(()) };
        if !same_card(&method.details, &details) || method.declines != declines {
            method.renew(details, declines);
        }
        method.name.clone_from(&card.name);
        if card.custom_label.is_some() {
            method.custom_label.clone_from(&card.custom_label);
        }
        method.is_default |= card.set_as_default;
        self.methods_changed(now, &client_id);
        Ok(())
    }
}

fn same_card(one: &Details, other: &Details) -> bool {
    match (one, other) {
        (Details::Card(one), Details::Card(other)) => one.is_same_as(other),
        _ => false,
    }
}
